"""What the report of a real cohort shows besides: the audit, cure and follow-up, visits due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remission.run.provenance import OBSERVED
from remission.show.gather import ArmData, Folder
from remission.show.lines import interval, quantity
from remission.texts import Words, words_in

_SHOWN = 200  # visits listed
_PLACE = ("row", "rows", "column")  # as `remission.cohort.finding.Finding.where` writes them


@dataclass(frozen=True)
class ObservedContents:
    """Sections of a cohort; all empty for a simulated run."""

    sections: tuple[str, ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    cure: tuple[tuple[str, ...], ...] = ()
    due: Mapping[str, Any] | None = None


def words_for(folder: Folder, language: str) -> Words:
    """Texts of a report: real patients are not called virtual.

    Examples
    --------
    >>> words_in("en", observed=True)("by", patients=3)
    '3 real patients'
    """
    return words_in(language, observed=folder.provenance.identity.filled == OBSERVED)


def observed_contents(summary: Mapping[str, Any], arms: Sequence[ArmData], words: Words) -> ObservedContents:
    """The further sections, from the summary of a cohort.

    Examples
    --------
    >>> observed_contents({"arms": {}}, [], Words()).sections
    ()
    """
    if "findings" not in summary:
        return ObservedContents()
    cure = tuple(_cure_row(arm, summary["arms"][arm.name].get("cure", {}), words) for arm in arms if arm.followed)
    due = _due(summary["visits_due"], words) if "visits_due" in summary else None
    sections = ("audit", *(("cure",) if cure else ()), *(("due",) if due else ()))
    findings = tuple(_finding(finding, words) for finding in summary["findings"])
    return ObservedContents(sections, findings, cure, due)


def _finding(finding: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A finding as the page shows it: in another language a rule's own sentence, for findings are told in English."""
    sentence, place = words.term(finding["rule"]), finding["where"] or finding.get("found", "")
    return {
        "rule": finding["rule"],
        "severity": words.term(finding["severity"]),
        "what": finding["what"] if sentence == finding["rule"] else sentence,
        "place": words.terms_in(place, _PLACE),
        "rows": words.number(finding["rows"]) if finding["rows"] else "",
    }


def _cure_row(arm: ArmData, cure: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    if "fraction" not in cure:
        return arm.label, words("unknown"), "", words.term(cure.get("reason", ""))
    limits = interval(cure["fraction_low"], cure["fraction_high"], "%", words)
    models = interval(cure["lowest"], cure["highest"], "%", words)
    enough = words("cure.yes" if cure["enough"] else "cure.no")
    return arm.label, f"{quantity(cure['fraction'], '%', words)} ({limits})", words("percent", value=models), enough


def _due(visits: Mapping[str, Any], words: Words) -> dict[str, Any]:
    rows = [
        (one["patient"], words.term(one["arm"]), words.date(one["last"]), words.date(one["due"]), words(f"due.{state}"))
        for state in ("overdue", "due")
        for one in visits[state]
    ]
    counts = {state: words.number(len(visits[state])) for state in ("overdue", "due")}
    text = words("due.text", date=words.date(visits["date"]), later=words.number(visits["later"]), **counts)
    if visits.get("undated"):
        text += words("due.undated", undated=words.number(visits["undated"]))
    if len(rows) > _SHOWN:
        text += words("due.shown", shown=words.number(_SHOWN))
    return {"text": text, "rows": rows[:_SHOWN]}
