"""iRECIST (Seymour 2017), rule by rule; the ids are rows of the reference table."""

import numpy as np
import pytest
from response_rules import follow, look, rule, table

from remission.response import assess_table, read_endpoints

NEW = {"new_lesion": True}


@rule("iRECIST: iUPD")
@pytest.mark.parametrize(
    "scan",
    [look(42, 70.0), look(42, 50.0, nontargets_progressed=True), look(42, 50.0, **NEW)],
    ids=["target", "non-target", "new lesion"],
)
def test_any_recist_progression_is_unconfirmed_first(rule, scan):
    course = follow(50.0, scan, nontarget=True)
    assert (course.recist, course.irecist) == (["PD"], ["iUPD"])


@rule("iRECIST: confirmation window")
@pytest.mark.parametrize(("day", "expected"), [(69, "iUPD"), (70, "iCPD"), (98, "iCPD")])
def test_confirmed_from_four_weeks_on(rule, day, expected):
    assert follow(50.0, look(42, 70.0), look(day, 75.0)).irecist == ["iUPD", expected]


@rule("iRECIST: confirmation window")
@pytest.mark.parametrize(("day", "expected"), [(98, "iCPD"), (99, "iUPD")])
def test_confirmed_within_eight_weeks_where_asked_for(rule, day, expected):
    course = follow(50.0, look(42, 70.0), look(day, 75.0), confirmation_latest_day=56.0)
    assert course.irecist == ["iUPD", expected]


@rule("iRECIST: confirmation window")
@pytest.mark.parametrize(
    ("symptomatic", "another", "expected"),
    [
        (True, True, "iCPD"),
        (True, False, "iUPD"),
        (False, True, "iUPD"),
    ],
)
def test_an_early_scan_counts_only_for_symptoms_and_another_new_lesion(rule, symptomatic, another, expected):
    early = look(56, 90.0, new_lesion=True, further_new_lesion=another, symptomatic=symptomatic)
    assert follow(50.0, look(42, 50.0, **NEW), early).irecist == ["iUPD", expected]


@rule("iRECIST: iCPD target")
@pytest.mark.parametrize(("now", "expected"), [(75.0, "iCPD"), (74.9, "iUPD")])
def test_five_mm_more_in_targets_confirm(rule, now, expected):
    assert follow(50.0, look(42, 70.0), look(84, now)).irecist == ["iUPD", expected]


@rule("iRECIST: iCPD non-target")
@pytest.mark.parametrize(("more", "expected"), [(True, "iCPD"), (False, "iUPD")])
def test_any_increase_of_non_targets_confirms_if_they_had_progressed(rule, more, expected):
    first = look(42, 50.0, nontargets_progressed=True)
    second = look(84, 50.0, nontargets_progressed=not more, nontargets_increased=more)
    assert follow(50.0, first, second, nontarget=True).irecist == ["iUPD", expected]


@rule("iRECIST: iCPD non-target")
def test_a_mere_increase_of_non_targets_confirms_nothing_else(rule):
    second = look(84, 70.0, nontargets_increased=True)
    assert follow(50.0, look(42, 70.0), second, nontarget=True).irecist == ["iUPD", "iUPD"]


@rule("iRECIST: iCPD new lesions")
@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"new_lesion_sum_mm": 15.0}, "iCPD"),
        ({"new_lesion_sum_mm": 14.9}, "iUPD"),
        ({"new_nontargets_increased": True}, "iCPD"),
        ({"further_new_lesion": True}, "iCPD"),
        ({}, "iUPD"),
    ],
)
def test_new_lesions_confirm_by_size_or_number(rule, seen, expected):
    first = look(42, 50.0, new_lesion_sum_mm=10.0, **NEW)
    assert follow(50.0, first, look(84, 50.0, **NEW, **seen)).irecist == ["iUPD", expected]


@rule("iRECIST: iCPD target")
def test_a_sum_over_some_of_the_targets_is_no_mark(rule):
    part = {"evaluable": False}
    assert follow(50.0, look(42, 70.0, **part), look(84, 80.0), look(126, 84.0)).irecist == ["iUPD"] * 3
    grown = follow(50.0, look(42, 70.0, **part), look(84, 80.0), look(126, 85.0, **part))
    assert grown.irecist == ["iUPD", "iUPD", "iCPD"]


@rule("iRECIST: iCPD by other category")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (look(42, 50.0, **NEW), look(84, 60.0, **NEW)),
        (look(42, 70.0), look(84, 70.0, nontargets_progressed=True)),
        (look(42, 70.0), look(84, 60.0, **NEW)),
    ],
    ids=["target", "non-target", "new lesion"],
)
def test_progression_of_another_category_confirms(rule, first, second):
    assert follow(50.0, first, second, nontarget=True).irecist == ["iUPD", "iCPD"]


@rule("iRECIST: new-lesion measurement")
def test_new_lesions_are_measured_apart_five_in_all_two_an_organ(rule):
    rows = [("t", 0, 30), ("t", 84, 30)]
    organs = ("lung", "lung", "lung", "liver", "brain", "bone", "skin")
    rows += [(f"n{k}", 84, 10 + k, {"organ": organ}) for k, organ in enumerate(organs)]
    tables = assess_table(table(*rows))
    chosen = [name for name, new in zip(tables.lesions["lesion"], tables.lesions["new_target"], strict=True) if new]
    assert chosen == ["n2", "n3", "n4", "n5", "n6"]
    assert tables.visits["sum_mm"].tolist() == [30.0]
    assert tables.visits["new_lesions"].tolist() == [7]


@rule("iRECIST: new-lesion measurement")
def test_the_sum_of_new_lesions_is_known_only_where_all_were_measured(rule):
    rows = [("t", day, 30) for day in (0, 42, 84, 126)]
    rows += [("n", 42, 12), ("m", 42, 12), ("n", 84, 30), ("n", 126, 30), ("m", 126, 12)]
    assert assess_table(table(*rows)).arrow("visits")["iresponse"].to_pylist() == ["iUPD", "iUPD", "iCPD"]


@rule("iRECIST: new-lesion measurement")
def test_small_new_lesions_are_not_measured_but_seen_to_grow(rule):
    rows = [("t", 0, 30), ("t", 84, 30), ("n", 84, 6), ("t", 126, 30), ("n", 126, 7)]
    tables = assess_table(table(*rows))
    assert not tables.lesions["new_target"].any()
    assert tables.arrow("visits")["iresponse"].to_pylist() == ["iUPD", "iCPD"]


@rule("iRECIST: additivity")
def test_increases_add_up(rule):
    course = follow(50.0, look(42, 70.0), look(84, 74.0), look(126, 76.0))
    assert course.irecist == ["iUPD", "iUPD", "iCPD"]
    new = [look(day, 50.0, new_lesion_sum_mm=mm, **NEW) for day, mm in ((42, 10.0), (84, 14.0), (126, 16.0))]
    assert follow(50.0, *new).irecist == ["iUPD", "iUPD", "iCPD"]


@rule("iRECIST: additivity")
def test_the_mark_of_new_lesions_is_their_first_sum_in_the_block(rule):
    new = [look(42, 50.0, **NEW)]
    new += [look(day, 50.0, new_lesion_sum_mm=mm, **NEW) for day, mm in ((84, 20.0), (126, 24.0), (168, 25.0))]
    assert follow(50.0, *new).irecist == ["iUPD", "iUPD", "iUPD", "iCPD"]


@rule("iRECIST: bar reset")
def test_a_return_below_progression_resets_the_bar(rule):
    course = follow(50.0, look(42, 70.0), look(84, 55.0), look(126, 76.0), look(168, 81.0))
    assert course.irecist == ["iUPD", "iSD", "iUPD", "iCPD"]
    assert read_endpoints(course.state).ipfs_day.tolist() == [126.0]


@rule("iRECIST: bar reset")
def test_the_nadir_is_kept_over_a_reset(rule):
    course = follow(100.0, look(42, 40.0), look(84, 60.0), look(126, 45.0), look(168, 48.0))
    assert course.irecist == ["iPR", "iUPD", "iPR", "iUPD"]


@rule("iRECIST: bar reset")
def test_after_a_reset_new_lesions_count_again_only_by_growth_or_number(rule):
    shrinks = [look(42, 50.0, new_lesion_sum_mm=20.0, **NEW), look(84, 30.0, new_lesion_sum_mm=20.0, **NEW)]
    steady = look(126, 30.0, new_lesion_sum_mm=24.0, **NEW)
    grown = look(126, 30.0, new_lesion_sum_mm=25.0, **NEW)
    another = look(126, 30.0, new_lesion_sum_mm=20.0, further_new_lesion=True, **NEW)
    assert follow(50.0, *shrinks, steady).irecist == ["iUPD", "iPR", "iPR"]
    assert follow(50.0, *shrinks, grown).irecist == ["iUPD", "iPR", "iUPD"]
    assert follow(50.0, *shrinks, another).irecist == ["iUPD", "iPR", "iUPD"]


@rule("iRECIST: bar reset")
def test_new_lesions_that_vanish_take_their_nadir_with_them(rule):
    gone = {"targets_gone": True}
    scans = [look(42, 50.0, new_lesion_sum_mm=20.0, **NEW), look(84, 30.0, new_lesion_sum_mm=0.0)]
    scans += [look(126, 30.0, new_lesion_sum_mm=11.0, **NEW)]
    scans += [look(day, 0.0, new_lesion_sum_mm=12.0, **gone, **NEW) for day in (168, 210)]
    assert follow(50.0, *scans).irecist == ["iUPD", "iPR", "iUPD", "iPR", "iPR"]


@rule("iRECIST: no change after iUPD")
@pytest.mark.parametrize(
    "again",
    [
        {"sum_mm": 70.0},
        {"sum_mm": 50.0, "nontargets_progressed": True},
        {"sum_mm": 50.0, "new_lesion": True},
    ],
    ids=["target", "non-target", "new lesion"],
)
def test_without_change_it_stays_unconfirmed(rule, again):
    course = follow(50.0, *(look(day, **again) for day in (42, 84, 126)), nontarget=True)
    assert course.irecist == ["iUPD"] * 3
    end = read_endpoints(course.state)
    assert (end.ipfs_event.tolist(), end.iupd_waiting_day.tolist()) == ([False], [42.0])


@rule("iRECIST: no change after iUPD")
def test_a_new_lesion_unseen_on_a_scan_that_could_not_be_judged_is_no_other_lesion_later(rule):
    course = follow(50.0, look(42, 50.0, **NEW), look(63), look(84, 50.0, **NEW))
    assert course.irecist == ["iUPD", "iNE", "iUPD"]


@rule("iRECIST: no change after iUPD")
def test_a_partial_response_before_a_new_lesion_does_not_take_it_back(rule):
    # Working group, "must the new lesions resolve completely before an iPR can be assigned", scenario F.
    course = follow(50.0, look(42, 30.0), look(84, 30.0, **NEW), look(126, 30.0, **NEW))
    assert course.irecist == ["iPR", "iUPD", "iUPD"]


@rule("iRECIST: iCR/iPR after iUPD")
def test_shrinkage_after_a_new_lesion_is_a_partial_response(rule):
    # The same, scenario B.
    assert follow(50.0, look(42, 50.0, **NEW), look(84, 30.0, **NEW)).irecist == ["iUPD", "iPR"]


@rule("iRECIST: iCR/iPR after iUPD")
def test_a_complete_response_needs_all_new_lesions_gone(rule):
    gone = {"targets_gone": True}
    assert follow(50.0, look(42, 50.0, **NEW), look(84, 0.0, **gone, **NEW)).irecist == ["iUPD", "iPR"]
    assert follow(50.0, look(42, 50.0, **NEW), look(84, 0.0, **gone)).irecist == ["iUPD", "iCR"]
    nontarget_only = follow(None, look(42, **NEW), look(84, nontargets_gone=True, **NEW), nontarget=True)
    assert nontarget_only.irecist == ["iUPD", "iNON"]


@rule("iRECIST: iPFS date")
def test_progression_is_dated_at_the_first_scan_of_the_confirmed_block(rule):
    course = follow(50.0, look(42, 70.0), look(70), look(98, 70.0), look(126, 75.0))
    assert course.irecist == ["iUPD", "iNE", "iUPD", "iCPD"]
    end = read_endpoints(course.state)
    assert (end.ipfs_day.tolist(), end.ipfs_event.tolist()) == ([42.0], [True])
    assert end.pfs_day.tolist() == [42.0]


@rule("iRECIST: iPFS date")
def test_after_a_confirmed_progression_no_other_waits(rule):
    end = read_endpoints(follow(50.0, look(42, 70.0), look(84, 80.0), look(126, 50.0), look(168, 70.0)).state)
    assert (end.ipfs_day.tolist(), np.isnan(end.iupd_waiting_day).tolist()) == ([42.0], [True])


@rule("iRECIST: iPFS date")
def test_pseudoprogression_is_no_event(rule):
    end = read_endpoints(follow(50.0, look(42, 70.0), look(84, 30.0)).state)
    assert (end.pfs_event.tolist(), end.ipfs_event.tolist()) == ([True], [False])
    assert end.ipfs_day.tolist() == [84.0]
    assert np.isnan(end.iupd_waiting_day).tolist() == [True]


def test_after_confirmation_scans_are_still_judged():
    course = follow(50.0, look(42, 70.0), look(84, 80.0), look(126, 80.0), look(168, 55.0), look(210, 70.0))
    assert course.irecist == ["iUPD", "iCPD", "iCPD", "iSD", "iUPD"]


@pytest.mark.parametrize(
    ("sums", "best"),
    [
        ((0.0, 50.0, 80.0, 90.0), "iCR"),
        ((70.0, 50.0, 0.0, 10.0), "iCR"),
        ((70.0, 30.0, 30.0, 40.0), "iPR"),
        ((70.0, 50.0, 51.0, 70.0), "iSD"),
        ((70.0, 80.0, 10.0, 0.0), "iCPD"),
        ((70.0, 70.0, 80.0, 10.0), "iCPD"),
        ((70.0, None, None, None), "iUPD"),
    ],
    ids=["example 1", "example 2", "example 3", "example 5", "example 6", "example 7", "example 8"],
)
def test_best_response_as_in_seymour_table_3(sums, best):
    days = (42, 84, 126, 168)
    looks = [look(d) if s is None else look(d, s, targets_gone=s == 0) for d, s in zip(days, sums, strict=True)]
    assert follow(50.0, *looks).best_irecist == best
