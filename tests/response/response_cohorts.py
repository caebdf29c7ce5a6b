"""Random patients for the property tests, and bridges from rows to columns."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

COLUMNS = ("patient", "time_day", "lesion", "organ", "is_node", "role", "diameter_mm", "status", "evaluable")
ORGANS = ("lung", "liver", "brain")
# Sizes at and about the limits of the rules.
SIZES = (0.0, 3.0, 5.0, 7.0, 9.9, 10.0, 12.0, 14.0, 15.0, 18.0, 20.0, 24.0, 25.0, 30.0, 36.0)


@st.composite
def patients(draw, name="p", given_roles=True, max_visits=6):
    """Rows of one patient."""
    lesions = draw(st.lists(st.sampled_from(("target", "non-target", "new")), min_size=1, max_size=6))
    days, day = [0.0], 0.0
    for _ in range(draw(st.integers(1, max_visits))):
        day += draw(st.sampled_from((5.0, 15.0, 21.0, 28.0, 42.0, 84.0)))
        days.append(day)
    rows = []
    for number, role in enumerate(lesions):
        lesion = {
            "patient": name,
            "lesion": f"L{number}",
            "organ": draw(st.sampled_from(ORGANS)),
            "is_node": draw(st.booleans()),
            "role": role if given_roles else None,
        }
        rows += [lesion | row for row in draw(courses(role, days))]
    # Every patient has a baseline scan, whatever its lesions.
    anchor = {"patient": name, "lesion": "Z", "organ": "bone", "is_node": False, "role": "non-target"}
    rows.append(anchor | {"time_day": 0.0, "diameter_mm": None, "status": "present", "evaluable": True})
    return rows


@st.composite
def courses(draw, role, days):
    """Rows of one lesion: a target is always measured at baseline, a new lesion never there."""
    rows = []
    for day in days:
        if day == 0.0 and role == "new":
            continue
        if day > 0.0 and draw(st.integers(0, 9)) == 0:
            continue
        row = {"time_day": day, "diameter_mm": None, "status": None, "evaluable": True}
        if day == 0.0 and role == "target":
            row["diameter_mm"] = draw(st.sampled_from(SIZES[4:]))
        elif role == "target":
            row |= draw(target_looks())
        else:
            row |= draw(other_looks())
            if day == 0.0:
                row["status"] = "present"
        rows.append(row)
    return rows


def target_looks():
    size = st.sampled_from(SIZES).map(lambda size: {"diameter_mm": size})
    words = st.sampled_from(("absent", "too small", "present", "not evaluable", "merged"))
    return st.one_of(size, size, size, words.map(lambda word: {"status": word}))


def other_looks():
    words = ("present", "present", "absent", "increased", "unequivocal progression", "equivocal")
    size = st.sampled_from(SIZES).map(lambda size: {"diameter_mm": size})
    return st.one_of(size, st.sampled_from(words).map(lambda word: {"status": word}))


@st.composite
def cohorts(draw, given_roles=True, max_patients=4):
    """Rows of several patients."""
    number = draw(st.integers(1, max_patients))
    return [row for i in range(number) for row in draw(patients(f"p{i}", given_roles))]


def columns_of(rows):
    """Rows as the columns that `assess_table` takes."""
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    columns["time_day"] = np.array(columns["time_day"], np.float64)
    columns["diameter_mm"] = np.array([np.nan if size is None else size for size in columns["diameter_mm"]], np.float64)
    for name in ("is_node", "evaluable"):
        columns[name] = np.array(columns[name], np.bool_)
    return {
        name: values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
        for name, values in columns.items()
    }
