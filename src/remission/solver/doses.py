"""Dosing schedules of a batch of patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.solver.errors import data_error


@dataclass(frozen=True)
class Doses:
    """Boluses of all patients, patient after patient.

    Attributes
    ----------
    offsets : int64 array, (patients + 1,)
        Doses of patient i are numbers ``offsets[i]`` to ``offsets[i + 1] - 1``.
    time_day : float64 array, (doses,)
        Sorted within each patient, from the start day up to but not including the stop day.
    state : int32 array, (doses,)
        Index of the state that receives the dose.
    amount : float64 array, (doses,)
        What is added to the state, in its unit.

    Examples
    --------
    >>> Doses.of_lists([[(0.0, 1, 240.0), (21.0, 1, 240.0)], []]).offsets.tolist()
    [0, 2, 2]
    """

    offsets: np.ndarray
    time_day: np.ndarray
    state: np.ndarray
    amount: np.ndarray

    @classmethod
    def none(cls, patients: int) -> Doses:
        """No dose for anybody.

        Examples
        --------
        >>> Doses.none(3).offsets.tolist()
        [0, 0, 0, 0]
        """
        return cls(np.zeros(patients + 1, np.int64), np.zeros(0), np.zeros(0, np.int32), np.zeros(0))

    @classmethod
    def of_lists(cls, patients: list[list[tuple[float, int, float]]]) -> Doses:
        """From a list of (day, state index, amount) for each patient; sorted here."""
        rows = [row for doses in patients for row in sorted(doses, key=lambda dose: dose[0])]
        return cls(
            np.cumsum([0, *map(len, patients)], dtype=np.int64),
            np.array([day for day, _, _ in rows], float),
            np.array([state for _, state, _ in rows], np.int32),
            np.array([amount for _, _, amount in rows], float),
        )

    def within(self, start_day: np.ndarray, stop_day: np.ndarray) -> Doses:
        """The doses from each patient's start day up to but not including its stop day.

        Parameters
        ----------
        start_day, stop_day : (patients,)

        Examples
        --------
        >>> weekly = Doses.of_lists([[(0.0, 0, 5.0), (7.0, 0, 5.0), (14.0, 0, 5.0)]] * 2)
        >>> weekly.within(np.array([0.0, 7.0]), np.array([7.0, 21.0])).time_day.tolist()
        [0.0, 7.0, 14.0]
        """
        patients = len(self.offsets) - 1
        patient = np.repeat(np.arange(patients), np.diff(self.offsets))
        taken = (self.time_day >= start_day[patient]) & (self.time_day < stop_day[patient])
        counts = np.bincount(patient[taken], minlength=patients)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return Doses(offsets, self.time_day[taken], self.state[taken], self.amount[taken])

    def checked(self, start_day: np.ndarray, stop_day: np.ndarray, states: int) -> Doses:
        """The same doses in the types that machine code reads, if they make sense.

        Parameters
        ----------
        start_day, stop_day : (patients,)
        states : int
            Number of states of the model.

        Raises
        ------
        DataError
            Saying which dose of which patient is wrong.
        """
        doses = Doses(
            np.ascontiguousarray(self.offsets, np.int64),
            np.ascontiguousarray(self.time_day, np.float64),
            np.ascontiguousarray(self.state, np.int32),
            np.ascontiguousarray(self.amount, np.float64),
        )
        doses._check_shape(len(start_day))
        if len(doses.time_day) and not doses._make_sense(start_day, stop_day, states):
            doses._refuse_the_first_fault(start_day, stop_day, states)
        return doses

    def _make_sense(self, start_day: np.ndarray, stop_day: np.ndarray, states: int) -> bool:
        """Few passes over the doses: if they rise, only the first and the last of each patient have to be looked at."""
        rising = np.concatenate([[True], self.time_day[1:] >= self.time_day[:-1]])
        dosed = self.offsets[:-1] < self.offsets[1:]
        first, last = self.offsets[:-1][dosed], self.offsets[1:][dosed] - 1
        rising[first] = True
        return bool(
            rising.all()
            and (self.time_day[first] >= start_day[dosed]).all()
            and (self.time_day[last] < stop_day[dosed]).all()
            and self.state.min() >= 0
            and self.state.max() < states
            and np.isfinite(self.amount).all()
        )

    def _check_shape(self, patients: int) -> None:
        count = len(self.time_day)
        if self.offsets.shape != (patients + 1,):
            raise data_error(
                "the offsets of the doses do not fit the patients",
                where="doses.offsets",
                found=f"shape {self.offsets.shape}",
                allowed=f"shape ({patients + 1},)",
            )
        if self.offsets[0] != 0 or self.offsets[-1] != count or np.any(np.diff(self.offsets) < 0):
            raise data_error(
                "the offsets of the doses do not run from 0 up to their number",
                where="doses.offsets",
                found=f"{self.offsets[0]} to {self.offsets[-1]}",
                allowed=f"0 to {count}, never falling",
            )
        for name in ("time_day", "state", "amount"):
            if getattr(self, name).shape != (count,):
                raise data_error(
                    "the columns of the doses differ in length",
                    where=f"doses.{name}",
                    found=str(getattr(self, name).shape),
                    allowed=f"({count},)",
                )

    def _refuse_the_first_fault(self, start_day: np.ndarray, stop_day: np.ndarray, states: int) -> None:
        patient = np.repeat(np.arange(len(start_day)), np.diff(self.offsets))
        time = self.time_day
        within = patient[1:] == patient[:-1]
        unsorted = np.concatenate([[False], within & (time[1:] < time[:-1])])
        faults = {
            "a dose at a time that is not a number": ~np.isfinite(time),
            "a dose before the start day": time < start_day[patient],
            "a dose at or after the stop day (it belongs to the next call)": time >= stop_day[patient],
            "doses of a patient are not sorted by time": unsorted,
            "a dose into a state that does not exist": (self.state < 0) | (self.state >= states),
            "an amount that is not a finite number": ~np.isfinite(self.amount),
        }
        for what, wrong in faults.items():
            if wrong.any():
                k = int(np.argmax(wrong))
                raise data_error(
                    what,
                    where=f"doses, patient {patient[k]}",
                    found=f"day {time[k]:g}, state {self.state[k]}, amount {self.amount[k]:g}",
                    allowed=f"days from {start_day[patient[k]]:g} to below {stop_day[patient[k]]:g}, "
                    f"states 0 to {states - 1}",
                )
