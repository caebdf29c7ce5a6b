"""What `remission calibrate` and `remission sensitivity` do."""

from __future__ import annotations

import sys
from pathlib import Path

from remission.calibration.calibrate import Plan, calibrate
from remission.calibration.inputs import load_studies, load_targets
from remission.calibration.results import write_results
from remission.calibration.search_space import SearchSpace, search_space
from remission.calibration.sensitivity import effects, effects_text
from remission.calibration.targets import Target
from remission.errors import StudyError
from remission.run.plan import available_cores
from remission.study import StudyDefinition


def calibrate_command(
    tumour: str,
    targets: Path | None,
    studies: Path | None,
    out: Path | None,
    *,
    members: int | None = None,
    steps: int | None = None,
    spread: float | None = None,
    patients: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> None:
    """Fit a tumour and write what was found; a stopped calibration goes on when it is called again."""
    if spread is not None and not 0 < spread <= 1:
        raise StudyError("members cannot lie so far apart", where="--spread", found=f"{spread:g}", allowed="0 to 1")
    space, known, aims = _inputs(tumour, targets, studies)
    default = Plan()
    plan = Plan(
        default.members if members is None else members,
        default.steps if steps is None else steps,
        default.spread if spread is None else spread,
        default.patients if patients is None else patients,
        default.seed if seed is None else seed,
        workers or available_cores(),
    )
    folder = out or Path("runs") / f"calibrate-{tumour}"
    found = calibrate(space, aims, known, folder, plan, _tell)
    command = (
        f"remission calibrate {tumour} --members {plan.members} --steps {plan.steps} --spread {plan.spread:g} "
        f"--patients {plan.patients} --seed {plan.seed}"
    )
    print("loss of the accepted sets together, by step: " + ", ".join(f"{loss:.3f}" for loss in found.together))
    print(f"{len(found.sets)} of {plan.members} sets accepted")
    for path in write_results(found, folder, command):
        print(f"written  {path}")


def sensitivity_command(
    tumour: str,
    targets: Path | None,
    studies: Path | None,
    out: Path | None,
    *,
    trajectories: int,
    patients: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> None:
    """Compute elementary effects, print them and write them to a folder."""
    space, known, aims = _inputs(tumour, targets, studies)
    folder = out or Path("runs") / f"sensitivity-{tumour}"
    patients, seed = patients or Plan().patients, Plan().seed if seed is None else seed
    total = trajectories * (len(space.names) + 1)
    found = effects(
        space,
        aims,
        known,
        folder,
        trajectories=trajectories,
        patients=patients,
        seed=seed,
        workers=workers or available_cores(),
        done=lambda done, loss: _tell(done, total, loss),
    )
    command = f"remission sensitivity {tumour} --trajectories {trajectories} --patients {patients} --seed {seed}"
    text = effects_text(found, command)
    (folder / f"{tumour}.md").write_text(text, encoding="utf-8")
    print(text)


def _inputs(
    tumour: str, targets: Path | None, studies: Path | None
) -> tuple[SearchSpace, list[StudyDefinition], tuple[Target, ...]]:
    """What is searched for a tumour, its studies, and what was published of them."""
    space = search_space(tumour)
    known = [study for study in load_studies(studies) if study.tumour == tumour]
    return space, known, load_targets(targets, known)


def _tell(done: int, of: int, loss: float) -> None:
    if sys.stderr.isatty() or done % max(of // 100, 1) == 0 or done == of:
        print(f"calibrate: {done} of {of} evaluations, latest loss {loss:.2f}", file=sys.stderr, flush=True)
