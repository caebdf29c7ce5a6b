"""What one reader has noted of the lesions of an arm's patients, and what RECIST remembers of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remission import draws
from remission.arrays import Bools, Floats
from remission.biology import TumourTable
from remission.clinic.reading import Reading, draw_reader_bias, read_lesions, sum_of
from remission.population import Patients, choose_targets
from remission.response import RecistState, begin
from remission.study import CENTRAL_REVIEW, INVESTIGATOR


@dataclass
class Chart:
    """Notes of one reader: changed scan by scan; shape (n, 6), one column a lesion, unless said otherwise.

    Attributes
    ----------
    reader : str
        `INVESTIGATOR` or `CENTRAL_REVIEW`.
    bias : ndarray
        The part of the reader's error that stays with a lesion, as a factor.
    first : RecistState
        RECIST of the first course and line, (n,).
    measured_mm : ndarray
    gone : ndarray of bool
        Out of sight at the latest scan.
    target, out_of_sight : ndarray of bool
        At the present baseline.
    seen, seen_at_enrolment : ndarray of bool
        At any scan so far; at the first.
    nontarget_nadir_mm, nontarget_last_mm : ndarray, shape (n,)
        Sums of non-targets, which RECIST's own memory does not keep.
    complete_response_day : ndarray, shape (n,)
        First complete response of the first course and line, NaN without.
    """

    reader: str
    bias: Floats
    first: RecistState
    measured_mm: Floats
    gone: Bools
    target: Bools
    out_of_sight: Bools
    seen: Bools
    seen_at_enrolment: Bools
    nontarget_nadir_mm: Floats
    nontarget_last_mm: Floats
    complete_response_day: Floats

    @property
    def new_lesions(self) -> NDArray[np.int8]:
        """Lesions seen so far that were not there at enrolment, (n,)."""
        return (self.seen & ~self.seen_at_enrolment).sum(axis=1).astype(np.int8)


def investigators_chart(table: TumourTable, seed: int, patients: Patients) -> tuple[Chart, Reading]:
    """The chart on which the clinic acts, after the baseline scan, and what was read there."""
    reading = _baseline(table, seed, patients, INVESTIGATOR)
    return _open(INVESTIGATOR, *reading, patients.target), reading[1]


def central_chart(table: TumourTable, seed: int, patients: Patients) -> Chart:
    """The chart of the central review after the baseline scan.

    The central reader sees scans alone, measures anew and chooses targets anew; in some patients none of the lesions is
    measurable to this reader.
    """
    bias, reading = _baseline(table, seed, patients, CENTRAL_REVIEW)
    agrees = draws.uniform(seed, patients.number, "central reader finds measurable disease")
    measurable = agrees < table.value("central_measurable")
    target = choose_targets(reading.measured_mm, patients.site) & measurable[:, None]
    return _open(CENTRAL_REVIEW, bias, reading, target)


def _baseline(table: TumourTable, seed: int, patients: Patients, reader: str) -> tuple[Floats, Reading]:
    """The lasting part of a reader's error, and what the reader makes of the scan at enrolment."""
    n = len(patients.number)
    bias = draw_reader_bias(table, seed, patients, reader)
    visit = np.zeros(n, np.int16)
    return bias, read_lesions(table, seed, patients, reader, bias, patients.volume_mL, np.zeros(n), visit)


def _open(reader: str, bias: Floats, reading: Reading, target: Bools) -> Chart:
    others = ~reading.gone & ~target
    others_mm = sum_of(others, reading.measured_mm)
    return Chart(
        reader=reader,
        bias=bias,
        first=begin(sum_of(target, reading.measured_mm), target.any(axis=1), others.any(axis=1)),
        measured_mm=reading.measured_mm.copy(),
        gone=reading.gone.copy(),
        target=target.copy(),
        out_of_sight=reading.gone.copy(),
        seen=~reading.gone,
        seen_at_enrolment=~reading.gone,
        nontarget_nadir_mm=others_mm,
        nontarget_last_mm=others_mm.copy(),
        complete_response_day=np.full(len(others), np.nan),
    )
