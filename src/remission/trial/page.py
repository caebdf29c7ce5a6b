"""The one-page report of a design: self-contained HTML with SVG figures."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from importlib import resources
from typing import Any, Final

import numpy as np

from remission.texts import Words, words_in
from remission.trial.cohort_source import CohortSource
from remission.trial.design import DesignResult
from remission.trial.result_table import look_table, remarks, shown_name, tests_table
from remission.trial.source import HazardSource
from remission.units import DAYS_PER_MONTH

_CONTROL, _EXPERIMENTAL, _GREY = "#8a6d3b", "#1f5fa8", "#777777"
_STYLES = ("-", "--", ":", "-.")
_LEGEND_LINE = 0.17
_NUMBER: Final = re.compile(r"[−-]?\d+\.\d+")


def render_page(result: DesignResult, language: str = "en") -> str:
    """The report as one HTML page.

    Parameters
    ----------
    result : DesignResult
    language : str
        Of the texts, a key of `remission.texts.LANGUAGES`.

    Returns
    -------
    str
        HTML without references to anything outside it.

    Raises
    ------
    StudyError
        If there are no texts in that language.
    """
    from jinja2 import Environment

    import remission

    words = words_in(language)
    template = resources.files("remission.trial").joinpath("page.html.j2").read_text(encoding="utf-8")
    figures = [_assumed, _powers]
    if result.expected is not None and result.found.time.shape[1] > 1:
        figures.append(_ratios)
    if result.found.time.shape[1] > 1:
        figures.append(_stopping)
    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            result=result,
            design=result.design,
            words=words,
            tests=tests_table(result, words),
            looks=look_table(result, words),
            notes=remarks(result, words),
            proportional=_proportional(result, words),
            figures=[_svg(draw, result, words) for draw in figures],
            version=remission.__version__,
        )
    )


def _svg(draw: Callable[[Any, DesignResult, Words], str], result: DesignResult, words: Words) -> tuple[str, str]:
    """One figure as SVG text, and its caption."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "remission", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(5.4, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        caption = draw(axes, result, words)
        _decimals(figure, words)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return text[text.index("<svg") :], caption


def _assumed(axes: Any, result: DesignResult, words: Words) -> str:
    """Curves that patients are drawn from."""
    source = result.design.source
    last = float(result.found.time[:, -1].mean())
    names = [""]
    days = np.linspace(0.0, last, 240)
    if isinstance(source, HazardSource):
        strata = source.scenario.strata
        curves = [hazard.survival(days) for stratum in strata for hazard in (stratum.control, stratum.experimental)]
        names = [f", {stratum.name}" if len(strata) > 1 else "" for stratum in strata]
    elif isinstance(source, CohortSource):
        curves = [_kaplan_meier(arm.time, arm.event, days) for arm in (source.control, source.experimental)]
    else:
        curves = []
    arms = (("control", _CONTROL), ("experimental", _EXPERIMENTAL))
    for number, curve in enumerate(curves):
        (name, colour), stratum = arms[number % 2], number // 2
        label = words(f"design.key.{name}") + names[stratum]
        axes.plot(days / DAYS_PER_MONTH, curve, color=colour, ls=_STYLES[stratum % len(_STYLES)], label=label)
    axes.set(xlabel=words("design.axis.months"), ylabel=words("design.axis.free"), ylim=(0, 1), xlim=(0, None))
    axes.legend(frameon=False, fontsize=9 if len(names) == 1 else 7)
    return words("design.figure.assumed")


def _kaplan_meier(time: Any, event: Any, days: Any) -> Any:
    from remission.statistics.kaplan_meier import kaplan_meier

    curve = kaplan_meier(time, event)
    return np.concatenate(([1.0], curve.survival))[np.searchsorted(curve.time, days, side="right")]


def _powers(axes: Any, result: DesignResult, words: Words) -> str:
    """Power of each test with its Monte Carlo interval."""
    rows = result.rows
    places = np.arange(len(rows))[::-1]
    power = np.array([row.power for row in rows])
    error = 1.96 * np.sqrt(power * (1 - power) / np.array([row.trials for row in rows]))
    axes.errorbar(power, places, xerr=error, fmt="o", color=_EXPERIMENTAL, label=words("design.key.simulated"))
    known = [(place, value) for place, value in zip(places, result.calculated, strict=True) if value is not None]
    if known:
        axes.plot(
            [v for _, v in known],
            [p for p, _ in known],
            "|",
            color="black",
            ms=14,
            label=words("design.key.calculated"),
        )
    axes.axvline(result.design.target, color=_GREY, lw=0.8, ls=":")
    axes.set_yticks(places, [_two_lines(shown_name(row, words), words) for row in rows])
    axes.set(xlabel=words("design.power"), ylim=(-0.6, len(rows) - 0.4))
    axes.legend(frameon=False)
    return words("design.figure.power")


def _ratios(axes: Any, result: DesignResult, words: Words) -> str:
    """Average hazard ratio at each look."""
    assert result.expected is not None
    axes.plot(result.expected.time / DAYS_PER_MONTH, result.expected.average_hazard_ratio, "o-", color=_EXPERIMENTAL)
    axes.axhline(1.0, color=_GREY, lw=0.8)
    axes.set(xlabel=words("design.axis.look"), ylabel=words("design.axis.ratio"))
    return words("design.figure.ratio")


def _stopping(axes: Any, result: DesignResult, words: Words) -> str:
    """Cumulative probability of having stopped."""
    months = result.found.time.mean(axis=0) / DAYS_PER_MONTH
    for row in result.rows:
        line = axes.step(months, row.success, where="post", marker="o", label=shown_name(row, words))[0]
        if row.futility.max() > 0:
            axes.step(months, row.futility, where="post", marker="v", ls=":", color=line.get_color())
    axes.set(xlabel=words("design.axis.look"), ylabel=words("design.axis.stopped"), ylim=(0, 1))
    _legend_below(axes, len(result.rows))
    return words("design.figure.stopping")


def _legend_below(axes: Any, entries: int) -> None:
    """A legend beside no line: under the axes, in a figure that grows with it."""
    lines = -(-entries // 2)
    axes.figure.set_figheight(axes.figure.get_figheight() + _LEGEND_LINE * lines)
    axes.figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=7)


def _decimals(figure: Any, words: Words) -> None:
    """Numbers of the axes with the decimal mark of the language."""
    if words.language == "en":
        return
    figure.draw_without_rendering()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        labels = [label.get_text() for label in axis.get_ticklabels()]
        changed = [words.written(label) if _NUMBER.fullmatch(label) else label for label in labels]
        if changed != labels:
            axis.set_ticks(axis.get_ticklocs(), changed)


def _two_lines(name: str, words: Words) -> str:
    """A long name of a test, broken after the word that says that others follow."""
    first = words.term("MaxCombo of")
    kind, word = first.split()
    return name.replace(first, f"{kind}\n{word}", 1)


def _proportional(result: DesignResult, words: Words) -> list[tuple[str, str, str]]:
    """Power side by side: planned as if hazards were proportional, and as they are."""
    if result.proportional is None or all(planned is None for planned in result.proportional):
        return []
    return [
        (
            shown_name(row, words),
            "" if planned is None else words.written(f"{planned:.3f}"),
            words.written(f"{row.power:.3f}"),
        )
        for row, planned in zip(result.rows, result.proportional, strict=True)
    ]
