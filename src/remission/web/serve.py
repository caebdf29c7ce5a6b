"""Start the server on this computer alone, and end it in order."""

from __future__ import annotations

import signal
import socket
import webbrowser
from pathlib import Path
from threading import Timer

from remission.errors import RunError, StudyError
from remission.texts import known_language

HOST = "127.0.0.1"
PORT = 8765


def serve(folder: Path, *, port: int = PORT, language: str = "en", browser: bool = True) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    folder : Path
        Where runs are read and written; made if it is not there.
    port : int
        On which to listen; 0 takes any that is free.
    language : str
        In which the page opens.
    browser : bool
        Whether to open the page.

    Raises
    ------
    StudyError
        If the language is not known, or the extra is not installed.
    RunError
        If the port is taken, or the folder cannot be made.
    """
    try:
        import uvicorn

        from remission.web.server import make_app
    except ModuleNotFoundError as error:
        step = "pip install 'remission[explore]'"
        raise StudyError("the page needs packages that are not installed", found=error.name, next_step=step) from None
    from remission.web.jobs import Jobs
    from remission.web.places import Places
    from remission.web.workers import Workers

    known_language(language, "--lang")
    _make(folder)
    listening = _listen(port)
    port = listening.getsockname()[1]
    workers = Workers()
    jobs = Jobs(Places(folder.resolve()), workers)
    app = make_app(folder, port, language=language, jobs=jobs)
    workers.start()
    address = f"http://{HOST}:{port}/"
    print(f"page    {address}\nruns    {folder}\nend     Ctrl-C", flush=True)
    if browser:
        Timer(0.5, webbrowser.open, [address]).start()
    settings = uvicorn.Config(
        app, log_level="warning", server_header=False, timeout_graceful_shutdown=1, limit_concurrency=64
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends in order, as Ctrl-C does
    try:
        uvicorn.Server(settings).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        jobs.stop()
        workers.stop()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"the folder cannot be made: {error.strerror}", where=str(folder)) from None


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise StudyError("not a port", where="--port", found=str(port), allowed="0 to 65535")
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        what, step = f"the port cannot be used: {error.strerror}", "--port 0 takes any that is free"
        raise RunError(what, where="--port", found=str(port), next_step=step) from None
    return listening
