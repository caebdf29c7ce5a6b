"""The vectorised code against the plain Python twin, patient by patient and scan by scan."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from response_cohorts import cohorts, columns_of
from response_twin import twin

from remission.response import assess_table

PER_VISIT = ("time_day", "target_response", "nontarget_response", "response", "iresponse")
DAYS = ("first_response_day", "confirmed_response_day", "first_progression_day")


def _rows_of(rows, patient):
    return [row for row in rows if row["patient"] == patient]


def _day(value):
    return None if np.isnan(value) else float(value)


def _assert_like_twin(rows):
    tables = assess_table(columns_of(rows))
    visits, patients = tables.arrow("visits").to_pylist(), tables.arrow("patients").to_pylist()
    for place, patient in enumerate(patients):
        expected, summary = twin(_rows_of(rows, patient["patient"]))
        found = _rows_of(visits, patient["patient"])
        assert [[visit[key] for key in PER_VISIT] for visit in found] == [
            [visit[key] for key in PER_VISIT] for visit in expected
        ]
        for key in ("best_response", "confirmed_response"):
            assert patient[key] == summary[key], key
        for key in DAYS:
            assert _day(getattr(tables.state, key)[place]) == summary[key], key
        assert _day(tables.state.irecist.ipfs_day[place]) == summary["ipfs_day"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cohorts(given_roles=True))
def test_roles_as_given(rows):
    _assert_like_twin(rows)


@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))
@given(cohorts(given_roles=False))
def test_roles_by_rule(rows):
    _assert_like_twin(rows)
