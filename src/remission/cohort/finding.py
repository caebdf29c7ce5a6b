"""What the audit found: a rule, how bad it is, and the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from remission.errors import DataError, Problem

Severity = Literal["error", "warning"]
SHOWN_ROWS = 20


@dataclass(frozen=True)
class Finding:
    """One rule that a cohort breaks.

    Parameters
    ----------
    rule : str
        Name of the rule, see ``docs/cohort.md``.
    severity : str
        ``error`` stops the import; ``warning`` goes into the report.
    what : str
        The fault in one sentence, without a full stop.
    file, column : str
        Where; the column as the file names it, empty if it concerns the table.
    rows : tuple of int
        The first rows, as a spreadsheet counts them (the header is row 1).
    count : int
        Rows, or patients, that break the rule.
    found : str
        What stands in the first of them.
    next_step : str
        What can be done.

    Examples
    --------
    >>> print(Finding("progression-after-death", "error", "progression after death", "a.csv", "pfs", (4,),
    ...               1).problem())
    a.csv, row 4, column pfs: progression after death (1 row) [progression-after-death]
        next:    correct the file, or accept it: `accept: [progression-after-death]` in the mapping file
    """

    rule: str
    severity: Severity
    what: str
    file: str = ""
    column: str = ""
    rows: tuple[int, ...] = ()
    count: int = 0
    found: str = ""
    next_step: str = ""

    @property
    def where(self) -> str:
        """File, first rows, column."""
        shown = ", ".join(map(str, self.rows[:5])) + (", …" if self.count > min(len(self.rows), 5) else "")
        rows = f"{'row' if len(self.rows) == 1 else 'rows'} {shown}" if self.rows else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(part for part in (self.file, rows, column) if part)

    def problem(self) -> Problem:
        """As an error message."""
        count = f" ({self.count} row{'s' * (self.count != 1)})" if self.count else ""
        accept = f"correct the file, or accept it: `accept: [{self.rule}]` in the mapping file"
        return Problem(
            f"{self.what}{count} [{self.rule}]", self.where or None, self.found or None, None, self.next_step or accept
        )

    def document(self) -> dict[str, Any]:
        """As a plain dictionary for provenance."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "what": self.what,
            "where": self.where,
            "rows": self.count,
            **({"found": self.found} if self.found else {}),
        }


def finding_line(finding: Mapping[str, Any]) -> str:
    """A finding, as `Finding.document` gives it, in one line.

    Examples
    --------
    >>> finding_line(Finding("one-patient", "warning", "the cohort is one patient", found="patient A").document())
    'the cohort is one patient: patient A [one-patient]'
    """
    place = finding["where"] or finding.get("found", "")
    rows = f" ({finding['rows']} rows)" if finding["rows"] > 1 else ""
    return f"{finding['what']}{': ' * bool(place)}{place}{rows} [{finding['rule']}]"


class AuditError(DataError):
    """A cohort that breaks a rule which stops; carries every such finding."""


def refuse_errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The warnings; raises if there is an error among the findings.

    Raises
    ------
    AuditError
        With every error.

    Examples
    --------
    >>> refuse_errors([Finding("partial-dates", "warning", "2 dates lack a day")])[0].rule
    'partial-dates'
    """
    found = tuple(findings)
    errors = [finding.problem() for finding in found if finding.severity == "error"]
    if errors:
        raise AuditError(errors)
    return found
