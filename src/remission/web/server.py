"""The server: what the page may ask, and the answers. Thin: each answer is made elsewhere."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from remission import __version__
from remission.errors import Problem, RemissionError, RunError, StudyError
from remission.run.files import MANIFEST, STUDY
from remission.run.store import read_verified
from remission.texts import LANGUAGES
from remission.web.choices import choices, palette_css
from remission.web.guard import BodyTooLargeError, Guard
from remission.web.jobs import Job, Jobs, view_of
from remission.web.places import Places
from remission.web.setting import Asked
from remission.web.study_text import study_of
from remission.web.workers import Workers, result_of

_TICK_SECONDS, _ALIVE_SECONDS = 0.1, 15.0
MOST_TABLES = 512 * 1024 * 1024
"""Bytes of tables that are packed into one file for a page."""


def make_app(folder: Path, port: int, *, language: str = "en", jobs: Jobs | None = None) -> Guard:
    """The application of a folder.

    Parameters
    ----------
    folder : Path
        Where runs are read and written; nothing outside it is.
    port : int
        On which the server will listen.
    language : str
        In which the page opens.
    jobs : Jobs, optional
        In place of jobs with processes of their own.
    """
    places = Places(folder.resolve())
    jobs = jobs or Jobs(places, Workers())
    app = FastAPI(title="remission explore", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.jobs = jobs
    _answer_errors(app)
    _add_page(app, language)
    _add_jobs(app, jobs)
    _add_runs(app, places, jobs)
    return Guard(app, port)


def _answer_errors(app: FastAPI) -> None:
    """Every error is a list of problems, as on the command line."""

    @app.exception_handler(RemissionError)
    def known(request: Request, error: RemissionError) -> JSONResponse:
        return _problems(400 if isinstance(error, StudyError) else 409, *error.problems)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _problems(422, *(_problem(fault) for fault in error.errors()))

    @app.exception_handler(BodyTooLargeError)
    def large(request: Request, error: BodyTooLargeError) -> JSONResponse:
        return _problems(413, Problem("the request is too large"))


def _problem(fault: dict[str, Any]) -> Problem:
    where = ".".join(str(part) for part in fault["loc"] if part != "body")
    return Problem(fault["msg"], where=where or None, found=str(fault.get("input"))[:80])


def _problems(status: int, *problems: Problem) -> JSONResponse:
    return JSONResponse({"problems": [vars(problem) for problem in problems]}, status)


def _add_page(app: FastAPI, language: str) -> None:
    static = Path(str(files("remission.web").joinpath("static")))
    page = (static / "index.html").read_text(encoding="utf-8")

    @app.get("/", response_class=HTMLResponse)
    def index() -> str:
        return page.replace('lang="en"', f'lang="{language}"', 1)

    @app.get("/palette.css")
    def colours() -> Response:
        return Response(palette_css(), media_type="text/css")

    @app.get("/api/texts/{wanted}")
    def words(wanted: str) -> JSONResponse:
        known = wanted if wanted in LANGUAGES else language
        return JSONResponse({"lang": known, **LANGUAGES[known].explore})

    @app.get("/api/choices")
    def what_can_be_chosen() -> JSONResponse:
        return JSONResponse({**choices(), "version": __version__})

    app.mount("/static", StaticFiles(directory=static), name="static")


def _add_jobs(app: FastAPI, jobs: Jobs) -> None:
    @app.post("/api/study")
    def study_file(asked: Asked) -> PlainTextResponse:
        return PlainTextResponse(study_of(asked.setting, asked.patients).text, media_type="application/yaml")

    @app.post("/api/jobs")
    def ask(asked: Asked) -> JSONResponse:
        return JSONResponse(jobs.ask(asked).progress())

    @app.get("/api/jobs/{number}/events")
    async def events(number: str) -> StreamingResponse:
        job = jobs.get(number)
        return StreamingResponse(_events(job), media_type="text/event-stream")

    @app.delete("/api/jobs/{number}")
    def leave(number: str, tab: str = "") -> JSONResponse:
        jobs.leave(number, tab[:64])
        return JSONResponse({})


async def _events(job: Job) -> AsyncIterator[str]:
    """Progress and views of a job as they come; a page that comes back gets the latest of both."""
    version, shown, spoke = -1, None, time.monotonic()
    while True:
        job.heard = time.monotonic()
        if job.version != version:
            version, view = job.version, job.view
            if view is not shown:
                shown = view
                yield _event("view", view)
            yield _event("progress", job.progress())
            spoke = job.heard
        elif job.ended:
            return
        elif job.heard - spoke > _ALIVE_SECONDS:
            yield ": still here\n\n"
            spoke = job.heard
        await asyncio.sleep(_TICK_SECONDS)


def _event(name: str, content: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(content, allow_nan=False)}\n\n"


def _add_runs(app: FastAPI, places: Places, jobs: Jobs) -> None:
    @app.get("/api/runs")
    def runs() -> JSONResponse:
        return JSONResponse({"runs": [name for name in places.names() if name not in jobs.going()]})

    @app.get("/api/run")
    def run(name: str) -> JSONResponse:
        places.open(name)
        shown = jobs.workers.submit(view_of, places.folder(name), first=True)
        return JSONResponse({**result_of(shown), "run": name})

    @app.get("/api/run/study")
    def study(name: str) -> Response:
        folder = places.open(name)
        text = read_verified(folder.store, STUDY, folder.files[STUDY])
        return Response(text, media_type="application/yaml", headers=_attached(name, ".yaml"))

    @app.get("/api/run/report")
    async def report(name: str, language: str = "en") -> Response:
        places.open(name)
        made = jobs.workers.submit(report_of, places.folder(name), language)
        html = await run_in_threadpool(result_of, made)
        return Response(html, media_type="text/html", headers=_attached(name, ".html"))

    @app.get("/api/run/tables")
    def tables(name: str) -> FileResponse:
        packed = _pack(places, name)
        unlink = BackgroundTask(packed.unlink, missing_ok=True)
        return FileResponse(packed, media_type="application/zip", headers=_attached(name, ".zip"), background=unlink)


def report_of(folder: Path, language: str) -> str:
    """The report of a run folder; for a process that is ready."""
    from remission.run import RunFolder
    from remission.show import report_html

    text: str = report_html(RunFolder.open(folder), language=language if language in LANGUAGES else "en")
    return text


def _attached(name: str, suffix: str) -> dict[str, str]:
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name.rsplit("/", 1)[-1])
    ascii_name = plain.encode("ascii", "replace").decode().replace("?", "-")
    return {"content-disposition": f'attachment; filename="{ascii_name}{suffix}"'}


def _pack(places: Places, name: str) -> Path:
    """All files of a run, verified, in one file."""
    folder = places.open(name)
    size = sum(entry.bytes for entry in folder.files.values())
    if size > MOST_TABLES:
        step = f"copy the folder {places.root / name}"
        raise RunError("the tables are too large for one file", found=f"{size} bytes", next_step=step)
    with (
        tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as place,
        zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive,
    ):
        for file, entry in folder.files.items():
            archive.writestr(file, read_verified(folder.store, file, entry))
        archive.writestr(MANIFEST, folder.store.read(MANIFEST))
    return Path(place.name)
