"""The one-page report of a design: self-contained HTML with SVG figures."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib import resources
from typing import Any

import numpy as np

from remission.trial.design import DesignResult
from remission.trial.result_table import look_table, remarks, shown_name, tests_table
from remission.trial.source import CohortSource, HazardSource
from remission.units import DAYS_PER_MONTH

_CONTROL, _EXPERIMENTAL, _GREY = "#8a6d3b", "#1f5fa8", "#777777"
_STYLES = ("-", "--", ":", "-.")


def render_page(result: DesignResult) -> str:
    """The report as one HTML page.

    Parameters
    ----------
    result : DesignResult

    Returns
    -------
    str
        HTML without references to anything outside it.
    """
    from jinja2 import Environment

    import remission

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
            tests=tests_table(result),
            looks=look_table(result),
            notes=remarks(result),
            proportional=_proportional(result),
            figures=[_svg(draw, result) for draw in figures],
            version=remission.__version__,
        )
    )


def _svg(draw: Callable[[Any, DesignResult], str], result: DesignResult) -> tuple[str, str]:
    """One figure as SVG text, and its caption."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "remission", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(5.4, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        caption = draw(axes, result)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return text[text.index("<svg") :], caption


def _assumed(axes: Any, result: DesignResult) -> str:
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
        style = _STYLES[stratum % len(_STYLES)]
        axes.plot(days / DAYS_PER_MONTH, curve, color=colour, ls=style, label=name + names[stratum])
    axes.set(xlabel="months since randomisation", ylabel="without the event", ylim=(0, 1), xlim=(0, None))
    axes.legend(frameon=False, fontsize=9 if len(names) == 1 else 7)
    return "What patients are drawn from, up to the time of the last look."


def _kaplan_meier(time: Any, event: Any, days: Any) -> Any:
    from remission.statistics.kaplan_meier import kaplan_meier

    curve = kaplan_meier(time, event)
    return np.concatenate(([1.0], curve.survival))[np.searchsorted(curve.time, days, side="right")]


def _powers(axes: Any, result: DesignResult) -> str:
    """Power of each test with its Monte Carlo interval."""
    rows = result.rows
    places = np.arange(len(rows))[::-1]
    power = np.array([row.power for row in rows])
    error = 1.96 * np.sqrt(power * (1 - power) / np.array([row.trials for row in rows]))
    axes.errorbar(power, places, xerr=error, fmt="o", color=_EXPERIMENTAL, label="simulated")
    known = [(place, value) for place, value in zip(places, result.calculated, strict=True) if value is not None]
    if known:
        axes.plot([v for _, v in known], [p for p, _ in known], "|", color="black", ms=14, label="calculated")
    axes.axvline(result.design.target, color=_GREY, lw=0.8, ls=":")
    axes.set_yticks(places, [shown_name(row).replace(" of ", "\nof ", 1) for row in rows])
    axes.set(xlabel="power", ylim=(-0.6, len(rows) - 0.4))
    axes.legend(frameon=False)
    return "Power of each test (95 % Monte Carlo interval); the dotted line is the power aimed at."


def _ratios(axes: Any, result: DesignResult) -> str:
    """Average hazard ratio at each look."""
    assert result.expected is not None
    axes.plot(result.expected.time / DAYS_PER_MONTH, result.expected.average_hazard_ratio, "o-", color=_EXPERIMENTAL)
    axes.axhline(1.0, color=_GREY, lw=0.8)
    axes.set(xlabel="month of the look", ylabel="average hazard ratio")
    return "Average hazard ratio at each look: a late effect is weaker the earlier one looks."


def _stopping(axes: Any, result: DesignResult) -> str:
    """Cumulative probability of having stopped."""
    months = result.found.time.mean(axis=0) / DAYS_PER_MONTH
    for row in result.rows:
        line = axes.step(months, row.success, where="post", marker="o", label=shown_name(row))[0]
        if row.futility.max() > 0:
            axes.step(months, row.futility, where="post", marker="v", ls=":", color=line.get_color())
    axes.set(xlabel="month of the look", ylabel="stopped by then", ylim=(0, 1))
    axes.legend(frameon=False, fontsize=7)
    return "Share of trials that have stopped for success (lines) and for futility (dotted)."


def _proportional(result: DesignResult) -> list[tuple[str, str, str]]:
    """Power side by side: planned as if hazards were proportional, and as they are."""
    if result.proportional is None or all(planned is None for planned in result.proportional):
        return []
    return [
        (shown_name(row), "" if planned is None else f"{planned:.3f}", f"{row.power:.3f}")
        for row, planned in zip(result.rows, result.proportional, strict=True)
    ]
