"""Promises of the program, with the real clinic: who else runs, in what order and arms, changes nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from run_helpers import files_of

from remission.run.execute import execute
from remission.run.folder import RunFolder
from remission.run.parquet import to_parquet
from remission.study import load_definition

clinic = pytest.importorskip("remission.clinic", reason="the clinic is not there yet")
SEED = 2017
ARMS = ("pembrolizumab", "ipilimumab")
Lives = dict[str, dict[str, pa.Table]]


def lives(patients: Any, arms: tuple[str, ...] = ARMS, **changed: Any) -> Lives:
    study = replace(load_definition("keynote-006"), **changed)
    numbers = np.asarray(patients, np.int64)
    result: Lives = clinic.simulate_block(study, seed=SEED, patients=numbers, arms=arms)
    return result


def files(result: Lives) -> dict[tuple[str, str], bytes]:
    return {(arm, name): to_parquet(table) for arm, tables in result.items() for name, table in tables.items()}


@pytest.fixture(scope="module")
def together() -> Lives:
    return lives(np.arange(48))


def test_order_changes_no_bit(together: Lives) -> None:
    shuffled = np.random.Generator(np.random.Philox(3)).permutation(48)
    assert files(lives(shuffled)) == files(together)


@pytest.mark.parametrize("cuts", [[0, 1, 48], [0, 17, 31, 48]])
def test_company_changes_no_bit(together: Lives, cuts: list[int]) -> None:
    parts = [lives(np.arange(first, last)) for first, last in pairwise(cuts)]
    joined = {
        arm: {name: pa.concat_tables([part[arm][name] for part in parts]).unify_dictionaries() for name in tables}
        for arm, tables in together.items()
    }
    assert files(joined) == files(together)


def test_the_other_arms_change_no_bit(together: Lives) -> None:
    alone = lives(np.arange(48), ("ipilimumab",))
    with_check = lives(np.arange(48), (*ARMS, "no drug"))
    assert files(alone)["ipilimumab", "visits"] == files(together)["ipilimumab", "visits"]
    assert {key: data for key, data in files(with_check).items() if key[0] in ARMS} == files(together)


def test_a_changed_arm_changes_no_other(together: Lives) -> None:
    study = load_definition("keynote-006")
    first, second, *rest = study.arms
    rules = tuple(rule for rule in second.policy if rule.then.kind != "next line")
    assert rules != second.policy
    study = replace(study, arms=(first, replace(second, policy=rules), *rest))
    result = clinic.simulate_block(study, seed=SEED, patients=np.arange(48), arms=ARMS)
    assert files(result)["pembrolizumab", "lesions"] == files(together)["pembrolizumab", "lesions"]
    assert files(result)["ipilimumab", "events"] != files(together)["ipilimumab", "events"]


def test_twins_are_the_same_persons() -> None:
    twins = lives(np.arange(24), filled="twins")
    born = ["patient", "age_year", "female", "weight_kg", "ldh_ratio_uln", "lesions", "baseline_sum_mm"]
    first, second = (twins[arm]["patients"].select(born) for arm in ARMS)
    assert first.equals(second)
    assert twins["pembrolizumab"]["patients"]["os_day"] != twins["ipilimumab"]["patients"]["os_day"]


def test_another_seed_is_another_run(together: Lives) -> None:
    other = clinic.simulate_block(load_definition("keynote-006"), seed=SEED + 1, patients=np.arange(48), arms=ARMS)
    assert files(other)["pembrolizumab", "patients"] != files(together)["pembrolizumab", "patients"]


def run(out: Path, **asked: Any) -> RunFolder:
    """A short follow-up: this is about folders, what happens to patients is tested above."""
    study = replace(load_definition("keynote-006"), follow_up_day=200.0)
    return execute(study, out=out, **{"patients": 40, "block_patients": 16, **asked})


def test_a_run_folder_does_not_depend_on_how_it_was_filled(tmp_path: Path) -> None:
    """All at once, on two workers, or block by block and arm by arm: the same files."""
    run(tmp_path / "once", arms=[*ARMS, "no drug"])
    run(tmp_path / "workers", arms=[*ARMS, "no drug"], workers=2)
    run(tmp_path / "grown", arms=["ipilimumab"], patients=20)
    run(tmp_path / "grown", arms=["ipilimumab"])
    run(tmp_path / "grown")
    before = {name: data for name, data in files_of(tmp_path / "grown").items() if name.endswith(".parquet")}
    run(tmp_path / "grown", arms=["no drug"])
    grown = files_of(tmp_path / "grown")
    assert {name: grown[name] for name in before} == before
    assert grown == files_of(tmp_path / "once")
    assert files_of(tmp_path / "workers") == grown


def test_the_folder_knows_its_study(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", patients=8, seed=3, filled="twins")
    study = folder.definition
    assert (study.name, study.patients, study.seed, study.filled) == ("keynote-006", 8, 3, "twins")
    assert study.hash == folder.provenance.identity.study_hash
    assert folder.table("patients").num_rows == 16
