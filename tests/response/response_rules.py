"""Names the rules of `reference/biology.csv` in tests, and one patient's course in a line."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from remission.response import Scan, assess, begin, iresponse_names, response_names

COVERED: set[str] = set()


def rule(item):
    """Mark a test as holding to a rule, named ``topic: item`` as in the reference table."""
    COVERED.add(item)
    return pytest.mark.parametrize("rule", [item], ids=[item])


def look(day, sum_mm=np.nan, **seen):
    """One scan of one patient: everything evaluable and nothing new unless said."""
    defaults = {
        "targets_gone": False,
        "nontargets_gone": False,
        "nontargets_progressed": False,
        "new_lesion": False,
        "evaluable": ~np.isnan(sum_mm),
        "nontargets_evaluable": True,
    }
    return Scan(time_day=day, sum_mm=sum_mm, **(defaults | seen))


def follow(baseline_mm, *scans, nontarget=False, **timing):
    """One patient from baseline through the scans; words of RECIST and iRECIST, and the last state."""
    has_target = baseline_mm is not None
    state = begin([baseline_mm if has_target else np.nan], has_target, nontarget)
    course = []
    for scan in scans:
        state, assessment = assess(state, scan, **timing)
        course.append(assessment)
    return SimpleNamespace(
        recist=[str(response_names(a.response)[0]) for a in course],
        irecist=[str(iresponse_names(a.iresponse)[0]) for a in course],
        confirmed=[bool(a.confirmed[0]) for a in course],
        cause=[int(a.progression_cause[0]) for a in course],
        best=str(response_names(course[-1].best_response)[0]),
        best_confirmed=str(response_names(course[-1].confirmed_response)[0]),
        best_irecist=str(iresponse_names(course[-1].best_iresponse)[0]),
        last=course[-1],
        state=state,
    )


def table(*rows):
    """Columns for `assess_table` from tuples (lesion, day, diameter_mm or a status, further columns)."""
    names = ("patient", "lesion", "time_day", "diameter_mm", "status", "organ", "role", "is_node")
    columns = {name: [] for name in names}
    columns |= {"part_of": [], "evaluable": [], "symptomatic": []}
    for lesion, day, look_, *more in rows:
        word = isinstance(look_, str)
        row = {
            "patient": 1,
            "lesion": lesion,
            "time_day": float(day),
            "diameter_mm": np.nan if word else float(look_),
            "status": look_ if word else None,
            "organ": None,
            "role": None,
            "is_node": False,
            "part_of": None,
            "evaluable": True,
            "symptomatic": False,
        } | (more[0] if more else {})
        for name, values in columns.items():
            values.append(row[name])
    return columns
