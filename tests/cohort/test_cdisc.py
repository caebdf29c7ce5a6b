"""CDISC tables: public dummy tables against what they record, and the same tables as Parquet and XPT."""

import csv
import struct
from collections import defaultdict
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from remission.cohort import AuditError, check_cohort, day_of, import_files, parse_mapping
from remission.errors import RemissionError
from remission.show import report_html

ACCEPTED = "partial_dates: first\naccept: [pfs-longer-than-os, before-start, negative-time]\n"
DIFFERING = ("response-differs", "progression-from-baseline")
SDTM = ("tu_onco_recist.csv", "tr_onco_recist.csv", "rs_onco_recist.csv")


def rules(checked):
    return {finding.rule for finding in checked.findings}


def test_the_faults_of_the_dummy_tables_are_met(data):
    files = [data(name) for name in ("adsl.csv", "adtte_onco.csv", *SDTM)]
    with pytest.raises(AuditError) as error:
        check_cohort(files)
    text = str(error.value)
    assert "tr_onco_recist.csv, rows 58, 59, column TRDTC: dates lack a day" in text
    assert "adtte_onco.csv, row 20, column AVAL: PFS is longer than OS (1 row)" in text
    assert "adsl.csv, rows 99, 115, column LSTALVDT: last_seen_date lies before the first dose" in text


@pytest.mark.parametrize("reader", [None, "RADIOLOGIST 1", "RADIOLOGIST 2"])
def test_responses_follow_from_the_measurements(data, reader):
    said = "tables:\n" + "".join(f"  {name}: {{reader: {reader}}}\n" for name in SDTM) if reader else ""
    files = [data(name) for name in ("adsl.csv", *SDTM)]
    checked = check_cohort(files, parse_mapping(ACCEPTED + said, "m"))
    differing = [finding for finding in checked.findings if finding.rule in DIFFERING]
    # 4.95 mm after a complete response: PD by the rule, PR in the file (docs/response.md).
    assert sum(finding.count for finding in differing) == (1 if reader == "RADIOLOGIST 2" else 0)
    assert "duplicate-rows" in rules(checked)  # the file holds each tumour state twice
    assert ("several-readers" in rules(checked)) == (reader is None)
    visits = checked.outcomes.judged.visits
    assert len(set(visits["patient"].tolist())) == 8
    # Week 6 is dated within two weeks of week 3, and is a visit of its own.
    assert (visits["response"] != "").sum() == len(checked.cohort.responses) == 22


def test_subjects_who_were_not_treated_are_counted(data):
    checked = check_cohort(data("adsl.csv"), parse_mapping("accept: [before-start, negative-time]", "m"))
    assert len(checked.cohort) == 254
    assert [finding.count for finding in checked.findings if finding.rule == "rows-left-out"] == [52]
    assert int((checked.outcomes.os_event == 1).sum()) == 3


def test_adam_alone_gives_folder_and_report(data, tmp_path):
    files = [data(name) for name in ("adsl.csv", "adtte_onco.csv", "adrs_onco.csv", "adtr_onco.csv")]
    folder = import_files(files, tmp_path / "run", mapping=parse_mapping(ACCEPTED, "m"))
    summary = folder.summary()
    assert sum(arm["deaths"]["all"] for arm in summary["arms"].values()) == 3
    assert sum(arm["known"]["treatment"] for arm in summary["arms"].values()) > 200
    assert "targets-only" in {finding["rule"] for finding in summary["findings"]}
    page = report_html(folder)
    assert "Swimmer plot" in page
    assert "PFS is longer than OS" in page


def test_irecist_sequences_are_those_of_the_file(data):
    with pytest.raises(AuditError, match="rows 175, 341, 346, column RSDTC: time and date of a scan contradict"):
        check_cohort(data("rs_onco_irecist.csv"), parse_mapping(ACCEPTED, "m"))
    accepted = ACCEPTED.replace("accept: [", "accept: [time-against-date, ")
    checked = check_cohort(data("rs_onco_irecist.csv"), parse_mapping(accepted, "m"))
    visits = checked.outcomes.judged.visits
    found = defaultdict(list)
    for patient, word in zip(visits["patient"], visits["iresponse"], strict=True):
        found[str(checked.cohort.ids[patient])].append(str(word))
    recorded = defaultdict(dict)
    with data("rs_onco_irecist.csv").open() as file:
        for row in csv.DictReader(file):
            if row["RSTESTCD"] == "OVRLRESP":
                word = {"NON-iCR/NON-iUPD": "iNON", "NE": "iNE"}.get(row["RSSTRESC"], row["RSSTRESC"])
                recorded[row["USUBJID"]][row["RSDTC"]] = word
    expected = {who: [word for _, word in sorted(visits.items())] for who, visits in recorded.items()}
    assert len(expected) == 26
    assert dict(found) == expected
    place = {str(id_): place for place, id_ in enumerate(checked.cohort.ids)}
    ends = checked.outcomes
    # iUPD then iCPD is a progression, dated at the iUPD; iUPD then iCR is none.
    assert (ends.ipfs_event[place["01-702-1082"]], ends.ipfs_day[place["01-702-1082"]]) == (1.0, 41.0)
    assert ends.ipfs_event[place["01-701-1415"]] == 0.0


def test_measurements_without_tu_are_refused(data):
    with pytest.raises(RemissionError, match="TR comes without TU"):
        check_cohort(data("tr_onco_recist.csv"))


def test_a_folder_may_hold_other_tables(write, tmp_path):
    sdtm(write)
    write("ae.csv", "STUDYID,USUBJID,DOMAIN,AETERM,AGE,SEX,ARM\nX,S1,AE,RASH,60,M,A\nX,S1,AE,COLITIS,60,M,A\n")
    write("adlb.csv", "STUDYID,USUBJID,PARAMCD,AVALC,AGE,SEX,ARM\nX,S1,ALB,40,60,M,A\n")
    write("notes.txt", "What we did\nand when\n")
    checked = check_cohort(tmp_path)
    unread = [finding.file for finding in checked.findings if finding.rule == "table-not-read"]
    assert unread == ["adlb.csv", "ae.csv", "notes.txt"]
    assert len(checked.cohort) == 2
    # What is named must say what it is; nothing but other tables is no cohort.
    with pytest.raises(RemissionError, match="do not say what this table is"):
        check_cohort(tmp_path / "notes.txt")
    with pytest.raises(RemissionError, match="nothing to be read"):
        check_cohort(tmp_path / "ae.csv")


def test_a_reader_that_is_not_there_is_named(data):
    said = parse_mapping("tables: {'*': {reader: DR WHO}}", "m")
    with pytest.raises(RemissionError, match="no such reader"):
        check_cohort([data(name) for name in SDTM], said)


def csv_of(header, *rows):
    return "\n".join([header, *rows]) + "\n"


def sdtm(write):
    """Another study: names in small letters, subjects in DM, new lesions, states beside sizes, both criteria."""
    dm = csv_of("usubjid,domain,arm,age,sex,rfstdtc,dthdtc", "S1,DM,A,60,M,2020-01-10,", "S2,DM,B,61,F,2020-01-10,")
    tu = csv_of(
        "usubjid,tutestcd,tulnkid,tuloc,tustresc",
        *("S1,TUMIDENT,T01,LUNG,TARGET", "S1,TUMIDENT,T02,AXILLARY LYMPH NODE,TARGET"),
        *("S1,TUMIDENT,NT01,LIVER,NON-TARGET", "S1,TUMIDENT,NEW01,BRAIN,NEW TARGET"),
        "S2,TUMIDENT,T01,LIVER,TARGET",
    )
    tr = csv_of(
        "usubjid,trlnkid,trtestcd,trstresc,trstresn,trstresu,trstat,trdtc,visitnum",
        *("S1,T01,LDIAM,30,30,mm,,2020-01-02,1", "S1,T02,LDIAM,40,40,mm,,2020-01-02,1"),
        *("S1,T02,SAXIS,20,20,mm,,2020-01-02,1", "S1,NT01,TUMSTATE,PRESENT,,,,2020-01-02,1"),
        *("S1,T01,TUMSTATE,ABSENT,,,,2020-03-10,2", "S1,T02,SAXIS,8,8,mm,,2020-03-10,2"),
        *("S1,NT01,TUMSTATE,PRESENT,,,,2020-03-10,2", "S1,T01,TUMSTATE,ABSENT,,,,2020-05-10,3"),
        *("S1,T02,SAXIS,8,8,mm,,2020-05-10,3", "S1,NT01,TUMSTATE,UNCHANGED,,,,2020-05-10,3"),
        *("S1,NEW01,LDIAM,12,12,mm,,2020-05-10,3", "S1,NEW01,TUMSTATE,UNEQUIVOCAL,,,,2020-05-10,3"),
        *("S2,T01,LDIAM,50,50,mm,,2020-01-05,1", "S2,T01,LDIAM,TOO SMALL TO MEASURE,,,,2020-03-10,2"),
        "S2,T01,LDIAM,,,,NOT DONE,,3",
    )
    rs = csv_of(
        "usubjid,rstestcd,rscat,rsstresc,rsdtc",
        *("S1,OVRLRESP,RECIST 1.1,PR,2020-03-10", "S1,OVRLRESP,RECIST 1.1,PD,2020-05-10"),
        *("S1,OVRLRESP,iRECIST,iPR,2020-03-10", "S1,OVRLRESP,iRECIST,iUPD,2020-05-10"),
        *("S1,SYMPTDTR,SYMPTOMATIC DETERIORATION,Y,2020-05-11", "S2,OVRLRESP,RECIST 1.1,PR,2020-03-10"),
    )
    parts = {"dm": dm, "tu": tu, "tr": tr, "rs": rs}
    return {name: write(f"{name}.csv", text) for name, text in parts.items()}


def test_another_study_in_sdtm(write):
    files = sdtm(write)
    checked = check_cohort(list(files.values()))
    visits = checked.outcomes.judged.visits
    after = visits["time_day"] > 0
    assert visits["time_day"].tolist() == [-8.0, 60.0, 121.0, -5.0, 60.0]
    assert visits["sum_mm"].tolist() == [50.0, 8.0, 8.0, 50.0, 5.0]
    assert visits["response"][after].tolist() == ["PR", "PD", "PR"]
    assert visits["iresponse"][after].tolist() == ["iPR", "iUPD", "iPR"]
    assert checked.cohort.arms.tolist() == ["A", "B"]
    assert rules(checked) == {"text-in-numbers"}


def test_a_node_without_a_short_axis_is_told(write):
    files = sdtm(write)
    text = files["tr"].read_text()
    tr = write("tr2.csv", text.replace("S1,T02,SAXIS,8,8,mm,,2020-05-10,3", "S1,T02,LDIAM,21,21,mm,,2020-05-10,3"))
    with pytest.raises(AuditError, match="row 10: a node has a longest diameter and no short axis"):
        check_cohort([files["dm"], files["tu"], tr])
    # Of a non-target less is lost.
    tu = write("tu2.csv", files["tu"].read_text().replace("S1,TUMIDENT,NT01,LIVER", "S1,TUMIDENT,NT01,LYMPH NODE"))
    tr = write("tr3.csv", text + "S1,NT01,LDIAM,13,13,mm,,2020-03-10,2\n")
    checked = check_cohort([files["dm"], tu, tr])
    assert [finding.rule for finding in checked.findings if finding.rows == (17,)] == ["node-without-short-axis"]


def test_the_diameter_that_counts_is_read_where_a_table_says_which(write):
    files = sdtm(write)
    counted = "S1,T02,DIAMETER,20,20,mm,,2020-01-02,1\nS1,T01,DIAMETER,31,31,mm,,2020-01-02,1\n"
    tr = write("tr2.csv", files["tr"].read_text() + counted)
    checked = check_cohort([files["dm"], files["tu"], tr], parse_mapping("accept: [unmeasured-target]", "m"))
    assert checked.outcomes.judged.visits["sum_mm"][0] == 51.0


def test_recorded_irecist_is_held_against_the_measurements(write):
    files = sdtm(write)
    rs = write("rs2.csv", files["rs"].read_text().replace("iUPD", "iSD"))
    checked = check_cohort([files["dm"], files["tu"], files["tr"], rs])
    assert [(f.rule, f.rows, f.column) for f in checked.findings if f.file == "rs2.csv"] == [
        ("response-differs", (5,), "RSSTRESC")
    ]


def test_responses_by_both_criteria_are_one_visit(write):
    files = sdtm(write)
    judged = check_cohort([files["dm"], files["rs"]]).outcomes.judged
    assert judged.visits["response"].tolist() == ["PR", "PD", "PR"]
    assert judged.visits["iresponse"].tolist() == ["iPR", "iUPD", ""]


def test_identified_without_measurements_is_refused(write):
    with pytest.raises(RemissionError, match="TU comes without TR"):
        check_cohort(sdtm(write)["tu"])


ADTTE = "USUBJID,TRT01A,TRTSDT,PARAMCD,PARAM,AVAL,CNSR\n"


def test_another_study_in_adam(write):
    rows = "".join(
        f"S{i},{'AB'[i % 2]},2020-01-01,OS,Overall Survival (Months),{10 + i},{i % 3}\n"
        f"S{i},{'AB'[i % 2]},2020-01-01,PFSINV,PFS by Investigator (Months),{5 + i},0\n"
        for i in range(6)
    )
    checked = check_cohort(write("adtte.csv", ADTTE + rows))
    assert rules(checked) == {"parameter-by-prefix", "none-censored"}
    assert checked.cohort.number("os")[0] == pytest.approx(10 * 365.25 / 12)
    # Censoring has more numbers than one.
    assert checked.cohort.number("os_event").tolist() == [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    assert set(checked.cohort.arms.tolist()) == {"A", "B"}


def test_who_is_still_treated_has_no_end_of_treatment(write):
    header = "STUDYID,USUBJID,TRT01P,TRTSDT,TRTEDT,DTHDT,LSTALVDT,EOTSTT\n"
    rows = "".join(
        f"X,S{i},A,2020-01-01,2020-06-01,{death},{seen},{status}\n"
        for i, (death, seen, status) in enumerate(
            [("", "2020-09-01", "ONGOING"), ("", "2020-09-01", "DISCONTINUED"), ("2020-08-01", "", "")]
        )
    )
    checked = check_cohort(write("adsl.csv", header + rows))
    stop, going = checked.cohort.number("drug_stop"), checked.cohort.number("on_treatment")
    assert np.isfinite(stop).tolist() == [False, True, True]
    assert going[:2].tolist() == [1.0, 0.0]
    assert "end-of-treatment-assumed" not in rules(checked)
    # Without EOTSTT, who is alive may still be treated: the last dose is taken, and told.
    unsaid = header.replace("EOTSTT", "EOSSTT") + rows
    found = check_cohort(write("adsl2.csv", unsaid)).findings
    assert [finding.rows for finding in found if finding.rule == "end-of-treatment-assumed"] == [(2,)]


def test_who_was_never_treated_stays_in_the_arm_of_the_trial(write):
    adsl = "STUDYID,USUBJID,TRT01P,TRT01A,TRTSDT\nX,S0,A,A,2020-01-01\nX,S1,B,,\nX,S2,B,B,2020-01-01\nX,S3,B,,\n"
    rows = "".join(f"S{i},,,OS,OS (days),{100 + i},{i % 2}\n" for i in range(3))
    checked = check_cohort([write("adsl.csv", adsl), write("adtte.csv", ADTTE + rows)])
    assert dict(zip(checked.cohort.ids.tolist(), checked.cohort.arms.tolist(), strict=True)) == {
        "S0": "A",
        "S1": "B",
        "S2": "B",
    }
    assert [finding.count for finding in checked.findings if finding.rule == "rows-left-out"] == [1]


def test_a_time_without_its_censoring_is_refused(write):
    rows = "".join(f"S{i},A,,OS,OS (days),100,{'0' * i}\n" for i in (0, 1))
    with pytest.raises(RemissionError, match="row 2, column AVAL: OS has a time but no flag"):
        check_cohort(write("adtte.csv", ADTTE + rows))


def test_several_parameters_are_asked_for(write):
    rows = "".join(f"S1,A,2020-01-01,{code},PFS (days),100,0\n" for code in ("PFSINV", "PFSIRC"))
    with pytest.raises(RemissionError, match="several parameters could be PFS"):
        check_cohort(write("adtte.csv", ADTTE + rows))


def test_adrs_alone_counts_from_the_start_of_treatment_that_it_carries(data):
    checked = check_cohort(data("adrs_onco.csv"), parse_mapping("accept: [before-start, negative-time]", "m"))
    assert "start-not-stated" not in rules(checked)
    visits = checked.outcomes.judged.visits
    assert visits["time_day"].min() >= 20  # the first scan is three weeks after the first dose


def test_other_forms_of_file_give_the_same_cohort(data, tmp_path):
    """CSV, Parquet with numbers as numbers, XPT."""
    with data("adtte_onco.csv").open() as file:
        rows = list(csv.DictReader(file))
    kept = ("USUBJID", "ACTARM", "PARAMCD", "AVAL", "CNSR", "ADT", "STARTDT")
    columns = {name: [row[name] for row in rows] for name in kept}
    numbers = {name: [float(word) for word in columns[name]] for name in ("AVAL", "CNSR")}
    pq.write_table(pa.table({**columns, **numbers}), tmp_path / "adtte.parquet")
    # SAS stores dates as days since 1960.
    dates = {
        name: [float((day_of(word) - date(1960, 1, 1)).days) for word in columns[name]] for name in ("ADT", "STARTDT")
    }
    (tmp_path / "adtte.xpt").write_bytes(xport({**columns, **numbers, **dates}))
    said = parse_mapping(ACCEPTED, "m")
    pytest.importorskip("pandas")
    places = (data("adtte_onco.csv"), tmp_path / "adtte.parquet", tmp_path / "adtte.xpt")
    from_csv, *others = (check_cohort(place, said).cohort for place in places)
    for other in others:
        assert other.ids.tolist() == from_csv.ids.tolist()
        assert other.arms.tolist() == from_csv.arms.tolist()
        for field in ("os", "os_event", "pfs", "pfs_event"):
            np.testing.assert_array_equal(other.number(field), from_csv.number(field))


def test_dates_that_sas_stores_as_numbers_are_told(tmp_path):
    pytest.importorskip("pandas")
    start = float((date(2020, 1, 1) - date(1960, 1, 1)).days)
    columns = {"patient": ["A", "B"], "start_date": [start, start], "last_seen_date": [start + 100, start + 200]}
    # Names of eight letters at most: the rest is for the mapping file.
    (tmp_path / "p.xpt").write_bytes(xport(dict(zip(("PT", "START", "SEEN"), columns.values(), strict=True))))
    said = "tables: {p.xpt: {kind: patients, columns: {patient: PT, start_date: START, last_seen_date: SEEN}}}"
    checked = check_cohort(tmp_path / "p.xpt", parse_mapping(said, "m"))
    assert checked.cohort.number("os").tolist() == [100.0, 200.0]
    assert [finding.column for finding in checked.findings if finding.rule == "dates-as-numbers"] == ["START", "SEEN"]


def xport(columns):
    """SAS transport file, version 5 (TS-140), of text and numbers."""
    numeric = {name: not isinstance(values[0], str) for name, values in columns.items()}
    widths = {name: 8 if numeric[name] else max(map(len, values)) for name, values in columns.items()}
    fields, place = b"", 0
    for number, name in enumerate(columns, start=1):
        fields += struct.pack(
            ">hhhh8s40s8shhh2s8shhl52s",
            *(1 if numeric[name] else 2, 0, widths[name], number, name.ljust(8).encode(), b" " * 40, b" " * 8),
            *(0, 0, 0, b"  ", b" " * 8, 0, 0, place, b"\0" * 52),
        )
        place += widths[name]
    rows = zip(*columns.values(), strict=True)
    cells = b"".join(
        ibm(value) if numeric[name] else value.ljust(widths[name]).encode()
        for row in rows
        for name, value in zip(columns, row, strict=True)
    )
    when = b"01JAN20:00:00:00"
    sas = b"SAS     SAS     SASLIB  9.4     LINUX   " + b" " * 24 + when
    member = b"SAS     ADTTE   SASDATA 9.4     LINUX   " + b" " * 24 + when

    def header(kind, tail="0" * 30):
        return f"HEADER RECORD*******{kind.ljust(8)}HEADER RECORD!!!!!!!{tail}  ".encode()

    second = when.ljust(80)
    parts = [
        header("LIBRARY"),
        sas,
        second,
        header("MEMBER", "000000000000000001600000000140"),
        header("DSCRPTR"),
        member,
        second,
        header("NAMESTR", f"000000{len(columns):04d}00000000000000000000"),
        padded(fields),
        header("OBS"),
        padded(cells, b" "),
    ]
    return b"".join(parts)


def padded(data, filler=b"\0"):
    return data + filler * (-len(data) % 80)


def ibm(value):
    """IBM floating point of a number of zero or more."""
    if value == 0:
        return b"\0" * 8
    exponent = 0
    while value >= 1:
        value, exponent = value / 16, exponent + 1
    while value < 1 / 16:
        value, exponent = value * 16, exponent - 1
    return bytes([64 + exponent]) + int(value * 16**14).to_bytes(7, "big")
