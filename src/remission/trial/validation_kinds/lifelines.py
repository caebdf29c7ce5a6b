"""lifelines: its one sample size."""

from __future__ import annotations

import math

from remission.errors import DataError
from remission.statistics.validation import Case, Ours, case_kind
from remission.trial.classical import freedman_size


@case_kind("sample_size_necessary_under_cph(")
def sample_size(case: Case) -> Ours:
    """Patients of both arms by Freedman's formula, rounded up; ``alpha`` is two-sided."""
    given = case.inputs.get("args")
    if not isinstance(given, list) or len(given) < 5:
        raise DataError("the arguments of this case cannot be read", where=case.id)
    power, ratio, experimental, control, hazard_ratio = map(float, given[:5])
    alpha = float(given[5]) if len(given) > 5 else 0.05
    sizes = freedman_size(hazard_ratio, experimental, control, alpha=alpha / 2.0, power=power, ratio=ratio)
    return Ours({"n_exp_n_con": [math.ceil(size) for size in sizes]})
