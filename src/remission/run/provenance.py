"""What made a run: enough to know it again, to continue it, and to make it again.

The document holds no date, host, user or path: the same run has the same provenance whenever it is made,
and a folder can be handed on.
"""

from __future__ import annotations

import hashlib
import math
import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from remission import __version__
from remission.errors import RunError
from remission.run.checked import Document
from remission.run.files import PROVENANCE, STUDY
from remission.run.plan import BLOCK_PATIENTS
from remission.run.seal import plain_json, sealed_json, unsealed
from remission.run.store import Store
from remission.study.numbers import MOST_PATIENTS, MOST_SEED
from remission.tables import TABLE_NAMES

FORMAT = 1
OBSERVED = "observed"
"""How the arms of a cohort are filled: by the patients that were there."""
FURTHER = ("command", "files", "findings", "mapping")
MOST_ARMS = 1_000
MOST_FILES = 1_000_000
MOST_ENVIRONMENTS = 10_000


@dataclass(frozen=True)
class Identity:
    """All that a patient's course depends on, besides the patient's number and the arm.

    Parameters
    ----------
    study : str
        Name of the study.
    study_hash : str
        Hash of the study's meaning, without the numbers of patients and seed.
    seed : int or None
        Seed of all draws; None where nothing was drawn (a real cohort).
    filled : str
        ``randomised`` or ``twins``.
    version : str
        Version of the package.
    parameters_hash : str
        Hash of the model text and of its table of parameters.
    """

    study: str
    study_hash: str
    seed: int | None
    filled: str
    version: str
    parameters_hash: str

    @property
    def key(self) -> str:
        """One short word for it all, kept in the record of every block.

        Examples
        --------
        >>> len(Identity("k6", "ab", 1, "twins", "0.1.0", "cd").key)
        32
        """
        return hashlib.sha256(plain_json(asdict(self))).hexdigest()[:32]


def identity_of(definition: Any, seed: int, parameters_hash: str | None = None) -> Identity:
    """Identity of a run of a study with a seed, by this version of the package."""
    parameters = _parameters_hash() if parameters_hash is None else parameters_hash
    return Identity(definition.name, definition.hash, seed, definition.filled, __version__, parameters)


def _parameters_hash() -> str:
    from remission.biology import parameters_hash

    return str(parameters_hash())


def command_of(identity: Identity, patients: int, arms: Iterable[str]) -> str:
    """The command that makes the run again from the study file in its folder.

    Examples
    --------
    >>> command_of(Identity("k6", "ab", 7, "twins", "0.1.0", "cd"), 834, ["A", "no drug"])
    "remission run study.yaml --patients 834 --seed 7 --twins --arm A --arm 'no drug'"
    """
    words = ["remission", "run", STUDY, "--patients", str(patients), "--seed", str(identity.seed)]
    words += ["--twins"] if identity.filled == "twins" else []
    words += [word for arm in arms for word in ("--arm", arm)]
    return shlex.join(words)


@dataclass(frozen=True)
class Provenance:
    """What a folder holds and what made it.

    Parameters
    ----------
    identity : Identity
        What the patients' courses depend on.
    patients : int
        Number of patients of the study.
    arms : tuple of str
        Arms in the folder, in the order of the study.
    study_sha256 : str
        Of the study file in the folder.
    environments : tuple of dict
        Libraries and processors that made its blocks; none before the run is finished.
    block_patients : int
        Patient numbers in a block.
    further : dict
        What else is recorded: of a cohort its files, the findings of the audit, and its own command.
    """

    identity: Identity
    patients: int
    arms: tuple[str, ...]
    study_sha256: str
    environments: tuple[dict[str, str], ...] = ()
    block_patients: int = BLOCK_PATIENTS
    further: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Content of ``provenance.json``."""
        return {
            "format": FORMAT,
            **asdict(self.identity),
            "key": self.identity.key,
            "patients": self.patients,
            "arms": list(self.arms),
            "block_patients": self.block_patients,
            "study_sha256": self.study_sha256,
            "command": command_of(self.identity, self.patients, self.arms),
            "made_with": list(self.environments),
            **self.further,
        }


def write_provenance(store: Store, provenance: Provenance) -> None:
    """Write ``provenance.json``.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    store.write(PROVENANCE, sealed_json(provenance.document()))


def read_provenance(store: Store) -> Provenance | None:
    """Provenance of a folder, or None if it has none.

    Raises
    ------
    RunError
        If the file is damaged, or of a format that this version does not know.
    """
    if store.size(PROVENANCE) is None:
        return None
    content = unsealed(store.read(PROVENANCE), PROVENANCE)
    check_format(content, PROVENANCE)
    return _provenance_of(Document(content, PROVENANCE))


def _provenance_of(found: Document) -> Provenance:
    identity = _identity_of(found)
    patients, arms = found.whole("patients", 1, MOST_PATIENTS), found.texts("arms", MOST_ARMS)
    block_patients = found.whole("block_patients", 1, MOST_PATIENTS)
    if not arms:
        raise found.refused("arms", arms, "one arm or more")
    files = math.ceil(patients / block_patients) * len(arms) * (len(TABLE_NAMES) + 1)
    if files > MOST_FILES:
        raise found.refused("block_patients", block_patients, f"blocks of which there are at most {MOST_FILES} files")
    further = {name: found.content[name] for name in FURTHER if name in found.content and identity.filled == OBSERVED}
    made_with = found.dictionaries("made_with", MOST_ENVIRONMENTS)
    return Provenance(identity, patients, arms, found.text("study_sha256"), made_with, block_patients, further)


def _identity_of(found: Document) -> Identity:
    seed = None if found.content.get("seed") is None else found.whole("seed", 0, MOST_SEED)
    names = ("study", "study_hash", "filled", "version", "parameters_hash")
    return Identity(seed=seed, **{name: found.text(name) for name in names})


def check_format(document: dict[str, Any], name: str) -> None:
    """Refuse a document of a later format.

    Raises
    ------
    RunError
        With the version of the package that can read it.
    """
    if document.get("format") != FORMAT:
        raise RunError(
            "the run folder has a format that this version does not know",
            where=name,
            found=f"format {document.get('format')}, made by remission {document.get('version', '?')}",
            allowed=f"format {FORMAT} (remission {__version__})",
            next_step=f"install remission {document.get('version', 'of a later version')}",
        )
