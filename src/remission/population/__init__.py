"""Who is simulated: sampling, untreated growth to diagnosis, eligibility, the date of it."""

from remission.population.dates import diagnosed_day
from remission.population.enrol import NO_CANDIDATE, Patients, choose_targets, diameter_mm, enrol
from remission.population.sample import LYMPH_NODE, SITES, UNSEEN_MM, Covariates

__all__ = [
    "LYMPH_NODE",
    "NO_CANDIDATE",
    "SITES",
    "UNSEEN_MM",
    "Covariates",
    "Patients",
    "choose_targets",
    "diagnosed_day",
    "diameter_mm",
    "enrol",
]
