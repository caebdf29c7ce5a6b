"""Folders whose checksums are right and whose content no run would write: refused by name, never a traceback."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_safe import reseal, rewrite

from remission.errors import RunError, StudyError
from remission.run.folder import RunFolder
from remission.run.observed import parse_observed


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda content: content["arms"].pop("A"), "arms"),
        (lambda content: content["arms"]["A"].update(ORR="many"), "arms, A, ORR"),
        (lambda content: content["arms"]["A"].update(followed=None), "arms, A, followed"),
        (lambda content: content["arms"]["A"]["OS"].update({"12": {}}), "arms, A, OS, 12"),
        (lambda content: content["arms"]["A"]["OS"].update(a=1.0), "arms, A, OS, a"),
        (lambda content: content["arms"]["A"].update(median_OS=float("nan")), "arms, A, median_OS"),
        (lambda content: content.update(contrasts=[]), "contrasts"),
        (lambda content: content.update(findings=[{"rule": "x"}]), "findings, 0"),
    ],
)
def test_a_summary_that_no_run_writes_is_refused(done: Path, change: Callable[[Any], Any], place: str) -> None:
    content = json.loads((done / "summary.json").read_bytes())
    change(content)
    rewrite(done, "summary.json", json.dumps(content).encode())
    with pytest.raises(RunError, match=rf"summary\.json: the file is not the summary of a run\n.*at {place}"):
        RunFolder.open(done).summary()


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_summary_is_refused(done: Path, data: bytes) -> None:
    rewrite(done, "summary.json", data)
    with pytest.raises(RunError, match=r"summary\.json: the file is not the summary of a run"):
        RunFolder.open(done).summary()


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("time_day", float("inf"), "infinity"),
        ("patient", 2**63 - 1, "a number of a patient"),
        ("patient", -1, "a number of a patient"),
        ("time_day", 1e9, "longer than 73050 days"),
        ("target_response", "BETTER", "not among"),
    ],
)
def test_values_that_no_run_writes_are_refused(done: Path, column: str, value: Any, what: str) -> None:
    name = "visits/A/00000.parquet"
    table = pq.read_table(done / name)
    place = table.schema.get_field_index(column)
    kind = table.schema.field(place).type
    values = [value, *table.column(place).to_pylist()[1:]]
    array = (
        pa.array(values, pa.string()).dictionary_encode() if pa.types.is_dictionary(kind) else pa.array(values, kind)
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table.set_column(place, table.schema.field(place), array), sink)
    rewrite(done, name, sink.getvalue().to_pybytes())
    with pytest.raises(RunError, match=rf"(?s){name}, column {column}: .*{what}"):
        RunFolder.open(done).table("visits", ["A"])


def test_a_study_file_without_the_arms_of_the_run_is_refused(done: Path) -> None:
    text = 'cohort: "c"\ntitle: "t"\nfollow_up: 9 days\narms:\n  - "A"\n'
    (done / "study.yaml").write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    reseal(done / "provenance.json", lambda document: document.update(study_sha256=digest, filled="observed"))
    with pytest.raises(RunError, match=r"study\.yaml: the study file has no such arm\n.*B/1"):
        _ = RunFolder.open(done).definition


@pytest.mark.parametrize("time", ["many days", "", "[1]", "9 parsecs", "300 years"])
def test_the_follow_up_of_a_cohort_is_a_time(time: str) -> None:
    with pytest.raises(StudyError, match=r"study\.yaml: "):
        parse_observed(f"cohort: c\ntitle: t\nfollow_up: {time}\narms: [A]\n", "study.yaml")
