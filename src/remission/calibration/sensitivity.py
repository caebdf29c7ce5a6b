"""Which hyperparameters move which targets: elementary effects (Morris 1991, Technometrics 33:161), by SALib."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from remission.arrays import Floats
from remission.calibration.evaluate import Done, evaluate_points, setting
from remission.calibration.evaluations import Evaluations
from remission.calibration.fit_targets import FitTargets
from remission.calibration.search_space import SearchSpace
from remission.calibration.targets import Target
from remission.errors import RunError
from remission.study import StudyDefinition

LEVELS = 6


@dataclass(frozen=True)
class Effects:
    """Mean absolute elementary effects.

    Attributes
    ----------
    space : SearchSpace
    fitted : FitTargets
    strength, bend : ndarray, shape (numbers, targets)
        Mean of the absolute effect of going from one bound to the other, in errors of the target; and the standard
        deviation of the effect, large where it depends on the other numbers.
    """

    space: SearchSpace
    fitted: FitTargets
    strength: Floats
    bend: Floats


def effects(
    space: SearchSpace,
    targets: Sequence[Target],
    studies: Sequence[StudyDefinition],
    folder: Path,
    *,
    trajectories: int,
    patients: int,
    seed: int,
    workers: int,
    done: Done | None = None,
) -> Effects:
    """Elementary effects of every searched number on every fitted target, around the whole search space.

    Parameters
    ----------
    space : SearchSpace
    targets, studies : sequence
    folder : Path
        Holds every evaluation; what was done before is not done again.
    trajectories : int
        Each costs one evaluation more than there are numbers.
    patients, seed, workers : int

    Raises
    ------
    RunError
        If SALib is not installed, or the folder holds something else.
    """
    try:
        from SALib.analyze import morris as analysis
        from SALib.sample import morris as sample
    except ImportError:
        raise RunError("SALib is needed here", next_step="pip install 'remission[calibrate]'") from None

    here = setting(space, targets, studies, patients, seed)
    problem = {"num_vars": len(space.names), "names": list(space.names), "bounds": [[0.0, 1.0]] * len(space.names)}
    points = sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    kept = Evaluations(folder / "evaluations.jsonl", {**here.identity(), "trajectories": trajectories})
    # All points have the same patients, so that an effect is the number's and not that of other people.
    simulated = here.fitted.scaled(evaluate_points(here, points, 0, kept, workers, done)) / here.fitted.error
    strength, bend = np.zeros((2, len(space.names), simulated.shape[1]))
    for place, column in enumerate(simulated.T):
        known = np.where(np.isfinite(column), column, np.nanmean(column))
        found = analysis.analyze(problem, points, known, num_levels=LEVELS, seed=seed)
        strength[:, place], bend[:, place] = found["mu_star"], found["sigma"]
    return Effects(space, here.fitted, strength, bend)


def effects_text(found: Effects, command: str) -> str:
    """For each number, the endpoints that it moves most, as Markdown."""
    kinds = sorted({target.figure.endpoint for target in found.fitted.targets})
    of_kind = {kind: np.array([target.figure.endpoint == kind for target in found.fitted.targets]) for kind in kinds}
    lines = [f"`{command}`", "", "| number | all targets | endpoints that it moves most |", "|---|---|---|"]
    for place in np.argsort(-found.strength.mean(axis=1)):
        mean = {kind: float(found.strength[place, members].mean()) for kind, members in of_kind.items()}
        most = sorted(mean, key=lambda kind: -mean[kind])[:4]
        moved = ", ".join(f"{kind} {mean[kind]:.1f}" for kind in most)
        lines.append(f"| `{found.space.names[place]}` | {found.strength[place].mean():.2f} | {moved} |")
    return "\n".join(lines) + "\n"
