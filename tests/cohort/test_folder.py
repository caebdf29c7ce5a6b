"""The run folder of a cohort: what it holds, that it can be opened, checked, and made again."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remission.api import open_run
from remission.cli import main
from remission.cohort import check_cohort, day_of, import_files, parse_mapping
from remission.cohort.recorded import read_recorded
from remission.cohort.visits import numbered
from remission.errors import RunError
from remission.response import assess_table
from remission.run import RunFolder
from remission.show import report_html

PATIENTS = """patient,arm,sex,age,start_date,death_date,last_seen_date,drug_stop_date,next_line_date
ann,A,F,61,2026-01-01,,2026-11-01,2026-07-01,
bob,A,M,55,2026-01-01,2026-05-01,,2026-03-01,2026-03-15
cat,B,F,70,2026-02-01,,2026-11-01,2026-10-01,
dan,B,M,48,2026-08-20,,2026-11-01,2026-09-01,
eve,B,F,48,2026-09-10,,2026-11-01,2026-09-20,
"""
LESIONS = """patient,date,lesion,organ,role,diameter_mm
ann,2025-12-20,a,lung,target,40
ann,2025-12-20,b,liver,non-target,
ann,2026-03-26,a,lung,target,20
ann,2026-08-30,a,lung,target,0
bob,2025-12-30,a,node,target,30
bob,2026-03-20,a,node,target,45
cat,2026-01-30,a,lung,target,30
cat,2026-04-26,a,lung,target,29
dan,2026-08-19,a,lung,target,30
eve,2026-09-09,a,lung,target,30
"""


@pytest.fixture
def files(write):
    return [write("patients.csv", PATIENTS), write("lesions.csv", LESIONS.replace(",\nann,2026-03", ",\nann,2026-03"))]


def test_the_folder_is_a_run_folder(files, tmp_path):
    import_files(files, tmp_path / "run", on=day_of("2026-11-23"))
    folder = RunFolder.open(tmp_path / "run")
    assert folder.verify() == ()
    assert folder.arms == ("A", "B")
    patients = folder.table("patients").to_pylist()
    assert [row["patient"] for row in patients] == [0, 1, 2, 3, 4]
    assert [row["best_response"] for row in patients] == ["PR", "PD", "SD", "NE", "NE"]
    assert patients[1]["os_day"] == 120.0
    assert patients[1]["pfs_day"] == 78.0
    assert patients[1]["pfs_cause"] == "target"
    assert patients[0]["drug_stop_day"] == 181.0
    assert patients[0]["treatment_free_day"] == 304.0 - 181.0
    assert patients[1]["treatment_free_day"] == 14.0
    events = folder.table("events").to_pylist()
    assert [row["detail"] for row in events if row["kind"] == "enrolled"] == ["ann", "bob", "cat", "dan", "eve"]
    lesions = folder.table("lesions", ["A"]).to_pylist()
    assert [row["diameter_mm"] for row in lesions if row["site"] == "lung"] == [40, 20, 0]
    assert {row["true_diameter_mm"] for row in lesions} == {None}


def test_an_early_death_and_an_iupd_before_death_are_events(write, tmp_path):
    """Dead before any scan: PFS at death. Dead with an unconfirmed iUPD: iPFS at the iUPD (Seymour 2017)."""
    people = """patient,arm,start_date,death_date,last_seen_date
early,A,2026-01-01,2026-02-10,
waited,A,2026-01-01,2026-06-01,
alive,A,2026-01-01,,2026-06-01
"""
    lesions = """patient,date,lesion,organ,role,diameter_mm
early,2025-12-30,a,lung,target,30
waited,2025-12-30,a,lung,target,30
waited,2026-03-20,a,lung,target,45
alive,2025-12-30,a,lung,target,30
alive,2026-03-20,a,lung,target,30
"""
    folder = import_files([write("patients.csv", people), write("lesions.csv", lesions)], tmp_path / "run")
    early, waited, alive = folder.table("patients").to_pylist()
    assert (early["pfs_day"], early["pfs_event"], early["pfs_cause"]) == (40.0, True, "death")
    assert (early["ipfs_day"], early["ipfs_event"]) == (40.0, True)
    assert (waited["pfs_day"], waited["ipfs_day"], waited["ipfs_event"]) == (78.0, 78.0, True)
    assert (alive["pfs_event"], alive["ipfs_event"]) == (False, False)


def test_responses_are_those_of_the_code_for_simulated_patients(files, tmp_path):
    folder = import_files(files, tmp_path / "run")
    tables = assess_table(
        {"patient": [1, 1, 1], "time_day": [-12, 84, 241], "lesion": ["a"] * 3, "diameter_mm": [40.0, 20.0, 0.0]}
    )
    own = [row["response"] for row in folder.table("visits", ["A"]).to_pylist() if row["patient"] == 0]
    assert own[0] is None
    # A non-target that was not judged keeps the complete response of the target partial.
    assert own[1:] == ["PR", "PR"]
    assert tables.arrow("visits")["response"].to_pylist() == ["PR", "CR"]


def test_provenance_says_which_files_and_what_was_found(files, tmp_path):
    import hashlib

    import_files(files, tmp_path / "run")
    document = json.loads((tmp_path / "run" / "provenance.json").read_text())
    assert document["seed"] is None
    assert {file["name"]: file["sha256"] for file in document["files"]} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    assert document["command"].startswith("remission cohort")
    again = RunFolder.open(tmp_path / "run").provenance.document()
    assert again == {key: value for key, value in document.items() if key != "checksum"}


def test_the_same_files_give_the_same_folder(files, tmp_path):
    for name in ("one", "two", "two"):
        import_files(files, tmp_path / name)
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_a_flipped_bit_is_refused(files, tmp_path):
    import_files(files, tmp_path / "run")
    place = next((tmp_path / "run" / "visits" / "A").iterdir())
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(bytes(data))
    with pytest.raises(RunError, match="changed"):
        RunFolder.open(tmp_path / "run").table("visits")


def test_visits_due_and_overdue(files, tmp_path):
    folder = import_files(files, tmp_path / "run", on=day_of("2026-11-23"))
    due = folder.summary()["visits_due"]
    assert [(one["patient"], one["due"]) for one in due["overdue"]] == [("cat", "2026-07-19")]
    # Twelve weeks after 30 August and after 20 August (no scan since the first dose).
    assert [(one["patient"], one["due"]) for one in due["due"]] == [
        ("dan", "2026-11-11"),
        ("ann", "2026-11-22"),
        ("eve", "2026-12-02"),
    ]
    assert due["later"] == 0
    page = report_html(folder)
    assert "1 overdue, 3 due" in page
    assert "Swimmer plot" in page


def test_time_on_and_free_of_treatment(files, tmp_path):
    arm = import_files(files, tmp_path / "run").summary()["arms"]["A"]
    assert arm["known"]["treatment"] == 2
    assert arm["median_time_on_treatment"] == pytest.approx(59 / 30.4375, abs=0.001) or arm["median_on_drug"]
    assert arm["next_line"] == 50.0


def test_the_command_line(files, tmp_path, capsys):
    arguments = ["cohort", *map(str, files), "--out", str(tmp_path / "run"), "--date", "2026-11-23"]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "Objective response" in shown
    assert "Observed" in shown
    page = (tmp_path / "run" / "report.html").read_text()
    assert "5 real patients" in page
    assert not re.search("virtual|simulated", re.sub(r"(?s)<(style|pre).*?</\1>", "", page), re.I)
    assert open_run(tmp_path / "run").summary()["patients"] == 5


def test_the_command_line_tells_faults(tmp_path, write, capsys):
    path = write("p.csv", "patient,os\n1,5\n")
    assert main(["cohort", str(path), "--out", str(tmp_path / "run")]) == 1
    assert "p.csv, column os: the unit of os is not stated" in capsys.readouterr().err


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(10)))
def test_the_order_of_rows_never_matters(tmp_path_factory, order):
    folder = tmp_path_factory.mktemp("shuffled")
    header, *rows = LESIONS.splitlines()
    (folder / "l.csv").write_text("\n".join([header, *(rows[place] for place in order)]) + "\n")
    (folder / "p.csv").write_text(PATIENTS)
    ends = check_cohort([folder / "p.csv", folder / "l.csv"]).outcomes
    assert ends.best_response.tolist() == ["PR", "PD", "SD", "NE", "NE"]
    assert np.nansum(ends.judged.visits["sum_mm"]) == 40 + 20 + 0 + 30 + 45 + 30 + 29 + 30 + 30


def test_recorded_responses_give_end_points(write):
    rows = "1,-3,NE\n1,42,SD\n1,84,PR\n1,126,PD\n1,168,CR\n2,20,SD\n2,28,NE\n3,42,NE\n3,84,SD\n"
    ends = check_cohort(write("r.csv", "patient,day,response\n" + rows)).outcomes
    assert ends.best_response.tolist() == ["PR", "NE", "SD"]
    assert ends.pfs_day.tolist() == [126.0, 20.0, 84.0]
    assert ends.pfs_event.tolist() == [1.0, 0.0, 0.0]
    assert ends.time_to_response_day[0] == 84.0


@pytest.mark.parametrize(("said", "best"), [("minimum_stable: 6 weeks", "SD"), ("minimum_stable: 7 weeks", "NE")])
def test_the_protocol_says_how_long_disease_is_stable(said, best, write):
    mapping = parse_mapping(said, "m")
    responses = check_cohort(write("r.csv", "patient,day,response\n1,42,SD\n"), mapping)
    lesions = check_cohort(write("l.csv", "patient,day,diameter_mm\n1,0,40\n1,42,40\n"), mapping)
    assert [checked.outcomes.best_response.tolist() for checked in (responses, lesions)] == [[best], [best]]


def test_columns_as_a_clinic_may_name_them(write):
    lesions = "Patient ID,Date of scan,Lesion ID,Location,Longest diameter (mm)\n"
    lesions += "A,2020-01-05,1,lung,30\nA,2020-03-10,1,lung,10\n"
    patients = "Patient ID,Treatment arm,Date of birth,Treatment start,PFS Status,PFS (months)\n"
    patients += "A,x,1950-02-03,2020-01-10,1:PROGRESSION,9\n"
    checked = check_cohort([write("p.csv", patients), write("l.csv", lesions)])
    assert checked.outcomes.best_response.tolist() == ["PR"]
    assert checked.outcomes.pfs_event.tolist() == [1.0]
    assert checked.cohort.number("age")[0] == pytest.approx(69.93, abs=0.01)


def test_visits_are_numbered_from_the_baseline():
    columns = {"patient": np.array([1, 0, 1, 0]), "time_day": np.array([84.0, 42.0, 0.0, 84.0])}
    assert numbered(columns)["visit"].tolist() == [1, 2, 0, 1]
    assert callable(read_recorded)
