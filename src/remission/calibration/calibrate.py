"""Fit the hyperparameters of a tumour to published results: from the start of the search space to accepted sets.

The members of an ensemble are drawn around the start; in every step each of them treats new patients in all arms of all
studies of its tumour, and the ensemble smoother (`remission.calibration.assimilate`) moves them towards the targets.
New patients in every step keep the fit from following one draw. In the end the accepted members of every step treat the
same new patients once more: which step is best is not decided by its draw, nor by the one that chose its members.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from remission import draws
from remission.arrays import Floats, Index
from remission.calibration.assimilate import inflations, move
from remission.calibration.evaluate import evaluate_points, setting
from remission.calibration.evaluations import Evaluations
from remission.calibration.fit_targets import FitTargets
from remission.calibration.search_space import SearchSpace
from remission.calibration.targets import Target
from remission.study import StudyDefinition

Done = Callable[[int, int, float], None]
ACCEPTED_SHARE = 0.25  # of the members of a step: the closest to the targets


@dataclass(frozen=True)
class Plan:
    """How large a calibration is.

    The spread is that of the members around the start, in normal scores of the unit interval: with 0.15, two thirds
    of the draws around 0.5 lie in 0.44 to 0.56.
    """

    members: int = 64
    steps: int = 2
    spread: float = 0.15
    patients: int = 640
    seed: int = 1
    workers: int = 1


@dataclass(frozen=True)
class Step:
    """The members of one step.

    Attributes
    ----------
    scores : ndarray, shape (members, n)
        Where they are: normal scores of their place between the bounds.
    simulated : ndarray, shape (members, m)
        What they gave.
    loss : ndarray, shape (members,)
        How far each is from the targets.
    """

    scores: Floats
    simulated: Floats
    loss: Floats

    @property
    def accepted(self) -> Index:
        """Members that are accepted, the best first: the quarter that is closest to the targets."""
        return np.argsort(self.loss, kind="stable")[: accepted_count(len(self.loss))]


def accepted_count(members: int) -> int:
    """How many of the members of a step are accepted.

    Examples
    --------
    >>> accepted_count(64)
    16
    """
    return math.ceil(ACCEPTED_SHARE * members)


@dataclass(frozen=True)
class Calibrated:
    """What a calibration found.

    Attributes
    ----------
    space : SearchSpace
    fitted : FitTargets
    steps : tuple of Step
    again : tuple of ndarray, shape (accepted, m)
        What the accepted members of each step gave with patients that no step had.
    """

    space: SearchSpace
    fitted: FitTargets
    steps: tuple[Step, ...]
    again: tuple[Floats, ...]

    @property
    def together(self) -> list[float]:
        """Loss of the mean of what the accepted members of each step gave, which is what a validation shows."""
        return [self.fitted.loss(self.fitted.mean(simulated)) for simulated in self.again]

    @property
    def chosen(self) -> Step:
        """The step whose accepted members together are closest to the targets; going on too long shows here."""
        return self.steps[int(np.argmin(self.together))]

    @property
    def centre(self) -> dict[str, float]:
        """The values in the middle of the accepted members: what the tumour's table ships."""
        return self.space.values(_unit(self.chosen.scores[self.chosen.accepted].mean(axis=0)))

    @property
    def sets(self) -> list[dict[str, float]]:
        """The values of every accepted member."""
        return [self.space.values(_unit(self.chosen.scores[member])) for member in self.chosen.accepted]


def calibrate(
    space: SearchSpace,
    targets: Sequence[Target],
    studies: Sequence[StudyDefinition],
    folder: Path,
    plan: Plan,
    done: Done | None = None,
) -> Calibrated:
    """Fit a tumour's hyperparameters; what was done in the folder before is not done again.

    Parameters
    ----------
    space : SearchSpace
    targets : sequence of Target
    studies : sequence of StudyDefinition
        Those of another tumour are left out.
    folder : Path
        Holds every evaluation.
    plan : Plan
        The result depends on all of it but the workers.
    done : callable, optional
        Told the evaluations done, how many there are in all, and the loss of the latest.

    Raises
    ------
    RunError
        If the folder holds another calibration.
    """
    here = setting(space, targets, studies, plan.patients, plan.seed)
    identity = {**here.identity(), "members": plan.members, "steps": plan.steps, "spread": plan.spread}
    kept = Evaluations(folder / "evaluations.jsonl", identity)
    scores, steps, rounds = _start(space, plan), list[Step](), plan.steps + 1
    total = (plan.members + accepted_count(plan.members)) * rounds

    def evaluated(points: Floats, step: int) -> Floats:
        def tell(of_step: int, latest: float) -> None:
            if done is not None:
                done(step * plan.members + of_step, total, latest)

        return evaluate_points(here, points, step, kept, plan.workers, tell)

    for step in range(rounds):
        simulated = evaluated(_unit(scores), step)
        steps.append(Step(scores, simulated, np.array([here.fitted.loss(values) for values in simulated])))
        if step < plan.steps:
            normal = _normal(plan, f"perturbation of targets {step}", simulated.shape[1])
            given, inflation = here.fitted.scaled(simulated), inflations(plan.steps)[step]
            error = here.fitted.standard_error(given)
            scores = move(scores, given, here.fitted.wanted, error, inflation, normal)
    accepted = np.concatenate([step.scores[step.accepted] for step in steps])
    again = np.split(evaluated(_unit(accepted), rounds), rounds)
    return Calibrated(space, here.fitted, tuple(steps), tuple(again))


def _start(space: SearchSpace, plan: Plan) -> Floats:
    """Members around the start, as normal scores of their place between the bounds."""
    from scipy.special import ndtri

    middle = ndtri(np.clip(space.start, 0.02, 0.98))
    return middle + plan.spread * _normal(plan, "members of a calibration", len(middle))


def _normal(plan: Plan, purpose: str, count: int) -> Floats:
    return draws.normal(plan.seed, np.arange(plan.members)[:, None], purpose, np.arange(count))


def _unit(scores: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr(scores))
