"""A scan: what RECIST makes of the lesions that the reader saw."""

from __future__ import annotations

import numpy as np

from remission.arrays import Floats, Index, Ints
from remission.clinic.chart import Chart
from remission.clinic.reading import Reading, sum_of
from remission.population import LYMPH_NODE
from remission.response import Scan

# Eisenhauer 2009 asks for "unequivocal", substantial worsening of non-targets and gives no number.
NONTARGET_GROWTH, NONTARGET_GROWTH_MM = 1.4, 10.0
# "Any increase" confirms an iUPD of non-targets (Seymour 2017); less than this is within the reader's error.
NONTARGET_INCREASE_MM = 5.0


def make_scan(chart: Chart, at: Index, site: Ints, time_day: Floats, reading: Reading) -> Scan:
    """What RECIST needs of a scan of the patients at ``at``, whose sites and days are given; the chart is kept."""
    target, hidden = chart.target[at], chart.out_of_sight[at]
    others = ~target & ~hidden
    total = sum_of(others, reading.measured_mm)
    nadir, last = chart.nontarget_nadir_mm[at], chart.nontarget_last_mm[at]
    node = site == LYMPH_NODE
    seen = ~node & (reading.measured_mm > 0)
    new = hidden & ~reading.gone
    further = new & chart.gone[at]
    chart.nontarget_nadir_mm[at] = np.minimum(nadir, total)
    chart.nontarget_last_mm[at] = total
    chart.measured_mm[at] = reading.measured_mm
    chart.gone[at] = reading.gone
    chart.seen[at] |= ~reading.gone
    return Scan(
        time_day=time_day,
        sum_mm=sum_of(target, reading.measured_mm),
        targets_gone=np.all(reading.gone | ~target, axis=1),
        nontargets_gone=np.all(reading.gone | ~others, axis=1),
        nontargets_progressed=(total >= NONTARGET_GROWTH * nadir) & (total - nadir >= NONTARGET_GROWTH_MM),
        new_lesion=np.any(new, axis=1),
        evaluable=np.ones(len(at), bool),
        new_lesion_sum_mm=np.where(np.any(new, axis=1), sum_of(new, reading.measured_mm), np.nan),
        further_new_lesion=np.any(further, axis=1),
        nontargets_increased=total - last >= NONTARGET_INCREASE_MM,
        targets_seen=np.any(seen & target, axis=1),
        nontargets_seen=np.any(seen & others, axis=1),
    )
