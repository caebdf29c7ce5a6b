"""The report: one HTML page that needs nothing else to be read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remission.errors import RunError

if TYPE_CHECKING:
    from remission.show.gather import Folder

MOST_BYTES = 2_000_000
REPORT = "report.html"


def write_report(run_folder: Folder, path: str | Path, *, language: str = "en") -> Path:
    """Write the report of a finished run as one self-contained HTML page.

    Parameters
    ----------
    run_folder : RunFolder
        A finished run.
    path : str or Path
        File to write; it is replaced if it is there.
    language : str
        Of the texts: ``"en"``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    RunError
        If the run folder is damaged or the page cannot be written.
    """
    return write_page(report_html(run_folder, language=language), path)


def write_page(text: str, path: str | Path) -> Path:
    """Put a text file in its place, whole.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    target = Path(path)
    beside = target.with_name(target.name + ".tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        with suppress(OSError):  # a full disk has room for half of it
            beside.unlink()
        raise RunError(
            f"the file cannot be written: {error.strerror}",
            where=str(target),
            next_step="give another place, or free some room",
        ) from None
    return target


def write_beside(run_folder: Any, name: str, text: str) -> Path | str:
    """Put a page beside the tables of a run, whole, and say where: a path, or the URI in an object store.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    run_folder.store.write(name, text.encode())
    place = run_folder.store.place
    return f"{place}/{name}" if "://" in place else Path(place) / name


def report_html(run_folder: Folder, *, language: str = "en") -> str:
    """The page as text.

    Raises
    ------
    RunError
        If a file of the run is missing or has changed since it was written.
    """
    from remission.show.contents import contents
    from remission.show.observed import words_for

    words = words_for(run_folder, language)
    return page_template("page.html.j2").render(page=contents(run_folder, words), words=words, **page_style())


def write_figure(run_folder: Folder, name: str, path: str | Path, *, language: str = "en") -> Path:
    """Write one drawing of the report as an SVG file of its own.

    Parameters
    ----------
    run_folder : RunFolder
        A finished run.
    name : str
        ``"os"``, ``"pfs"``, ``"freedom"``, ``"grades"``, ``"onset"``, ``"course"``; and with the place of an
        arm in the study, from 0: ``"waterfall-0"``, ``"spider-0"``, ``"care-0"``, ``"swimmer-0"``,
        ``"after-0"``.
    path : str or Path
        File to write; it is replaced if it is there.

    Raises
    ------
    RunError
        If the run folder is damaged, has no such drawing, or the file cannot be written.
    """
    from remission.show.contents import drawings_of
    from remission.show.figures.svg import standalone_svg
    from remission.show.observed import words_for

    found = {drawing.name: drawing for drawing in drawings_of(run_folder, words_for(run_folder, language))}
    if name not in found:
        raise RunError("the report has no such drawing", found=name, allowed=", ".join(found))
    return write_page(standalone_svg(found[name].svg), path)


def page_template(name: str) -> Any:
    """A template of this folder, by the name of its file."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("remission.show", "")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(name)


def page_style() -> dict[str, Any]:
    """The style sheet and the colours that every page has."""
    from importlib.resources import files

    from markupsafe import Markup

    from remission.show.style import palette

    return {"css": Markup(files("remission.show").joinpath("page.css").read_text()), "palette": palette()}
