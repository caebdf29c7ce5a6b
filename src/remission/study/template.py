"""A commented study file to begin with."""

from __future__ import annotations

import re
from pathlib import Path

from remission.errors import StudyError

_TEMPLATE = Path(__file__).with_name("template.yaml")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9 .+()-]+")


def template_text(name: str) -> str:
    """The text of a study file of that name; it runs as it is.

    Examples
    --------
    >>> from remission.study import parse_study
    >>> parse_study(template_text("my study")).name
    'my study'
    """
    safe = _NOT_IN_A_NAME.sub(" ", name).strip(" .+()-")[:60] or "my study"
    return _TEMPLATE.read_text(encoding="utf-8").replace("study: NAME", f"study: {safe}")


def write_template(path: str | Path) -> Path:
    """Write the commented study file; its name is that of the file.

    Raises
    ------
    StudyError
        If there is a file of that name already, no such folder, or it cannot be written.
    """
    target = Path(path)
    refuse_missing_folder(target)
    try:
        with open(target, "x", encoding="utf-8") as stream:
            stream.write(template_text(target.stem))
    except FileExistsError:
        raise StudyError(
            "there is a file of that name", where=str(target), next_step="give another name, or remove it"
        ) from None
    except OSError as error:
        raise StudyError("the file cannot be written", where=str(target), found=error.strerror) from None
    return target


def refuse_missing_folder(file: Path) -> None:
    """A file that a user names goes into a folder that is there: a mistyped one is told, not made.

    Raises
    ------
    StudyError
        If the folder does not exist.
    """
    if not file.parent.is_dir():
        step = "make the folder first, or give another place"
        raise StudyError("there is no such folder", where=str(file), found=str(file.parent), next_step=step)
