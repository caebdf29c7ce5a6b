"""What sets of hyperparameters give: new patients in every arm of every study of a tumour, and the targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from remission import __version__
from remission.arrays import Floats
from remission.biology import load_tumour, model_text
from remission.calibration.evaluations import Evaluations
from remission.calibration.fit_targets import FitTargets, fit_targets
from remission.calibration.pool import as_they_come
from remission.calibration.search_space import SearchSpace
from remission.calibration.targets import Target
from remission.calibration.virtual_trial import simulate_trial, target_outcome
from remission.study import StudyDefinition

Done = Callable[[int, float], None]


@dataclass(frozen=True)
class Setting:
    """What all evaluations have in common.

    Parameters
    ----------
    space : SearchSpace
    studies : tuple of StudyDefinition
        Of the tumour.
    fitted : FitTargets
    patients : int
        In every arm.
    seed : int
    """

    space: SearchSpace
    studies: tuple[StudyDefinition, ...]
    fitted: FitTargets
    patients: int
    seed: int

    def identity(self) -> dict[str, Any]:
        """What the numbers depend on."""
        from hashlib import sha256

        rows = repr([replace(target.figure, note="", fitted=False) for target in self.fitted.targets])
        start = {one.parameter: one.start for one in self.space.searched}
        return {
            "tumour": self.space.tumour,
            "searched": {one.parameter: [one.start, one.low, one.high] for one in self.space.searched},
            "table": load_tumour(self.space.tumour).with_values(start).hash,
            "mechanism": sha256(model_text().encode()).hexdigest(),
            "studies": {study.name: study.hash for study in self.studies},
            "targets": sha256(rows.encode()).hexdigest(),
            "patients": self.patients,
            "seed": self.seed,
            "version": __version__,
        }


def setting(
    space: SearchSpace, targets: Sequence[Target], studies: Sequence[StudyDefinition], patients: int, seed: int
) -> Setting:
    """The studies of a tumour, and the targets that can be computed from them alone."""
    mine = tuple(study for study in studies if study.tumour == space.tumour)
    names = {study.name for study in mine}
    fitted = fit_targets([one for one in targets if {member.study for member in one.members} <= names])
    return Setting(space, mine, fitted, patients, seed)


@dataclass(frozen=True)
class Evaluation:
    """One point of one step; crosses process borders."""

    setting: Setting
    step: int
    member: int
    point: Floats


def evaluate(one: Evaluation) -> tuple[int, Floats]:
    """Treat new patients in every arm of every study, and compute the targets, shape (targets,)."""
    here = one.setting
    table = here.space.table(one.point)
    trials = {}
    for place, study in enumerate(here.studies):
        # Each study has patients of its own, else all would err together; the members of a step have the same.
        seed = (here.seed * 1_000 + one.step) * 100 + place
        trials[study.name] = simulate_trial(replace(study, filled="twins"), seed, patients=here.patients, table=table)
    return one.member, np.array([target_outcome(target, trials).value for target in here.fitted.targets])


def evaluate_points(
    here: Setting, points: Floats, step: int, kept: Evaluations, workers: int, done: Done | None = None
) -> Floats:
    """What all points of a step give, shape (points, targets); those that are kept are not simulated again.

    ``done`` is told how many points of this step are done, and the loss of the latest.
    """
    waiting = [Evaluation(here, step, member, point) for member, point in enumerate(points)]
    waiting = [one for one in waiting if (step, one.member) not in kept]
    before = len(points) - len(waiting)
    for place, (member, values) in enumerate(as_they_come(evaluate, waiting, workers), start=1):
        kept.add(step, member, values)
        if done is not None:
            done(before + place, here.fitted.loss(values))
    return kept.step(step, len(points))
