"""What users and the command line call: a study, and the result of running it.

>>> import remission
>>> study = remission.load("keynote-006")
>>> study.definition.patients
834
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remission.errors import Problem, StudyError
from remission.study import StudyDefinition, load_definition
from remission.study.describe import describe
from remission.study.numbers import run_numbers
from remission.study.template import refuse_missing_folder
from remission.texts import known_language

if TYPE_CHECKING:
    import pyarrow as pa

    from remission.run import Plan, RunFolder, Step

RUNS = Path("runs")
"""Folder that runs go into when no other is given."""


def load(name_or_path: str | os.PathLike[str]) -> Study:
    """A study of the catalogue by name, or a study file by path.

    Raises
    ------
    StudyError
        If there is none, or with every fault of the file.

    Examples
    --------
    >>> load("keynote-006").definition.title
    'Pembrolizumab against ipilimumab in advanced melanoma'
    """
    return Study(load_definition(name_or_path))


def open_run(folder: str | os.PathLike[str]) -> Result:
    """The result of a run that was made before.

    Raises
    ------
    RunError
        If there is no finished run in the folder, or it is damaged.
    """
    from remission.run import RunFolder

    return Result(Path(folder), RunFolder.open(Path(folder)))


def import_cohort(
    files: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    mapping: str | os.PathLike[str] | None = None,
    units: str | None = None,
    date: str | None = None,
) -> Result:
    """Real patients from files into a run folder.

    Parameters
    ----------
    files : iterable of path
        Files, or folders with files.
    out : path
        The run folder.
    mapping : path, optional
        A mapping file, see ``docs/cohort.md``.
    units : str, optional
        Units where no name states them, such as ``"months,mm"``.
    date : str, optional
        Day for which visits due and overdue are listed, as 2026-11-23.

    Raises
    ------
    DataError
        With every finding of the audit that stops, and every fault of the files.
    StudyError
        With every fault of the mapping file.
    RunError
        If the folder holds something else, or cannot be written.
    """
    from remission.cohort import day_of, import_files, units_of

    named = [Path(file) for file in files]
    folder = import_files(
        named,
        Path(out),
        mapping=None if mapping is None else Path(mapping),
        units=None if units is None else units_of(units),
        on=None if date is None else day_of(date),
    )
    return Result(Path(out), folder)


@dataclass(frozen=True)
class Study:
    """A study that can be run.

    Parameters
    ----------
    definition : StudyDefinition
        What the study file says.
    """

    definition: StudyDefinition

    def check(self) -> str:
        """What was understood of the study file, in words.

        Raises
        ------
        StudyError
            If two molecules of a regimen act in one channel of the mechanism.
        """
        check_molecules(self.definition, [arm.name for arm in self.definition.enabled_arms])
        return describe(self.definition)

    def run(
        self,
        patients: int | None = None,
        seed: int | None = None,
        out: str | os.PathLike[str] | None = None,
        *,
        twins: bool = False,
        arms: str | Iterable[str] = (),
        workers: int | None = None,
        progress: Callable[[Step], None] | None = None,
    ) -> Result:
        """Simulate the study; what the folder already holds is not made again.

        Parameters
        ----------
        patients, seed : int, optional
            In place of the study's own.
        out : path, optional
            Folder for the result; by default `default_folder`.
        twins : bool
            Every patient lives in every arm, whatever the study says.
        arms : str or iterable of str
            Arms to simulate besides those that are enabled; one name may stand alone.
        workers : int, optional
            Processes; by default one for small work, else one per core.
        progress : callable, optional
            Called with a `remission.run.Step` after each block of patients.

        Returns
        -------
        Result

        Raises
        ------
        StudyError
            If there is no such arm, two molecules of a regimen act in one channel, or a number is not a
            whole number in its range.
        RunError
            If the folder holds something else, cannot be written, or has too little room.
        """
        from remission.run import execute

        asked = self._asked(patients, seed, twins, arms, workers)
        folder = self._folder(asked, out)
        return Result(folder, execute(self.definition, out=folder, progress=progress, **asked))

    def plan(
        self,
        patients: int | None = None,
        seed: int | None = None,
        out: str | os.PathLike[str] | None = None,
        *,
        twins: bool = False,
        arms: str | Iterable[str] = (),
        workers: int | None = None,
    ) -> Plan:
        """What `run` with the same arguments would do, and its cost; nothing is simulated or written."""
        from remission.run import plan_run

        asked = self._asked(patients, seed, twins, arms, workers)
        return plan_run(self.definition, out=self._folder(asked, out), **asked)

    def default_folder(
        self,
        patients: int | None = None,
        seed: int | None = None,
        *,
        twins: bool = False,
        arms: str | Iterable[str] = (),
    ) -> Path:
        """Where a run goes when no folder is given: its name says in what it differs from the study file.

        Examples
        --------
        >>> load("keynote-006").default_folder(seed=7, arms="no drug").as_posix()
        'runs/keynote-006-seed-7-with-no-drug'
        """
        study = self.definition
        chosen = self._chosen(arms)
        parts = [study.name]
        parts += [f"{patients}-patients"] if patients not in (None, study.patients) else []
        parts += [f"seed-{seed}"] if seed not in (None, study.seed) else []
        parts += ["twins"] if twins and study.filled != "twins" else []
        parts += [f"with-{arm.name.replace(' ', '-')}" for arm in study.arms if arm.name in chosen and not arm.enabled]
        return RUNS / "-".join(parts)

    def _folder(self, asked: dict[str, Any], out: str | os.PathLike[str] | None) -> Path:
        if out is not None:
            return Path(out)
        twins = asked["filled"] == "twins"
        return self.default_folder(asked["patients"], asked["seed"], twins=twins, arms=asked["arms"])

    def _chosen(self, arms: str | Iterable[str]) -> list[str]:
        """Arms that are enabled or asked for, in the order of the study."""
        asked = [arms] if isinstance(arms, str) else arms
        wanted = {self.definition.arm(name).name for name in asked}
        return [arm.name for arm in self.definition.arms if arm.enabled or arm.name in wanted]

    def _asked(
        self, patients: int | None, seed: int | None, twins: bool, arms: str | Iterable[str], workers: int | None
    ) -> dict[str, Any]:
        chosen = self._chosen(arms)
        numbers = run_numbers(patients, seed, workers)
        check_molecules(self.definition, chosen)
        return {**numbers, "arms": chosen, "filled": "twins" if twins else None}


def check_molecules(definition: StudyDefinition, arms: Iterable[str]) -> None:
    """Refuse regimens of which two molecules act in one channel of the mechanism, before anything is written.

    Raises
    ------
    StudyError
        With every such regimen of the arms.
    """
    from remission.clinic.kinetics import channel_of

    used = {name for arm in map(definition.arm, arms) for name in (arm.regimen, *(r.then.regimen for r in arm.policy))}
    problems = []
    for regimen in sorted(filter(None, used)):
        names = dict.fromkeys(order.molecule for order in definition.regimens[regimen].orders)
        molecules = [definition.molecules[name] for name in names]
        channels = [channel_of(molecule) for molecule in molecules]
        if len(set(channels)) < len(channels):
            found = ", ".join(f"{molecule.name} ({molecule.target})" for molecule in molecules)
            allowed = "one molecule for each of PD-1 or PD-L1, CTLA-4, LAG-3, DNA"
            what = "two molecules of a regimen act in one channel of the mechanism"
            problems.append(Problem(what, f"regimen {regimen}", found, allowed, "leave one of them out"))
    if problems:
        raise StudyError(problems)


class Summary(dict[str, Any]):
    """The content of ``summary.json``; printed, it is the result table."""

    def __init__(self, content: dict[str, Any], run_folder: RunFolder) -> None:
        super().__init__(content)
        self._run_folder = run_folder

    def __str__(self) -> str:
        from remission.show import run_table

        return str(run_table(self._run_folder))

    __repr__ = __str__


@dataclass(frozen=True)
class Result:
    """A finished run. Tables are read, and verified, each time they are asked for.

    Parameters
    ----------
    folder : Path
        Where it lies.
    run_folder : RunFolder
        Its content: single columns and arms, provenance, verification.
    """

    folder: Path
    run_folder: RunFolder

    def summary(self) -> Summary:
        """The numbers of each arm and contrast; a dictionary that prints as a table."""
        return Summary(self.run_folder.summary(), self.run_folder)

    def report(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> Path:
        """Write the report, one HTML page that needs no network; by default ``report.html`` in the folder.

        Parameters
        ----------
        path : str or path, optional
            File to write.
        lang : str
            Language of its texts, numbers and dates: ``"en"`` or ``"fr"``.

        Raises
        ------
        StudyError
            If the page shall go into a folder that does not exist, or there are no texts in that language.
        RunError
            If the run folder is damaged or the page cannot be written.
        """
        from remission.show import write_report

        target = self.folder / "report.html" if path is None else Path(path)
        refuse_missing_folder(target)
        write_report(self.run_folder, target, language=known_language(lang, "lang"))
        return target

    @property
    def patients(self) -> pa.Table:
        """One row per patient and arm."""
        return self.run_folder.table("patients")

    @property
    def visits(self) -> pa.Table:
        """One row per visit."""
        return self.run_folder.table("visits")

    @property
    def lesions(self) -> pa.Table:
        """One row per lesion and scan."""
        return self.run_folder.table("lesions")

    @property
    def doses(self) -> pa.Table:
        """One row per dose."""
        return self.run_folder.table("doses")

    @property
    def events(self) -> pa.Table:
        """One row per event, with the rule behind each decision."""
        return self.run_folder.table("events")
