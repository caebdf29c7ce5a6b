"""A clinic of a few lines: valid tables, a pure function of study, seed, patient and arm; slow if asked."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from remission import draws
from remission.study import Action, Condition, Rule
from remission.tables import TABLE_NAMES, make_table

FOLLOW_UP_DAY = 60 * 30.4375


@dataclass(frozen=True)
class FakeArm:
    name: str
    ratio: int | None = 1
    enabled: bool = True
    policy: tuple[Rule, ...] = (
        Rule("too toxic", Condition(toxicity=3), Action("stop")),
        Rule("two years", Condition(on_drug_for_day=730.5), Action("stop")),
    )


@dataclass(frozen=True)
class FakeStudy:
    """What the run module reads of a study, and how the fake clinic is to behave."""

    name: str = "fake"
    patients: int = 1100
    seed: int = 5
    filled: str = "randomised"
    arms: tuple[FakeArm, ...] = (FakeArm("A", 2), FakeArm("B/1", 1), FakeArm("check", None, enabled=False))
    text: str = "study: fake\n"
    hash: str = "f00d"
    pause_s: float = 0.0
    visits: int = 2
    calls: str | None = None  # folder in which each call leaves a file
    deadly: str | None = None  # a file that ends the process that takes it away
    always_deadly: bool = False
    fault: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def simulate(
    study: FakeStudy, *, seed: int, patients: np.ndarray, arms: tuple[str, ...]
) -> dict[str, dict[str, pa.Table]]:
    """As `remission.clinic.simulate_block`."""
    _behave(study, patients, arms)
    return {arm: one_arm(study, seed, patients, arm) for arm in arms}


def _behave(study: FakeStudy, patients: np.ndarray, arms: tuple[str, ...]) -> None:
    time.sleep(study.pause_s)
    if study.calls:
        Path(study.calls, f"{patients[0]}-{patients[-1]}-{'+'.join(arms).replace('/', '_')}").touch()
    if study.fault:
        raise ValueError(study.fault)
    if study.always_deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    if study.deadly and Path(study.deadly).exists():
        Path(study.deadly).unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def members(study: FakeStudy, seed: int, patients: np.ndarray, arm: str) -> np.ndarray:
    """Patients of an arm: dealt by lot among arms with a ratio, or all."""
    ratios = {known.name: known.ratio for known in study.arms}
    if study.filled == "twins" or ratios[arm] is None:
        return patients
    deck = [name for name, ratio in ratios.items() for _ in range(ratio or 0)]
    card = (draws.uniform(seed, patients, "deal") * len(deck)).astype(int)
    return patients[np.array(deck)[card] == arm]


def one_arm(study: FakeStudy, seed: int, patients: np.ndarray, arm: str) -> dict[str, pa.Table]:
    people = members(study, seed, np.sort(patients), arm)
    columns = {
        "patients": _patients(seed, people, arm),
        "visits": _visits(study, seed, people),
        "lesions": _lesions(study, seed, people),
        "doses": _doses(study, people),
        "events": _events(seed, people),
    }
    return {name: make_table(name, columns[name], arm=arm) for name in TABLE_NAMES}


def _patients(seed: int, people: np.ndarray, arm: str) -> dict[str, Any]:
    u = {name: draws.uniform(seed, people, name) for name in ("status", "age", "response", "cause", "stop")}
    n = len(people)
    status = np.where(u["status"] < 0.01, "failed", np.where(u["status"] < 0.02, "not_enrolled", "followed"))
    rate = 0.0005 if arm == "A" else 0.001
    death = draws.exponential(seed, people, "death") / rate
    os_day = np.minimum(death, FOLLOW_UP_DAY)
    progression = draws.exponential(seed, people, "progression") / (2 * rate)
    best = np.where(u["response"] < 0.1, "CR", np.where(u["response"] < 0.4, "PR", "PD"))
    responded = best != "PD"
    stop = np.minimum(u["stop"] * 900, os_day)
    died, progressed = death < FOLLOW_UP_DAY, np.minimum(progression, death) < FOLLOW_UP_DAY
    again = stop + 200 < os_day
    grade = np.where(u["stop"] < 0.1, 3, 0)
    measured = ("weight_kg", "height_cm", "albumin_g_per_L", "ldh_ratio_uln", "growth_time_day")
    numbers = dict.fromkeys(measured, 1.0 + u["age"])
    columns: dict[str, Any] = {
        "status": status,
        "status_reason": np.where(status == "failed", "step too small", None),
        "age_year": 40 + 40 * u["age"],
        "female": u["age"] < 0.4,
        **numbers,
        "ecog": np.zeros(n, np.int8),
        "previously_treated": np.zeros(n, bool),
        "lesions": np.full(n, 3),
        "targets": np.full(n, 2),
        "baseline_sum_mm": 50 + 50 * u["age"],
        "best_response": best,
        "confirmed_response": best,
        "time_to_response_day": np.where(responded, 84.0, np.nan),
        "response_duration_day": np.where(responded, os_day, np.nan),
        "response_ended": np.where(responded, died, None),
        "pfs_day": np.minimum(progression, os_day),
        "pfs_event": progressed,
        "pfs_cause": np.where(progressed, np.where(progression < death, "target", "death"), None),
        "ipfs_day": np.minimum(progression, os_day),
        "ipfs_event": progressed,
        "os_day": os_day,
        "os_event": died,
        "death_cause": np.where(died, np.where(u["cause"] < 0.9, "disease", "background"), None),
        "drug_stop_day": stop,
        "drug_stop_rule": np.where(grade == 3, "too toxic", "two years"),
        "completed_treatment": u["stop"] > 0.8,
        "second_course_day": np.where(again, stop + 200, np.nan),
        "second_course_best": np.where(again, np.where(u["cause"] < 0.3, "PR", "PD"), None),
        "treatment_free_day": np.where(again, 200.0, os_day - stop),
        "worst_grade": grade,
        "on_drug_day": np.maximum(stop, 1.0),
    }
    missing = status != "followed"
    blank = {name: _emptied(name, values, missing) for name, values in columns.items()}
    return {"patient": people, "attempts": np.ones(n, np.int16), **blank}


def _emptied(name: str, values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    if name in ("status", "status_reason"):
        return values
    return np.array([None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)])


def _grid(study: FakeStudy, people: np.ndarray) -> dict[str, np.ndarray]:
    visit = np.tile(np.arange(study.visits), len(people))
    return {"patient": np.repeat(people, study.visits), "visit": visit, "time_day": 84.0 * visit}


def _visits(study: FakeStudy, seed: int, people: np.ndarray) -> dict[str, Any]:
    grid = _grid(study, people)
    n = len(grid["patient"])
    total = 50 * draws.uniform(seed, grid["patient"], "sum", grid["visit"])
    same = {"scan": True, "state": "on drug", "line": 1, "course": 1, "new_lesions": 0, "worst_grade": 0}
    words = dict.fromkeys(("target_response", "response", "best_response"), "SD")
    constant = {name: [value] * n for name, value in {**same, **words, "decision": "continue"}.items()}
    return {**grid, **constant, "sum_mm": total, "nadir_mm": total, "change_pct": total - 50}


def _lesions(study: FakeStudy, seed: int, people: np.ndarray) -> dict[str, Any]:
    grid = _grid(study, people)
    parts = []
    for lesion in (1, 2, 3):
        true = 30 * draws.uniform(seed, grid["patient"], f"lesion {lesion}", grid["visit"])
        n = len(true)
        role = ["target" if lesion < 3 else "non-target"] * n
        fixed = {"lesion": np.full(n, lesion), "site": ["lung"] * n, "role": role}
        parts.append({**grid, **fixed, "diameter_mm": np.round(true), "true_diameter_mm": true})
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((whole["visit"], whole["patient"]))
    return {name: np.asarray(values)[order] for name, values in whole.items()}


def _doses(study: FakeStudy, people: np.ndarray) -> dict[str, Any]:
    grid = _grid(study, people)
    n = len(grid.pop("visit"))
    return {
        **grid,
        "molecule": ["pembrolizumab"] * n,
        "dose_mg": [200.0] * n,
        "line": [1] * n,
        "course": [1] * n,
    }


def _events(seed: int, people: np.ndarray) -> dict[str, Any]:
    n = len(people)
    return {"patient": people, "time_day": np.zeros(n), "kind": ["enrolled"] * n, "detail": [None] * n}


def talkative(study: FakeStudy, **asked: Any) -> dict[str, dict[str, pa.Table]]:
    """A clinic that prints, as libraries do."""
    print("a word")
    return simulate(study, **asked)
