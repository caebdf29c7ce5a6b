"""Run folders: damaged, which must be seen, and forged with right checksums, which must bring no harm."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from malformed.case import Case, Kind
from malformed.cohorts import tables
from malformed.mutate_text import cut, flipped_bit, mutated_text
from malformed.mutate_tree import mutated_tree
from malformed.nasty import JSON
from malformed.studies import MORE_STUDY, changed_yaml
from remission.errors import RemissionError, RunError
from remission.run.seal import sealed_json

Files = dict[str, bytes]
DOCUMENTS = ("manifest.json", "provenance.json", "summary.json")


@cache
def sound_folders() -> tuple[Files, ...]:
    """Files of a small simulated run and of two small cohorts."""
    import remission

    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        (place / "study.yaml").write_text(MORE_STUDY, encoding="utf-8")
        remission.load(place / "study.yaml").run(patients=12, out=place / "run", workers=1)
        for name in ("measured", "dated"):
            (place / f"{name}-files").mkdir()
            for file, text in tables()[name].items():
                (place / f"{name}-files" / file).write_text(text, encoding="utf-8")
            remission.import_cohort([place / f"{name}-files"], place / name, units="months,mm")
        return tuple(_files(place / name) for name in ("run", "measured", "dated"))


def _files(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _damaged(random: Random) -> Case:
    """A file that is not as it was written, though nobody forged its checksum: always refused."""
    sound = random.choice(sound_folders())
    files, name = dict(sound), random.choice(list(sound))
    alike = [other for other in sound if other.split("/")[0] == name.split("/")[0] and sound[other] != sound[name]]
    kind = random.choice(("bit", "bit", "bit", "cut", "gone", "bytes", "swapped", "row", "stranger"))
    if kind == "gone":
        del files[name]
    elif kind == "swapped" and alike:
        files[name] = sound[random.choice(alike)]
    elif kind == "row":
        name = random.choice([each for each in sound if each.endswith(".parquet") and _rows(sound[each])])
        files[name] = _parquet(_table(sound[name]).slice(1))
    elif kind == "stranger":
        name = random.choice([each for each in sound if each.endswith(".parquet")]).replace("00000", "00007")
        files[name] = b"PAR1"
    else:
        change = {"bit": flipped_bit, "cut": cut, "bytes": lambda r, d: mutated_text(r, d)[0]}.get(kind, flipped_bit)
        files[name] = change(random, sound[name])
    must = "any" if files == sound else "refuse"
    return Case(files, f"{kind} of {name}", must)


def _forged(random: Random) -> Case:
    """Another content with the right checksums: a stranger can do that."""
    files = dict(random.choice(sound_folders()))
    if random.random() < 0.5:
        name = random.choice(DOCUMENTS)
        document = json.loads(files[name])
        document.pop("checksum", None)
        document, how = mutated_tree(random, document, lambda: random.choice(JSON))
        files[name] = _document(document, sealed=name != "summary.json")
    elif random.random() < 0.25:
        name = "study.yaml"
        files[name], how = _study_file(random, files[name])
        digest = hashlib.sha256(files[name]).hexdigest()
        _edit(files, "provenance.json", lambda document: document.update(study_sha256=digest))
    else:
        name = random.choice([each for each in files if each.endswith(".parquet")])
        files[name], rows, how = _forged_table(random, files[name])
        _enter(files, name, rows)
    if name != "manifest.json":
        _enter(files, name)
        _enter(files, "provenance.json")
    return Case(files, f"forged {name}: {how}", deep=random.random() < 0.15)


def _study_file(random: Random, data: bytes) -> tuple[bytes, str]:
    return changed_yaml(random, data)


def _document(document: Any, *, sealed: bool) -> bytes:
    try:
        return sealed_json(document) if sealed else json.dumps(document, indent=1).encode()
    except ValueError:  # what no text can hold
        return json.dumps(document, indent=1).encode()


def _edit(files: Files, name: str, change: Callable[[dict[str, Any]], Any]) -> None:
    document = json.loads(files[name])
    document.pop("checksum", None)
    change(document)
    files[name] = sealed_json(document)


def _enter(files: Files, name: str, rows: int | None = None) -> None:
    """Put what a file now is into the manifest, as far as the manifest still is one."""
    entry: dict[str, Any] = {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
    entry |= {} if rows is None else {"rows": rows}
    _edit(files, "manifest.json", lambda document: document["files"][name].update(entry))


def _table(data: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(data))


def _rows(data: bytes) -> int:
    return int(pq.read_metadata(pa.BufferReader(data)).num_rows)


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def _forged_table(random: Random, data: bytes) -> tuple[bytes, int, str]:
    table = _table(data)
    if table.num_rows == 0 or random.random() < 0.2:
        rows = random.choice(
            (lambda: table.slice(1), lambda: pa.concat_tables([table, table]), lambda: table.slice(0, 0))
        )()
        return _parquet(rows), rows.num_rows, "rows"
    said = []
    for _ in range(random.choice((1, 1, 3))):
        place = random.randrange(table.num_columns)
        field = table.schema.field(place)
        values = table.column(place).to_pylist()
        some = range(len(values)) if random.random() < 0.4 else [random.randrange(len(values))]
        new = _value(random, field.type)
        for row in some:
            values[row] = new
        said.append(f"{field.name} = {new!r:.30}")
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        array = pa.array(values, plain)
        array = array.dictionary_encode() if pa.types.is_dictionary(field.type) else array
        table = table.set_column(place, field.with_nullable(field.nullable or None in values), array)
    return _parquet(table.cast(table.schema)), table.num_rows, ", ".join(said)


def _value(random: Random, kind: pa.DataType) -> Any:
    if pa.types.is_floating(kind):
        return random.choice((None, float("nan"), float("inf"), float("-inf"), -5.0, 0.0, 1e308, 1e6, 1e18))
    if pa.types.is_integer(kind):
        return random.choice((None, -1, 0, 1, 127, 2 ** (kind.bit_width - 1) - 1, -(2 ** (kind.bit_width - 1))))
    if pa.types.is_boolean(kind):
        return random.choice((None, True, False))
    return random.choice((None, "", "x", "CR", "A" * 5000, "<script>", "\u202e", "target", "$\\frac{"))


def _verify(folder: Path, deep: bool) -> Any:
    """What `remission verify` does; its list of faults stands for a refusal."""
    import remission

    run_folder = remission.open_run(folder).run_folder
    problems = run_folder.verify()
    for name in {str(problem.where) for problem in problems} & run_folder.files.keys():
        table = name.partition("/")[0]
        if name.endswith(".parquet"):
            _must_refuse(lambda name=name, table=table: run_folder.file(name, table))  # type: ignore[misc]
    if problems:
        raise RunError(problems)


def _must_refuse(read: Callable[[], object]) -> None:
    try:
        read()
    except RemissionError:
        return
    raise AssertionError("a file that verify calls damaged was read")


def _read(folder: Path, deep: bool) -> Any:
    """Everything that a reader may open."""
    import remission
    from remission.cli.runs import table_text

    result = remission.open_run(folder)
    for table in ("patients", "visits", "lesions", "doses", "events"):
        result.run_folder.table(table).to_pylist()
    result.summary()
    _ = result.run_folder.definition
    table_text(result.run_folder)
    if deep:
        result.report(folder / "page.html")
        (folder / "page.html").unlink()


def _resumed(random: Random) -> Case:
    """A damaged or forged simulated run, which is finished again from the study and the seed."""
    while True:
        case = random.choice((_damaged, _forged))(random)
        if "patients/A/00000.parquet" in case.files and b'"observed"' not in case.files.get("provenance.json", b""):
            return Case(case.files, case.how)


def _resume(folder: Path, deep: bool) -> Any:
    import remission

    result = remission.resume(folder, workers=1)
    problems = result.run_folder.verify()
    assert all("does not know" in problem.what for problem in problems), problems
    assert not [name for name in os.listdir(folder) if ".tmp-" in name]


KINDS = (
    Kind("damaged run folder", 6, _damaged, _verify),
    Kind("forged run folder", 12, _forged, _read),
    Kind("resumed run folder", 1, _resumed, _resume),
)
