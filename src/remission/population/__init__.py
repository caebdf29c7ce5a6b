"""Who is simulated: sampling, untreated growth to diagnosis, eligibility."""

from remission.population.enrol import NO_CANDIDATE, Patients, choose_targets, diameter_mm, enrol
from remission.population.sample import LYMPH_NODE, SITES, Covariates

__all__ = ["LYMPH_NODE", "NO_CANDIDATE", "SITES", "Covariates", "Patients", "choose_targets", "diameter_mm", "enrol"]
