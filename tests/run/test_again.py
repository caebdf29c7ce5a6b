"""A folder finished, made again and checked from what it says of itself."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from run_helpers import SHORT_STUDY, files_of

import remission
from remission.cli import FAILED, main
from remission.errors import RunError
from remission.run.execute import execute, execute_shards
from remission.run.rerun import agreement_text
from remission.run.seal import sealed_json
from remission.run.shards import Shards
from remission.study import parse_study

SMALL = {"patients": 40, "block_patients": 16}


@pytest.fixture(scope="module")
def study() -> object:
    return parse_study(SHORT_STUDY, where="study.yaml")


@pytest.fixture(scope="module")
def whole(study: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run"
    execute(study, out=out, **SMALL)
    return out


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def test_resume_needs_the_folder_alone(study: object, whole: Path, tmp_path: Path) -> None:
    execute_shards(study, Shards(2, 2, 3), out=tmp_path / "run", **SMALL)
    result = remission.resume(tmp_path / "run")
    assert result.folder == tmp_path / "run"
    assert files_of(tmp_path / "run") == files_of(whole)


def test_resume_mends_what_changed(whole: Path, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "visits/B/00001.parquet").write_bytes(b"PAR1")
    (copy / "blocks/A/00002.json").unlink()
    assert main(["resume", str(copy), "--no-report"]) == 0
    assert "visits/B/00001.parquet had changed" in capsys.readouterr().err
    assert files_of(copy) == files_of(whole)


def test_resume_of_another_version_says_which(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = json.loads((copy / "provenance.json").read_text())
    del changed["checksum"]
    (copy / "provenance.json").write_bytes(sealed_json({**changed, "version": "0.0.9"}))
    before = files_of(copy)
    assert main(["resume", str(copy)]) == FAILED
    assert "install remission 0.0.9" in capsys.readouterr().err
    assert files_of(copy) == before


def test_rerun_agrees_to_the_bit(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files_of(whole)
    assert main(["rerun", str(whole)]) == 0
    said = capsys.readouterr().out
    assert said.rstrip().endswith("every bit agrees")
    assert all(table in said for table in ("patients", "visits", "lesions", "doses", "events", "summary"))
    assert files_of(whole) == before


def forged(folder: Path, name: str, data: bytes) -> None:
    """Put other bytes in a file, and all checksums right: as a run by another program would be."""
    (folder / name).write_bytes(data)
    document = json.loads((folder / "manifest.json").read_text())
    del document["checksum"]
    document["files"][name] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "manifest.json").write_bytes(sealed_json(document))


def test_rerun_finds_the_table_that_was_made_otherwise(copy: Path) -> None:
    name = "visits/B/00001.parquet"
    table = pq.read_table(copy / name)
    column = pa.array([None] * table.num_rows, pa.float64())
    changed = table.set_column(table.schema.get_field_index("sum_mm"), table.schema.field("sum_mm"), column)
    sink = pa.BufferOutputStream()
    pq.write_table(changed, sink)
    forged(copy, name, sink.getvalue().to_pybytes())
    agreement = remission.rerun(copy)
    assert not agreement.same
    assert {each.table: each.first for each in agreement.tables if each.first} == {"visits": name}


def test_rerun_tells_other_bytes_from_other_values(copy: Path) -> None:
    name = "doses/B/00000.parquet"
    sink = pa.BufferOutputStream()
    pq.write_table(pq.read_table(copy / name), sink, compression="gzip")
    forged(copy, name, sink.getvalue().to_pybytes())
    agreement = remission.rerun(copy)
    doses = next(each for each in agreement.tables if each.table == "doses")
    assert (doses.files, doses.same, doses.same_values, doses.first) == (6, 5, 1, None)
    assert "the two do not agree to the bit" in agreement_text(agreement)


def test_rerun_names_what_has_changed_in_the_folder(copy: Path) -> None:
    with open(copy / "events/B/00000.parquet", "r+b") as file:
        file.write(b"X")
    agreement = remission.rerun(copy)
    assert not agreement.same
    assert [problem.where for problem in agreement.damaged] == ["events/B/00000.parquet"]


def test_verify_names_every_file_that_is_wrong(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(copy)]) == 0
    assert "39 files" in capsys.readouterr().out
    (copy / "lesions/B/00000.parquet").unlink()
    (copy / "summary.json").write_text("{}")
    (copy / "patients/B/99999.parquet").write_bytes((copy / "patients/B/00000.parquet").read_bytes())
    (copy / "visits/stranger").mkdir()
    assert main(["verify", str(copy)]) == FAILED
    said = capsys.readouterr().out
    assert "lesions/B/00000.parquet: the file is missing" in said
    assert "summary.json: the file has changed" in said
    assert "patients/B/99999.parquet: the manifest does not know the file" in said
    assert "visits/stranger: the manifest does not know the file" in said
    assert "4 are not as they were written" in said


def test_real_patients_are_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,arm,os_months,os_event\n1,A,10,1\n2,A,12,0\n3,B,5,1\n")
    remission.import_cohort([tmp_path / "c.csv"], tmp_path / "run")
    for again in (remission.resume, remission.rerun):
        with pytest.raises(RunError, match=r"real patients(?s:.*)remission cohort"):
            again(tmp_path / "run")
