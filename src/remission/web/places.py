"""The one folder that a server may read and write: a name is looked up among what lies there, not joined to a path."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from remission.errors import RunError
from remission.run import RunFolder
from remission.run.files import MANIFEST, PROVENANCE

EXPLORED = "explored"
MOST_EXPLORED = 24
MOST_LISTED = 200
_OURS = re.compile(r"[a-z0-9-]{1,80}-[0-9a-f]{12}\Z")


@dataclass(frozen=True)
class Places:
    """Run folders under a folder.

    Parameters
    ----------
    root : Path
        The folder; what is explored goes into its ``explored``.
    """

    root: Path

    def names(self) -> tuple[str, ...]:
        """Run folders directly in the folder or in its ``explored``, the latest first; links are not followed."""
        found = [*_runs(self.root, ""), *_runs(self.root / EXPLORED, f"{EXPLORED}/")]
        return tuple(name for _, name in sorted(found, reverse=True)[:MOST_LISTED])

    def folder(self, name: str) -> Path:
        """The folder of a name that `names` lists.

        Raises
        ------
        RunError
            If it is not listed, or holds a link, which might lead elsewhere.
        """
        if name not in self.names():
            raise RunError("there is no such run in the folder that the server was given", found=name[:100])
        folder = self.root / name
        _refuse_links(folder)
        return folder

    def open(self, name: str) -> RunFolder:
        """The run of a name.

        Raises
        ------
        RunError
            As `folder`, and if the run is unfinished, damaged, or of a later version.
        """
        return RunFolder.open(self.folder(name))

    def explored(self, study: str, key: str) -> tuple[str, Path]:
        """Name and folder for what is explored.

        Raises
        ------
        RunError
            If a link stands in its place.
        """
        name = f"{EXPLORED}/{study}-{key}"
        for path in (self.root / EXPLORED, self.root / name):
            if path.is_symlink():
                raise RunError("a link stands where the server would write", found=path.name)
        if (self.root / name).exists():
            _refuse_links(self.root / name)
        return name, self.root / name

    def tidy(self, busy: frozenset[str]) -> None:
        """Remove the oldest explored runs beyond `MOST_EXPLORED`; the same setting makes the same files again."""
        place = self.root / EXPLORED
        if place.is_symlink():
            return
        ours = [(age, name) for age, name in _runs(place, f"{EXPLORED}/") if _OURS.search(name)]
        for _, name in sorted(ours, reverse=True)[MOST_EXPLORED:]:
            if name not in busy:
                shutil.rmtree(self.root / name, ignore_errors=True)


def _runs(place: Path, prefix: str) -> list[tuple[float, str]]:
    try:
        entries = list(os.scandir(place))
    except OSError:
        return []
    folders = (entry for entry in entries if entry.is_dir(follow_symlinks=False))
    kept = []
    for entry in folders:
        document = Path(entry.path) / PROVENANCE
        if document.is_file():
            kept.append((document.stat().st_mtime, prefix + entry.name))
    return kept


def is_finished(folder: Path) -> bool:
    """Whether a run folder has its manifest."""
    return (folder / MANIFEST).is_file()


def _refuse_links(folder: Path) -> None:
    for where, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if os.path.islink(os.path.join(where, name)):
                step = "copy the files in place of the links"
                raise RunError("the run folder holds a link, which might lead elsewhere", found=name, next_step=step)
