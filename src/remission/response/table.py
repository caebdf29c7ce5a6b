"""From a table of lesion measurements to responses: the face that real cohorts use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from remission.arrays import Ints
from remission.errors import Problem
from remission.response.assemble import Tally, assemble_scans
from remission.response.codes import CAUSE_NAMES, IRESPONSE_NAMES, RESPONSE_NAMES
from remission.response.columns import Measurements, read_measurements
from remission.response.criteria import Codes, Timing
from remission.response.endpoints import Endpoints, read_endpoints
from remission.response.records import Lesions, list_lesions, make_records
from remission.response.rounds import assess_visits
from remission.response.scan import Scan
from remission.response.selection import audit_targets, check_roles, choose_new_targets, choose_roles
from remission.response.state import RecistState
from remission.response.visits import Visits, assemble_visits
from remission.response.words import ROLES

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, np.ndarray]

_CODED = {
    "target_response": RESPONSE_NAMES,
    "nontarget_response": RESPONSE_NAMES,
    "response": RESPONSE_NAMES,
    "best_response": RESPONSE_NAMES,
    "confirmed_response": RESPONSE_NAMES,
    "iresponse": IRESPONSE_NAMES,
    "best_iresponse": IRESPONSE_NAMES,
    "progression_cause": CAUSE_NAMES,
    "pfs_cause": CAUSE_NAMES,
    "role": ROLES,
}


@dataclass(frozen=True)
class ResponseTables:
    """Responses of a cohort; columns are arrays, responses int8 codes.

    Attributes
    ----------
    visits : mapping of (s,) arrays
        One row for each visit after baseline, sorted by patient and time: patient, visit, time_day, sum_mm,
        new_lesions, and the fields of `Assessment`.
    patients : mapping of (p,) arrays
        One row a patient, sorted by name: patient, targets, nontargets, scans, baseline_day,
        baseline_sum_mm, best responses, and the fields of `Endpoints`.
    lesions : mapping of (k,) arrays
        patient, lesion, role as used, and whether iRECIST measures it as a new-lesion target.
    state : RecistState
        Memory after the last visit, one row a patient, from which `assess` can go on.
    problems : tuple of Problem
        Targets that RECIST 1.1 would not have chosen; they were followed as given.
    """

    visits: Columns
    patients: Columns
    lesions: Columns
    state: RecistState
    problems: tuple[Problem, ...]

    def arrow(self, name: str) -> pa.Table:
        """Table ``"visits"``, ``"patients"`` or ``"lesions"`` for pyarrow, codes as words, NaN as null."""
        import pyarrow as pa

        columns: Columns = getattr(self, name)
        return pa.table({column: _arrow_column(column, values) for column, values in columns.items()})


def assess_table(
    measurements: Any,
    *,
    timing: Timing | None = None,
    window_day: float = 14.0,
    baseline_until_day: float | None = 0.0,
) -> ResponseTables:
    """RECIST 1.1 and iRECIST on a table of lesion measurements.

    Parameters
    ----------
    measurements : mapping of arrays, NumPy structured array, pyarrow Table, or data frame
        One row per lesion and scan; for the columns see `remission.response.columns`.
    timing : Timing, optional
        The protocol's intervals.
    window_day : float
        Scans within so many days of the first belong to one visit.
    baseline_until_day : float or None
        Scans up to this day are the baseline, and durations count from it; None takes each patient's first
        visit, and counts from there.

    Returns
    -------
    ResponseTables

    Raises
    ------
    DataError
        If columns are missing, words unknown, a patient has no baseline scan, a target no diameter at
        baseline, or a lesion two rows at one time.

    Examples
    --------
    >>> tables = assess_table({
    ...     "patient": [1, 1, 1, 1], "time_day": [0, 0, 84, 84], "lesion": ["a", "b", "a", "b"],
    ...     "organ": ["lung", "liver", "lung", "liver"], "diameter_mm": [30.0, 20.0, 15.0, 12.0],
    ... })
    >>> tables.arrow("visits").select(["time_day", "sum_mm", "response"]).to_pylist()
    [{'time_day': 84.0, 'sum_mm': 27.0, 'response': 'PR'}]
    """
    rows = read_measurements(measurements)
    visits = assemble_visits(rows, window_day, baseline_until_day)
    lesions, lesion_of_row = list_lesions(rows)
    records = make_records(rows, visits, lesions, lesion_of_row)
    role = choose_roles(lesions, records, visits)
    check_roles(lesions, role, records, visits, rows)
    scan, tally = assemble_scans(rows, visits, lesions, role, records)
    state, columns, followed = assess_visits(scan, tally, visits, timing or Timing())
    return ResponseTables(
        visits=_visit_columns(rows, visits, scan, tally, columns, followed),
        patients=_patient_columns(rows, visits, tally, state),
        lesions=_lesion_columns(rows, lesions, role, choose_new_targets(lesions, role, records)),
        state=state,
        problems=audit_targets(lesions, role, records, visits, rows),
    )


def _visit_columns(
    rows: Measurements, visits: Visits, scan: Scan, tally: Tally, columns: Columns, followed: Ints
) -> Columns:
    return {
        "patient": rows.patients[visits.patient[followed]],
        "visit": visits.number[followed],
        "time_day": visits.time_day[followed],
        "sum_mm": np.where(scan.evaluable, scan.sum_mm, np.nan)[followed],
        "new_lesions": tally.new_lesions[followed],
        **columns,
    }


def _patient_columns(rows: Measurements, visits: Visits, tally: Tally, state: RecistState) -> Columns:
    endpoints = read_endpoints(state)
    return {
        "patient": rows.patients,
        "targets": tally.targets,
        "nontargets": tally.nontargets,
        "scans": state.scans,
        "baseline_day": visits.time_day[visits.first],
        "baseline_sum_mm": tally.baseline_sum_mm,
        "best_response": state.best_response,
        "confirmed_response": state.confirmed_response,
        "best_iresponse": state.irecist.best_response,
        **{field.name: getattr(endpoints, field.name) for field in fields(Endpoints)},
    }


def _lesion_columns(rows: Measurements, lesions: Lesions, role: Codes, measured: np.ndarray) -> Columns:
    return {
        "patient": rows.patients[lesions.patient],
        "lesion": rows.lesion_names[lesions.name],
        "role": role,
        "new_target": measured,
    }


def _arrow_column(column: str, values: np.ndarray) -> pa.Array:
    import pyarrow as pa

    if column not in _CODED:
        return pa.array(values, from_pandas=True)
    words = _CODED[column]
    unsaid = np.isin(values, [code for code, word in enumerate(words) if not word])
    codes = pa.array(values.astype(np.int8), mask=unsaid)
    return pa.DictionaryArray.from_arrays(codes, pa.array([word or "" for word in words]))
