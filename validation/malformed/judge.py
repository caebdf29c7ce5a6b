"""What came of an input: a result, a refusal that says where, or something that must not be."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from malformed import cohorts, folders, models, studies
from malformed.case import Case, Kind
from remission.errors import RemissionError

KINDS: tuple[Kind, ...] = (*studies.KINDS, *models.KINDS, *cohorts.KINDS, *folders.KINDS)
OPENED, REFUSED = "opened", "refused"


@dataclass(frozen=True)
class Verdict:
    """What came of an input.

    Parameters
    ----------
    kind, how : str
        Which input it was, and what had been done to it.
    outcome : str
        ``opened``, ``refused``, or what must not be: ``traceback``, ``no place``, ``left behind``, ``not refused``,
        ``another result``.
    detail : str
        The error, or the difference.
    seconds : float
        Processor time.
    """

    kind: str
    how: str
    outcome: str
    detail: str
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether that may be."""
        return self.outcome in (OPENED, REFUSED)


def case_of(seed: int, index: int, names: tuple[str, ...] = ()) -> tuple[Kind, Case]:
    """An input by its number: the same whenever it is made."""
    random = Random(f"{seed}/{index}")
    kinds = [kind for kind in KINDS if not names or kind.name in names]
    kind = random.choices(kinds, [each.share for each in kinds])[0]
    return kind, kind.make(random)


def judge(kind: Kind, case: Case, scratch: Path | None = None) -> Verdict:
    """Open an input as the command line would, and say what came of it."""
    began = time.process_time()
    place = Path(tempfile.mkdtemp(dir=scratch))
    try:
        outcome, detail = _outcome(kind, case, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return Verdict(kind.name, case.how, outcome, detail, time.process_time() - began)


def _outcome(kind: Kind, case: Case, place: Path) -> tuple[str, str]:
    _lay(place / "given", case.files)
    before = _content(place / "given")
    try:
        result = kind.open(place / "given", case.deep)
    except RemissionError as error:
        return _refusal(case, error, _left(before, _content(place / "given"), kind))
    except Exception:
        return "traceback", traceback.format_exc()
    if case.must == "refuse":
        return "not refused", f"{result!r:.300}"
    if case.must == "same":
        _lay(place / "sound", case.sound)
        expected = kind.open(place / "sound", False)
        if result != expected:
            return "another result", f"{result!r:.1000}\nrather than\n{expected!r:.1000}"
    return OPENED, ""


def _refusal(case: Case, error: RemissionError, left: str) -> tuple[str, str]:
    lost = [str(problem) for problem in error.problems if not problem.where]
    if lost or not error.problems:
        return "no place", "".join(traceback.format_exception(error))
    if case.must == "same":
        return "another result", f"refused: {error}"
    return ("left behind", f"{left}, and the refusal {error}") if left else (REFUSED, str(error)[:200])


def _left(before: Mapping[str, str], after: Mapping[str, str], kind: Kind) -> str:
    """What a refusal has left or changed; a run that could not be finished keeps what it has finished."""
    keeps = kind.name in ("resumed run folder", "simulated study")
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    return "" if keeps and not any(".tmp-" in name for name in changed) else ", ".join(sorted(changed)[:5])


def _lay(place: Path, files: Mapping[str, bytes]) -> None:
    place.mkdir()
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)


def _content(place: Path) -> dict[str, str]:
    files = [path for path in place.rglob("*") if path.is_file()]
    return {path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def document(verdict: Verdict, **more: Any) -> dict[str, Any]:
    """A verdict as JSON."""
    return {**vars(verdict), **more}
