"""What a kernel does with doses, monitors, events, failures and nonsense."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest

from remission.errors import DataError, ModelError
from remission.solver import Advanced, Doses, Kernel, Status, compile_antimony


def one(kernel: Kernel, stop: float, start: float = 0.0, state: object = None, **options: object) -> Advanced:
    """One patient with default parameters."""
    y = kernel.initial_state if state is None else np.asarray(state, float)
    options = {"rtol": 1e-8, "atol": 1e-10, **options}
    return kernel.advance(y[None], kernel.defaults[None], np.array([start]), np.array([stop]), **options)


def doses(*rows: tuple[float, int, float]) -> Doses:
    return Doses.of_lists([list(rows)])


@pytest.fixture(scope="module")
def decay() -> Kernel:
    return compile_antimony("x = 0; x' = -k*x; k = 0.5; auc = 0; auc' = x;", monitors=("auc", "x"))


# doses ----------------------------------------------------------------------------------------------------


def test_doses_add_up(decay: Kernel) -> None:
    result = one(decay, 10.0, doses=doses((0.0, 0, 1.0), (4.0, 0, 2.0), (4.0, 0, 1.0)))
    expected = math.exp(-5) + 3 * math.exp(-3)
    assert result.state[0, 0] == pytest.approx(expected, rel=1e-7)
    assert result.time_day[0] == 10.0


def test_a_dose_at_the_start_is_given_and_one_at_the_stop_is_refused(decay: Kernel) -> None:
    assert one(decay, 3.0, start=3.0 - 1e-9, doses=doses((3.0 - 1e-9, 0, 7.0))).state[0, 0] == pytest.approx(7.0)
    with pytest.raises(DataError, match="belongs to the next call"):
        one(decay, 3.0, doses=doses((3.0, 0, 7.0)))


def test_a_course_cut_at_a_dose_is_the_same_course(decay: Kernel) -> None:
    whole = one(decay, 8.0, doses=doses((0.0, 0, 1.0), (5.0, 0, 2.0)))
    first = one(decay, 5.0, doses=doses((0.0, 0, 1.0)))
    second = one(decay, 8.0, start=5.0, state=first.state[0], step_day=first.step_day, doses=doses((5.0, 0, 2.0)))
    np.testing.assert_allclose(second.state, whole.state, rtol=1e-7)


def test_the_state_given_is_not_changed(decay: Kernel) -> None:
    state = np.array([[3.0, 0.0]])
    decay.advance(state, decay.defaults[None], np.zeros(1), np.ones(1))
    assert state.tolist() == [[3.0, 0.0]]


def test_a_remembered_step_saves_steps() -> None:
    kernel = compile_antimony("x = 1; x' = -20*(x - cos(time)) - sin(time);")
    first = one(kernel, 5.0)
    fresh = one(kernel, 10.0, start=5.0, state=first.state[0])
    warm = one(kernel, 10.0, start=5.0, state=first.state[0], step_day=first.step_day)
    assert warm.steps[0] < fresh.steps[0]
    np.testing.assert_allclose(warm.state, fresh.state, rtol=1e-6)


def test_a_course_cut_at_a_dose_with_its_steps_handed_on_is_the_same_to_the_bit(decay: Kernel) -> None:
    weekly = [(7.0 * k, 0, 5.0) for k in range(4)]
    whole = one(decay, 28.0, doses=doses(*weekly), rtol=1e-4)
    first = one(decay, 14.0, doses=doses(*weekly[:2]), rtol=1e-4)
    steps = {"step_day": first.step_day, "dose_step_day": first.dose_step_day}
    second = one(decay, 28.0, 14.0, first.state[0], doses=doses(*weekly[2:]), rtol=1e-4, **steps)
    assert second.state.tobytes() == whole.state.tobytes()
    assert first.steps[0] + second.steps[0] == whole.steps[0]
    assert np.isnan(one(decay, 14.0).dose_step_day[0])


def test_no_days_at_all(decay: Kernel) -> None:
    result = one(decay, 2.0, start=2.0, state=[3.0, 0.0])
    assert (result.status[0], result.steps[0], result.time_day[0]) == (Status.REACHED, 0, 2.0)
    assert result.state.tolist() == [[3.0, 0.0]]


def test_a_kernel_can_be_sent_to_another_process(decay: Kernel) -> None:
    other = pickle.loads(pickle.dumps(decay))
    assert one(other, 9.0, state=[1.0, 0.0]).state.tobytes() == one(decay, 9.0, state=[1.0, 0.0]).state.tobytes()


def test_no_patients_at_all(decay: Kernel) -> None:
    result = decay.advance(np.zeros((0, 2)), np.zeros((0, 1)), np.zeros(0), np.zeros(0))
    assert result.state.shape == (0, 2)


# monitors -------------------------------------------------------------------------------------------------


def test_a_terminal_crossing_stops_the_patient_at_its_moment(decay: Kernel) -> None:
    result = one(decay, 50.0, state=[1.0, 0.0], thresholds=np.array([[1.0, np.inf]]))
    expected = -math.log(0.5) / 0.5  # 2 (1 - exp(-t/2)) = 1
    assert result.status[0] == Status.CROSSED
    assert result.crossing_day[0, 0] == pytest.approx(expected, rel=1e-7)
    assert result.time_day[0] == result.crossing_day[0, 0]
    np.testing.assert_allclose(result.state[0], [0.5, 1.0], rtol=1e-7)


def test_a_crossing_found_with_large_steps_is_still_sharp(decay: Kernel) -> None:
    result = one(decay, 50.0, state=[1.0, 0.0], thresholds=np.array([[1.0, np.inf]]), rtol=1e-3, atol=1e-6)
    assert result.crossing_day[0, 0] == pytest.approx(-math.log(0.5) / 0.5, rel=2e-3)
    assert result.state[0, 1] == pytest.approx(1.0, rel=1e-12)


def test_other_crossings_are_recorded_once_and_the_patient_goes_on() -> None:
    kernel = compile_antimony("x := sin(time); y = 0; y' = cos(time);", monitors=("y",))
    result = one(kernel, 10.0, thresholds=np.array([[0.5]]), terminal=(False,))
    assert result.status[0] == Status.REACHED
    assert result.crossing_day[0, 0] == pytest.approx(math.pi / 6, abs=1e-6)


def test_a_crossing_after_a_terminal_one_in_the_same_step_did_not_happen() -> None:
    kernel = compile_antimony("x = 0; x' = 1; y := 2*x;", monitors=("x", "y"))
    result = one(kernel, 10.0, thresholds=np.array([[5.0, 10.1]]))
    assert result.crossing_day[0, 0] == pytest.approx(5.0)
    assert math.isnan(result.crossing_day[0, 1])
    before = one(kernel, 10.0, thresholds=np.array([[5.0, 9.9]]))
    assert before.crossing_day[0].tolist() == pytest.approx([5.0, 4.95])


def test_a_monitor_above_its_threshold_at_the_start_has_crossed(decay: Kernel) -> None:
    result = one(decay, 9.0, start=2.0, state=[1.0, 3.0], thresholds=np.array([[3.0, np.inf]]))
    assert (result.status[0], result.time_day[0], result.crossing_day[0, 0]) == (Status.CROSSED, 2.0, 2.0)
    assert result.state[0].tolist() == [1.0, 3.0]


def test_a_dose_can_lift_a_monitor(decay: Kernel) -> None:
    limits = np.array([[np.inf, 5.0]])
    result = one(decay, 9.0, thresholds=limits, doses=doses((4.0, 0, 8.0)), terminal=(True, True))
    assert (result.status[0], result.time_day[0], result.crossing_day[0, 1]) == (Status.CROSSED, 4.0, 4.0)
    assert result.state[0, 0] == pytest.approx(8.0)


def test_thresholds_at_infinity_are_off(decay: Kernel) -> None:
    result = one(decay, 9.0, state=[1e9, 0.0], thresholds=np.full((1, 2), np.inf))
    assert result.status[0] == Status.REACHED
    assert np.isnan(result.crossing_day).all()


# events ---------------------------------------------------------------------------------------------------


def test_extinction_is_final_and_quiet() -> None:
    kernel = compile_antimony("S = 100; S' = (g - k)*S; g = 0.1; k = 0.6; at (S < 1): S = 0;")
    result = one(kernel, 100.0, rtol=1e-3, atol=1e-3)
    assert result.state[0, 0] == 0.0
    again = kernel.advance(result.state, np.array([[0.6, 0.1]]), np.array([100.0]), np.array([1000.0]))
    assert again.state[0, 0] == 0.0
    assert again.steps[0] < 20


def test_extinction_is_looked_for_at_the_start_too() -> None:
    kernel = compile_antimony("S = 0.5; S' = 0.1*S; limit = 1; at (S < limit): S = 0;")
    assert one(kernel, 100.0).state[0, 0] == 0.0


def test_an_event_fires_when_its_trigger_becomes_true_and_not_while_it_holds() -> None:
    kernel = compile_antimony("x = 0; n = 0; x' = 1; at (x > 2.5): n = n + 1;")
    result = one(kernel, 10.0)
    assert result.state[0, kernel.states.index("n")] == 1.0


def test_an_event_that_takes_its_trigger_away_fires_again_and_again() -> None:
    kernel = compile_antimony("x = 0; n = 0; x' = 1; at (x >= 1): x = 0, n = n + 1;")
    x, n = one(kernel, 10.5, rtol=1e-3, atol=1e-3).state[0, [kernel.states.index(name) for name in "xn"]]
    assert (n, x) == (10.0, pytest.approx(0.5, abs=1e-9))


def test_an_event_fires_at_its_moment_however_large_the_step() -> None:
    kernel = compile_antimony("x = 8; y = 0; x' = -0.1*x; y' = 0; at (x < 4): y = time; at (time > 3.3): x = 2*x;")
    result = one(kernel, 50.0, rtol=1e-3, atol=1e-3)
    expected = math.log(2 * 8 / 4) / 0.1
    assert result.state[0, kernel.states.index("y")] == pytest.approx(expected, rel=1e-3)
    assert result.state[0, kernel.states.index("x")] == pytest.approx(16 * math.exp(-5), rel=5e-3)


def test_a_monitor_before_an_event_counts_and_one_after_it_sees_what_the_event_did() -> None:
    text = "x = 0; x' = 1; at (x > 5): x = 1;"
    kernel = compile_antimony(text, monitors=("x",))
    assert one(kernel, 30.0, thresholds=np.array([[4.5]])).time_day[0] == pytest.approx(4.5)
    beyond = one(kernel, 30.0, thresholds=np.array([[5.5]]), step_day=np.full(1, 20.0))
    assert beyond.status[0] == Status.REACHED
    lifted = compile_antimony(text.replace("x = 1;", "x = 9;"), monitors=("x",))
    assert one(lifted, 30.0, thresholds=np.array([[5.5]])).time_day[0] == pytest.approx(5.0)


def test_the_most_urgent_event_fires_first_and_may_call_others_off() -> None:
    text = """x = 0; x' = 1; first = 0; order = 0; late = 0; kept = 0; dropped = 0; c = 1;
    A: at (x > 2), priority=1: late = order + 1, order = order + 1;
    B: at (x > 2), priority=7: first = order + 1, order = order + 1, c = 0;
    C: at (x > 2 && c > 0), priority=0, persistent=true: kept = 1;
    D: at (x > 2 && c > 0), priority=0, persistent=false: dropped = 1;"""
    kernel = compile_antimony(text)
    state = dict(zip(kernel.states, one(kernel, 4.0).state[0], strict=True))
    assert (state["first"], state["kept"], state["dropped"]) == (1.0, 1.0, 0.0)
    assert state["late"] == 1.0  # its value is that of the moment of the trigger


def test_values_may_be_those_of_the_moment_of_firing() -> None:
    text = "x = 0; x' = 1; n = 0; a = 0; A: at (x > 2), priority=5: n = 3; B: at (x > 2), fromTrigger={}: a = n + 1;"
    for from_trigger, expected in (("true", 1.0), ("false", 4.0)):
        kernel = compile_antimony(text.format(from_trigger))
        assert one(kernel, 4.0).state[0, kernel.states.index("a")] == expected


def test_equally_urgent_events_take_turns_by_lot() -> None:
    text = """x = 0; x' = 1; a = 0; b = 0; taken = 0; R: at (x > 1): x = 0, taken = 0;
    A: at (x > 0.5), fromTrigger=false: a = a + 1 - taken, taken = 1;
    B: at (x > 0.5), fromTrigger=false: b = b + 1 - taken, taken = 1;"""
    kernel = compile_antimony(text)
    found = one(kernel, 200.2)
    a, b = found.state[0, [kernel.states.index(name) for name in "ab"]]
    assert a + b == 200.0
    assert min(a, b) > 60
    assert found.state.tobytes() == one(kernel, 200.2).state.tobytes()


def test_events_without_end_are_a_status() -> None:
    kernel = compile_antimony("x = 0; x' = 1; a = 0; at (x > 2 && a < 1): a = 1; at (a > 0): a = 0;")
    result = one(kernel, 4.0)
    assert (result.status[0], result.time_day[0]) == (Status.EVENTS_WITHOUT_END, pytest.approx(2.0))


# right-hand sides -----------------------------------------------------------------------------------------


def test_a_right_hand_side_may_depend_on_time() -> None:
    kernel = compile_antimony("x = 0; x' = cos(time) + 0*x; y = 1; y' = -y*time;")
    result = one(kernel, 3.0, start=1.0, state=[math.sin(1.0), math.exp(-0.5)])
    np.testing.assert_allclose(result.state[0], [math.sin(3.0), math.exp(-4.5)], rtol=1e-6)


def test_piecewise_in_time_and_state() -> None:
    kernel = compile_antimony("x = 0; x' = piecewise(1, time < 2, 3, time < 4, 0);", outputs=("x",))
    assert one(kernel, 10.0).state[0, 0] == pytest.approx(8.0, rel=1e-6)


def test_an_empty_lesion_costs_nothing() -> None:
    kernel = compile_antimony("S = 0; T = 0; S' = 0.1*S*(1 - S/1e10) - S*T/(S + T + 1e4); T' = S/(S + 1e7)*T - 0.1*T;")
    result = one(kernel, 1000.0)
    assert result.status[0] == Status.REACHED
    assert result.state.tolist() == [[0.0, 0.0]]
    assert result.steps[0] < 20


def test_outputs_follow_states_parameters_and_time() -> None:
    kernel = compile_antimony("x = 1; x' = -x; a = 2; z := a*x + time; b := a^2;", outputs=("z", "x", "b", "a"))
    state, parameters = np.arange(1.0, 8.0)[:, None], np.full((7, 1), 3.0)
    found = kernel.observe(state, parameters, np.arange(7.0))
    np.testing.assert_allclose(found[:, 0], 3 * state[:, 0] + np.arange(7.0))
    np.testing.assert_allclose(found[:, 1:], np.column_stack([state[:, 0], np.full(7, 9.0), np.full(7, 3.0)]))


# failures -------------------------------------------------------------------------------------------------


def test_the_limit_on_steps_is_kept(decay: Kernel) -> None:
    result = one(decay, 100.0, state=[1.0, 0.0], max_steps=7)
    assert (result.status[0], result.steps[0] + result.rejected[0]) == (Status.TOO_MANY_STEPS, 7)
    assert 0 < result.time_day[0] < 100


def test_growth_to_infinity_is_a_status_and_not_a_crash() -> None:
    kernel = compile_antimony("x = 1; x' = x^2;")
    result = one(kernel, 2.0)
    assert result.status[0] in (Status.STEP_TOO_SMALL, Status.NOT_FINITE)
    assert result.time_day[0] == pytest.approx(1.0, abs=1e-3)


def test_a_value_that_is_no_number_is_a_status() -> None:
    kernel = compile_antimony("x = 1; x' = -1 - 0*ln(x) - ln(x)*1e-9;")
    result = one(kernel, 5.0)
    assert result.status[0] == Status.NOT_FINITE
    assert result.time_day[0] == pytest.approx(1.0, abs=1e-3)


def test_a_failed_patient_does_not_disturb_the_others() -> None:
    kernel = compile_antimony("x = 1; x' = k*x^2 - x; k = 0;")
    k = np.zeros((40, 1))
    k[::7] = 5.0
    result = kernel.advance(np.ones((40, 1)), k, np.zeros(40), np.full(40, 3.0), rtol=1e-6)
    assert (result.status[::7] >= Status.STEP_TOO_SMALL).all()
    healthy = np.delete(np.arange(40), np.arange(0, 40, 7))
    np.testing.assert_allclose(result.state[healthy, 0], math.exp(-3), rtol=1e-4)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_sentence(status: Status) -> None:
    assert status.sentence
    assert status.failed == (status not in (Status.REACHED, Status.CROSSED))


# nonsense -------------------------------------------------------------------------------------------------

State, Bad = np.ndarray, Callable[[Kernel], object]
ONE, TWO = np.ones((1, 1)), np.ones((1, 2))
NONSENSE: dict[str, Bad] = {
    "state: an array does not fit": lambda k: k.advance(ONE, ONE, np.zeros(1), np.ones(1)),
    "parameters: an array does not fit": lambda k: k.advance(TWO, TWO, np.zeros(1), np.ones(1)),
    "stop_day: an array does not fit": lambda k: k.advance(TWO, ONE, np.zeros(1), np.ones(2)),
    "state, patient 0: a value that is not a finite number": lambda k: one(k, 1.0, state=[np.nan, 0.0]),
    "stop_day, patient 0: a value that is not a finite number": lambda k: one(k, np.inf),
    "patient 0: the stop day lies before the start day": lambda k: one(k, 1.0, start=2.0),
    "rtol: the relative tolerance": lambda k: one(k, 1.0, rtol=0.01),
    "atol: the absolute tolerance": lambda k: one(k, 1.0, atol=0.0),
    "atol: the absolute tolerance makes": lambda k: one(k, 1.0, atol=np.ones(3)),
    "max_steps: the limit": lambda k: one(k, 1.0, max_steps=0),
    "thresholds: thresholds do not fit": lambda k: one(k, 1.0, thresholds=ONE),
    "terminal: `terminal` does not fit": lambda k: one(k, 1.0, terminal=(True,)),
    "step_day: an array does not fit": lambda k: one(k, 1.0, step_day=np.ones(2)),
    "doses, patient 0: doses of a patient are not sorted": lambda k: one(
        k, 9.0, doses=Doses(np.array([0, 2]), np.array([3.0, 1.0]), np.zeros(2, np.int32), np.ones(2))
    ),
    "doses, patient 0: a dose before": lambda k: one(k, 9.0, start=2.0, doses=doses((1.0, 0, 1.0))),
    "doses, patient 0: a dose into a state": lambda k: one(k, 9.0, doses=doses((1.0, 2, 1.0))),
    "doses, patient 0: a dose at or after the stop day": lambda k: one(
        k, 9.0, doses=doses((1.0, 0, 1.0), (9.0, 0, 1.0))
    ),
    "doses, patient 0: an amount": lambda k: one(k, 9.0, doses=doses((1.0, 0, np.nan))),
    "doses, patient 0: a dose at a time": lambda k: one(k, 9.0, doses=doses((np.nan, 0, 1.0))),
    "doses.offsets: the offsets of the doses do not fit": lambda k: one(k, 9.0, doses=Doses.none(2)),
    "doses.offsets: the offsets of the doses do not run": lambda k: one(
        k, 9.0, doses=Doses(np.array([0, 3]), np.ones(1), np.zeros(1, np.int32), np.ones(1))
    ),
    "doses.amount: the columns": lambda k: one(
        k, 9.0, doses=Doses(np.array([0, 1]), np.ones(1), np.zeros(1, np.int32), np.ones(2))
    ),
}


@pytest.mark.parametrize("message", NONSENSE)
def test_nonsense_is_refused_with_its_place(decay: Kernel, message: str) -> None:
    with pytest.raises(DataError) as caught:
        NONSENSE[message](decay)
    assert str(caught.value).startswith(message)


def test_names_and_options_that_do_not_exist() -> None:
    for options, found in (
        ({"monitors": ("volume",)}, "not in the model"),
        ({"outputs": ("volume",)}, "not in the model"),
        ({"method": "EULER"}, "unknown method"),
        ({"lanes": 3}, "number of lanes"),
    ):
        with pytest.raises(ModelError, match=found):
            compile_antimony("x = 1; x' = -x;", **options)


@pytest.mark.parametrize("dose", range(5))
@pytest.mark.parametrize("fault", [{"time_day": np.nan}, {"state": 2}, {"state": -1}, {"amount": np.inf}])
def test_the_patient_of_a_wrong_dose_is_named(decay: Kernel, dose: int, fault: dict[str, float]) -> None:
    given = doses_of_three()
    for column, value in fault.items():
        getattr(given, column)[dose] = value
    arrays = np.ones((3, 2)), np.ones((3, 1)), np.zeros(3), np.full(3, 9.0)
    with pytest.raises(DataError, match=f"doses, patient {(0, 0, 2, 2, 2)[dose]}:"):
        decay.advance(*arrays, given)


def doses_of_three() -> Doses:
    """The second patient has none."""
    return Doses.of_lists([[(1.0, 0, 1.0), (2.0, 0, 1.0)], [], [(0.0, 1, 1.0), (0.0, 0, 1.0), (8.0, 0, 1.0)]])
