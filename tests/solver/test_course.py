"""Courses from stop to stop, dosing tables, and results as Arrow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_infusions import amount_after

from remission.errors import DataError, ModelError
from remission.solver import (
    Course,
    Doses,
    Kernel,
    Status,
    compile_antimony,
    compile_file,
    follow,
    schedule,
    simulate,
    start_course,
)
from remission.solver.antimony_text import antimony_to_sbml

TEXT = "A = 0; A' = -k*A; k = 0.2; T = 100; T' = g*T - 0.01*A*T; g = 0.02; twice := 2*T;"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    path = tmp_path_factory.mktemp("models") / "model.ant"
    path.write_text(TEXT)
    return compile_file(path, outputs=("A", "twice"), infused=("A",))


def parameters_of(kernel: Kernel, *rates: float) -> np.ndarray:
    values = np.tile(kernel.defaults, (len(rates), 1))
    values[:, kernel.parameters.index("k")] = rates
    return values


def test_boluses_and_infusions_of_a_table(kernel: Kernel) -> None:
    rates = (0.2, 0.2, 0.4)
    doses = schedule(kernel.states, 3, [1, 0, 2], [2.0, 0.0, 1.0], "A", [50.0, 100.0, 7.0], [0.5, 0.0, 1.0])
    table = simulate(kernel, parameters_of(kernel, *rates), [0.0, 2.25, 9.0], doses, rtol=1e-9)
    found = table["A"].to_numpy().reshape(3, 3)
    late = [100 * np.exp(-0.2 * 9), amount_after(9.0, 2.0, 0.5, 50.0), amount_after(9.0, 1.0, 1.0, 7.0, 0.4)]
    np.testing.assert_allclose(found[:, 2], late, rtol=1e-6)
    np.testing.assert_allclose(found[1, 1], amount_after(2.25, 2.0, 0.5, 50.0), rtol=1e-6)
    assert table.schema.names == ["patient", "time_day", "A", "twice", "status"]
    assert table["patient"].to_pylist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert set(table["status"].to_pylist()) == {Status.REACHED.sentence}


def test_a_course_in_pieces_is_the_course_in_one(kernel: Kernel) -> None:
    parameters = parameters_of(kernel, 0.1, 0.2, 0.3)
    doses = schedule(kernel.states, 3, [0, 1, 2, 0], [0.0, 3.0, 5.0, 7.0], "A", 9.0, [0.0, 1.0, 0.5, 2.0])
    fine = simulate(kernel, parameters, np.arange(0.0, 22.0), doses, rtol=1e-9)
    coarse = simulate(kernel, parameters, [21.0], doses, rtol=1e-9)
    np.testing.assert_allclose(fine["twice"].to_numpy()[21::22], coarse["twice"].to_numpy(), rtol=1e-7)


def test_stops_of_each_patient_and_what_a_stop_may_change(kernel: Kernel) -> None:
    course = start_course(kernel, parameters_of(kernel, 0.2, 0.2, 0.2), [7.0, 10.0, np.nan])
    days: list[list[float]] = []

    def at_stop(course: Course, due: np.ndarray) -> None:
        days.append(course.time_day[due].tolist())
        course.state[due, kernel.states.index("T")] = 50.0
        course.stop_day[due] += 7.0
        course.stop_day[course.stop_day > 21.0] = np.nan

    follow(kernel, course, at_stop, rtol=1e-8)
    assert days == [[7.0, 10.0], [14.0, 17.0], [21.0]]
    assert course.time_day.tolist() == [21.0, 17.0, 0.0]
    assert course.state[:, kernel.states.index("T")].tolist() == [50.0, 50.0, 100.0]


def test_doses_are_given_once_however_the_course_is_cut(kernel: Kernel) -> None:
    doses = Doses.of_lists([[(0.0, 0, 5.0), (7.0, 0, 5.0)], [(7.0, 0, 5.0)]])
    course = start_course(kernel, parameters_of(kernel, 0.0, 0.0), [7.0, 3.0], doses)

    def at_stop(course: Course, due: np.ndarray) -> None:
        course.stop_day[due] = np.where(course.time_day < 10.0, 10.0, np.nan)[due]

    follow(kernel, course, at_stop)
    np.testing.assert_allclose(course.state[:, kernel.states.index("A")], [10.0, 5.0])


def test_a_patient_that_fails_has_nulls_and_a_sentence_and_stops_nobody() -> None:
    kernel = compile_antimony("x = 1; x' = k*x^2; k = 1;", outputs=("x",))
    table = simulate(kernel, np.array([[1.0], [0.01]]), [0.5, 2.0, 3.0])
    assert table["x"].null_count == 2
    assert table["x"].to_pylist()[1:3] == [None, None]
    assert table["x"].to_pylist()[5] == pytest.approx(1 / 0.97, rel=1e-4)
    assert table["status"].to_pylist()[0] == Status.REACHED.sentence
    assert table["status"].to_pylist()[2] in {Status.STEP_TOO_SMALL.sentence, Status.NOT_FINITE.sentence}


def test_what_makes_no_sense_is_refused(kernel: Kernel, tmp_path: Path) -> None:
    parameters = parameters_of(kernel, 0.2)
    with pytest.raises(DataError, match="dose 1: a dose into nothing"):
        schedule(kernel.states, 1, [0, 0], 0.0, ["A", "B"], 1.0)
    with pytest.raises(DataError, match="not there"):
        schedule(kernel.states, 1, [1], 0.0, "A", 1.0)
    with pytest.raises(DataError, match="negative length"):
        schedule(kernel.states, 1, [0], 0.0, "A", 1.0, -1.0)
    with pytest.raises(DataError, match="do not rise"):
        simulate(kernel, parameters, [3.0, 2.0])
    with pytest.raises(DataError, match="does not lie ahead"):
        follow(kernel, start_course(kernel, parameters, 5.0), lambda course, due: None)
    with pytest.raises(ModelError, match="cannot be read"):
        compile_file(tmp_path / "none.xml")
    (tmp_path / "nameless.ant").write_text("x = 1; x' = -x; y := z;")
    with pytest.raises(ModelError, match=r"nameless\.ant"):
        compile_file(tmp_path / "nameless.ant")


def test_a_file_of_sbml_says_the_same_as_its_antimony(kernel: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    path.write_text(antimony_to_sbml(TEXT))
    other = compile_file(path, outputs=("A", "twice"), infused=("A",))
    parameters = parameters_of(kernel, 0.3)
    assert simulate(other, parameters, [9.0]).equals(simulate(kernel, parameters, [9.0]))


def test_days_recorded_on_the_way_are_those_of_as_many_calls_to_the_bit(kernel: Kernel) -> None:
    patients = 11  # not a multiple of any vector
    parameters = parameters_of(kernel, *np.linspace(0.05, 0.5, patients))
    who, turn = np.divmod(np.arange(patients * 4), 4)
    doses = schedule(kernel.states, patients, who, 3.0 * turn + who % 3, "A", 9.0, 0.25 * (who % 2))
    days = np.linspace(0.0, 20.0, 6) + np.arange(patients)[:, None] % 3
    start = np.tile(kernel.initial_state, (patients, 1)), parameters, days[:, 0]
    whole = kernel.advance(*start, days[:, -1] + 1.0, doses, record_day=days)
    state, step, dose_step = start[0], None, None
    for k in range(6):
        begin, end = days[:, max(k - 1, 0)], days[:, k]
        cut = kernel.advance(
            *(state, parameters, begin, end, doses.within(begin, end)), step_day=step, dose_step_day=dose_step
        )
        state, step, dose_step = cut.state, cut.step_day, cut.dose_step_day
        np.testing.assert_array_equal(whole.recorded[:, k], state)
    assert (whole.state != state).any()


def test_nothing_is_recorded_from_where_a_patient_was_left() -> None:
    growth = compile_antimony("x = 1; x' = x;", monitors=("x",))
    one = np.ones((1, 1)), np.zeros((1, 0)), np.zeros(1), np.full(1, 5.0)
    found = growth.advance(*one, thresholds=np.full((1, 1), 10.0), record_day=np.array([1.0, 2.0, 3.0]), rtol=1e-6)
    assert found.status[0] == Status.CROSSED
    np.testing.assert_allclose(found.recorded[0, :, 0], [np.e, np.e**2, np.nan], rtol=1e-4)


@pytest.mark.parametrize("days", [[-1.0, 2.0], [2.0, 2.0], [3.0, 2.0], [np.nan]])
def test_recorded_days_rise_from_the_start(kernel: Kernel, days: list[float]) -> None:
    state = kernel.initial_state[None]
    with pytest.raises(DataError, match="record_day, patient 0"):
        kernel.advance(state, kernel.defaults[None], np.zeros(1), np.ones(1), record_day=np.array(days))


@pytest.mark.parametrize(("row", "column", "day"), [(1, 0, 0.5), (2, 1, 3.0), (0, 1, np.nan)])
def test_the_patient_whose_recorded_days_do_not_rise_is_named(
    kernel: Kernel, row: int, column: int, day: float
) -> None:
    days = np.tile([2.0, 3.0, 4.0], (3, 1))
    days[row, column] = day
    if column:
        days[row, 0] = 3.0
    start = np.array([0.0, 1.0, 2.0])
    arrays = np.tile(kernel.initial_state, (3, 1)), np.tile(kernel.defaults, (3, 1)), start, np.full(3, 9.0)
    with pytest.raises(DataError, match=f"record_day, patient {row}"):
        kernel.advance(*arrays, record_day=days)
