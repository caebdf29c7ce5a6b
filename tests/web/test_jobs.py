"""Runs that pages wait for: they sharpen, are shared, cancelled, taken up again, and bounded."""

from __future__ import annotations

import io
import json
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient

from remission.errors import RunError, StudyError
from remission.run import RunFolder
from remission.web import jobs as module
from remission.web.jobs import ABANDONED_SECONDS, MOST_JOBS, MOST_KEPT, Job, Jobs
from remission.web.server import _events
from remission.web.setting import Asked

SETTING = {"study": "keynote-006", "arms": ["ipilimumab"]}


def asked(patients: int = 8, tab: str = "a", **changes: Any) -> Asked:
    return Asked.model_validate({"setting": {**SETTING, **changes}, "patients": patients, "tab": tab})


def until(true: Callable[[], bool]) -> None:
    """Wait for something, but not for ever."""
    for _ in range(1200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


def end(job: Job) -> Job:
    until(lambda: job.ended)
    return job


@pytest.fixture
def gate(jobs: Jobs) -> Iterator[Event]:
    """First looks wait until it is opened, and show nothing."""
    opened = Event()

    def look(definition: Any) -> dict[str, Any]:
        opened.wait(60)
        return {"patients": definition.patients}

    jobs.look = look
    yield opened
    opened.set()


def test_a_look_comes_first_and_the_folder_holds_what_is_shown(
    jobs: Jobs, place: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "FIRST_PATIENTS", 4)
    monkeypatch.setattr(module, "STAGES", (8, 12))
    job = jobs.ask(asked(12))
    until(lambda: job.view is not None)
    assert job.view is not None
    assert job.view["patients"] == 4
    assert end(job).state == "done", job.problems
    assert (job.view["patients"], job.done, job.view["run"]) == (12, 12, job.name)
    folder = RunFolder.open(place / job.name)
    assert folder.verify() == ()
    assert job.view["arms"][0]["followed"] == folder.summary()["arms"]["ipilimumab"]["followed"]


def test_a_folder_that_is_there_is_shown_without_being_made_again(jobs: Jobs, place: Path):
    name = end(jobs.ask(asked(8))).name
    before = {path: path.stat().st_mtime_ns for path in (place / name).rglob("*.parquet")}
    job = end(jobs.ask(asked(3)))
    assert (job.state, job.view and job.view["patients"]) == ("done", 8)
    assert {path: path.stat().st_mtime_ns for path in (place / name).rglob("*.parquet")} == before


def test_two_pages_that_ask_for_the_same_share_the_work(jobs: Jobs, gate: Event):
    first, second = jobs.ask(asked(4, "a")), jobs.ask(asked(8, "b"))
    assert first is second
    assert first.wanted == 8
    jobs.leave(first.id, "a")
    gate.set()
    assert end(first).state == "done"


def test_a_job_ends_when_nobody_wants_it(jobs: Jobs, gate: Event):
    job = jobs.ask(asked(4, "a"))
    jobs.leave(job.id, "another tab")
    assert not job.ended
    jobs.leave(job.id, "a")
    assert end(job).state == "cancelled"
    gate.set()
    assert end(jobs.ask(asked(4, "a"))).state == "done"


def test_asking_again_at_once_after_leaving_gets_a_job_that_goes_on(jobs: Jobs, gate: Event):
    first = jobs.ask(asked(4, "a-1"))
    jobs.leave(first.id, "a-1")
    second = jobs.ask(asked(4, "a-2"))
    assert second is not first
    jobs.leave(first.id, "a-1")
    gate.set()
    assert end(first).state == "cancelled"
    assert end(second).state == "done"


def test_a_job_of_which_no_page_hears_ends(jobs: Jobs, gate: Event):
    job = jobs.ask(asked(4))
    job.heard -= ABANDONED_SECONDS + 1
    assert end(job).state == "cancelled"


def test_the_number_of_jobs_is_bounded(jobs: Jobs, gate: Event, client: TestClient):
    going = [jobs.ask(asked(4, seed=seed)) for seed in range(MOST_JOBS)]
    answer = client.post("/api/jobs", json=asked(4, seed=99).model_dump())
    assert answer.status_code == 409
    assert "too many" in answer.json()["problems"][0]["what"]
    assert jobs.ask(asked(4, "b", seed=0)) is going[0]
    gate.set()


def test_old_jobs_are_forgotten_and_asking_again_is_suggested(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "_sharpen", lambda job, folder: None)
    first = end(jobs.ask(asked(4, seed=0)))
    for seed in range(1, MOST_KEPT + 4):
        end(jobs.ask(asked(4, seed=seed)))
    assert len(jobs._jobs) <= MOST_KEPT + 1
    with pytest.raises(RunError, match="started anew") as raised:
        jobs.get(first.id)
    assert "kept" in (raised.value.problems[0].next_step or "")


def test_a_server_that_is_stopped_loses_nothing_that_was_finished(
    place: Path, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
):
    """The second server is another object on the same folder; the first stage is found, not made."""
    from remission.web.places import Places

    monkeypatch.setattr(module, "STAGES", (8, 16))
    job = jobs.ask(asked(16))
    jobs.stop() if job.done >= 8 else until(lambda: job.done >= 8)
    jobs.stop()
    end(job)
    again = Jobs(Places(place.resolve()), jobs.workers)
    assert end(again.ask(asked(16))).state == "done"
    assert RunFolder.open(place / job.name).verify() == ()


def test_what_goes_wrong_is_told_as_problems(jobs: Jobs):
    def broken(definition: Any) -> dict[str, Any]:
        raise StudyError("nothing comes of it", next_step="another")

    jobs.look = broken
    job = end(jobs.ask(asked(4)))
    assert job.state == "failed"
    assert job.progress()["problems"][0]["what"] == "nothing comes of it"


def test_a_page_hears_of_views_and_of_the_end(client: TestClient, jobs: Jobs):
    number = client.post("/api/jobs", json=asked(8).model_dump()).json()["id"]
    heard = client.get(f"/api/jobs/{number}/events").text
    events = [
        (part.split("\n")[0], json.loads(part.split("data: ")[1])) for part in heard.split("\n\n") if "data: " in part
    ]
    assert events[-1][0] == "event: progress"
    assert events[-1][1]["state"] == "done"
    views = [content for name, content in events if name == "event: view" and content]
    assert views[-1]["run"] == jobs.get(number).name
    assert client.get("/api/jobs/unknown/events").status_code == 409


def test_a_listener_keeps_a_job_wanted(jobs: Jobs):
    import asyncio

    job = Job("key", None, "name", 4, {"a"})  # type: ignore[arg-type]
    job.heard -= ABANDONED_SECONDS + 1
    assert job.unwanted()

    async def one_event() -> str:
        return await anext(_events(job))

    assert "event: progress" in asyncio.run(one_event())
    assert not job.unwanted()


def test_a_finished_run_is_shown_and_handed_out(client: TestClient, place: Path, small_run: Path):
    shutil.copytree(small_run, place / "small")
    assert client.get("/api/runs").json()["runs"] == ["small"]
    view = client.get("/api/run", params={"name": "small"}).json()
    assert [arm["name"] for arm in view["arms"]] == ["drug", "no drug"]
    assert view["arms"][0]["os"]["percent"][0] == 100
    spent = view["arms"][0]["spent"]
    assert sum(spent["months"].values()) == pytest.approx(spent["horizon"], abs=0.05)
    assert client.get("/api/run/study", params={"name": "small"}).text == (small_run / "study.yaml").read_text()
    packed = client.get("/api/run/tables", params={"name": "small"})
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        archive.extractall(place / "unpacked")
    assert RunFolder.open(place / "unpacked").verify() == ()
    assert 'filename="small.zip"' in packed.headers["content-disposition"]
    report = client.get("/api/run/report", params={"name": "small"})
    assert "<svg" in report.text
    assert report.headers["content-disposition"].startswith("attachment")


def test_a_damaged_run_is_refused(client: TestClient, place: Path, small_run: Path):
    folder = shutil.copytree(small_run, place / "small")
    table = next((folder / "patients").rglob("*.parquet"))
    table.write_bytes(table.read_bytes()[:-1] + b"?")
    for part in ("", "/tables", "/report"):
        answer = client.get(f"/api/run{part}", params={"name": "small"})
        assert answer.status_code == 409, part
        assert "has changed" in answer.json()["problems"][0]["what"]
