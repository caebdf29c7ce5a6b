"""A new baseline: targets are chosen again where a second course or a next line begins."""

from __future__ import annotations

import numpy as np

from remission.clinic.ward import Index, Ward
from remission.population import LYMPH_NODE, choose_targets
from remission.response import begin

NORMAL_NODE_MM = 10.0  # a node below this is normal (Eisenhauer 2009)


def begin_again(ward: Ward, who: Index) -> None:
    """Judge the patients at ``who`` from their latest scan on.

    Measurable lesions become targets by the rules of the first baseline; whatever else is visible is a non-target, and
    so are the new lesions seen before, which have no size here and never count as gone. A lesion that is out of sight
    here is new if it returns: the baseline is what RECIST compares with (Eisenhauer 2009, "new lesions").
    """
    site = ward.patients.site[who]
    size = ward.measured_mm[who]
    present = ward.patients.present[who]
    target = choose_targets(size, site, present)
    visible = present & np.where(site == LYMPH_NODE, size >= NORMAL_NODE_MM, size > 0)
    ward.target[who] = target
    ward.out_of_sight[who] = present & ~visible
    ward.earlier_new_lesions[who] = ward.seen_new_lesions[who]
    others = np.where(visible & ~target, size, 0.0).sum(axis=1)
    ward.nontarget_nadir_mm[who] = others
    ward.nontarget_last_mm[who] = others
    has_other = (visible & ~target).any(axis=1) | (ward.seen_new_lesions[who] > 0)
    sums = np.where(target, size, 0.0).sum(axis=1)
    ward.later = ward.later.put(who, begin(sums, target.any(axis=1), has_other, ward.time_day[who]))
