"""The baseline of a second course: what is out of sight there is new when it returns."""

from types import SimpleNamespace

import numpy as np

from remission.clinic.measure import Reading, make_scan
from remission.clinic.rebase import begin_again
from remission.population import LYMPH_NODE
from remission.response import Response, assess, begin

LUNG = LYMPH_NODE + 1


def ward_of(sizes, sites):
    """One patient whose latest scan showed these sizes."""
    measured = np.array([sizes], float)
    patients = SimpleNamespace(present=np.ones((1, 5), bool), site=np.array([sites]))
    none = np.zeros(1, np.int8)
    return SimpleNamespace(
        patients=patients,
        measured_mm=measured,
        target=np.zeros((1, 5), bool),
        out_of_sight=np.zeros((1, 5), bool),
        time_day=np.zeros(1),
        nontarget_nadir_mm=np.zeros(1),
        nontarget_last_mm=np.zeros(1),
        new_lesions=none.copy(),
        seen_new_lesions=none.copy(),
        earlier_new_lesions=none.copy(),
        later=begin(np.ones(1), np.ones(1, bool), np.zeros(1, bool)),
    )


def look(ward, day, sizes):
    measured, at = np.array([sizes], float), np.array([0])
    ward.time_day[:] = day
    node = ward.patients.site == LYMPH_NODE
    gone = np.where(node, measured < 10.0, measured == 0)
    return make_scan(ward, at, Reading(measured, measured, gone))


def test_a_lesion_out_of_sight_at_the_second_baseline_is_new_when_it_returns():
    # Two lesions gone, a node of normal size.
    ward = ward_of([40, 30, 0, 0, 8], [LUNG, LUNG + 1, LUNG, LUNG + 1, LYMPH_NODE])
    begin_again(ward, np.array([0]))
    still = look(ward, 84.0, [38, 30, 0, 0, 9])
    assert (still.new_lesion[0], still.further_new_lesion[0]) == (False, False)
    state, judged = assess(ward.later, still)
    assert judged.response[0] == Response.SD
    back = look(ward, 168.0, [38, 30, 6, 0, 9])
    assert (back.new_lesion[0], back.further_new_lesion[0], back.nontargets_seen[0]) == (True, True, False)
    assert assess(state, back)[1].response[0] == Response.PD
    stays = look(ward, 252.0, [38, 30, 6, 0, 9])
    assert (stays.new_lesion[0], stays.further_new_lesion[0]) == (True, False)
    swollen = look(ward, 336.0, [38, 30, 6, 0, 12])
    assert (swollen.new_lesion[0], swollen.further_new_lesion[0]) == (True, True)
