"""Grade 3 to 5 toxicity: whether, when, how bad and how long, drawn once for every course of a drug."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission import draws
from remission.clinic.ward import Array, Index, Ward
from remission.study import Toxicity

# An event up to 90 days after the last dose counts as treatment-related, the usual reporting window of
# checkpoint inhibitors for serious events (trial protocols of KEYNOTE-006 and CheckMate 067).
REPORTING_WINDOW_DAY = 90.0


def draw_toxicity(ward: Ward, who: Index) -> None:
    """Draw the first toxicity of grade 3 or more of the course that starts now."""
    ward.toxicity_day[who] = np.inf
    ward.toxicity_grade[who] = 0
    ward.toxicity_resolved_day[who] = np.inf
    for code, regimen in enumerate(ward.regimens):
        mine = who[ward.regimen[who] == code]
        for order in regimen.orders if len(mine) else ():
            _draw_of_molecule(ward, mine, order.molecule, ward.study.molecules[order.molecule].toxicity)


def _draw_of_molecule(ward: Ward, who: Index, name: str, toxicity: Toxicity) -> None:
    """The molecule whose event comes first decides."""

    def uniform(what: str) -> Array:
        return draws.uniform(ward.seed, ward.number[who], f"toxicity of {name}: {what}", ward.course[who])

    def spread(what: str) -> Array:
        return draws.normal(ward.seed, ward.number[who], f"toxicity of {name}: {what}", ward.course[who])

    occurs = uniform("occurs") < toxicity.grade_3_to_5_if_treated_on
    onset = toxicity.onset_median_day * np.exp(toxicity.onset_sd_ln * spread("onset"))
    day = np.where(occurs, ward.course_start_day[who] + onset, np.inf)
    level = uniform("grade")
    grade = np.where(level < toxicity.share_fatal, 5, 3)
    grade = np.where((grade == 3) & (level < toxicity.share_fatal + toxicity.share_grade_4), 4, grade)
    lasts = toxicity.resolution_median_day * np.exp(toxicity.resolution_sd_ln * spread("resolution"))
    sooner = day < ward.toxicity_day[who]
    chosen = who[sooner]
    ward.toxicity_day[chosen] = day[sooner]
    ward.toxicity_grade[chosen] = grade[sooner]
    ward.toxicity_resolved_day[chosen] = (day + lasts)[sooner]


def cancel_after_stop(ward: Ward, who: Index, stop_day: Array) -> None:
    """Forget a drawn toxicity that would come after the reporting window of a course that ended."""
    late = ward.toxicity_day[who] > np.maximum(ward.last_dose_day[who], 0) + REPORTING_WINDOW_DAY
    late &= ward.toxicity_day[who] > stop_day
    ward.toxicity_day[who[late]] = np.inf
    ward.toxicity_grade[who[late]] = 0


def fatal_day(ward: Ward, who: Index) -> Array:
    """Day of death from toxicity, infinite for most, shape of ``who``."""
    return np.where(ward.toxicity_grade[who] == 5, ward.toxicity_day[who], np.inf)


def since_last_visit(ward: Ward, who: Index, last_day: Array) -> NDArray[np.int8]:
    """Worst grade of an event with its onset since the last visit, 0 without."""
    here = (ward.toxicity_day[who] > last_day) & (ward.toxicity_day[who] <= ward.time_day[who])
    return np.where(here, ward.toxicity_grade[who], 0).astype(np.int8)
