"""``summary.json`` as it is read: a stranger can write one with the right checksum, so its shape is looked at first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from remission.errors import RunError
from remission.run.files import SUMMARY
from remission.run.shapes import Shape, flag_or_none, listed, number, number_or_none, refuse_other, section, text

_WHAT = "the file is not the summary of a run"


def read_summary(data: bytes, arms: Sequence[str]) -> dict[str, Any]:
    """Content of ``summary.json``.

    Parameters
    ----------
    data : bytes
    arms : sequence of str
        Arms of the run.

    Raises
    ------
    RunError
        With the first place at which something stands that no run writes.

    Examples
    --------
    >>> read_summary(b'{"arms": {"A": "many"}, "contrasts": {}}', ["A"])
    Traceback (most recent call last):
    remission.errors.RunError: summary.json: the file is not the summary of a run
        found:   something else at arms, A
    """
    try:
        content: dict[str, Any] = json.loads(data)
    except (ValueError, RecursionError):
        raise RunError(_WHAT, where=SUMMARY, found="no JSON") from None
    refuse_other(content, _summary(arms), SUMMARY, _WHAT)
    return content


def _month(value: Any, place: str) -> Iterator[str]:
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6):
        yield place


_COUNTS = ("n", "followed", "failed", "not_enrolled")
_CURVE = section({}, number_or_none, key=_month)
_CURVES = {f"{name}{limit}": _CURVE for name in ("OS", "PFS", "iPFS") for limit in ("", "_low", "_high")}
_CURE = section({"enough": flag_or_none, "reason": text}, number_or_none)
_BY_NAME = section({}, number_or_none)
_ARM = section(
    {**dict.fromkeys(_COUNTS, number), **_CURVES, "known": _BY_NAME, "deaths": _BY_NAME, "cure": _CURE},
    number_or_none,
    needed=_COUNTS,
)
_FINDING = section({"rows": number}, text, needed=("rule", "severity", "what", "where", "rows"))
_VISIT = section({}, text, needed=("patient", "arm", "last", "due"))
_VISITS = section(
    {"date": text, "overdue": listed(_VISIT), "due": listed(_VISIT)},
    number,
    needed=("date", "overdue", "due", "later"),
)


def _summary(arms: Sequence[str]) -> Shape:
    parts = {
        "study": text,
        "version": text,
        "seed": number_or_none,
        "patients": number,
        "arms": section(dict.fromkeys(arms, _ARM), _ARM, needed=arms),
        "contrasts": section({}, section({}, number_or_none)),
        "findings": listed(_FINDING),
        "visits_due": _VISITS,
    }
    return section(parts, needed=("arms", "contrasts"))
