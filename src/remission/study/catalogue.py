"""What ships with the package: names and files of molecules, tumours, studies and published results."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from remission.errors import StudyError
from remission.study.molecule import Molecule
from remission.study.molecule_file import read_molecule
from remission.study.reader import Problems, did_you_mean
from remission.study.yaml import Place, parse_yaml, read_text

CATALOGUE = Path(__file__).parents[1] / "catalogue"
_SUFFIX = {"molecules": ".yaml", "studies": ".yaml", "published": ".csv", "tumours": ".csv"}


def catalogue_names(kind: str) -> tuple[str, ...]:
    """Names in the catalogue of "molecules", "studies", "published" or "tumours", sorted.

    Examples
    --------
    >>> "keynote-006" in catalogue_names("studies")
    True
    """
    return tuple(sorted(path.stem for path in (CATALOGUE / kind).glob(f"*{_SUFFIX[kind]}")))


def catalogue_file(kind: str, name: str) -> Path:
    """The file of a name in the catalogue.

    Raises
    ------
    StudyError
        If there is none; it lists those that there are.
    """
    known = catalogue_names(kind)
    if name not in known:
        raise StudyError(
            f"the catalogue's {kind} have no such name",
            found=name,
            allowed=", ".join(known),
            next_step=did_you_mean(name, known),
        )
    return CATALOGUE / kind / f"{name}{_SUFFIX[kind]}"


@lru_cache
def molecule_place(name: str) -> Place:
    """The tree of a catalogue molecule's file, which messages name without its folder."""
    path = catalogue_file("molecules", name)
    return parse_yaml(read_text(path), path.name)


@lru_cache
def load_molecule(name: str) -> Molecule:
    """A molecule of the catalogue.

    Raises
    ------
    StudyError
        If there is no such molecule, or its file has faults (all at once).

    Examples
    --------
    >>> pembrolizumab = load_molecule("pembrolizumab")
    >>> pembrolizumab.target, pembrolizumab.kinetics.clearance_L_per_day.value
    ('PD-1', 0.22)
    >>> pembrolizumab.toxicity.grade_3_to_5.evidence
    'read'
    """
    problems = Problems()
    molecule = read_molecule(molecule_place(name), problems)
    problems.raise_if_any()
    return molecule
