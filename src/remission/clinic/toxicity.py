"""Grade 3 to 5 toxicity: whether, when, how bad and how long, drawn once for every course of a drug."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission import draws
from remission.arrays import Floats, Index
from remission.clinic.ward import Ward
from remission.study import Molecule, Toxicity

# An event up to 90 days after the last dose counts as treatment-related, the usual reporting window of checkpoint
# inhibitors for serious events (trial protocols of KEYNOTE-006 and CheckMate 067).
REPORTING_WINDOW_DAY = 90.0
_COURSES_OF_A_LINE = 1024  # keeps the draws of different lines apart


def draw_toxicity(ward: Ward, who: Index) -> None:
    """Draw the first toxicity of grade 3 or more of the course that starts now.

    An event of an earlier course that is still to come is kept if it comes first.
    """
    past = who[ward.toxicity_day[who] <= ward.time_day[who]]
    ward.toxicity_day[past] = np.inf
    ward.toxicity_grade[past] = 0
    ward.toxicity_resolved_day[past] = np.inf
    for code, regimen in enumerate(ward.regimens):
        mine = who[ward.regimen[who] == code]
        molecules = [ward.study.molecules[order.molecule] for order in regimen.orders if len(mine)]
        for molecule in molecules:
            _draw_of_molecule(ward, mine, molecule.name, molecule.toxicity, _share(molecule, molecules))


def _share(molecule: Molecule, together: list[Molecule]) -> float:
    """Share of patients with an event if treated on, given what is given with it."""
    combined = molecule.toxicity.grade_3_to_5_combined
    antibodies = sum(other.kind == "antibody" for other in together)
    return molecule.toxicity.grade_3_to_5_if_treated_on if combined is None or antibodies < 2 else combined


def _draw_of_molecule(ward: Ward, who: Index, name: str, toxicity: Toxicity, share: float) -> None:
    """The event that comes first decides."""
    course = ward.line[who].astype(np.int64) * _COURSES_OF_A_LINE + ward.course[who]

    def uniform(what: str) -> Floats:
        return draws.uniform(ward.seed, ward.number[who], f"toxicity of {name}: {what}", course)

    def spread(what: str) -> Floats:
        return draws.normal(ward.seed, ward.number[who], f"toxicity of {name}: {what}", course)

    occurs = uniform("occurs") < share
    onset = toxicity.onset_median_day * np.exp(toxicity.onset_sd_ln * spread("onset"))
    day = np.where(occurs, ward.time_day[who] + onset, np.inf)
    level = uniform("grade")
    grade = np.select([level < toxicity.share_fatal, level < toxicity.share_fatal + toxicity.share_grade_4], [5, 4], 3)
    lasts = toxicity.resolution_median_day * np.exp(toxicity.resolution_sd_ln * spread("resolution"))
    sooner = day < ward.toxicity_day[who]
    chosen = who[sooner]
    ward.toxicity_day[chosen] = day[sooner]
    ward.toxicity_grade[chosen] = grade[sooner]
    ward.toxicity_resolved_day[chosen] = (day + lasts)[sooner]
    ward.toxicity_line[chosen] = ward.line[chosen]
    ward.toxicity_molecule[chosen] = name


def cancel_after_stop(ward: Ward, who: Index) -> None:
    """Forget a drawn toxicity that would come after the reporting window of a course that ends now."""
    late = ward.toxicity_day[who] > ward.last_dose_day[who] + REPORTING_WINDOW_DAY
    late &= ward.toxicity_day[who] > ward.time_day[who]
    ward.toxicity_day[who[late]] = np.inf
    ward.toxicity_grade[who[late]] = 0
    ward.toxicity_resolved_day[who[late]] = np.inf


def fatal_day(ward: Ward, who: Index) -> Floats:
    """Day of death from toxicity, infinite for most, shape of ``who``."""
    return np.where(ward.toxicity_grade[who] == 5, ward.toxicity_day[who], np.inf)


def resolved_by_day(ward: Ward, who: Index) -> Floats:
    """First day from now on without an unresolved toxicity of grade 3 or more, shape of ``who``."""
    now = ward.time_day[who]
    suffers = (ward.toxicity_day[who] <= now) & (now < ward.toxicity_resolved_day[who])
    return np.where(suffers, ward.toxicity_resolved_day[who], now)


def since_last_visit(ward: Ward, who: Index, last_day: Floats) -> NDArray[np.int8]:
    """Worst grade of an event with its onset since the last visit, 0 without."""
    here = (ward.toxicity_day[who] > last_day) & (ward.toxicity_day[who] <= ward.time_day[who])
    return np.where(here, ward.toxicity_grade[who], 0).astype(np.int8)
