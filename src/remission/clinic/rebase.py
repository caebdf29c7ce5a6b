"""A new baseline: targets are chosen again where a second course or a next line begins."""

from __future__ import annotations

from remission.arrays import Index
from remission.clinic.reading import sum_of
from remission.clinic.ward import Ward
from remission.population import choose_targets
from remission.response import begin


def begin_again(ward: Ward, who: Index) -> None:
    """Judge the patients at ``who`` from their latest scan on.

    Measurable lesions become targets by the rules of the first baseline, those that were new before too; whatever else
    is visible is a non-target. A lesion that is out of sight here is new when it is seen: the baseline is what RECIST
    compares with (Eisenhauer 2009, "new lesions").
    """
    chart = ward.chart
    size, hidden = chart.measured_mm[who], chart.gone[who]
    target = choose_targets(size, ward.patients.site[who])
    chart.target[who] = target
    chart.out_of_sight[who] = hidden
    others = ~hidden & ~target
    chart.nontarget_nadir_mm[who] = sum_of(others, size)
    chart.nontarget_last_mm[who] = chart.nontarget_nadir_mm[who]
    ward.later = ward.later.put(
        who, begin(sum_of(target, size), target.any(axis=1), others.any(axis=1), ward.time_day[who])
    )
