"""Where patients come from: what a population has to say so that its candidates can be grown and enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from remission.arrays import Floats, Ints
from remission.biology import Mechanism
from remission.population.sample import Covariates, Lot


@dataclass(frozen=True)
class Start:
    """Candidates where their untreated growth begins; one row each.

    Attributes
    ----------
    parameters, state : ndarray, shape (n, parameters) and (n, states)
    limit_day : ndarray, shape (n,)
        Who is not diagnosed by then is nobody's patient; 0 for those who begin at diagnosis.
    diagnosed_at : ndarray, shape (n,)
        The burden at which the tumour is found, in the unit of the mechanism's second monitor.
    site : ndarray of int, shape (n, lesions)
    scar : ndarray, shape (n, lesions)
    covariates : Covariates
    """

    parameters: Floats
    state: Floats
    limit_day: Floats
    diagnosed_at: Floats
    site: Ints
    scar: Floats
    covariates: Covariates


class Source(Protocol):
    """A population of candidates for one mechanism."""

    @property
    def mechanism(self) -> Mechanism:
        """How their lesions grow and shrink."""

    def start(self, lot: Lot, previously_treated: float) -> Start:
        """The candidates of a lot."""

    def at_enrolment(self, parameters: Floats, state: Floats, burden_mL: Floats) -> tuple[Floats, Floats]:
        """Parameters and state with which follow-up begins, from those of diagnosis."""
