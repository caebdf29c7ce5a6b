"""Input that cannot be right: a clear message each time, with file, row and column."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from remission.cohort import check_cohort, import_files, parse_mapping
from remission.errors import RemissionError, StudyError
from remission.show import report_html, run_table

PATIENTS = "patient,arm,os_months,os_event,pfs_months,pfs_event\n"
LESIONS = "patient,day,lesion,diameter_mm\n"

REFUSED = {
    "empty": ("", ["p.csv: the file is empty"]),
    "a header of one endless word": ("x" * 140_000 + "\n1\n", ["p.csv, row 1: the row cannot be cut into cells"]),
    "header only": (PATIENTS, ["p.csv: the file has a header and no rows"]),
    "nothing in the first line": ("\n1,2\n", ["p.csv, row 1: the first line is empty"]),
    "a column named twice": (
        "patient,os_months,os_event,os_months\n1,2,1,3\n",
        ["columns 2 and 4", "named twice", "os_months"],
    ),
    "a cell too many": (PATIENTS + "1,A,5,1,2,1\n2,A,5,1,2,1,9\n", ["p.csv, row 3", "7 cells", "6 cells"]),
    "a formula": (PATIENTS + "1,A,5,1,2,1\n2,A,=C2*2,0,2,1\n", ["p.csv, row 3, column os_months: a formula", "=C2*2"]),
    "the error of a formula": (PATIENTS + "1,A,#REF!,1,2,1\n", ["p.csv, row 2, column os_months: a formula", "#REF!"]),
    "text in numbers": (
        PATIENTS + "1,A,5,1,2,1\n2,A,five,0,2,1\n",
        ["row 3, column os_months: text in a column of numbers", "five"],
    ),
    "a decimal comma": (PATIENTS.replace(",", ";") + "1;A;5,5;1;2;1\n", ["row 2, column os_months", "5,5", "decimal"]),
    "an unknown flag": (PATIENTS + "1,A,5,2,2,1\n", ["row 2, column os_event: neither true nor false"]),
    "no event flag": ("patient,os_months\n1,5\n2,6\n", ["rows 2, 3, column os_months", "no flag"]),
    "a negative time": (PATIENTS + "1,A,-5,1,2,1\n2,A,5,1,2,1\n", ["row 2, column os_months: os is negative"]),
    "PFS longer than OS": (
        PATIENTS + "1,A,5,0,9,0\n2,A,5,1,2,1\n",
        ["row 2, column pfs_months: PFS is longer than OS"],
    ),
    "progression after death": (
        PATIENTS + "1,A,5,1,9,1\n",
        ["row 2, column pfs_months: progression lies after the death"],
    ),
    "a patient twice": (
        PATIENTS + "1,A,5,1,2,1\n1,A,6,1,2,1\n",
        ["row 3, column patient: a patient has two rows that differ"],
    ),
    "no identifier": (PATIENTS + "1,A,5,1,2,1\n,A,6,1,2,1\n", ["row 3: a patient has no identifier"]),
    "the dead only": (
        PATIENTS + "1,A,5,1,2,1\n2,A,,,2,1\n",
        ["row 2, column os_months: OS is known only for patients who died"],
    ),
    "no unit": ("patient,os,os_event\n1,5,1\n", ["p.csv, column os: the unit of os is not stated", "--units days"]),
    "a rounded identifier": (
        PATIENTS + "3.65701E+18,A,5,1,2,1\n",
        ["p.csv, row 2, column patient: identifiers are rounded numbers", "3.65701E+18"],
    ),
    "an unknown table": ("a,b\n1,2\n", ["do not say what this table is", "mapping file"]),
    "no baseline scan": (LESIONS + "1,42,a,20\n1,84,a,10\n", ["rows 2, 3, column day", "no scan up to the first dose"]),
    "a baseline of zero": (
        LESIONS + "1,0,a,0\n1,42,a,10\n",
        ["row 2, column diameter_mm", "a diameter of zero at baseline"],
    ),
    "a negative diameter": (LESIONS + "1,0,a,20\n1,42,a,-1\n", ["row 3, column diameter_mm: a diameter is negative"]),
    "metres": (LESIONS + "1,0,a,20000\n", ["row 2, column diameter_mm: a diameter of more than 500 mm"]),
    "two readings": (
        LESIONS + "1,0,a,20\n1,42,a,10\n1,42,a,12\n",
        ["row 4, column patient", "two readings of one scan that differ"],
    ),
    "a target without a size": (
        "patient,day,lesion,diameter_mm,role\n1,0,a,20,target\n1,0,b,,target\n1,42,a,10,target\n",
        ["row 3, column diameter_mm: a target has no diameter at baseline"],
    ),
    "a target first seen later": (
        "patient,day,lesion,diameter_mm,role\n1,0,a,20,target\n1,42,b,10,target\n",
        ["row 3, column diameter_mm: a target has no diameter at baseline"],
    ),
    "a new lesion at baseline": (
        "patient,day,lesion,diameter_mm,role\n1,0,a,20,target\n1,0,b,12,new\n",
        ["row 3, column role: a lesion called new is there at baseline"],
    ),
    "a lesion in two organs": (
        "patient,day,lesion,diameter_mm,organ\n1,0,a,20,lung\n1,42,a,10,liver\n",
        ["row 3, column organ: a lesion has another organ than in its first row"],
    ),
    "a lesion without a name": (LESIONS + "1,0,a,20\n1,42,,10\n", ["row 3, column lesion: a lesion has no name"]),
    "a fragment of nothing": (
        "patient,day,lesion,diameter_mm,part_of\n1,0,a,20,\n1,42,a1,10,b\n",
        ["row 3, column part_of: a fragment is part of a lesion that is not in the table"],
    ),
    "a formula without an equals sign": (
        PATIENTS + "1,A,5,1,2,1\n2,A,+SUM(C2:C3),0,-E2,1\n",
        ["row 3, column os_months: a formula", "row 3, column pfs_months: a formula"],
    ),
    "a time missing": (LESIONS + "1,0,a,20\n1,,a,10\n", ["row 3, column day", "no time"]),
    "a wrong date": (
        "patient,start_date,last_seen_date\n1,2020-01-01,2020-02-31\n",
        ["row 2, column last_seen_date: not a date"],
    ),
    "another form of date": (
        "patient,start_date,last_seen_date\n1,1/2/2020,2020-02-01\n",
        ["row 2, column start_date: not a date", "date_format"],
    ),
    "a partial date": (
        "patient,start_date,last_seen_date\n1,2020-01-01,2020-02\n",
        ["row 2, column last_seen_date: dates lack a day", "partial_dates"],
    ),
    "before birth": (
        "patient,birth_date,start_date,last_seen_date\n1,2021-01-01,2020-01-01,2020-02-01\n",
        ["row 2, column start_date", "before the date of birth"],
    ),
    "death before the start": (
        "patient,start_date,death_date\n1,2020-01-01,2019-02-01\n",
        ["row 2, column death_date", "before the first dose"],
    ),
    "seen after death": (
        "patient,start_date,death_date,last_seen_date\n1,2020-01-01,2020-02-01,2020-03-01\n",
        ["row 2, column last_seen_date", "after the death"],
    ),
    "an unknown response": (
        "patient,best_response\n1,GREAT\n",
        ["row 2, column best_response: the word is not known", "GREAT"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_where(name, write):
    text, parts = REFUSED[name]
    with pytest.raises(RemissionError) as error:
        check_cohort(write("p.csv", text))
    for part in parts:
        assert part in str(error.value)


def test_an_unmeasured_target_that_is_accepted_is_not_judged(write):
    rows = "1,0,a,20,target\n1,0,b,,target\n1,42,a,10,target\n2,0,a,20,target\n2,42,a,10,target\n"
    path = write("l.csv", "patient,day,lesion,diameter_mm,role\n" + rows)
    checked = check_cohort(path, parse_mapping("accept: [unmeasured-target]", "m"))
    assert checked.outcomes.best_response.tolist() == ["", "PR"]


def test_a_formula_in_a_column_that_is_not_read_is_told(write):
    path = write("p.csv", "patient,best_response,note\n1,PR,=A1\n2,SD,fine\n")
    found = check_cohort(path).findings
    assert [(finding.rule, finding.severity, finding.where) for finding in found] == [
        ("formula", "warning", "p.csv, row 2, column note")
    ]


def test_mixed_encodings_name_the_cell(write):
    rows = "patient,best_response,arm\n1,PR,Zoë\n".encode() + "2,PR,Zoë\n".encode("cp1252")
    path = write("p.csv", rows)
    with pytest.raises(RemissionError, match=r"p\.csv, row 3, column arm: the file mixes encodings"):
        check_cohort(path)
    with pytest.raises(RemissionError, match=r"p\.csv, row 2, column arm: the file mixes encodings"):
        check_cohort(path, parse_mapping("encoding: cp1252", "m"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_one_encoding_throughout_is_read(encoding, write):
    path = write("p.csv", "patient,best_response,arm\n1,PR,Zoë\n2,SD,Zoë\n".encode(encoding))
    said = None if encoding == "utf-8" else parse_mapping(f"encoding: {encoding}", "m")
    assert check_cohort(path, said).cohort.arms.tolist() == ["Zoë", "Zoë"]


def test_one_patient_gives_a_folder_and_a_report(write, tmp_path):
    folder = import_files(write("p.csv", PATIENTS + "1,A,5,1,2,1\n"), tmp_path / "run")
    assert [finding["rule"] for finding in folder.summary()["findings"]] == ["one-patient"]
    assert "one-patient" in report_html(folder)


def test_all_censored_gives_a_folder_and_says_so(write, tmp_path):
    rows = "".join(f"{i},A,{i + 5},0,{i + 2},0\n" for i in range(8))
    folder = import_files(write("p.csv", PATIENTS + rows), tmp_path / "run")
    assert [finding["rule"] for finding in folder.summary()["findings"]] == ["all-censored", "all-censored"]
    assert "not reached" in run_table(folder)
    assert "all-censored" in report_html(folder)


def test_what_is_accepted_becomes_a_warning(write):
    path = write("p.csv", PATIENTS + "1,A,5,0,9,0\n2,A,5,1,2,1\n")
    checked = check_cohort(path, parse_mapping("accept: [pfs-longer-than-os]", "m"))
    assert [(finding.rule, finding.severity) for finding in checked.findings] == [("pfs-longer-than-os", "warning")]
    assert "accepted" in checked.findings[0].what


def test_a_fault_names_the_rule_that_can_be_accepted(write):
    with pytest.raises(RemissionError, match=r"PFS is longer than OS \(1 row\) \[pfs-longer-than-os\]"):
        check_cohort(write("p.csv", PATIENTS + "1,A,5,0,9,0\n2,A,5,1,2,1\n"))


def test_categories_of_numbers_in_parquet_are_read(tmp_path):
    arm = pa.array([2, 1]).dictionary_encode()
    pq.write_table(pa.table({"patient": [1, 2], "arm": arm, "best_response": ["PR", "SD"]}), tmp_path / "p.parquet")
    assert check_cohort(tmp_path / "p.parquet").cohort.arms.tolist() == ["2", "1"]


def test_identifiers_that_a_float_cannot_hold_are_refused(tmp_path):
    table = pa.table({"patient": [3657015667902160896.0, 2.0], "best_response": ["PR", "SD"]})
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(RemissionError, match="identifiers are rounded numbers"):
        check_cohort(tmp_path / "p.parquet")


def test_a_folder_that_holds_something_else_is_left_alone(write, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("all of it")
    with pytest.raises(RemissionError, match="the folder holds other files"):
        import_files(write("p.csv", PATIENTS + "1,A,5,1,2,1\n2,A,5,1,2,1\n"), tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.txt"]


def test_a_stopped_audit_writes_nothing(write, tmp_path):
    with pytest.raises(RemissionError):
        import_files(write("p.csv", PATIENTS + "1,A,5,0,9,0\n"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_many_rows(tmp_path):
    """Small brother of the ten million rows of benchmarks/cohort."""
    n, scans = 2_000, 10
    table = pa.table(
        {
            "patient": np.repeat(np.arange(n), scans),
            "day": np.tile(np.arange(scans) * 84.0, n),
            "lesion": np.ones(n * scans, np.int64),
            "diameter_mm": np.tile(np.linspace(40, 10, scans), n),
        }
    )
    pq.write_table(table, tmp_path / "p.parquet")
    ends = check_cohort(tmp_path / "p.parquet").outcomes
    assert set(ends.best_response.tolist()) == {"PR"}
    assert len(ends.judged.visits["patient"]) == n * scans


def test_undated_scans_that_are_accepted_are_not_used(write, tmp_path):
    responses = write("r.csv", "patient,day,date,response\n1,0,2020-01-01,NE\n1,60,2020-03-01,PR\n1,,2020-04,PD\n")
    said = parse_mapping("partial_dates: refuse\naccept: [partial-dates]", "m")
    folder = import_files(responses, tmp_path / "run", mapping=said)
    assert folder.table("visits")["response"].to_pylist() == ["NE", "PR"]
    assert {finding["rule"] for finding in folder.summary()["findings"]} == {"partial-dates", "one-patient"}


DATED_LESIONS = "patient,date,lesion,diameter_mm\n1,2020-01-01,a,40\n1,2020-03-01,a,20\n2,2020-01-01,a,40\n"


def test_without_a_start_all_tables_count_from_the_first_scan(write):
    lesions = write("l.csv", DATED_LESIONS)
    responses = write("r.csv", "patient,date,response\n1,2020-03-01,PR\n3,2020-03-01,PD\n3,2020-05-01,SD\n")
    checked = check_cohort([lesions, responses])
    told = [finding for finding in checked.findings if finding.rule == "start-not-stated"]
    assert {finding.rule for finding in checked.findings} == {"start-not-stated"}
    assert [(finding.file, finding.rows) for finding in told] == [("l.csv", (2, 3, 4)), ("r.csv", (3, 4))]
    # Patients are in order of the tables: 1 and 2 of the lesions, 3 of the responses alone.
    assert checked.cohort.responses["time_day"].tolist() == [60.0, 0.0, 61.0]


def test_of_responses_alone_the_first_is_no_baseline(write):
    ends = check_cohort(write("r.csv", "patient,date,response\n1,2020-03-01,PD\n2,2020-03-01,SD\n")).outcomes
    assert ends.best_response.tolist() == ["PD", "NE"]
    assert ends.pfs_event.tolist() == [1.0, 0.0]


def test_patients_without_a_start_among_others_are_named(write):
    patients = write("p.csv", "patient,start_date,last_seen_date\n1,2020-01-01,2021-01-01\n")
    with pytest.raises(RemissionError) as error:
        check_cohort([patients, write("l.csv", DATED_LESIONS)])
    assert "l.csv, row 4, column date: no file states when treatment of the patient began" in str(error.value)
    assert "patient 2" in str(error.value)
    assert "start_date" in str(error.value)


def test_a_missing_baseline_names_the_column_that_the_file_has(write):
    patients = write("p.csv", "patient,start_date\n1,2019-01-01\n2,2020-01-01\n")
    with pytest.raises(RemissionError, match=r"l\.csv, rows 2, 3, column date: patients have no scan"):
        check_cohort([patients, write("l.csv", DATED_LESIONS)])


@pytest.mark.parametrize(("placed", "days"), [("first", [0, 60, 91]), ("middle", [0, 60, 105]), ("leave out", [0, 60])])
def test_partial_dates_are_placed_as_said(placed, days, write):
    responses = write("r.csv", "patient,date,response\n1,2020-01-01,NE\n1,2020-03-01,PR\n1,2020-04,PD\n")
    checked = check_cohort(responses, parse_mapping(f"partial_dates: {placed}", "m"))
    assert checked.outcomes.judged.visits["time_day"].tolist() == days
    assert "partial-dates" in {finding.rule for finding in checked.findings}


@pytest.mark.parametrize(("words", "field"), [(("PR", "SD"), "best_response"), (("1", "0"), "responder")])
def test_a_column_called_response_is_read_by_its_words(words, field, write):
    path = write("p.csv", f"patient,age,response\n1,50,{words[0]}\n2,60,{words[1]}\n")
    checked = check_cohort(path)
    assert set(checked.cohort.patients) == {"age", field}
    assert checked.outcomes.responder.tolist() == [1.0, 0.0]


def test_an_empty_mapping_file_is_not_called_a_study():
    with pytest.raises(StudyError, match=r"(?s)m\.yaml: the file is empty.*leave out --mapping"):
        parse_mapping("", "m.yaml")


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("encoding: rot13", "the encoding is not known"),
        ('date_format: "%Y %Y"', "the format writes no whole date"),
        ('date_format: "%m/%Y"', "the format writes no whole date"),
        (f"name: {'n' * 300}", "the text is too long"),
    ],
)
def test_a_mapping_file_that_cannot_be_meant_is_refused(said, what):
    with pytest.raises(StudyError, match=rf"m\.yaml:1: {what}"):
        parse_mapping(said, "m.yaml")


@pytest.mark.parametrize(
    ("arms", "what"), [(["a" * 300] * 2, "name of an arm is too long"), (range(1001), "too many arms")]
)
def test_arms_that_no_folder_can_hold_are_refused_before_anything_is_written(arms, what, write, tmp_path):
    rows = "".join(f"{k},{arm},5,1,2,1\n" for k, arm in enumerate(arms))
    with pytest.raises(RemissionError, match=rf"p\.csv, column arm: .*{what}"):
        import_files(write("p.csv", PATIENTS + rows), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_parquet_file_of_few_bytes_and_many_rows_is_refused_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("remission.cohort.files.MOST_CELLS", 1000)
    pq.write_table(pa.table({"patient": [1] * 2000}), tmp_path / "p.parquet")
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(RemissionError, match=r"p\.parquet: the file is too large\n.*2000 rows"):
        check_cohort(tmp_path / "p.parquet")


@pytest.mark.parametrize("column", [pa.array([b"5"]), pa.array([[5]]), pa.array([{"a": 5}])])
def test_columns_that_are_neither_text_nor_numbers_are_named(column, tmp_path):
    pq.write_table(pa.table({"patient": column, "best_response": ["PR"]}), tmp_path / "p.parquet")
    with pytest.raises(RemissionError, match=r"p\.parquet, column patient: a column holds neither text nor numbers"):
        check_cohort(tmp_path / "p.parquet")


def many_lesions(days):
    rows = [f"1,{day},a{k},20\n" for day, count in days for k in range(count)]
    return LESIONS + "".join(rows)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (many_lesions([(0, 200), (60, 200)]), r"p\.csv: a patient has too many lesions\n.*patient 1"),
        (many_lesions([(0, 2), (60, 300)]), r"p\.csv: a patient has too many lesions\n.*patient 1"),
        (LESIONS + "1,0,a,20\n1,1e15,a,10\n", r"p\.csv, row 3: a time is too long"),
    ],
)
def test_what_a_folder_cannot_hold_is_refused_before_it_is_cut(text, what, write, tmp_path):
    """A hundred and twenty-eighth lesion would have been numbered -128."""
    with pytest.raises(RemissionError, match=what):
        import_files(write("p.csv", text), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_as_many_lesions_as_a_folder_holds_keep_their_numbers(write, tmp_path):
    folder = import_files(write("p.csv", many_lesions([(0, 127), (60, 127)])), tmp_path / "run")
    assert sorted(set(folder.table("lesions")["lesion"].to_pylist())) == list(range(1, 128))
