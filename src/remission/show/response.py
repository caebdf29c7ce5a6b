"""Numbers behind the waterfall and the spider plot: change of the sum of target diameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats, Ints, Texts

MOST_BARS = 600
BEST_FIRST = ("CR", "PR", "SD", "NON_CR_NON_PD", "PD", "NE")


@dataclass(frozen=True)
class Waterfall:
    """Best change of each patient of an arm, largest growth first.

    Parameters
    ----------
    change_pct : ndarray, shape (bars,)
        Smallest change of the sum from baseline at any scan before another treatment began.
    response : ndarray of str, shape (bars,)
        Best response of the same patients.
    measured, unmeasured : int
        Patients with and without a scan after baseline; `bars` is fewer than `measured` in large runs, evenly
        spread over the ranks.
    """

    change_pct: Floats
    response: Texts
    measured: int
    unmeasured: int


@dataclass(frozen=True)
class Spider:
    """Courses of the sum in the first patients of an arm; one array for each patient."""

    month: tuple[Floats, ...]
    change_pct: tuple[Floats, ...]
    response: tuple[str, ...]
    patients: int


def best_change(patient: Ints, change_pct: Floats, countable: Bools, order: Ints) -> Floats:
    """Smallest change of each patient; NaN for one without a countable scan.

    Parameters
    ----------
    patient : ndarray of int, shape (visits,)
    change_pct : ndarray, shape (visits,)
    countable : ndarray of bool, shape (visits,)
        Scans after baseline and before another treatment.
    order : ndarray of int, shape (patients,)
        Patient numbers, ascending: the order of the result.

    Examples
    --------
    >>> countable = np.array([False, True, False])
    >>> best_change(np.array([3, 3, 4]), np.array([0.0, -20.0, 5.0]), countable, np.array([3, 4]))
    array([-20.,  nan])
    """
    lowest = np.full(order.size, np.inf)
    use = countable & np.isfinite(change_pct) & np.isin(patient, order)
    np.minimum.at(lowest, np.searchsorted(order, patient[use]), change_pct[use])
    return np.where(np.isfinite(lowest), lowest, np.nan)


def waterfall(change_pct: Floats, response: Texts, most: int = MOST_BARS) -> Waterfall:
    """Sort and, in a large run, thin the bars.

    Examples
    --------
    >>> waterfall(np.array([-50.0, np.nan, 20.0]), np.array(["PR", "NE", "PD"])).change_pct
    array([ 20., -50.])
    """
    seen = np.flatnonzero(np.isfinite(change_pct))
    order = seen[np.argsort(-change_pct[seen], kind="stable")]
    if order.size > most:
        order = order[np.linspace(0, order.size - 1, most).round().astype(np.intp)]
    return Waterfall(change_pct[order], response[order], int(seen.size), int(change_pct.size - seen.size))


def spider(patient: Ints, month: Floats, change_pct: Floats, best: dict[int, str], patients: int) -> Spider:
    """One course for each patient of `best`, from rows in order of patient and time.

    Examples
    --------
    >>> month, change = np.array([0.0, 3.0, 0.0]), np.array([0.0, -40.0, 0.0])
    >>> rows = spider(np.array([0, 0, 1]), month, change, {0: "PR"}, 2)
    >>> rows.change_pct
    (array([  0., -40.]),)
    """
    lines = [np.flatnonzero((patient == number) & np.isfinite(change_pct)) for number in best]
    return Spider(
        tuple(month[line] for line in lines),
        tuple(change_pct[line] for line in lines),
        tuple(best.values()),
        patients,
    )
