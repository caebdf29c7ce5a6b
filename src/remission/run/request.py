"""A run as asked for, held against the folder it goes into: what fits goes on, anything else is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from remission.errors import Problem, RunError
from remission.run.files import MANIFEST, PROVENANCE, RECORDS, STUDY, SUMMARY
from remission.run.plan import BLOCK_PATIENTS, Plan, make_plan
from remission.run.provenance import Identity, Provenance, identity_of, read_provenance
from remission.run.shards import Shards
from remission.run.store import Place, Store, store_at

_ELSEWHERE = "give another folder with --out"


@dataclass(frozen=True)
class Request:
    """What is to be run, where, and what of it is there.

    Parameters
    ----------
    definition : StudyDefinition
        With the patients, seed and filling asked for.
    store : Store
        The folder.
    identity : Identity
        What the patients' courses depend on.
    held : Provenance or None
        What the folder says of itself.
    plan : Plan
        What is missing.
    """

    definition: Any
    store: Store
    identity: Identity
    held: Provenance | None
    plan: Plan


def prepare(
    definition: Any,
    *,
    out: Place,
    patients: int | None = None,
    seed: int | None = None,
    arms: Sequence[str] | None = None,
    filled: str | None = None,
    workers: int | None = None,
    parameters_hash: str | None = None,
    block_patients: int = BLOCK_PATIENTS,
    shards: Shards | None = None,
) -> Request:
    """Hold a run against its folder without changing anything.

    Parameters
    ----------
    definition : StudyDefinition
        The study.
    out : path or URI
        The folder.
    patients, seed, filled : optional
        In place of the study's own.
    arms : sequence of str, optional
        Arms to simulate; by default those enabled in the study. Arms already in the folder stay.
    workers : int, optional
        Processes; by default one for small work, else one per core.
    parameters_hash : str, optional
        In place of `remission.biology.parameters_hash`.
    block_patients : int
        Patients to a block, the unit of files and of resuming; a folder keeps the size it began with.
    shards : Shards, optional
        Which blocks are asked for; all by default.

    Raises
    ------
    RunError
        If the folder holds something else, or nothing can be simulated.
    """
    asked = _asked(definition, patients, seed, filled)
    store = store_at(out)
    identity = identity_of(asked, asked.seed, parameters_hash)
    held = read_provenance(store)
    check_fits(store, held, identity, asked.patients)
    wanted = chosen_arms(asked, arms, held)
    _refuse_empty(asked, wanted)
    share = lives_per_patient(asked, wanted) / len(wanted)
    plan = make_plan(
        store,
        identity.key,
        wanted,
        asked.patients,
        workers=workers,
        share_in_arm=share,
        block_patients=held.block_patients if held else block_patients,
        shards=shards,
    )
    return Request(asked, store, identity, held, plan)


def _asked(definition: Any, patients: int | None, seed: int | None, filled: str | None) -> Any:
    given = {"patients": patients, "seed": seed, "filled": filled}
    study = replace(definition, **{name: value for name, value in given.items() if value is not None})
    if study.patients < 1:
        raise RunError("a run needs patients", where="--patients", found=str(study.patients), allowed="1 or more")
    if not 0 <= study.seed < 2**64:
        raise RunError("not a seed", where="--seed", found=str(study.seed), allowed="0 to 2**64 - 1")
    return study


def check_fits(store: Store, held: Provenance | None, identity: Identity, patients: int) -> None:
    """Refuse a folder that holds anything but an earlier part of this run.

    Raises
    ------
    RunError
        With every difference and what to do.
    """
    if held is None:
        _refuse_strangers(store)
        return
    problems = [
        Problem(what, where="--out", found=str(then), allowed=str(now), next_step=step)
        for what, then, now, step in _differences(held, identity, patients)
    ]
    if problems:
        raise RunError(problems)


def _refuse_strangers(store: Store) -> None:
    strangers = set(store.names()) - {STUDY, PROVENANCE, MANIFEST, SUMMARY}
    if strangers and RECORDS not in strangers:
        found = ", ".join(sorted(strangers)[:5])
        raise RunError("the folder is not empty and holds no run", where="--out", found=found, next_step=_ELSEWHERE)


def _differences(held: Provenance, now: Identity, patients: int) -> list[tuple[str, object, object, str]]:
    then = held.identity
    older = f"install remission {then.version}, or {_ELSEWHERE}"
    pairs: list[tuple[str, object, object, str]] = [
        ("the folder holds another study", then.study, now.study, _ELSEWHERE),
        ("the folder's study file says something else", then.study_hash, now.study_hash, _ELSEWHERE),
        ("the folder's run has another seed", then.seed, now.seed, _ELSEWHERE),
        ("the folder's arms are filled another way", then.filled, now.filled, _ELSEWHERE),
        ("the folder was made by another version", then.version, now.version, older),
        ("the folder was made with other parameters", then.parameters_hash, now.parameters_hash, _ELSEWHERE),
    ]
    found = [pair for pair in pairs if pair[1] != pair[2]]
    if held.patients > patients:
        step = f"ask for {held.patients} patients or more, or {_ELSEWHERE}"
        found.append(("the folder holds more patients", held.patients, patients, step))
    return found


def chosen_arms(definition: Any, asked: Sequence[str] | None, held: Provenance | None) -> tuple[str, ...]:
    """Arms that the folder will hold, in the order of the study: asked for (or enabled), or there already.

    Raises
    ------
    RunError
        If the study has no such arm, or none is left.
    """
    known = [arm.name for arm in definition.arms]
    wanted = {arm.name for arm in definition.arms if arm.enabled} if asked is None else set(asked)
    if wanted - set(known):
        strange = ", ".join(sorted(wanted - set(known)))
        raise RunError("the study has no such arm", where="--arm", found=strange, allowed=", ".join(known))
    wanted |= set(held.arms) if held else set()
    if not wanted:
        raise RunError("no arm is left to simulate", where="--arm", allowed=", ".join(known))
    return tuple(arm for arm in known if arm in wanted)


def _refuse_empty(definition: Any, arms: Sequence[str]) -> None:
    """An arm with a ratio that is switched off in the study is dealt no patient."""
    empty = [arm.name for arm in definition.arms if arm.name in arms and not arm.enabled and arm.ratio]
    if empty and definition.filled == "randomised":
        step = "switch the arm on in the study file, or fill the arms by twins (--twins)"
        raise RunError("the arm has no patients", where="--arm", found=", ".join(empty), next_step=step)


def lives_per_patient(definition: Any, arms: Sequence[str]) -> float:
    """In how many of these arms a patient lives on average: ratios share them out, twins live in all.

    Parameters
    ----------
    definition : StudyDefinition
        The study.
    arms : sequence of str
        Names of the arms to be simulated.
    """
    if definition.filled == "twins":
        return len(arms)
    dealt = sum(arm.ratio or 0 for arm in definition.arms if arm.enabled)
    chosen = [arm.ratio for arm in definition.arms if arm.name in arms]
    return float(sum(1 if ratio is None else ratio / dealt for ratio in chosen))
