"""Who may be enrolled, and which patients a subgroup holds: criteria applied to columns of patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from remission.arrays import Bools
from remission.errors import StudyError
from remission.study.definition import Criterion


def fulfilled(criteria: Iterable[Criterion], columns: Mapping[str, Any], patients: int) -> Bools:
    """Which patients meet every criterion.

    A value that is not known meets none, as in a trial, where who was not measured is not enrolled.

    Parameters
    ----------
    criteria : iterable of Criterion
        None of them lets everybody in.
    columns : mapping of str to array_like, shape (patients,)
        What is known of the patients, by the name of the covariate and in its unit; yes and no as 1 and 0.
    patients : int

    Returns
    -------
    ndarray of bool, shape (patients,)

    Raises
    ------
    StudyError
        If a criterion names a covariate that these patients do not have.

    Examples
    --------
    >>> criteria = (Criterion("ldh_ratio_uln", at_most=2), Criterion("female", at_least=0.5))
    >>> fulfilled(criteria, {"ldh_ratio_uln": [1.0, 3.0, 1.2], "female": [True, True, False]}, 3)
    array([ True, False, False])
    """
    chosen = np.ones(patients, bool)
    for criterion in criteria:
        if criterion.covariate not in columns:
            allowed = ", ".join(name for name in columns) or "none"
            raise StudyError("the patients have no such covariate", found=criterion.covariate, allowed=allowed)
        values = np.asarray(columns[criterion.covariate], float)
        chosen &= np.isfinite(values)
        if criterion.at_least is not None:
            chosen &= values >= criterion.at_least
        if criterion.at_most is not None:
            chosen &= values <= criterion.at_most
    return chosen
