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
    from remission.run.rerun import Agreement

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
    """The result of a run that was made before, in a folder or at a URI such as ``s3://bucket/k6``.

    Raises
    ------
    RunError
        If there is no finished run in the folder, or it is damaged.
    """
    from remission.run import RunFolder

    return Result.of(RunFolder.open(folder))


def resume(
    folder: str | os.PathLike[str],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Callable[[Step], None] | None = None,
) -> Result:
    """Finish the run in a folder, from what the folder says of itself; what has changed there is made again.

    Parameters
    ----------
    folder : path or URI
    workers, cluster, progress : optional
        As for `Study.run`.

    Raises
    ------
    RunError
        If the folder holds no run, or one of another version of the package, or cannot be written.
    """
    from remission.run import execute
    from remission.run.rerun import study_again
    from remission.run.store import store_at

    study, _, asked = study_again(store_at(folder))
    return Result.of(execute(study, out=folder, progress=progress, **asked, **_engine(workers, cluster)))


def rerun(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Callable[[Step], None] | None = None,
) -> Agreement:
    """Make a finished run again from its provenance, and compare the two.

    Parameters
    ----------
    folder : path or URI
        Nothing in it changes.
    out : path or URI, optional
        Where the run is made again, and stays; by default a temporary folder.
    workers, cluster, progress : optional
        As for `Study.run`.

    Raises
    ------
    RunError
        If there is no finished run, or it is of real patients.
    """
    from tempfile import TemporaryDirectory

    from remission.run import RunFolder
    from remission.run.rerun import rerun

    made, asked = RunFolder.open(folder), {"progress": progress, **_engine(workers, cluster)}
    if out is not None:
        return rerun(made, out, **asked)
    with TemporaryDirectory(prefix="remission-rerun-") as scratch:
        return rerun(made, Path(scratch) / "run", **asked)


def _engine(workers: int | None, cluster: str | None) -> dict[str, Any]:
    """Who does the work: processes of this machine, or a cluster."""
    if cluster is None:
        return {"workers": workers}
    if workers is not None:
        raise StudyError("a cluster has its own workers", where="--workers", next_step="leave out one of the two")
    from remission.run.cluster import Cluster

    engine = Cluster(cluster)
    return {"workers": engine.workers(), "executor": engine}


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
        out,
        mapping=None if mapping is None else Path(mapping),
        units=None if units is None else units_of(units),
        on=None if date is None else day_of(date),
    )
    return Result.of(folder)


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
        cluster: str | None = None,
        progress: Callable[[Step], None] | None = None,
    ) -> Result:
        """Simulate the study; what the folder already holds is not made again.

        Parameters
        ----------
        patients, seed : int, optional
            In place of the study's own.
        out : path or URI, optional
            Folder for the result, or a place in an object store such as ``s3://bucket/k6``; by default
            `default_folder`.
        twins : bool
            Every patient lives in every arm, whatever the study says.
        arms : str or iterable of str
            Arms to simulate besides those that are enabled; one name may stand alone.
        workers : int, optional
            Processes; by default one for small work, else one per core.
        cluster : str, optional
            Address of a Dask scheduler, whose workers do the work.
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

        asked = self._asked(patients, seed, out, twins, arms, workers)
        engine = _engine(asked.pop("workers"), cluster)
        return Result.of(execute(self.definition, progress=progress, **asked, **engine))

    def run_shards(
        self, shards: str, *, cluster: str | None = None, progress: Callable[[Step], None] | None = None, **asked: Any
    ) -> Result | int:
        """Simulate a share of the study, so that any scheduler of jobs can share out the rest.

        Parameters
        ----------
        shards : str
            As ``"3/16"`` or ``"1-4/16"``: the files are those that `run` writes.
        cluster, progress : optional
            As for `run`.
        **asked
            As for `run`, the same for all shards.

        Returns
        -------
        Result or int
            The result, if all blocks of the run are there now; else how many are missing, each of one arm.

        Raises
        ------
        StudyError, RunError
            As for `run`, and if the text is no share of a run.
        """
        from remission.run import execute_shards
        from remission.run.shards import Shards

        share, asked = Shards.read(shards), self._asked(**asked)
        engine = _engine(asked.pop("workers"), cluster)
        made = execute_shards(self.definition, share, progress=progress, **asked, **engine)
        return made if isinstance(made, int) else Result.of(made)

    def plan(self, *, cluster: str | None = None, shards: str | None = None, **asked: Any) -> Plan:
        """What `run`, or `run_shards`, with the same arguments would do, and its cost; nothing is written."""
        from remission.run import plan_run
        from remission.run.shards import Shards

        asked = self._asked(**asked)
        workers = _engine(asked.pop("workers"), cluster)["workers"]
        share = None if shards is None else Shards.read(shards)
        return plan_run(self.definition, workers=workers, shards=share, **asked)

    def place(self, **asked: Any) -> str:
        """Where `run` with the same arguments would put its result."""
        return os.fspath(self._asked(**asked)["out"])

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

    def _chosen(self, arms: str | Iterable[str]) -> list[str]:
        """Arms that are enabled or asked for, in the order of the study."""
        asked = [arms] if isinstance(arms, str) else arms
        wanted = {self.definition.arm(name).name for name in asked}
        return [arm.name for arm in self.definition.arms if arm.enabled or arm.name in wanted]

    def _asked(
        self,
        patients: int | None = None,
        seed: int | None = None,
        out: str | os.PathLike[str] | None = None,
        twins: bool = False,
        arms: str | Iterable[str] = (),
        workers: int | None = None,
    ) -> dict[str, Any]:
        """What was asked for, checked, in the words of `remission.run.execute`."""
        chosen = self._chosen(arms)
        numbers = run_numbers(patients, seed, workers)
        check_molecules(self.definition, chosen)
        folder = self.default_folder(patients, seed, twins=twins, arms=chosen) if out is None else out
        return {**numbers, "out": folder, "arms": chosen, "filled": "twins" if twins else None}


def check_molecules(definition: StudyDefinition, arms: Iterable[str]) -> None:
    """Refuse regimens of which two molecules act in one channel of the mechanism, before anything is written.

    Raises
    ------
    StudyError
        With every such regimen of the arms.
    """
    from remission.biology import CHANNELS

    if definition.model is not None:  # it says itself where each molecule goes
        return
    used = {name for arm in map(definition.arm, arms) for name in (arm.regimen, *(r.then.regimen for r in arm.policy))}
    problems = []
    for regimen in sorted(filter(None, used)):
        names = dict.fromkeys(order.molecule for order in definition.regimens[regimen].orders)
        molecules = [definition.molecules[name] for name in names]
        channels = [CHANNELS[molecule.target] for molecule in molecules]
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
    folder : Path or str
        Where it lies: a folder, or the URI of a place in an object store.
    run_folder : RunFolder
        Its content: single columns and arms, provenance, verification.
    """

    folder: Path | str
    run_folder: RunFolder

    @classmethod
    def of(cls, run_folder: RunFolder) -> Result:
        """The result in a run folder."""
        place = run_folder.store.place
        return cls(place if "://" in place else Path(place), run_folder)

    def summary(self) -> Summary:
        """The numbers of each arm and contrast; a dictionary that prints as a table."""
        return Summary(self.run_folder.summary(), self.run_folder)

    def report(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> Path | str:
        """Write the report, one HTML page that needs no network; by default ``report.html`` beside the tables.

        Parameters
        ----------
        path : str or path, optional
            File to write.
        lang : str
            Language of its texts, numbers and dates: ``"en"`` or ``"fr"``.

        Returns
        -------
        Path or str
            The page; a URI if it lies in an object store.

        Raises
        ------
        StudyError
            If the page shall go into a folder that does not exist, or there are no texts in that language.
        RunError
            If the run folder is damaged or the page cannot be written.
        """
        from remission.show import write_report
        from remission.show.report import REPORT, report_html, write_beside

        language = known_language(lang, "lang")
        if path is None:
            return write_beside(self.run_folder, REPORT, report_html(self.run_folder, language=language))
        refuse_missing_folder(Path(path))
        return write_report(self.run_folder, path, language=language)

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
