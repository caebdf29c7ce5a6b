"""A run folder made up in a second, with the tables and columns of a real one.

The numbers are invented: exponential times, smooth tumour courses. What is real is the shape, so that the
report can be tested without a simulation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from remission.run.provenance import Identity, Provenance
from remission.run.summary import summarise
from remission.study import load_definition
from remission.tables import READ_FROM_SCANS, TABLE_NAMES, by_central_review, make_table, schema

SCANS = (84, 126, 168, 210, 252, 294, 336, *range(420, 1827, 84))
SITES = ("lung", "liver", "node", "skin", "brain")
STUDY = "name: synthetic  # <script>alert('study')</script>\ntitle: A made-up study\n"


@dataclass(frozen=True)
class MadeArm:
    """How the patients of one arm fare."""

    name: str
    label: str
    patients: int
    response: float
    median_os_day: float
    toxicity: float
    stop_day: float


@dataclass
class Rows:
    """Rows of the five tables while they are made."""

    patients: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    lesions: list[dict[str, Any]] = field(default_factory=list)
    doses: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)


PEMBROLIZUMAB = MadeArm("pembrolizumab", "Pembrolizumab", 120, 0.42, 1000.0, 0.17, 730.5)
IPILIMUMAB = MadeArm("ipilimumab", "Ipilimumab", 60, 0.16, 480.0, 0.20, 84.0)


@dataclass(frozen=True)
class MadeStudy:
    """As much of a study definition as the report and the summary read."""

    title: str
    follow_up_day: float
    arms: tuple[Any, ...]
    text: str = STUDY
    published: str | None = None
    trial: tuple[str, ...] = ()
    assessors: tuple[str, ...] = ()
    subgroups: Mapping[str, Any] = field(default_factory=dict)

    @property
    def enabled_arms(self) -> tuple[Any, ...]:
        return self.arms


@dataclass(frozen=True)
class MadeRun:
    """A run in memory that reads like a `RunFolder`."""

    definition: MadeStudy
    provenance: Provenance
    tables: dict[tuple[str, str], pa.Table]

    @property
    def arms(self) -> tuple[str, ...]:
        return self.provenance.arms

    def pieces(
        self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """Blocks of 512 patients, as in a folder."""
        for arm in self.arms if arms is None else arms:
            table = self.tables[name, arm]
            block = table["patient"].to_numpy() // 512
            for number in np.unique(block):
                first, last = np.searchsorted(block, [number, number + 1])
                piece = table.slice(first, last - first)
                yield piece if columns is None else piece.select(columns)

    def table(self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        empty = schema(name).empty_table()
        whole = pa.concat_tables([empty, *self.pieces(name, arms)]).unify_dictionaries()
        return whole if columns is None else whole.select(columns)

    def summary(self) -> dict[str, Any]:
        return summarise(self, self.definition)  # type: ignore[arg-type]


def make_run(
    arms: Sequence[MadeArm] = (PEMBROLIZUMAB, IPILIMUMAB),
    *,
    failed: int = 2,
    seed: int = 1,
    follow_up_day: float = 1826.25,
    title: str = "A made-up study",
) -> MadeRun:
    """A finished run of invented patients."""
    random = np.random.default_rng(seed)
    tables = {}
    for arm in arms:
        rows = Rows()
        for patient in range(arm.patients):
            _patient(rows, arm, patient, random, follow_up_day, failed=patient < failed)
        for table in TABLE_NAMES:
            tables[table, arm.name] = _table(table, getattr(rows, table))
    policy: tuple[Any, ...] = ()
    known = tuple(SimpleNamespace(name=arm.name, label=arm.label, policy=policy) for arm in arms)
    identity = Identity("synthetic", "0" * 64, seed, "randomised", "0.1.0", "1" * 64)
    names = tuple(arm.name for arm in arms)
    provenance = Provenance(identity, sum(arm.patients for arm in arms), names, "2" * 64, ({"python": "3.11"},))
    return MadeRun(MadeStudy(title, follow_up_day, known), provenance, tables)


def make_keynote(**asked: Any) -> MadeRun:
    """The made-up patients under the study file of KEYNOTE-006, with its published results."""
    made, study = make_run(**asked), load_definition("keynote-006")
    kept = ("title", "arms", "text", "published", "assessors")
    definition = replace(made.definition, **{name: getattr(study, name) for name in kept})
    return replace(made, definition=definition)


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return make_table(name, {column: [row.get(column) for row in rows] for column in schema(name).names})


def _patient(
    rows: Rows, arm: MadeArm, patient: int, random: np.random.Generator, until: float, *, failed: bool
) -> None:
    key = {"arm": arm.name, "patient": patient}
    base = {
        "status": "failed" if failed else "followed",
        "status_reason": "the solver could not take the step" if failed else None,
        "attempts": 1,
        "age_year": float(random.normal(62, 12)),
        "female": bool(random.random() < 0.4),
        "weight_kg": float(random.normal(80, 15)),
        "height_cm": 172.0,
        "albumin_g_per_L": 40.0,
        "ldh_ratio_uln": float(random.lognormal(0, 0.4)),
        "ecog": int(random.random() < 0.3),
        "previously_treated": bool(random.random() < 0.34),
        "lesions": 0,
        "targets": 0,
        "baseline_sum_mm": None,
        "growth_time_day": float(random.lognormal(6.5, 0.5)),
        "best_response": None,
        "confirmed_response": None,
    }
    if failed:
        rows.patients.append(key | base)
        rows.events.append(_event(key, 0.0, "failed", "the solver could not take the step"))
        return
    rows.patients.append(key | base | _course(rows, arm, key, random, until))


def _course(rows: Rows, arm: MadeArm, key: dict[str, Any], random: np.random.Generator, until: float) -> dict[str, Any]:
    death = float(random.exponential(arm.median_os_day / np.log(2)))
    responder = bool(random.random() < arm.response)
    if responder:
        death = death * 3 + 400
    progression = float(np.inf if responder and random.random() < 0.5 else random.exponential(250) + 60)
    if responder and np.isfinite(progression):
        progression += 700
    diameters = random.uniform(12, 60, size=int(random.integers(1, 6)))
    depth = float(random.choice([0.0, 0.3, 0.5])) if responder else float(random.uniform(0.9, 1.3))
    return _follow(rows, arm, key, random, until, death, progression, diameters, depth)


def _follow(
    rows: Rows,
    arm: MadeArm,
    key: dict[str, Any],
    random: np.random.Generator,
    until: float,
    death: float,
    progression: float,
    diameters: np.ndarray,
    depth: float,
) -> dict[str, Any]:
    end = min(death, until)
    best, nadir, first_pd, first_response, second, next_line, stopped = (
        "NE",
        np.inf,
        None,
        None,
        None,
        None,
        None,
    )
    baseline = float(diameters.sum())
    rows.events.append(_event(key, 0.0, "treatment started", arm.name))
    rule: str | None = None
    for visit, time in enumerate((0, *SCANS)):
        if time > end:
            break
        scale = 1 - (1 - depth) * (1 - np.exp(-time / 120)) if time else 1.0
        if time > progression:
            scale *= np.exp((time - progression) / 200)
        if second is not None and depth < 0.9:
            scale *= 0.4
        measured = np.where(diameters * scale < 5, 0.0, diameters * scale * random.normal(1, 0.04, len(diameters)))
        total = float(measured.sum())
        previous_nadir = nadir
        nadir = min(nadir, total)
        response = "NE" if visit == 0 else _response(total, baseline, previous_nadir)
        if visit and _RANK[response] > _RANK[best]:
            best = response
        if response in ("CR", "PR") and first_response is None:
            first_response = float(time)
            rows.events.append(_event(key, time, "response", response))
        if response == "PD" and first_pd is None:
            first_pd = float(time)
            rows.events.append(_event(key, time, "scan progression", "target"))
        decision = "continue"
        on_drug = stopped is None
        if on_drug and (time >= arm.stop_day or response == "PD"):
            stopped = float(time)
            rule = "planned end" if time >= arm.stop_day else "stop at progression"
            decision = "stop"
            rows.events.append(_event(key, time, "treatment stopped", None, rule))
        if response == "PD" and not on_drug and second is None and next_line is None:
            if rule == "planned end" and random.random() < 0.5:
                second = float(time)
                decision = "rechallenge"
                rows.events.append(_event(key, time, "second course", arm.name, "second course"))
            else:
                next_line = float(time)
                decision = "next line"
                rows.events.append(_event(key, time, "next line", "other", "next line"))
        state = "on drug" if on_drug else "off drug"
        rows.visits.append(
            key
            | {
                "visit": visit,
                "time_day": float(time),
                "scan": True,
                "state": state,
                "line": 2 if next_line is not None and next_line < time else 1,
                "course": 2 if second is not None and second < time else 1,
                "sum_mm": total,
                "nadir_mm": float(nadir),
                "change_pct": 100 * (total / baseline - 1),
                "target_response": response,
                "nontarget_response": "NON_CR_NON_PD",
                "new_lesions": 0,
                "response": response,
                "iresponse": "i" + response,
                "best_response": best,
                "worst_grade": 0,
                "decision": decision,
                "rule": rule if decision != "continue" else None,
            }
        )
        for lesion, (seen, true) in enumerate(zip(measured, diameters * scale, strict=True), start=1):
            rows.lesions.append(
                key
                | {
                    "visit": visit,
                    "time_day": float(time),
                    "lesion": lesion,
                    "site": SITES[lesion - 1],
                    "role": "target",
                    "diameter_mm": float(seen),
                    "true_diameter_mm": float(true),
                }
            )
    for time in np.arange(0, min(stopped if stopped is not None else end, end), 21.0):
        rows.doses.append(
            key | {"time_day": float(time), "molecule": arm.name, "dose_mg": 200.0, "line": 1, "course": 1}
        )
    toxic = bool(random.random() < arm.toxicity)
    toxic_day = float(random.exponential(120))
    toxic = toxic and toxic_day < end
    grade = int(random.choice([3, 3, 3, 4, 5])) if toxic else 0
    if toxic:
        rows.events.append(_event(key, toxic_day, "toxicity", "immune-related", None, grade))
    dead = death <= until
    rows.events.append(_event(key, end, "death" if dead else "end of follow-up"))
    pfs = first_pd if first_pd is not None else end
    stop = min(stopped, end) if stopped is not None else None
    row = {
        "lesions": len(diameters),
        "targets": len(diameters),
        "baseline_sum_mm": baseline,
        "best_response": best,
        "confirmed_response": best,
        "time_to_response_day": first_response,
        "response_duration_day": None if first_response is None else max(pfs - first_response, 0.0),
        "response_ended": None if first_response is None else first_pd is not None,
        "pfs_day": pfs,
        "pfs_event": first_pd is not None or dead,
        "pfs_cause": "target" if first_pd is not None else ("death" if dead else None),
        "ipfs_day": pfs,
        "ipfs_event": first_pd is not None or dead,
        "os_day": end,
        "os_event": dead,
        "death_cause": "disease" if dead else None,
        "lost_day": None,
        "drug_stop_day": stop,
        "drug_stop_rule": rule,
        "completed_treatment": rule == "planned end",
        "second_course_day": second,
        "second_course_best": "PR" if second is not None else None,
        "next_line_day": next_line,
        "next_line": "other" if next_line is not None else None,
        "treatment_free_day": 0.0 if stop is None else (second or next_line or end) - stop,
        "worst_grade": grade,
        "first_grade3_day": toxic_day if toxic else None,
        "on_drug_day": stop if stop is not None else end,
    }
    return row | {by_central_review(name): value for name, value in _reviewed(row, key["patient"]).items()}


REVIEW_LATER_DAY = 30.0


def _reviewed(row: Mapping[str, Any], patient: int) -> dict[str, Any]:
    """A central review that sees progression a month later than the investigator, and every other PR as SD."""
    seen = {column.name: row.get(column.name) for column in READ_FROM_SCANS}
    seen |= {f"{stem}_day": row[f"{stem}_day"] + REVIEW_LATER_DAY for stem in ("pfs", "ipfs")}
    if row["best_response"] == "PR" and patient % 2:
        nothing = ("time_to_response_day", "response_duration_day", "response_ended")
        seen |= dict.fromkeys(("best_response", "confirmed_response"), "SD") | dict.fromkeys(nothing)
    return seen


_RANK = {"NE": 0, "PD": 1, "SD": 2, "NON_CR_NON_PD": 2, "PR": 3, "CR": 4}


def _response(total: float, baseline: float, nadir: float) -> str:
    if total == 0:
        return "CR"
    if total >= 1.2 * nadir and total - nadir >= 5:
        return "PD"
    return "PR" if total <= 0.7 * baseline else "SD"


def _event(
    key: dict[str, Any],
    time: float,
    kind: str,
    detail: str | None = None,
    rule: str | None = None,
    grade: int | None = None,
) -> dict[str, Any]:
    return key | {"time_day": float(time), "kind": kind, "detail": detail, "rule": rule, "grade": grade}
