"""One scan of n patients: what was measured and seen."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.errors import DataError

_NUMBERS = ("time_day", "sum_mm", "new_lesion_sum_mm")


@dataclass(frozen=True)
class Scan:
    """One scan of n patients; scalars stand for all of them.

    Attributes
    ----------
    time_day : (n,) float
    sum_mm : (n,) float
        Sum of target diameters (short axis for nodes). Where not all targets could be measured, the sum of
        those that were: enough growth in them alone is a progression. NaN where none was, or there are no
        targets.
    targets_gone : (n,) bool
        Every target has disappeared and every target node is below 10 mm.
    nontargets_gone, nontargets_progressed : (n,) bool
        All have disappeared (nodes below 10 mm); unequivocal progression.
    new_lesion : (n,) bool
        A lesion is there that was not there at baseline.
    evaluable : (n,) bool
        All targets could be judged.
    new_lesion_sum_mm : (n,) float
        Sum of the new-lesion targets of iRECIST; NaN where none was measured.
    further_new_lesion : (n,) bool
        Another new lesion since the last scan.
    nontargets_increased, new_nontargets_increased : (n,) bool
        Any increase since the last scan: of non-targets; of new lesions other than new-lesion targets.
    nontargets_evaluable : (n,) bool
        Non-targets could be judged; as `evaluable` unless given.
    targets_seen, nontargets_seen : (n,) bool
        One of them that is not a node is seen. Asked only once there has been a complete response, when it had
        disappeared: PD of its category whatever its size.
    symptomatic : (n,) bool
        The scan was made for new symptoms; lets a scan within 4 weeks confirm an iUPD by another new lesion.
    """

    time_day: Floats
    sum_mm: Floats
    targets_gone: Bools
    nontargets_gone: Bools
    nontargets_progressed: Bools
    new_lesion: Bools
    evaluable: Bools
    new_lesion_sum_mm: Floats = np.nan  # type: ignore[assignment]
    further_new_lesion: Bools = False  # type: ignore[assignment]
    nontargets_increased: Bools = False  # type: ignore[assignment]
    new_nontargets_increased: Bools = False  # type: ignore[assignment]
    nontargets_evaluable: Bools = None  # type: ignore[assignment]
    targets_seen: Bools = False  # type: ignore[assignment]
    nontargets_seen: Bools = False  # type: ignore[assignment]
    symptomatic: Bools = False  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.nontargets_evaluable is None:
            object.__setattr__(self, "nontargets_evaluable", self.evaluable)
        arrays: dict[str, np.ndarray] = {name: np.asarray(getattr(self, name), kind) for name, kind in _KINDS}
        shape = np.broadcast_shapes((1,), *{array.shape for array in arrays.values()})
        for name, array in arrays.items():
            whole = array if array.shape == shape else np.full(shape, array)
            object.__setattr__(self, name, whole)

    def __len__(self) -> int:
        return len(self.time_day)


_KINDS = tuple((field.name, np.float64 if field.name in _NUMBERS else np.bool_) for field in fields(Scan))


def check_scan(scan: Scan, last_day: Floats, has_target: Bools) -> None:
    """Refuse scans that run backwards in time or lack a sum where one is promised.

    Raises
    ------
    DataError
        If lengths differ, a time is not a number or not after the last scan, a sum is negative, or targets
        that exist are called evaluable without a sum.
    """
    if len(scan) != len(last_day):
        raise DataError("scan and state differ in length", where="scan", found=f"{len(scan)} and {len(last_day)}")
    _refuse(~np.isfinite(scan.time_day), "the day of the scan is not a number", "time_day", scan.time_day)
    _refuse(scan.time_day <= last_day, "the scan is not after the one before", "time_day", scan.time_day)
    _refuse(scan.sum_mm < 0, "the sum of diameters is negative", "sum_mm", scan.sum_mm)
    lacking = scan.evaluable & has_target & ~np.isfinite(scan.sum_mm)
    _refuse(lacking, "targets are called evaluable but have no sum", "sum_mm", scan.sum_mm)


def _refuse(bad: Bools, what: str, field: str, value: ArrayLike) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(what, where=f"scan.{field}[{row}]", found=str(np.asarray(value)[row]))
