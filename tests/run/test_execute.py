"""Only what is missing is done; what does not fit is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_clinic import FakeArm, FakeStudy, simulate
from run_helpers import files_of

from remission.errors import DataError, RunError
from remission.run.execute import InterruptedRunError, Step, execute, plan_run
from remission.run.executors import Done
from remission.run.folder import RunFolder
from remission.run.plan import Task
from remission.run.work import Work

Run = Callable[..., RunFolder]


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    return folder


def called(calls: Path) -> list[str]:
    names = sorted(path.name for path in calls.iterdir())
    for path in calls.iterdir():
        path.unlink()
    return names


def tables_of(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in files_of(folder).items() if name.endswith(".parquet")}


def test_a_run_writes_what_it_says(run: Run, tmp_path: Path) -> None:
    folder = run()
    names = set(files_of(tmp_path / "run"))
    assert names == {*folder.files, "manifest.json"}
    assert folder.arms == ("A", "B/1")
    assert folder.verify() == ()
    assert "patients/B%2F1/00002.parquet" in names
    both = folder.table("patients", columns=["arm", "patient"])
    assert sorted(both["patient"].to_pylist()) == list(range(1100))
    assert folder.table("visits", ["A"]).num_rows == sum(
        entry.rows or 0 for name, entry in folder.files.items() if name.startswith("visits/A/")
    )
    assert (tmp_path / "run/study.yaml").read_text() == FakeStudy().text


def test_the_same_run_elsewhere_has_the_same_bytes(run: Run, tmp_path: Path) -> None:
    run(out=tmp_path / "one")
    run(out=tmp_path / "two", workers=2)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_a_finished_run_is_not_done_again(done: Path, run: Run, tmp_path: Path, calls: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")}
    run(FakeStudy(calls=str(calls)))
    assert called(calls) == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")} == before


@pytest.mark.parametrize("lost", ["visits/A/00001.parquet", "blocks/A/00001.json", "patients/A/00001.parquet"])
def test_a_lost_file_is_made_again_alone(done: Path, run: Run, tmp_path: Path, calls: Path, lost: str) -> None:
    whole = files_of(tmp_path / "run")
    (tmp_path / "run" / lost).unlink()
    run(FakeStudy(calls=str(calls)))
    assert called(calls) == ["512-1023-A"]
    assert files_of(tmp_path / "run") == whole


@pytest.mark.parametrize("lost", ["manifest.json", "summary.json"])
def test_a_lost_document_needs_no_simulation(done: Path, run: Run, tmp_path: Path, calls: Path, lost: str) -> None:
    whole = files_of(tmp_path / "run")
    (tmp_path / "run" / lost).unlink()
    run(FakeStudy(calls=str(calls)))
    assert called(calls) == []
    assert files_of(tmp_path / "run") == whole


def test_an_added_arm_touches_no_other(done: Path, run: Run, tmp_path: Path, calls: Path) -> None:
    before = tables_of(tmp_path / "run")
    folder = run(FakeStudy(calls=str(calls)), arms=["check"])
    assert called(calls) == ["0-1023-check", "1024-1099-check"]
    after = tables_of(tmp_path / "run")
    assert folder.arms == ("A", "B/1", "check")
    assert {name: after[name] for name in before} == before
    assert "A vs check" in folder.summary()["contrasts"]
    together = run(arms=["A", "B/1", "check"], out=tmp_path / "together")
    assert files_of(tmp_path / "run") == files_of(together.store.root)  # type: ignore[attr-defined]


def test_twins_fill_every_arm(run: Run) -> None:
    folder = run(filled="twins", patients=20)
    for arm in folder.arms:
        assert folder.table("patients", [arm])["patient"].to_pylist() == list(range(20))
    assert "--twins" in json.loads(folder.store.read("provenance.json"))["command"]


def test_more_patients_extend_a_run(done: Path, run: Run, tmp_path: Path, calls: Path) -> None:
    run(FakeStudy(calls=str(calls)), patients=2000)
    assert called(calls) == ["1024-1999-A+B_1"]
    run(patients=2000, out=tmp_path / "at once")
    assert files_of(tmp_path / "run") == files_of(tmp_path / "at once")


@pytest.mark.parametrize(
    ("study", "asked", "what"),
    [
        ({"name": "other"}, {}, "another study"),
        ({"hash": "beef"}, {}, "says something else"),
        ({}, {"seed": 6}, "another seed"),
        ({}, {"filled": "twins"}, "filled another way"),
        ({}, {"patients": 1000}, "ask for 1100 patients or more"),
        ({}, {"parameters_hash": "q"}, "other parameters"),
        ({}, {"patients": 0}, "1 or more"),
        ({}, {"seed": -1}, "not a seed"),
        ({}, {"arms": ["C"]}, "A, B/1, check"),
        ({}, {"workers": 0}, "no work without a worker"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    done: Path, run: Run, tmp_path: Path, study: dict[str, Any], asked: dict[str, Any], what: str
) -> None:
    before = files_of(tmp_path / "run")
    with pytest.raises(RunError, match=what):
        run(replace(FakeStudy(), **study), **asked)
    assert files_of(tmp_path / "run") == before


def test_another_version_is_refused(done: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remission.run.provenance.__version__", "9.9.9")
    with pytest.raises(RunError, match=r"made by another version(?s:.*)install remission 0\.1\.0"):
        run()


def test_a_folder_with_other_things_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/thesis.docx").write_text("years of work")
    with pytest.raises(RunError, match="not empty and holds no run"):
        run()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.docx"]


def test_an_arm_that_is_dealt_nobody(run: Run) -> None:
    study = FakeStudy(arms=(FakeArm("A"), FakeArm("off", 1, enabled=False)))
    with pytest.raises(RunError, match="the arm has no patients"):
        run(study, arms=["off"])
    assert run(study, arms=["off"], filled="twins").table("patients").num_rows == 1100


def test_a_folder_continued_elsewhere_says_so(done: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def made_with(name: str) -> Any:
        return json.loads((done / name).read_text())["made_with"]

    here = made_with("provenance.json")
    elsewhere = {**here[0], "numpy": "99.0"}
    monkeypatch.setattr("remission.run.records.environment", lambda: elsewhere)
    run()  # nothing to do: nothing was made elsewhere
    assert made_with("provenance.json") == here
    for _ in range(2):
        (done / "visits/A/00001.parquet").unlink()
        run()
        assert made_with("provenance.json") == [*here, elsewhere]
    assert made_with("blocks/A/00001.json") == elsewhere
    assert made_with("blocks/A/00000.json") == here[0]


def test_a_comment_in_the_study_file_changes_nothing(done: Path, run: Run) -> None:
    before = files_of(done)
    run(FakeStudy(text="study: fake  # a comment\n"))
    assert files_of(done) == before


def test_ctrl_c_while_the_end_is_written(
    run: Run, tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr("remission.run.summary.arm_summary", stop)
        with pytest.raises(InterruptedRunError, match="stopped after 6 of 6 blocks"):
            run()
    run()
    assert files_of(tmp_path / "run") == files_of(finished)


def test_no_arm_enabled(run: Run) -> None:
    with pytest.raises(RunError, match="no arm is left"):
        run(FakeStudy(arms=(FakeArm("A", enabled=False),)))


def test_a_report_in_the_folder_is_left_alone(done: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "run/report.html").write_text("a report")
    run(patients=1200)
    assert (tmp_path / "run/report.html").read_text() == "a report"


def kinds(folder: Path) -> list[str]:
    """One file of each kind."""
    first = [f"{table}/A/00000.parquet" for table in ("patients", "visits", "lesions", "doses", "events")]
    return [*first, "blocks/A/00000.json", "study.yaml", "summary.json", "provenance.json", "manifest.json"]


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place // 8 % len(data)] ^= 1 << place % 8
    path.write_bytes(data)


def read_all(out: Path) -> None:
    """Everything that a reader of the folder may open."""
    folder = RunFolder.open(out)
    for table in ("patients", "visits", "lesions", "doses", "events"):
        folder.table(table)
    folder.summary()
    problems = folder.verify()
    if problems:
        raise RunError(problems)


def test_a_flipped_bit_in_any_file_is_refused_by_name(done: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "run"
    read_all(out)
    chance = np.random.Generator(np.random.Philox(1))
    for name in kinds(out):
        data = (out / name).read_bytes()
        for place in chance.integers(0, 8 * len(data), 3):
            flip(out / name, int(place))
            with pytest.raises(RunError, match=name.replace(".", r"\.")) as caught:
                read_all(out)
            assert "run the same command again" in str(caught.value)
            (out / name).write_bytes(data)


def test_the_same_command_mends_every_file_but_provenance(done: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "run"
    whole = files_of(out)
    for name in kinds(out):
        flip(out / name, 80)
        steps: list[Step] = []
        if name == "provenance.json":
            with pytest.raises(RunError, match=r"provenance\.json"):
                run()
            (out / name).unlink()
        run(progress=steps.append)
        assert files_of(out) == whole
        if name.endswith(".parquet"):
            assert steps[0].damaged == (name,)
            assert steps[0].total - steps[0].found == 1


def test_blocks_of_another_run_are_refused_without_provenance(done: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "run/provenance.json").unlink()
    with pytest.raises(RunError, match="another study, seed, version or set of parameters"):
        run(seed=6)


def test_a_disk_that_fills_up_loses_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(out=tmp_path / "whole")
    true_fsync, count = os.fsync, 0

    def fills_up(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count > 40:
            raise OSError(28, "No space left on device")
        true_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fills_up)
    with pytest.raises(RunError, match="the disk is full"):
        run()
    assert not [name for name in files_of(tmp_path / "run") if ".tmp-" in name]
    with pytest.raises(RunError, match="not finished"):
        RunFolder.open(tmp_path / "run")
    monkeypatch.setattr(os, "fsync", true_fsync)
    run()
    assert files_of(tmp_path / "run") == files_of(tmp_path / "whole")


def test_a_worker_ended_in_the_middle_of_a_file_leaves_nothing(run: Run, tmp_path: Path) -> None:
    class Ended:
        def run(self, work: Work, tasks: Sequence[Task], done: Done) -> None:
            (tmp_path / "run/doses/A").mkdir(parents=True)
            (tmp_path / "run/doses/A/00000.parquet.tmp-1-0123456789ab").write_bytes(b"half")
            raise RunError("the disk is full")

    with pytest.raises(RunError, match="the disk is full"):
        run(executor=Ended())
    assert not [name for name in files_of(tmp_path / "run") if ".tmp-" in name]


def test_too_little_room_is_said_before_anything_starts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remission.run.local_store.LocalStore.free_bytes", lambda _: 1000)
    with pytest.raises(RunError, match=r"too little room(?s:.*)1 kB free"):
        run()
    assert not (tmp_path / "run").exists()


def test_ctrl_c_in_this_process(run: Run, tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        if step.done:
            raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError, match="stopped after 4 of 20 blocks"):
        run(patients=5000, workers=1, progress=stop)
    steps: list[Step] = []
    run(patients=5000, workers=1, progress=steps.append)
    assert (steps[0].done, steps[0].total, steps[0].found) == (4, 20, 4)
    assert (steps[0].patients_done, steps[-1].patients_done, steps[-1].patients_total) == (1024, 5000, 5000)
    assert steps[-1].done == 20


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    plan = plan_run(FakeStudy(patients=5000), out=tmp_path / "run", workers=2, parameters_hash="p")
    assert sum(len(task.blocks) for task in plan.tasks) == 3
    assert plan.workers == 2
    twice = plan_run(FakeStudy(patients=10_000), out=tmp_path / "run", workers=2, parameters_hash="p")
    assert twice.cost.disk_bytes == pytest.approx(2 * plan.cost.disk_bytes)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda tables: tables["A"].pop("doses"), "five tables"),
        (lambda tables: tables["A"].update(patients=tables["B/1"]["patients"]), "another arm"),
        (lambda tables: tables["A"].update(patients=tables["A"]["visits"]), "another schema"),
    ],
)
def test_a_clinic_that_breaks_the_contract_is_refused(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], Any], what: str
) -> None:
    def broken(*args: Any, **kwargs: Any) -> dict[str, Any]:
        tables = simulate(*args, **kwargs)
        spoil(tables)
        return tables

    with pytest.raises(DataError, match=what):
        execute(FakeStudy(), out=tmp_path / "run", simulate=broken, parameters_hash="p")


def test_patients_of_another_block_are_refused(tmp_path: Path) -> None:
    def shifted(study: FakeStudy, *, patients: np.ndarray, **asked: Any) -> dict[str, Any]:
        return simulate(study, patients=patients + 512, **asked)

    with pytest.raises(DataError, match="patients not asked for"):
        execute(FakeStudy(), out=tmp_path / "run", simulate=shifted, parameters_hash="p")


def test_a_later_format_names_the_version_that_reads_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr("remission.run.provenance.FORMAT", 2)
        later.setattr("remission.run.provenance.__version__", "2.0.0")
        run()
    with pytest.raises(RunError, match=r"format 2, made by remission 2\.0\.0(?s:.*)install remission 2\.0\.0"):
        RunFolder.open(tmp_path / "run")


def test_what_is_not_in_the_folder(run: Run, tmp_path: Path) -> None:
    folder = run()
    with pytest.raises(RunError, match="A, B/1"):
        folder.table("visits", ["C"])
    with pytest.raises(DataError, match="no such table"):
        folder.table("people")
    with pytest.raises(DataError, match="mood"):
        folder.table("visits", columns=["mood"])


def test_columns_come_in_the_order_asked_for(run: Run) -> None:
    table = run().table("visits", columns=["sum_mm", "patient"])
    assert table.column_names == ["sum_mm", "patient"]
