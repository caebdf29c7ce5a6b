"""What must hold for any table of measurements."""

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from response_cohorts import SIZES, cohorts, columns_of

from remission.response import Scan, assess, assess_table, begin

LOOSE = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def _visits(rows):
    return assess_table(columns_of(rows)).arrow("visits").to_pylist()


def _patients(rows):
    return assess_table(columns_of(rows)).arrow("patients").to_pylist()


@settings(max_examples=60, **LOOSE)
@given(cohorts(), st.randoms(use_true_random=False))
def test_order_of_rows_never_matters(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert _visits(rows) == _visits(shuffled)
    assert _patients(rows) == _patients(shuffled)


@settings(max_examples=60, **LOOSE)
@given(cohorts(given_roles=False), st.integers(0, 5))
def test_a_later_scan_never_changes_an_earlier_response(rows, kept):
    whole = _visits(rows)
    next_day = {v["patient"]: v["time_day"] for v in whole if v["visit"] == kept + 1}
    early = [row for row in rows if row["time_day"] < next_day.get(row["patient"], np.inf)]
    assert _visits(early) == [v for v in whole if v["visit"] <= kept or v["patient"] not in next_day]


@settings(max_examples=60, **LOOSE)
@given(cohorts(), st.permutations([f"new name {k}" for k in range(8)]))
def test_renaming_lesions_changes_nothing(rows, names):
    new = dict(zip([f"L{k}" for k in range(7)] + ["Z"], names, strict=True))
    assert _visits([row | {"lesion": new[row["lesion"]]} for row in rows]) == _visits(rows)


def test_renaming_lesions_moves_no_visit_where_a_day_has_two_names():
    def days(first, second):
        return assess_table(
            {
                "patient": [1] * 4,
                "time_day": [0, 80, 80, 84],
                "lesion": [first, first, second, first],
                "role": ["target", "target", "new", "target"],
                "diameter_mm": [40.0, 30.0, 12.0, 28.0],
                "visit": ["V0", "V1", "V2", "V2"],
            }
        ).visits["time_day"]

    assert days("a", "b").tolist() == days("b", "a").tolist() == [80.0]


def test_rounding_of_fractions_is_no_increase():
    """0.1 + 0.2 mm is as large as 0.3 mm: a non-target that did not grow confirms no progression."""
    rows = {
        "patient": [1] * 6,
        "time_day": [0, 0, 84, 84, 168, 168],
        "lesion": ["a", "b"] * 3,
        "role": ["target", "non-target"] * 3,
        "diameter_mm": [40.0, 5.0, 40.0, 0.3, 40.0, 0.1 + 0.2],
        "status": [None, None, None, "unequivocal progression", None, "unequivocal progression"],
    }
    assert assess_table(rows).arrow("visits")["iresponse"].to_pylist() == ["iUPD", "iUPD"]


@settings(max_examples=60, **LOOSE)
@given(cohorts())
def test_a_table_cut_by_patient_gives_the_same_rows(rows):
    names = sorted({row["patient"] for row in rows})
    pieces = [[row for row in rows if row["patient"] == name] for name in names]
    assert [visit for piece in pieces for visit in _visits(piece)] == _visits(rows)
    assert [patient for piece in pieces for patient in _patients(piece)] == _patients(rows)


@settings(max_examples=60, **LOOSE)
@given(st.data())
def test_step_and_table_agree(data):
    """Targets, non-targets and a new lesion by both faces, the step taking all patients at once."""
    n, scans = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    draw = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    targets = draw.choice(SIZES, (n, scans + 1, 2))
    targets[:, 0] = np.maximum(targets[:, 0], 10.0)
    words = draw.choice(["present", "absent", "unequivocal progression"], (n, scans + 1))
    words[:, 0] = "present"
    new = draw.random((n, scans + 1)) < 0.2
    new[:, 0] = False
    new = np.maximum.accumulate(new, axis=1)

    state = begin(targets[:, 0].sum(1), True, True)
    codes = []
    for k in range(1, scans + 1):
        scan = Scan(
            time_day=42.0 * k,
            sum_mm=targets[:, k].sum(1),
            targets_gone=(targets[:, k] == 0).all(1),
            nontargets_gone=words[:, k] == "absent",
            nontargets_progressed=words[:, k] == "unequivocal progression",
            new_lesion=new[:, k],
            evaluable=True,
            further_new_lesion=new[:, k] & ~new[:, k - 1],
            nontargets_increased=(words[:, k] == "unequivocal progression") & (words[:, k - 1] != words[:, k]),
            targets_seen=(targets[:, k] > 0).any(1),
            nontargets_seen=words[:, k] != "absent",
        )
        state, assessment = assess(state, scan)
        codes.append(np.stack([assessment.response, assessment.iresponse, assessment.best_response], 1))

    rows = []
    for i, k in np.ndindex(n, scans + 1):
        base = {"patient": f"p{i}", "time_day": 42.0 * k, "is_node": False, "evaluable": True}
        rows += [base | {"lesion": f"t{j}", "role": "target", "diameter_mm": targets[i, k, j]} for j in (0, 1)]
        rows.append(base | {"lesion": "x", "role": "non-target", "status": words[i, k]})
        if new[i, k]:
            rows.append(base | {"lesion": "n", "role": "new", "status": "present"})
    visits = assess_table(columns_of(rows)).visits
    names = ("response", "iresponse", "best_response")
    found = np.stack([visits[name] for name in names], 1).reshape(n, scans, 3)
    assert (found == np.stack(codes, 1)).all()


@settings(max_examples=40, **LOOSE)
@given(cohorts())
def test_arrow_structured_and_mapping_give_the_same(rows):
    columns = columns_of(rows)
    listed = {name: values.tolist() for name, values in columns.items()}
    listed["diameter_mm"] = [None if np.isnan(size) else size for size in listed["diameter_mm"]]
    kinds = [(name, "U24" if values.dtype == object else values.dtype) for name, values in columns.items()]
    structured = np.empty(len(rows), kinds)
    for name, values in columns.items():
        structured[name] = ["" if value is None else value for value in values]
    expected = _visits(rows)
    for table in (listed, pa.table(listed), structured):
        assert assess_table(table).arrow("visits").to_pylist() == expected


def test_scans_within_the_window_are_one_visit():
    days = np.array([-20.0, -5.0, 80.0, 84.0, 94.0, 95.0])
    table = {
        "patient": [1] * 6,
        "time_day": days,
        "lesion": ["a", "b", "a", "b", "b", "a"],
        "diameter_mm": [20.0, 20.0, 10.0, 10.0, 9.0, 30.0],
    }
    visits = assess_table(table, window_day=14.0).arrow("visits")
    assert visits["time_day"].to_pylist() == [80.0, 95.0]
    assert visits["sum_mm"].to_pylist() == [19.0, None]
    assert visits["response"].to_pylist() == ["PR", "PD"]
    first = assess_table(table, window_day=20.0, baseline_until_day=None).patients
    assert first["baseline_day"].tolist() == [-5.0]
    assert first["baseline_sum_mm"].tolist() == [40.0]


def test_scans_of_different_visits_are_told_apart_within_the_window():
    columns = {
        "patient": [1] * 5,
        "time_day": [0.0, 42.0, 45.0, 52.0, 84.0],
        "lesion": ["a"] * 5,
        "diameter_mm": [40.0, 38.0, 37.0, 20.0, 20.0],
        "visit": ["", "week 6", "week 6", "unscheduled", ""],
    }
    assert assess_table(columns).visits["time_day"].tolist() == [42.0, 52.0, 84.0]
    # Without a name a scan falls to the visit in whose window it lies.
    columns["visit"][3] = ""
    assert assess_table(columns).visits["time_day"].tolist() == [42.0, 84.0]


def test_a_state_from_a_table_goes_on_by_steps():
    table = {"patient": ["b", "a"], "time_day": [0.0, 0.0], "lesion": [1, 1], "diameter_mm": [20.0, 40.0]}
    tables = assess_table(table)
    assert len(tables.visits["response"]) == 0
    _, assessment = assess(tables.state, Scan(42.0, [20.0, 20.0], False, False, False, False, True))
    assert assessment.change_from_baseline.tolist() == [-0.5, 0.0]
