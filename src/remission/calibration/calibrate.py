"""Fit the hyperparameters of a tumour to published results: from the start of the search space to accepted sets.

The members of an ensemble are drawn around the start; in every step each of them treats new patients in all arms of all
studies of its tumour, and the ensemble smoother (`remission.calibration.assimilate`) moves them towards the targets.
New patients in every step keep the fit from following one draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remission import __version__, draws
from remission.calibration.assimilate import move
from remission.calibration.evaluations import Evaluations
from remission.calibration.fit_targets import FitTargets, fit_targets
from remission.calibration.pool import as_they_come
from remission.calibration.search_space import SearchSpace
from remission.calibration.targets import Target
from remission.calibration.virtual_trial import simulate_trial, target_outcome
from remission.study import StudyDefinition

Array = NDArray[np.float64]
Done = Callable[[int, int, float], None]
PRIOR_SPREAD = 0.5  # of the normal scores of the unit interval: two thirds of the draws lie between 0.31 and 0.69
ACCEPTED_WITHIN = 1.25  # times the loss of the median member


@dataclass(frozen=True)
class Plan:
    """How large a calibration is."""

    members: int = 72
    steps: int = 6
    patients: int = 400
    seed: int = 1
    workers: int = 1


@dataclass(frozen=True)
class Calibrated:
    """What a calibration found.

    Attributes
    ----------
    space : SearchSpace
    fitted : FitTargets
    first, last : ndarray, shape (members, n)
        Normal scores of the members before the first and after the last step.
    simulated : ndarray, shape (members, m)
        What the last members gave.
    loss : ndarray, shape (members,)
        Theirs.
    losses : tuple of float
        Median of every step.
    """

    space: SearchSpace
    fitted: FitTargets
    first: Array
    last: Array
    first_simulated: Array
    simulated: Array
    loss: Array
    losses: tuple[float, ...]

    @property
    def accepted(self) -> NDArray[np.intp]:
        """Members that are accepted, the best first: those not much worse than the median one."""
        order = np.argsort(self.loss, kind="stable")
        return order[self.loss[order] <= ACCEPTED_WITHIN * np.median(self.loss)]

    @property
    def centre(self) -> dict[str, float]:
        """The values in the middle of the accepted members: what the tumour's table ships."""
        return self.space.values(_unit(self.last[self.accepted].mean(axis=0)))

    @property
    def sets(self) -> list[dict[str, float]]:
        """The values of every accepted member."""
        return [self.space.values(_unit(self.last[member])) for member in self.accepted]


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
    mine = tuple(study for study in studies if study.tumour == space.tumour)
    names = {study.name for study in mine}
    fitted = fit_targets([one for one in targets if {member.study for member in one.members} <= names])
    kept = Evaluations(folder / "evaluations.jsonl", _identity(space, fitted, mine, plan))
    first = scores = _start(space, plan)
    total, losses = plan.members * (plan.steps + 1), []
    for step in range(plan.steps + 1):
        waiting = [
            Evaluation(step, member, space, _unit(scores[member]), mine, fitted.targets, plan)
            for member in range(plan.members)
            if (step, member) not in kept
        ]
        before = step * plan.members + plan.members - len(waiting)
        for place, (evaluation, values) in enumerate(as_they_come(evaluate, waiting, plan.workers), start=1):
            kept.add(step, evaluation.member, values)
            if done is not None:
                done(before + place, total, fitted.loss(values))
        simulated = kept.step(step, plan.members)
        loss = np.array([fitted.loss(values) for values in simulated])
        losses.append(float(np.median(loss)))
        if step < plan.steps:
            scores = move(
                scores,
                fitted.scaled(simulated),
                fitted.wanted,
                fitted.weighted_error,
                float(plan.steps),
                _normal(plan, f"perturbation of targets {step}", simulated.shape[1]),
            )
    return Calibrated(space, fitted, first, scores, kept.step(0, plan.members), simulated, loss, tuple(losses))


@dataclass(frozen=True)
class Evaluation:
    """One member of one step; crosses process borders."""

    step: int
    member: int
    space: SearchSpace
    point: Array
    studies: tuple[StudyDefinition, ...]
    targets: tuple[Target, ...]
    plan: Plan


def evaluate(one: Evaluation) -> tuple[Evaluation, Array]:
    """Treat new patients in every arm of every study, and compute the targets."""
    table = one.space.table(one.point)
    trials = {}
    for place, study in enumerate(one.studies):
        # Each study has patients of its own, else all would err together; the members of a step have the same.
        seed = (one.plan.seed * 1_000 + one.step) * 100 + place
        twins = replace(study, filled="twins")
        trials[study.name] = simulate_trial(twins, seed, patients=one.plan.patients, table=table)
    return one, np.array([target_outcome(target, trials).value for target in one.targets])


def _start(space: SearchSpace, plan: Plan) -> Array:
    """Members around the start, as normal scores of their place between the bounds."""
    from scipy.special import ndtri

    middle = ndtri(np.clip(space.start, 0.02, 0.98))
    return middle + PRIOR_SPREAD * _normal(plan, "members of a calibration", len(middle))


def _normal(plan: Plan, purpose: str, count: int) -> Array:
    return draws.normal(plan.seed, np.arange(plan.members)[:, None], purpose, np.arange(count))


def _unit(scores: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(scores))


def _identity(space: SearchSpace, fitted: FitTargets, studies: Sequence[StudyDefinition], plan: Plan) -> dict[str, Any]:
    """What a calibration's numbers depend on."""
    from hashlib import sha256

    from remission.biology import load_tumour, model_text

    rows = repr([tuple(target.columns.values()) for target in fitted.targets])
    return {
        "tumour": space.tumour,
        "searched": {one.parameter: [one.start, one.low, one.high] for one in space.searched},
        "table": load_tumour(space.tumour).with_values({s.parameter: s.start for s in space.searched}).hash,
        "mechanism": sha256(model_text().encode()).hexdigest(),
        "studies": {study.name: study.hash for study in studies},
        "targets": sha256(rows.encode()).hexdigest(),
        "plan": {name: value for name, value in vars(plan).items() if name != "workers"},
        "version": __version__,
    }
