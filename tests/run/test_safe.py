"""Folders from strangers are data: nothing is run, nothing leaves the folder, and sizes are bounded first."""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import remission
from remission.errors import RemissionError, RunError, StudyError
from remission.run.execute import execute
from remission.run.folder import RunFolder
from remission.run.local_store import LocalStore
from remission.run.seal import sealed_json
from remission.run.store import MOST_DOCUMENT_BYTES

PACKAGE = Path(remission.__file__).parent


def reseal(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a document and make its checksum right again: whoever forges one can do that too."""
    document = json.loads(path.read_bytes())
    document.pop("checksum", None)
    change(document)
    path.write_bytes(sealed_json(document))


def rewrite(folder: Path, name: str, data: bytes, rows: int | None = None) -> None:
    """Put other bytes in a file of the manifest, with the right checksum."""
    (folder / name).write_bytes(data)
    entry = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    entry |= {} if rows is None else {"rows": rows}
    reseal(folder / "manifest.json", lambda document: document["files"][name].update(entry))


def read_all(place: Path) -> None:
    """Everything that a reader may open."""
    folder = RunFolder.open(place)
    folder.table("visits")
    folder.summary()
    _ = folder.definition


@pytest.mark.parametrize("name", ["../outside.parquet", "/etc/hostname", "visits/../../x", "visits/A/99999.parquet"])
@pytest.mark.parametrize("instead", [True, False])
def test_a_manifest_names_the_files_of_a_run_and_no_others(done: Path, name: str, instead: bool) -> None:
    def change(document: dict[str, Any]) -> None:
        known = document["files"]
        known[name] = known.pop("visits/A/00000.parquet") if instead else known["visits/A/00000.parquet"]

    reseal(done / "manifest.json", change)
    with pytest.raises(RunError, match=r"manifest\.json: the file has changed"):
        RunFolder.open(done)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patients", 10**15),
        ("patients", "many"),
        ("patients", True),
        ("patients", -1),
        ("patients", 1.5),
        ("block_patients", 0),
        ("block_patients", None),
        ("arms", []),
        ("arms", "A"),
        ("arms", ["A", "A"]),
        ("arms", [["A"]]),
        ("arms", ["A"] * 10_000),
        ("arms", ["A" * 1_000_000]),
        ("made_with", {"numpy": "1"}),
        ("made_with", [{"numpy": 1}]),
        ("seed", "7"),
        ("seed", 2**64),
        ("study", {"a": 1}),
        ("version", None),
    ],
)
def test_values_of_a_document_are_looked_at_before_they_are_used(done: Path, key: str, value: Any) -> None:
    reseal(done / "provenance.json", lambda document: document.update({key: value}))
    with pytest.raises(RunError, match=rf"provenance\.json: {key} cannot be used"):
        RunFolder.open(done)


def test_a_run_of_ten_million_blocks_is_refused(done: Path) -> None:
    reseal(done / "provenance.json", lambda document: document.update(patients=10_000_000, block_patients=1))
    with pytest.raises(RunError, match="block_patients cannot be used"):
        RunFolder.open(done)


@pytest.mark.parametrize("entry", [None, 7, [], {}, {"rows": 1, "bytes": -1, "sha256": "0" * 64}, {"bytes": 10**12}])
def test_entries_of_a_manifest_are_looked_at(done: Path, entry: Any) -> None:
    reseal(done / "manifest.json", lambda document: document["files"].update({"visits/A/00000.parquet": entry}))
    with pytest.raises(RunError, match=r"manifest\.json"):
        RunFolder.open(done)


@pytest.mark.parametrize("name", ["provenance.json", "manifest.json", "summary.json", "study.yaml"])
def test_a_document_of_any_size_is_refused_unread(done: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    os.truncate(done / name, MOST_DOCUMENT_BYTES * 1000)  # a file of holes takes no room
    true_open = open

    def bounded(path: Any, *how: Any) -> Any:
        assert Path(path).name != name, "it was read"
        return true_open(path, *how)

    monkeypatch.setattr("builtins.open", bounded)
    with pytest.raises(RunError, match=r"too large|has changed since it was written"):
        read_all(done)


def test_a_small_file_takes_little_memory(tmp_path: Path) -> None:
    """Python takes room for as many bytes as may be read, before it knows how many there are."""
    import tracemalloc

    (tmp_path / "small").write_bytes(b"bytes")
    tracemalloc.start()
    assert LocalStore(tmp_path).read("small", most=1_000_000_000) == b"bytes"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_file_of_few_bytes_and_many_rows_is_refused_unpacked(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run lengths let some bytes stand for any number of rows."""
    name = "doses/A/00000.parquet"
    table = pq.read_table(done / name).slice(0, 1)
    many = table.take(pa.array([0] * 2_000_000))
    sink = pa.BufferOutputStream()
    pq.write_table(many, sink, compression="zstd", row_group_size=many.num_rows)
    data = sink.getvalue().to_pybytes()
    assert len(data) < many.num_rows / 10
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_: pytest.fail("it was unpacked"))
    rewrite(done, name, data)
    with pytest.raises(RunError, match="2000000 rows"):
        RunFolder.open(done).table("doses", ["A"])
    rewrite(done, name, data, rows=many.num_rows)
    monkeypatch.setattr("remission.run.parquet.MOST_CELLS", 1_000_000)
    with pytest.raises(RunError, match="at most 1000000 cells"):
        RunFolder.open(done).table("doses", ["A"])


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"\xff" * 60 + b"PAR1"])
def test_what_is_no_table_is_refused(done: Path, data: bytes) -> None:
    rewrite(done, "doses/A/00000.parquet", data)
    with pytest.raises(RunError, match=r"doses/A/00000\.parquet"):
        RunFolder.open(done).table("doses")


def test_a_table_with_a_column_of_its_own_is_refused(done: Path) -> None:
    name = "doses/A/00000.parquet"
    table = pq.read_table(done / name)
    sink = pa.BufferOutputStream()
    pq.write_table(table.append_column("note", pa.array(["<script>"] * table.num_rows)), sink)
    rewrite(done, name, sink.getvalue().to_pybytes())
    with pytest.raises(RunError, match="columns"):
        RunFolder.open(done).table("doses")


@pytest.mark.parametrize("name", ["visits", "visits/A", "visits/A/00000.parquet", "provenance.json", "blocks"])
def test_a_link_leads_nowhere(done: Path, tmp_path: Path, run: Any, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (done / name).rename(elsewhere)
    (done / name).symlink_to(elsewhere)
    before = sorted(path.name for path in elsewhere.rglob("*"))
    with pytest.raises(RunError, match="a link leads out of the run folder"):
        run(patients=1200)
    assert sorted(path.name for path in elsewhere.rglob("*")) == before


def test_the_run_folder_itself_may_be_a_link(done: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(done)
    assert RunFolder.open(tmp_path / "link").verify() == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("name", ["provenance.json", "manifest.json", "visits/A/00000.parquet", "study.yaml"])
def test_a_pipe_is_no_file(done: Path, name: str) -> None:
    (done / name).unlink()
    os.mkfifo(done / name)
    with pytest.raises(RunError):
        read_all(done)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("study: !!python/object/apply:os.system ['touch owned']\n", "tags are not allowed"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "anchors are not allowed"),
        ("[" * 5000, "nested too deeply|not YAML"),
        ("\udcff", "not text|not YAML"),
    ],
)
def test_a_study_file_of_a_stranger_is_data(done: Path, text: str, what: str) -> None:
    data = text.encode(errors="surrogateescape")
    (done / "study.yaml").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    reseal(done / "provenance.json", lambda document: document.update(study_sha256=digest))
    for again in (lambda: RunFolder.open(done).definition, lambda: remission.resume(done)):
        with pytest.raises((StudyError, RunError), match=what):
            again()
    assert not Path("owned").exists()


def test_no_file_is_unpickled_and_no_text_is_run() -> None:
    """Pickles cross pipes between processes of one run and are never read from a file."""
    found = {
        path.relative_to(PACKAGE).as_posix(): names
        for path in PACKAGE.rglob("*.py")
        if (names := _runs_code(path)) and "benchmark" not in path.parts
    }
    assert found == {"run/executors.py": {"pickle"}, "run/worker.py": {"pickle"}}


def _runs_code(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return names & {"pickle", "cloudpickle", "dill", "marshal", "shelve"} | calls & {"eval", "exec", "__import__"}


HOSTILE = ("<script>alert(1)</script>", "</style><img src=x onerror=alert(2)>", "$\\frac{", '"><b onclick="x">&amp;')


class _Tags(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def _page(folder: Path, groups: tuple[str, ...]) -> str:
    folder.mkdir()
    quoted = ['"' + group.replace('"', '""') + '"' for group in groups]
    rows = [f"{k},{quoted[k % len(groups)]},{5 + k},{k % 2}" for k in range(40)]
    (folder / "c.csv").write_text("\n".join(["id,arm,os_months,os_event", *rows]) + "\n")
    result = remission.import_cohort([folder / "c.csv"], folder / "run")
    return Path(result.report()).read_text(encoding="utf-8")


def test_names_bring_no_markup_into_the_report(tmp_path: Path) -> None:
    plain = _Tags(_page(tmp_path / "plain", ("A", "B", "C", "D")))
    text = _page(tmp_path / "hostile", HOSTILE)
    hostile = _Tags(text)
    assert "onerror" not in hostile.attributes
    assert (hostile.tags, hostile.attributes) == (plain.tags, plain.attributes)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text


def test_provenance_brings_no_markup_into_the_report(tmp_path: Path) -> None:
    _page(tmp_path / "one", ("A", "B"))
    run = tmp_path / "one/run"
    plain = _Tags((run / "report.html").read_text())

    def forge(document: dict[str, Any]) -> None:
        document["made_with"] = [dict.fromkeys(document["made_with"][0], HOSTILE[0])]
        document["command"], document["version"] = HOSTILE[1], HOSTILE[0]

    reseal(run / "provenance.json", forge)
    rewrite(run, "provenance.json", (run / "provenance.json").read_bytes())
    text = Path(remission.open_run(run).report()).read_text()
    forged = _Tags(text)
    assert (forged.tags, forged.attributes) == (plain.tags, plain.attributes)
    assert "<script>alert(1)" not in text


def test_errors_of_a_forged_folder_are_ours(done: Path) -> None:
    """Whatever stands in a record, the block is made again."""
    from fake_clinic import FakeStudy, simulate

    whole = {path: path.read_bytes() for path in done.rglob("*.parquet")}
    for forged in ([], {"files": []}, {"block": "x"}, {"arm": "../.."}, {"patients": 10**30}):
        (done / "blocks/A/00000.json").write_bytes(sealed_json(forged) if isinstance(forged, dict) else b"[]")
        execute(FakeStudy(), out=done, simulate=simulate, parameters_hash="p", block_patients=512)
        assert {path: path.read_bytes() for path in done.rglob("*.parquet")} == whole
    assert issubclass(RunError, RemissionError)
