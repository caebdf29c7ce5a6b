"""Holding this package to the output of others: run a file of reference cases and list every difference.

A case names a call of another package, its data, its output and a tolerance. A *kind* is a function that
reads the call and computes the same quantities here; it is registered under a piece of text that its calls
contain. Of all registered pieces that occur in a call, the longest decides. Modules further right (trial)
register their own kinds.

The rule is that of the file: ``|ours - theirs| <= tolerance * max(1, |theirs|)`` for every number of the
output.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from remission.errors import DataError, RemissionError


@dataclass(frozen=True)
class Case:
    """One reference case as it stands in the file, with its data as arrays."""

    id: str
    category: str
    package: str
    call: str
    inputs: Mapping[str, Any]
    output: Mapping[str, Any]
    tolerance: float
    note: str | None
    data: Mapping[str, Any]
    definitions: Mapping[str, str]


@dataclass(frozen=True)
class Ours:
    """What a kind computed for a case.

    Parameters
    ----------
    values : mapping
        Same names and shapes as the case's output.
    left_out : mapping
        Outputs not compared, each with the reason.
    verdict : bool or None
        Where the case's note asks for another rule than the tolerance: whether that rule holds.
    note : str
        What a reader of the report should know.
    """

    values: Mapping[str, Any]
    left_out: Mapping[str, str] = field(default_factory=dict)
    verdict: bool | None = None
    note: str = ""


Kind = Callable[[Case], Ours]
_KINDS: dict[str, Kind] = {}


@dataclass(frozen=True)
class Row:
    """One line of the report: the quantity of a case that differs most from its reference.

    Parameters
    ----------
    case, category, package : str
    quantity : str
        Name of the output, with its place.
    theirs, ours, difference : float
    tolerance : float
        As in the file; ``difference`` may be ``tolerance * max(1, |theirs|)``.
    compared : int
        How many numbers were compared.
    passed : bool
    note : str
        Why a case fails, what was left out, or another rule that was used.
    """

    case: str
    category: str
    package: str
    quantity: str
    theirs: float
    ours: float
    difference: float
    tolerance: float
    compared: int
    passed: bool
    note: str


def case_kind(*pieces: str) -> Callable[[Kind], Kind]:
    """Register a function for the calls that contain one of these pieces of text.

    Examples
    --------
    >>> @case_kind("example::nothing(")
    ... def nothing(case):
    ...     return Ours({})
    >>> kind_of("example::nothing(1)") is nothing
    True
    """

    def register(kind: Kind) -> Kind:
        _KINDS.update(dict.fromkeys(pieces, kind))
        return kind

    return register


def kind_of(call: str) -> Kind | None:
    """The kind registered under the longest piece of text in a call.

    Examples
    --------
    >>> kind_of("no such package") is None
    True
    """
    text = re.sub(r"\s+", "", call)
    found = [piece for piece in _KINDS if _occurs(piece, text)]
    return _KINDS[max(found, key=len)] if found else None


def _occurs(piece: str, call: str) -> bool:
    """Whether a call holds a piece of text, with the names of packages in it or without."""
    return piece in call or (
        "::" in piece and re.search(r"(?<![\w.:])" + re.escape(re.sub(r"\w+::", "", piece)), call) is not None
    )


def load_cases(path: str | Path) -> list[Case]:
    """Read a file of reference cases.

    Raises
    ------
    DataError
        If the file cannot be read or is not of that form.

    Examples
    --------
    >>> load_cases("no such file.json")
    Traceback (most recent call last):
    remission.errors.DataError: no such file.json: the file of cases cannot be read
        found:   No such file or directory
    """
    try:
        content = json.loads(Path(path).read_text())
    except OSError as error:
        raise DataError("the file of cases cannot be read", where=str(path), found=error.strerror) from None
    except ValueError as error:
        raise DataError("the file of cases is not JSON", where=str(path), found=str(error)) from None
    if not isinstance(content, dict) or not isinstance(content.get("cases"), list):
        raise DataError("the file holds no cases", where=str(path), allowed='{"datasets": {...}, "cases": [...]}')
    definitions = content.get("meta", {}).get("definitions", {})
    return [_case(entry, content.get("datasets", {}), definitions, str(path)) for entry in content["cases"]]


def _case(entry: Any, datasets: Mapping[str, Any], definitions: Mapping[str, str], path: str) -> Case:
    try:
        name = entry["dataset"]
        data = dict(datasets[name]) if name else {}
        data.update({key: _column(column) for key, column in data.get("table", {}).items()})
        inputs = entry["inputs"] if isinstance(entry["inputs"], dict) else {}
        return Case(
            entry["id"], entry["category"], entry["package"], entry["call"], inputs, entry["output"],
            float(entry["tol"]), entry.get("note"), data, definitions,
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise DataError("a case lacks a field", where=path, found=f"{error}") from None


def _column(values: list[Any]) -> np.ndarray:
    """One column of a data set; ``null`` among numbers is NaN."""
    return np.asarray(values, dtype=float if None in values else None)


def run_cases(path: str | Path) -> list[Row]:
    """Compute every case of a file with this package and compare.

    A case that no kind covers, or on which ours raises, is a row that has not passed and says why.

    Parameters
    ----------
    path : str or Path
        A file of the form of ``reference/statistics.json``.

    Raises
    ------
    DataError
        If the file cannot be read.

    Examples
    --------
    >>> import json, tempfile
    >>> theirs = {"estimate": 0.2, "ci": [0.142660700694804, 0.268103734721409]}
    >>> case = dict(id="a", category="response", package="base R", call="binom.test(34,170)", dataset=None,
    ...             inputs={}, output=theirs, tol=1e-8)
    >>> with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
    ...     _ = file.write(json.dumps({"datasets": {}, "cases": [case]}))
    ...     file.flush()
    ...     rows = run_cases(file.name)
    >>> print(rows[0].passed, rows[0].compared)
    True 3
    """
    from remission.statistics import validation_kinds

    validation_kinds.load()
    return [run_case(case) for case in load_cases(path)]


def run_case(case: Case) -> Row:
    """One case, computed and compared; never raises for what the case holds.

    Examples
    --------
    >>> case = Case("a", "none", "none", "unknown()", {}, {}, 0.0, None, {}, {})
    >>> run_case(case).note
    'nothing here computes this call'
    """
    kind = kind_of(case.call)
    if kind is None:
        return _failed(case, "nothing here computes this call")
    try:
        return compare(case, kind(case))
    except RemissionError as error:
        return _failed(case, f"refused: {error}")
    except Exception as error:  # whatever one case holds, the others are still to be shown
        return _failed(case, f"{type(error).__name__}: {error}")


def as_markdown(rows: Iterable[Row]) -> str:
    """A table of the rows for the documentation.

    Parameters
    ----------
    rows : iterable of Row

    Examples
    --------
    >>> print(as_markdown([Row("a", "x", "R", "p", 0.5, 0.5, 0.0, 1e-6, 1, True, "")]))
    | case | package | quantity | theirs | ours | difference | tolerance | numbers | |
    |---|---|---|---|---|---|---|---|---|
    | a | R | p | 0.5 | 0.5 | 0 | 1e-06 | 1 | yes |
    """
    head = "| case | package | quantity | theirs | ours | difference | tolerance | numbers | |"
    lines = [
        f"| {row.case} | {row.package} | {row.quantity} | {row.theirs:.10g} | {row.ours:.10g} | {row.difference:.2g} "
        f"| {row.tolerance:g} | {row.compared} | {'yes' if row.passed else 'NO'} |"
        for row in rows
    ]
    return "\n".join([head, "|---" * 9 + "|", *lines])


def _failed(case: Case, note: str) -> Row:
    return Row(
        case.id, case.category, case.package, "", math.nan, math.nan, math.nan, case.tolerance, 0, False, note
    )  # fmt: skip


def compare(case: Case, ours: Ours) -> Row:
    """Every number of the output against ours; the row shows the one that differs most for its tolerance.

    Examples
    --------
    >>> case = Case("a", "x", "y", "f()", {}, {"p": 0.5, "label": "b"}, 1e-3, None, {}, {})
    >>> compare(case, Ours({"p": 0.5001})).passed
    True
    """
    notes = [ours.note] if ours.note else []
    notes += [f"{name} left out: {reason}" for name, reason in ours.left_out.items()]
    expected = {name: value for name, value in case.output.items() if name not in ours.left_out}
    pairs = list(_pairs("", expected, ours.values))
    missing = [name for name, theirs, own in pairs if own is None and theirs is not None]
    numbers = [(name, *_as_numbers(theirs, own)) for name, theirs, own in pairs if name not in missing]
    if missing:
        notes.insert(0, "not computed: " + ", ".join(missing[:5]))
    worst = max(numbers, key=lambda item: _excess(item[1], item[2]), default=("", math.nan, math.nan))
    close = not missing and all(_excess(t, o) <= max(case.tolerance, 1e-300) for _, t, o in numbers)
    passed = close if ours.verdict is None else ours.verdict
    difference = 0.0 if worst[1] == worst[2] else abs(worst[2] - worst[1])
    return Row(
        case.id, case.category, case.package, worst[0], worst[1], worst[2], difference, case.tolerance,
        len(numbers), bool(passed and numbers), "; ".join(notes),
    )  # fmt: skip


def _excess(theirs: float, ours: float) -> float:
    """Difference in units of ``max(1, |theirs|)``; a missing number on one side only is infinitely far."""
    if theirs == ours:
        return 0.0
    gap = abs(ours - theirs) / max(1.0, abs(theirs))
    return gap if math.isfinite(gap) else math.inf


def _as_numbers(theirs: Any, ours: Any) -> tuple[float, float]:
    """``null`` in the file means not reached, which is infinite here; "inf" and "-inf" are what they say."""

    def number(value: Any) -> float:
        return math.inf if value is None else float(value)

    return number(theirs), number(ours)


def _pairs(name: str, theirs: Any, ours: Any) -> Iterator[tuple[str, Any, Any]]:
    """Numbers of two nested structures side by side; labels are passed over."""
    if isinstance(theirs, Mapping):
        for key, value in theirs.items():
            own = ours.get(key) if isinstance(ours, Mapping) else None
            yield from _pairs(f"{name}.{key}" if name else str(key), value, own)
    elif isinstance(theirs, list):
        own = _nested(ours, theirs)
        for place, value in enumerate(theirs):
            yield from _pairs(f"{name}[{place}]", value, own[place] if place < len(own) else None)
    elif not isinstance(theirs, str) or theirs.lower().lstrip("-") in ("inf", "infinity"):
        yield name, theirs, _single(ours)


def _is_sequence(values: Any) -> bool:
    return isinstance(values, (list, tuple)) or (isinstance(values, np.ndarray) and values.ndim > 0)


def _nested(ours: Any, theirs: list[Any]) -> Any:
    """Ours as a sequence nested as theirs is; files are written by programs that drop sides of length one."""
    if not _is_sequence(ours):
        return [ours]
    if len(ours) == 1 and _is_sequence(ours[0]) and not (theirs and isinstance(theirs[0], list)):
        return ours[0]
    if len(theirs) == 1 and isinstance(theirs[0], list) and len(ours) and not _is_sequence(ours[0]):
        return [ours]
    return ours


def _single(ours: Any) -> Any:
    """The only element of a sequence; None where there are several, or none."""
    while _is_sequence(ours):
        if len(ours) != 1:
            return None
        ours = ours[0]
    return ours
