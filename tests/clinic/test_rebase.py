"""The baseline of a second course: what is out of sight there is new when it returns."""

from types import SimpleNamespace

import numpy as np

from remission.clinic.measure import make_scan
from remission.clinic.reading import Reading
from remission.clinic.rebase import begin_again
from remission.population import LYMPH_NODE
from remission.response import IResponse, Response, assess, begin

LUNG = LYMPH_NODE + 1


def ward_of(sizes, sites):
    """One patient whose latest scan showed these sizes."""
    measured, site = np.array([sizes], float), np.array([sites])
    chart = SimpleNamespace(
        measured_mm=measured,
        gone=out_of_sight(measured, site),
        target=np.zeros(measured.shape, bool),
        out_of_sight=np.zeros(measured.shape, bool),
        seen=~out_of_sight(measured, site),
        nontarget_nadir_mm=np.zeros(1),
        nontarget_last_mm=np.zeros(1),
    )
    return SimpleNamespace(
        patients=SimpleNamespace(site=site),
        chart=chart,
        time_day=np.zeros(1),
        later=begin(np.ones(1), np.ones(1, bool), np.zeros(1, bool)),
    )


def out_of_sight(measured, site):
    return np.where(site == LYMPH_NODE, measured < 10.0, measured == 0)


def look(ward, day, sizes):
    measured, at = np.array([sizes], float), np.array([0])
    ward.time_day[:] = day
    site = ward.patients.site
    return make_scan(ward.chart, at, site, ward.time_day, Reading(measured, measured, out_of_sight(measured, site)))


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


def test_a_new_lesion_has_a_size_and_is_a_target_of_the_next_course():
    ward = ward_of([40, 30, 0], [LUNG, LUNG + 1, LUNG])
    begin_again(ward, np.array([0]))
    first = look(ward, 84.0, [20, 15, 12])
    assert (first.new_lesion[0], first.new_lesion_sum_mm[0], first.sum_mm[0]) == (True, 12.0, 35.0)
    state, judged = assess(ward.later, first)
    assert judged.iresponse[0] == IResponse.iUPD
    grown = look(ward, 126.0, [20, 15, 18])
    assert assess(state, grown)[1].iresponse[0] == IResponse.iCPD
    begin_again(ward, np.array([0]))
    assert ward.chart.target.tolist() == [[True, True, True]]
    shrunk = look(ward, 210.0, [20, 15, 0])
    assert (shrunk.sum_mm[0], shrunk.new_lesion[0], np.isnan(shrunk.new_lesion_sum_mm[0])) == (35.0, False, True)
    assert assess(ward.later, shrunk)[1].response[0] == Response.PR
