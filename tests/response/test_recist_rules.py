"""RECIST 1.1 (Eisenhauer 2009), rule by rule; the ids are rows of the reference table."""

import numpy as np
import pytest
from response_rules import follow, look, rule, table

from remission.response import Cause, assess_table, read_endpoints
from remission.response.words import NEW, NON_TARGET, TARGET


def roles(columns, **options):
    tables = assess_table(columns, **options)
    return dict(zip(tables.lesions["lesion"].tolist(), tables.lesions["role"].tolist(), strict=True))


def responses(columns, **options):
    return assess_table(columns, **options).arrow("visits")["response"].to_pylist()


@rule("RECIST 1.1: target lesions")
def test_at_most_five_targets_two_an_organ_the_largest(rule):
    organs = ("lung", "lung", "lung", "liver", "liver", "brain", "bone", "skin")
    sizes = (30, 20, 40, 12, 11, 15, 13, 10)
    found = roles(table(*((f"{o}{s}", 0, s, {"organ": o}) for o, s in zip(organs, sizes, strict=True))))
    chosen = {name for name, role in found.items() if role == TARGET}
    assert chosen == {"lung40", "lung30", "brain15", "bone13", "liver12"}
    assert all(role == NON_TARGET for name, role in found.items() if name not in chosen)


@rule("RECIST 1.1: target lesions")
def test_lesions_below_10_mm_are_not_measurable(rule):
    assert roles(table(("a", 0, 10.0), ("b", 0, 9.9))) == {"a": TARGET, "b": NON_TARGET}


@rule("RECIST 1.1: target lesions")
def test_all_nodes_are_one_organ(rule):
    nodes = [(f"n{s}", 0, s, {"organ": o, "is_node": True}) for o, s in (("neck", 15), ("groin", 16), ("neck", 17))]
    assert roles(table(*nodes)) == {"n15": NON_TARGET, "n16": TARGET, "n17": TARGET}


@rule("RECIST 1.1: target lesions")
def test_given_targets_beyond_the_rule_are_followed_and_reported(rule):
    rows = [(f"t{k}", 0, 9 + k, {"organ": "lung", "role": "target"}) for k in range(6)]
    tables = assess_table(table(*rows))
    assert tables.patients["targets"].tolist() == [6]
    found = [problem.what for problem in tables.problems]
    assert len(found) == 3
    assert "below 10 mm" in found[0]
    assert "five" in found[1]
    assert "organ" in found[2]


@rule("RECIST 1.1: target lesions")
def test_given_targets_take_their_places_before_larger_lesions(rule):
    given = {"organ": "lung", "role": "target"}
    found = roles(table(("a", 0, 12, given), ("b", 0, 13, given), ("c", 0, 40, {"organ": "lung"}), ("d", 0, 11)))
    assert found == {"a": TARGET, "b": TARGET, "c": NON_TARGET, "d": TARGET}


@rule("RECIST 1.1: node status")
@pytest.mark.parametrize(("short_axis", "role"), [(15.0, TARGET), (14.9, NON_TARGET), (10.0, NON_TARGET), (9.9, 0)])
def test_nodes_by_short_axis(rule, short_axis, role):
    assert roles(table(("n", 0, short_axis, {"is_node": True}), ("a", 0, 20)))["n"] == role


@rule("RECIST 1.1: CR")
def test_complete_when_all_are_gone_and_nodes_normal(rule):
    node = {"is_node": True, "role": "target"}
    rows = [("t", 0, 20), ("n", 0, 18, node), ("x", 0, "present", {"role": "non-target"})]
    normal = [("t", 84, "absent"), ("n", 84, 9.9, node), ("x", 84, "absent")]
    large = [("t", 84, "absent"), ("n", 84, 10.0, node), ("x", 84, "absent")]
    assert responses(table(*rows, *normal)) == ["CR"]
    assert responses(table(*rows, *large)) == ["PR"]


@rule("RECIST 1.1: CR")
def test_persisting_or_unseen_non_targets_leave_a_partial_response(rule):
    gone = {"targets_gone": True}
    assert follow(50.0, look(84, 0.0, nontargets_gone=True, **gone), nontarget=True).recist == ["CR"]
    assert follow(50.0, look(84, 0.0, **gone), nontarget=True).recist == ["PR"]
    assert follow(50.0, look(84, 0.0, nontargets_evaluable=False, **gone), nontarget=True).recist == ["PR"]


@rule("RECIST 1.1: PR")
@pytest.mark.parametrize(("baseline", "now", "expected"), [(90.0, 63.0, "PR"), (90.0, 63.1, "SD"), (0.3, 0.21, "PR")])
def test_partial_at_seventy_percent_of_baseline(rule, baseline, now, expected):
    assert follow(baseline, look(84, now)).recist == [expected]


@rule("RECIST 1.1: PR")
def test_partial_is_measured_from_baseline_not_from_the_largest(rule):
    assert follow(100.0, look(42, 119.0), look(84, 80.0)).recist == ["SD", "SD"]


@rule("RECIST 1.1: PR")
def test_a_confirmed_partial_response_goes_on_until_progression(rule):
    held = follow(100.0, look(42, 70.0), look(84, 70.0), look(126, 80.0), look(168, 84.0))
    assert held.recist == ["PR", "PR", "PR", "PD"]
    assert follow(100.0, look(42, 70.0), look(84, 80.0)).recist == ["PR", "SD"]


@rule("RECIST 1.1: PD targets")
@pytest.mark.parametrize(
    ("nadir", "now", "expected"),
    [(50.0, 60.0, "PD"), (50.0, 59.9, "SD"), (20.0, 24.9, "PR"), (20.0, 25.0, "PD"), (0.3, 5.3, "PD")],
)
def test_progression_needs_twenty_percent_and_five_mm_over_the_nadir(rule, nadir, now, expected):
    course = follow(max(nadir, 60.0 if nadir == 50.0 else 70.0), look(42, nadir), look(84, now))
    assert course.recist[1] == expected
    assert course.cause[1] == (Cause.TARGET if expected == "PD" else Cause.NONE)


@rule("RECIST 1.1: PD targets")
def test_the_baseline_is_a_nadir_too(rule):
    assert follow(50.0, look(42, 60.0)).recist == ["PD"]


@rule("RECIST 1.1: PD targets")
def test_progression_is_taken_from_the_nadir_not_the_baseline(rule):
    course = follow(100.0, look(42, 50.0), look(84, 62.0))
    assert course.recist == ["PR", "PD"]
    assert course.last.nadir_mm.tolist() == [50.0]


@rule("RECIST 1.1: PD targets")
def test_a_scan_not_fully_judged_lowers_no_nadir_but_may_show_progression(rule):
    part = {"evaluable": False}
    course = follow(100.0, look(42, 40.0, **part), look(84, 90.0), look(126, 108.0, **part))
    assert course.recist == ["NE", "SD", "PD"]


@rule("RECIST 1.1: PD other")
@pytest.mark.parametrize(
    ("seen", "cause"),
    [({"nontargets_progressed": True}, Cause.NON_TARGET), ({"new_lesion": True}, Cause.NEW_LESION)],
)
def test_progression_whatever_the_targets_do(rule, seen, cause):
    course = follow(100.0, look(84, 20.0, **seen), nontarget=True)
    assert course.recist == ["PD"]
    assert course.cause == [cause]
    assert follow(100.0, look(84, **seen), nontarget=True).recist == ["PD"]


@rule("RECIST 1.1: PD other")
def test_a_non_target_that_progressed_and_then_increased_is_still_progression(rule):
    nontarget = {"role": "non-target"}
    rows = [("t", day, 30) for day in (0, 42, 84, 126)]
    words = ("present", "unequivocal progression", "increased", "present")
    rows += [("x", day, word, nontarget) for day, word in zip((0, 42, 84, 126), words, strict=True)]
    visits = assess_table(table(*rows)).arrow("visits")
    assert visits["response"].to_pylist() == ["PD", "PD", "SD"]
    assert visits["iresponse"].to_pylist() == ["iUPD", "iCPD", "iSD"]


@rule("RECIST 1.1: PD other")
def test_an_equivocal_new_lesion_does_not_count(rule):
    rows = [("t", 0, 30), ("t", 84, 30), ("n", 84, "equivocal", {"role": "new"})]
    assert responses(table(*rows)) == ["SD"]


@rule("RECIST 1.1: SD")
@pytest.mark.parametrize(("day", "best"), [(34.9, "NE"), (35.0, "SD")])
def test_stable_disease_must_last_to_be_a_best_response(rule, day, best):
    course = follow(50.0, look(day, 50.0), minimum_stable_day=35.0)
    assert course.recist == ["SD"]
    assert (course.best, course.best_confirmed) == (best, best)


@rule("RECIST 1.1: SD")
def test_early_stable_disease_then_progression_is_progression(rule):
    assert follow(50.0, look(21, 50.0), look(42, 70.0)).best == "PD"


@rule("RECIST 1.1: confirmation")
@pytest.mark.parametrize(
    ("scans", "best", "confirmed"),
    [
        ([(42, 60), (69, 60)], "PR", "SD"),
        ([(42, 60), (70, 60)], "PR", "PR"),
        ([(42, 60), (56, 60), (70, 60)], "PR", "PR"),
        ([(42, 60), (56, None), (70, 60)], "PR", "PR"),
        ([(42, 60), (56, 71), (70, 60)], "PR", "PR"),
        ([(42, 60), (49, 71), (56, None), (70, 60)], "PR", "PR"),
        ([(42, 60), (56, 71), (63, 71), (84, 60)], "PR", "SD"),
        ([(42, 60), (56, 71), (63, None), (70, 71), (84, 60)], "PR", "SD"),
        ([(42, 60), (56, 71), (84, 80)], "PR", "SD"),
        ([(42, 0), (70, 60)], "CR", "SD"),
        ([(42, 0), (70, None)], "CR", "SD"),
        ([(21, 60), (28, None)], "PR", "NE"),
        ([(42, 60), (70, 80)], "PR", "SD"),
        ([(21, 60), (42, 80)], "PR", "PD"),
        ([(42, 0), (70, 0)], "CR", "CR"),
        ([(42, 60), (70, 0)], "CR", "PR"),
        ([(42, 60), (56, 0), (84, 0)], "CR", "CR"),
    ],
)
def test_responses_are_confirmed_four_weeks_later(rule, scans, best, confirmed):
    looks = [look(day) if mm is None else look(day, float(mm), targets_gone=mm == 0) for day, mm in scans]
    course = follow(100.0, *looks)
    assert (course.best, course.best_confirmed) == (best, confirmed)


@rule("RECIST 1.1: confirmation")
def test_a_progression_confirmed_by_another(rule):
    course = follow(50.0, look(42, 70.0), look(63), look(69, 70.0), look(70, 70.0))
    assert course.confirmed == [False, False, False, True]
    assert course.last.confirmed_progression.tolist() == [True]


@rule("RECIST 1.1: too small to measure")
def test_five_mm_for_what_is_seen_but_too_small_zero_for_what_is_gone(rule):
    rows = [("a", 0, 20), ("b", 0, 20), ("a", 84, "too small"), ("b", 84, "absent")]
    assert assess_table(table(*rows)).visits["sum_mm"].tolist() == [5.0]


@rule("RECIST 1.1: too small to measure")
def test_a_small_lesion_that_was_measured_keeps_its_size(rule):
    rows = [("a", 0, 20), ("a", 84, 3.0, {"status": "too small"})]
    assert assess_table(table(*rows)).visits["sum_mm"].tolist() == [3.0]


@rule("RECIST 1.1: reappearing lesion")
def test_back_after_a_complete_response_is_progression(rule):
    rows = [("a", 0, 20), ("a", 42, "absent"), ("a", 84, 3.0)]
    assert responses(table(*rows)) == ["CR", "PD"]
    nontarget = {"role": "non-target"}
    rows = [("a", 0, "present", nontarget), ("a", 42, "absent", nontarget), ("a", 84, "present", nontarget)]
    assert responses(table(*rows)) == ["CR", "PD"]


@rule("RECIST 1.1: reappearing lesion")
def test_a_scan_that_could_not_be_judged_does_not_hide_a_reappearance(rule):
    rows = [("a", 0, 20), ("a", 42, "absent"), ("a", 63, "not evaluable"), ("a", 84, 3.0)]
    assert responses(table(*rows)) == ["CR", "NE", "PD"]


@rule("RECIST 1.1: reappearing lesion")
def test_disease_seen_after_a_complete_response_is_progression_as_long_as_it_is_seen(rule):
    rows = [("a", 0, 20), ("a", 42, "absent"), ("a", 84, 3.0), ("a", 126, 3.0), ("a", 168, "absent")]
    visits = assess_table(table(*rows)).arrow("visits")
    assert visits["response"].to_pylist() == ["CR", "PD", "PD", "CR"]
    assert visits["iresponse"].to_pylist() == ["iCR", "iUPD", "iUPD", "iCR"]


@rule("RECIST 1.1: reappearing lesion")
def test_a_node_above_its_normal_size_does_not_hide_a_reappearance(rule):
    node = {"is_node": True}
    rows = [("n", 0, 20, node), ("a", 0, 20), ("n", 42, 9, node), ("a", 42, "absent")]
    rows += [("n", 84, 11, node), ("a", 84, "absent"), ("n", 126, 11, node), ("a", 126, 2.0)]
    assert responses(table(*rows)) == ["CR", "PR", "PD"]


@rule("RECIST 1.1: reappearing lesion")
@pytest.mark.parametrize("node", [11, "not evaluable"])
def test_a_non_target_that_comes_back_is_no_progression_of_the_targets(rule, node):
    lymph, other = {"is_node": True, "role": "target"}, {"role": "non-target"}
    rows = [("n", 0, 20, lymph), ("x", 0, "present", other), ("n", 42, 9, lymph), ("x", 42, "absent", other)]
    rows += [("n", 84, node, lymph), ("x", 84, "present", other), ("n", 126, 9, lymph), ("x", 126, "present", other)]
    visits = assess_table(table(*rows)).arrow("visits")
    assert visits["target_response"].to_pylist() == ["CR", "PR" if node == 11 else "NE", "CR"]
    assert visits["nontarget_response"].to_pylist() == ["CR", "PD", "PD"]
    assert visits["progression_cause"].to_pylist() == [None, "non-target", "non-target"]
    # One category progressed and did not grow: nothing confirms it.
    assert visits["iresponse"].to_pylist() == ["iCR", "iUPD", "iUPD"]


@rule("RECIST 1.1: reappearing lesion")
def test_a_merged_lesion_seen_apart_after_a_complete_response_is_progression(rule):
    rows = [
        ("a", 0, 20),
        ("b", 0, 20),
        ("a", 42, "absent"),
        ("b", 42, "merged"),
        ("a", 84, "absent"),
        ("b", 84, 4),
    ]
    assert responses(table(*rows)) == ["CR", "PD"]


@rule("RECIST 1.1: reappearing lesion")
def test_back_without_a_complete_response_adds_its_diameter(rule):
    rows = [("a", 0, 40), ("b", 0, 20), ("a", 42, 30), ("b", 42, "absent"), ("a", 84, 30), ("b", 84, 4.0)]
    tables = assess_table(table(*rows))
    assert tables.visits["sum_mm"].tolist() == [30.0, 34.0]
    assert tables.arrow("visits")["response"].to_pylist() == ["PR", "PR"]


@rule("RECIST 1.1: reappearing lesion")
def test_a_node_about_its_normal_size_is_no_reappearance(rule):
    node = {"is_node": True}
    rows = [("n", 0, 20, node), ("n", 42, 9.0, node), ("n", 84, 11.0, node)]
    assert responses(table(*rows)) == ["CR", "PR"]


@rule("RECIST 1.1: split / coalesced lesions")
def test_fragments_add_up(rule):
    part = {"part_of": "a"}
    rows = [("a", 0, 40), ("a1", 84, 15, part), ("a2", 84, 12, part)]
    tables = assess_table(table(*rows))
    assert tables.visits["sum_mm"].tolist() == [27.0]
    assert tables.visits["new_lesions"].tolist() == [0]


@rule("RECIST 1.1: split / coalesced lesions")
@pytest.mark.parametrize(("other", "total"), [("too small", 20.0), ("absent", 15.0), ("present", None)])
def test_fragments_too_small_or_gone_or_not_measured(rule, other, total):
    part = {"part_of": "a"}
    rows = [("a", 0, 40), ("a1", 84, 15, part), ("a2", 84, other, part)]
    assert assess_table(table(*rows)).arrow("visits")["sum_mm"].to_pylist() == [total]


@rule("RECIST 1.1: split / coalesced lesions")
@pytest.mark.parametrize(
    ("one", "other", "response"),
    [
        ("present", "present", "NON_CR_NON_PD"),
        ("absent", "present", "NON_CR_NON_PD"),
        ("absent", "absent", "CR"),
        ("absent", "not evaluable", "NE"),
        ("not evaluable", "present", "NON_CR_NON_PD"),
        ("unequivocal progression", "absent", "PD"),
        ("unequivocal progression", 30, "PD"),
    ],
)
def test_fragments_of_a_nontarget_keep_what_is_said_of_them(rule, one, other, response):
    part, role = {"part_of": "b"}, {"role": "non-target"}
    rows = [("b", 0, "present", role), ("b1", 84, one, part), ("b2", 84, other, part)]
    for these in (rows, [rows[0], rows[2], rows[1]]):
        assert assess_table(table(*these)).arrow("visits")["response"].to_pylist() == [response]


@rule("RECIST 1.1: split / coalesced lesions")
def test_of_merged_lesions_the_longest_diameter_counts(rule):
    rows = [("a", 0, 20), ("b", 0, 20), ("a", 84, 27), ("b", 84, "merged")]
    tables = assess_table(table(*rows))
    assert tables.visits["sum_mm"].tolist() == [27.0]
    assert tables.arrow("visits")["target_response"].to_pylist() == ["PR"]


@rule("RECIST 1.1: duration of response")
def test_duration_runs_from_first_response_to_progression(rule):
    gone = {"targets_gone": True}
    course = follow(100.0, look(42, 65.0), look(84, 0.0, **gone), look(126, 0.0, **gone), look(168, 10.0))
    end = read_endpoints(course.state)
    assert end.time_to_response_day.tolist() == [42.0]
    assert end.response_duration_day.tolist() == [126.0]
    assert end.confirmed_time_to_response_day.tolist() == [42.0]
    assert end.response_ended.tolist() == [True]


@rule("RECIST 1.1: duration of response")
def test_an_ongoing_response_lasts_to_the_last_scan_that_could_be_judged(rule):
    end = read_endpoints(follow(100.0, look(42, 65.0), look(84, 65.0), look(126)).state)
    assert (end.response_duration_day.tolist(), end.response_ended.tolist()) == ([42.0], [False])
    assert (end.pfs_day.tolist(), end.pfs_event.tolist()) == ([84.0], [False])


@rule("RECIST 1.1: no target disease")
@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, "NON_CR_NON_PD"),
        ({"nontargets_gone": True}, "CR"),
        ({"nontargets_progressed": True}, "PD"),
        ({"nontargets_evaluable": False}, "NE"),
        ({"new_lesion": True}, "PD"),
    ],
)
def test_without_targets(rule, seen, expected):
    course = follow(None, look(84, **seen), nontarget=True)
    assert course.recist == [expected]
    assert course.best == expected


def test_nothing_measurable_and_nothing_else_cannot_be_judged():
    assert follow(None, look(84)).recist == ["NE"]
    assert follow(None, look(84, new_lesion=True)).recist == ["PD"]


def test_a_second_course_starts_from_its_own_baseline():
    from remission.response import assess, begin

    state = begin([100.0, 100.0], True, False)
    for day, sums in ((84.0, [50.0, 50.0]), (168.0, [70.0, 70.0])):
        state, _ = assess(state, look(np.full(2, day), np.array(sums), evaluable=True))
    state = state.put([1], begin([70.0], True, False, baseline_day=168.0))
    state, assessment = assess(state, look(np.full(2, 210.0), np.array([49.0, 49.0]), evaluable=True))
    assert assessment.best_response.tolist() == [2, 2]
    assert state.first_response_day.tolist() == [84.0, 210.0]
    assert assessment.nadir_mm.tolist() == [50.0, 70.0]
    assert assessment.progressed.tolist() == [False, False]
    assert np.isnan(state.first_progression_day[1])


def test_new_role_for_what_appears_later():
    assert roles(table(("a", 0, 20), ("a", 84, 20), ("b", 84, 12)))["b"] == NEW
