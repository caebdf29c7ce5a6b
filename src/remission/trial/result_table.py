"""A design's result as plain numbers (for JSON) and as text tables (for the terminal)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from remission.texts import Words
from remission.trial.design import DesignResult
from remission.trial.operating import Operating, monte_carlo_error
from remission.trial.statistic import MaxCombo, RestrictedMean, WeightedLogRank
from remission.units import DAYS_PER_MONTH

_WITHOUT_EFFECT: Final = (
    "both arms live as the control arm does",
    "not simulated: a margin cannot be imposed on these patients",
    "the experimental hazard is",
    "times the control's",
)
_MARGIN: Final = ("of it kept", "all of it may be lost")


def as_numbers(result: DesignResult) -> dict[str, Any]:
    """Everything that was found, JSON-ready; times in days and months, NaN and infinity as None."""
    design, found = result.design, result.found
    looks = {
        "time_day": found.time.mean(axis=0),
        "time_month": found.time.mean(axis=0) / DAYS_PER_MONTH,
        "events": found.events.mean(axis=0),
        "patients": found.patients.mean(axis=0),
        "too_few_events": (~found.reached).sum(axis=0),
    }
    each = zip(result.rows, result.calculated, result.null_notes, result.needed, strict=True)
    content: dict[str, Any] = {
        "design": design.name,
        "title": design.title,
        "origin": design.origin,
        "margin": design.margin_note,
        "question": "non-inferiority" if design.non_inferiority else "superiority",
        "alpha": design.plan.alpha,
        "patients": design.source.patients,
        "trials": found.trials,
        "seed": design.seed,
        "remarks": remarks(result, Words()),
        "looks": looks,
        "tests": [_test(*parts) for parts in each],
    }
    if result.expected is not None:
        content["average_hazard_ratio"] = result.expected.average_hazard_ratio
        content["expected_events"] = result.expected.events
    if result.proportional is not None:
        content["power_if_proportional"] = dict(
            zip((row.statistic.name for row in result.rows), result.proportional, strict=True)
        )
    plain: dict[str, Any] = _plain(content)
    return plain


def _test(row: Operating, calculated: float | None, note: str, needed: float | None) -> dict[str, Any]:
    return {
        "test": row.statistic.name,
        "power": row.power,
        "power_error": monte_carlo_error(row.power, row.trials),
        "power_calculated": calculated,
        "patients_for_power": needed,
        "type_i_error": row.type_i_error,
        "type_i_error_error": monte_carlo_error(row.type_i_error, row.trials_null),
        "without_effect": note,
        "information_fraction": row.fraction,
        "upper_z": row.upper,
        "lower_z": row.lower,
        "success_by_look": row.success,
        "futility_by_look": row.futility,
        "false_success_by_look": row.false_success,
        "not_computed": row.failed,
        "not_computed_without_effect": row.failed_null,
        "mean_time_day": row.mean_time,
        "mean_events": row.mean_events,
        "mean_patients": row.mean_patients,
        "estimate": _scale(row),
        "estimate_at_stop": row.estimate_at_stop,
        "estimate_at_end": row.estimate_at_end,
        "bias_of_stopping": row.bias,
        "estimate_spread": row.estimate_spread,
    }


def _scale(row: Operating) -> str:
    ratio = isinstance(row.statistic, WeightedLogRank | MaxCombo)
    return "log hazard ratio" if ratio else "difference"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value


Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


_TESTS: Final = ("test", "power", "calculated", "needed", "type_i", "mean_month", "mean_events", "not_computed")
_LOOKS: Final = (
    "test",
    "look",
    "month",
    "events",
    "information",
    "bound",
    "success",
    "futility",
    "false_success",
)
_NAMING: Final = (
    "MaxCombo of", "RMST to", "survival at", "cured share", "margin", "modestly weighted", "corrected", "months",
)  # fmt: skip


def tests_table(result: DesignResult, words: Words) -> Table:
    """Header and rows: one row for each test."""
    rows: list[tuple[str, ...]] = []
    for row, calculated, enough in zip(result.rows, result.calculated, result.needed, strict=True):
        needed = "" if enough is None else f"{enough:.0f}"
        known = "" if calculated is None else f"{calculated:.3f}"
        error = share(row.type_i_error, row.trials_null, words)
        when = words.written(f"{row.mean_time / DAYS_PER_MONTH:.1f}"), f"{row.mean_events:.0f}"
        power = share(row.power, row.trials, words)
        rows.append((shown_name(row, words), power, words.written(known), needed, error, *when, _failures(row, words)))
    return tuple(words(f"design.{name}") for name in _TESTS), rows


def look_table(result: DesignResult, words: Words) -> Table:
    """Header and rows: one row for each test and look."""
    time, events = result.found.time.mean(axis=0) / DAYS_PER_MONTH, result.found.events.mean(axis=0)
    rows: list[tuple[str, ...]] = []
    for row in result.rows:
        for k in range(row.upper.size):
            name = shown_name(row, words) if k == 0 else ""
            when = str(k + 1), f"{time[k]:.1f}", f"{events[k]:.0f}", f"{row.fraction[k]:.3f}"
            false = "" if row.false_success is None else f"{row.false_success[k]:.4f}"
            stopped = f"{row.success[k]:.3f}", f"{row.futility[k]:.3f}", false
            bounds = _bounds(row.lower[k], row.upper[k], words)
            rows.append((name, *map(words.written, when), bounds, *map(words.written, stopped)))
    return tuple(words(f"design.{name}") for name in _LOOKS), rows


def _bounds(low: float, high: float, words: Words) -> str:
    """Where a look stops, in z: for success at the upper bound, for futility at the lower."""
    below, above = words.written(f"{low:.3f}"), words.written(f"{high:.3f}")
    if np.isinf(high):
        none = words("design.bounds.none")
        return none if np.isinf(low) else f"{below}, {none}"
    apart = np.isfinite(low) and not np.isclose(low, high)
    return words("design.bounds", low=below, high=above) if apart else above


def shown_name(row: Operating, words: Words | None = None) -> str:
    """Name of a test with its times in months; in English unless ``words`` are of another language."""
    words = words or Words()
    statistic, name = row.statistic, row.statistic.name
    parts = [statistic, *getattr(statistic, "weights", [getattr(statistic, "weight", None)])]
    for part in parts:
        for field in ("tau", "at", "delay", "t_star"):
            day = getattr(part, field, None)
            if day is not None:
                name = name.replace(f"{day:g}", f"{day / DAYS_PER_MONTH:g} months", 1)
    return words.terms_in(words.written(name), _NAMING)


def remarks(result: DesignResult, words: Words) -> list[str]:
    """What a reader must know that no table says."""
    found, notes = result.found, []
    short = (~found.reached).sum(axis=0)
    if short.any():
        looks = [words("design.note.short.look", look=k + 1, number=count) for k, count in enumerate(short) if count]
        notes.append(words("design.note.short", looks=", ".join(looks), trials=found.trials))
    for row in result.rows:
        if row.failed.any() or row.failed_null.any():
            lost = ", ".join(
                words("design.note.failed.look", look=k + 1, number=here, trials=row.trials, null=null)
                for k, (here, null) in enumerate(zip(row.failed, row.failed_null, strict=True))
                if here or null
            )
            key = "design.note.failed.always" if row.failed[-1] == row.trials else "design.note.failed"
            notes.append(words(key, test=shown_name(row, words), looks=lost))
        early = [str(k + 1) for k, fraction in enumerate(row.fraction) if fraction == 0.0]
        if early:
            notes.append(words("design.note.early", test=shown_name(row, words), looks=", ".join(early)))
    tested = {note: shown_name(row, words) for row, note in zip(result.rows, result.null_notes, strict=True)}
    key = "design.note.type_i" if len(tested) == 1 else "design.note.type_i.of"
    notes += [
        words(key, test=name, note=words.terms_in(words.written(note), _WITHOUT_EFFECT))
        for note, name in tested.items()
    ]
    if any(each is None for each in result.calculated):
        notes.append(words("design.note.uncalculated"))
    if result.design.margin_note:
        note = words.terms_in(words.written(result.design.margin_note), _MARGIN)
        notes.append(words("design.note.margin", note=note))
    notes += [_bias(row, words) for row in result.rows if np.isfinite(row.bias) and row.upper.size > 1]
    return notes


def _bias(row: Operating, words: Words) -> str:
    """What stopping early does to the estimate; restricted means in months."""
    in_time = isinstance(row.statistic, RestrictedMean)
    unit = 1 / DAYS_PER_MONTH if in_time else 1.0
    numbers = f"{row.bias * unit:+.3g}", f"{row.estimate_at_end * unit:.3g}", f"{row.estimate_at_stop * unit:.3g}"
    bias, end, stop = map(words.written, numbers)
    key = "design.note.bias.months" if in_time else "design.note.bias"
    return words(key, test=shown_name(row, words), estimate=words.term(_scale(row)), bias=bias, end=end, stop=stop)


def share(value: float, trials: int, words: Words) -> str:
    """A share with its Monte Carlo error, or that there is none."""
    if math.isnan(value):
        return words("design.not_simulated")
    return words.written(f"{value:.4f} ± {monte_carlo_error(value, trials):.4f}")


def _failures(row: Operating, words: Words) -> str:
    total, null = int(row.failed.sum()), int(row.failed_null.sum())
    if total + null == 0:
        return words("design.failed.none")
    return words("design.failed", number=total, looks=row.trials * row.failed.size, null=null)


def as_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in plain text.

    Examples
    --------
    >>> print(as_text(("test", "power"), [("log-rank", "0.9")]))
    test      power
    log-rank  0.9
    """
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
