"""The table of reference cases of trial design for the documentation: case, theirs, ours, difference.

python benchmarks/trial/reference_table.py CASES.json > docs/trial-reference-cases.md
"""

from __future__ import annotations

import sys

from remission.statistics.validation import kind_of, load_cases, run_case
from remission.trial.validation_kinds import load

HEADER = """# Reference cases of trial design

What other packages gave, and what `remission` gives: for each case the number that differs most, measured against
its tolerance. Made by `python benchmarks/trial/reference_table.py`; the calls and versions are in the file of cases.

| case | package | number | theirs | ours | difference | tolerance | |
|---|---|---|---|---|---|---|---|"""


def main(path: str) -> None:
    """Print the page."""
    load()
    print(HEADER)
    for case in load_cases(path):
        kind = kind_of(case.call)
        if kind is None or not kind.__module__.startswith("remission.trial"):
            continue
        row = run_case(case)
        numbers = f"{row.theirs:.8g} | {row.ours:.8g} | {row.difference:.1e} | {row.tolerance:g}"
        verdict = "ok" if row.passed else "missed"
        note = f"; {row.note}" if row.note else ""
        print(f"| {row.case} | {row.package} | {row.quantity} | {numbers} | {verdict}{note} |")


if __name__ == "__main__":
    main(sys.argv[1])
