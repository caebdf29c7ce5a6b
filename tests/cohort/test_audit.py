"""Each rule of the audit on a small cohort that breaks it, and on one that does not."""

import re
from pathlib import Path

import pytest

from remission.cohort import AuditError, check_cohort, import_files, parse_mapping
from remission.cohort.audit import RULES, audit
from remission.cohort.read import read_cohort
from remission.errors import DataError

PATIENTS = "patient,arm,os_months,os_event,pfs_months,pfs_event,best_response\n"
SOUND = PATIENTS + "".join(
    f"{i},{'AB'[i % 2]},{4.5 + i},{int(i < 9)},{2.5 + i},{int(i < 11)},{'PR' if i % 3 else 'SD'}\n" for i in range(14)
)
LESIONS = "patient,day,lesion,organ,diameter_mm\n1,-7,a,lung,40\n1,84,a,lung,20\n1,168,a,lung,30\n"
DATED = "patient,birth_date,start_date,progression_date,death_date,last_seen_date\n"
FLAGGED = "patient,start_date,death_date,last_seen_date,dead\n"

# file name -> content, then the rules met.
CASES = {
    "nothing": ({"p.csv": SOUND}, set()),
    "PFS censored at death": (
        {"p.csv": SOUND.replace("0,A,4.5,1,2.5,1", "0,A,4.5,1,4.5,0")},
        {"death-censored-in-pfs"},
    ),
    "best response PD without an event": (
        {"p.csv": SOUND.replace("12,A,16.5,0,14.5,0,SD", "12,A,16.5,0,14.5,0,PD")},
        {"progression-without-event"},
    ),
    "flags contradict each other": (
        {"p.csv": "patient,os_months,os_event,os_censored\n1,5,1,1\n2,6,0,1\n"},
        {"contradicting-flags"},
    ),
    "a flag without a time": ({"p.csv": SOUND.replace("0,A,4.5,1,", "0,A,,1,")}, {"no-time"}),
    "nobody censored": (
        {"p.csv": "patient,os_months,os_event\n" + "".join(f"{i},{i + 1},1\n" for i in range(9))},
        {"none-censored"},
    ),
    "a row twice": ({"p.csv": SOUND + SOUND.splitlines()[-1] + "\n"}, {"duplicate-rows"}),
    "progression after death by date": (
        {"p.csv": DATED + "1,1950-01-01,2020-01-01,2020-06-01,2020-05-01,\n2,1950-01-01,2020-01-01,,,2021-01-01\n"},
        {"progression-after-death"},
    ),
    "progression after the last contact by date": (
        {"p.csv": DATED + "1,1950-01-01,2020-01-01,2020-06-01,,2020-05-01\n2,1950-01-01,2020-01-01,,,2021-01-01\n"},
        {"pfs-longer-than-os", "all-censored"},
    ),
    "dead without a date of death": (
        {"p.csv": FLAGGED + "1,2020-01-01,,2020-05-01,yes\n2,2020-01-01,,2021-01-01,no\n"},
        {"death-without-date"},
    ),
    "alive with a date of death": (
        {"p.csv": FLAGGED + "1,2020-01-01,2020-05-01,,no\n2,2020-01-01,2020-06-01,,yes\n"},
        {"dead-and-alive"},
    ),
    "dead and on treatment": (
        {"p.csv": "patient,os_days,os_event,on_treatment\n1,100,1,1\n2,200,0,1\n3,300,1,0\n"},
        {"on-treatment-at-death"},
    ),
    "a progression without survival": (
        {"p.csv": "patient,start_date,progression_date,best_response\n1,2020-01-01,2020-05-01,PR\n2,2020-01-01,,SD\n"},
        {"date-not-used"},
    ),
    "an end of treatment without a start": (
        {"p.csv": "patient,drug_stop_date,best_response\n1,2020-05-01,PR\n2,2020-06-01,SD\n"},
        {"date-not-used"},
    ),
    "half a grade": ({"p.csv": "patient,worst_grade,best_response\n1,1.5,PR\n2,3,SD\n"}, {"impossible-grade"}),
    "a scan of another year": (
        {
            "p.csv": "patient,start_date\n1,2020-01-01\n2,2020-01-01\n",
            "l.csv": "patient,day,date,diameter_mm\n1,0,2020-01-01,40\n1,84,2021-03-25,20\n2,0,2020-01-09,30\n",
        },
        {"time-against-date"},
    ),
    "an age of 200": ({"p.csv": "patient,age,best_response\n1,200,PR\n2,50,SD\n"}, {"implausible-age"}),
    "a scan after death": (
        {"p.csv": "patient,os_days,os_event\n1,100,1\n2,200,0\n", "l.csv": LESIONS},
        {"scan-after-death", "no-scans"},
    ),
    "treatment after death": (
        {"p.csv": "patient,os_days,os_event,drug_stop_days\n1,100,1,160\n2,200,0,30\n"},
        {"treatment-after-end"},
    ),
    "a scan of a stranger": (
        {"p.csv": "patient,best_response\n7,PR\n8,PR\n", "l.csv": LESIONS},
        {"unknown-patient"},
    ),
    **{
        f"{status}, and {size} mm": (
            {"l.csv": f"patient,day,lesion,diameter_mm,status\n1,0,a,40,present\n1,84,a,{size},{status}\n2,0,a,30,\n"},
            {"diameter-against-status"} if told else set(),
        )
        for status, size, told in (
            ("absent", 12, True),
            ("present", 0, True),
            ("too small", 0, True),
            ("absent", 0, False),
            ("too small", 3, False),
        )
    },
    "scans in two arms": (
        {"l.csv": "patient,arm,day,diameter_mm\n1,A,0,40\n1,B,84,20\n2,A,0,30\n"},
        {"two-arms"},
    ),
    "centimetres": (
        {"l.csv": "patient,day,lesion,diameter_mm\n" + "".join(f"{i},0,a,{2 + i / 10}\n" for i in range(12))},
        {"other-unit"},
    ),
    "shares instead of percent": (
        {"c.csv": "patient,day,change_pct\n" + "".join(f"{i},60,{-0.5 + i / 10}\n" for i in range(12))},
        {"other-unit"},
    ),
    "shrunk by more than all": ({"c.csv": "patient,day,change_pct\n1,60,-120\n2,60,-20\n"}, {"impossible-change"}),
    "iCPD out of nothing": (
        {"r.csv": "patient,day,iresponse\n1,60,iSD\n1,120,iCPD\n2,60,iUPD\n2,120,iNE\n2,180,iCPD\n"},
        {"icpd-without-iupd"},
    ),
    "two files that contradict each other": (
        {"p.csv": "patient,best_response\n1,PR\n2,SD\n", "q.csv": "patient,best_response\n1,SD\n2,SD\n"},
        {"contradiction"},
    ),
    "two responses of one day": (
        {"r.csv": "patient,day,response\n1,60,SD\n1,60,PD\n2,60,SD\n"},
        {"duplicate-scan"},
    ),
    "scans in another unit than survival": (
        {
            "p.csv": "patient,os_days,os_event\n" + "".join(f"{i},{20 + i},{i % 2}\n" for i in range(10)),
            "c.csv": "patient,day,change_pct\n" + "".join(f"{i},300,-20\n" for i in range(10)),
        },
        {"other-unit", "scan-after-death"},
    ),
    "days called months": (
        {"p.csv": "patient,os_months,os_event\n" + "".join(f"{i},{100 + i * 20},{i % 2}\n" for i in range(10))},
        {"other-unit"},
    ),
    "months called days": (
        {"p.csv": "patient,os_days,os_event\n" + "".join(f"{i},{2 + i * 4},{int(i < 6)}\n" for i in range(10))},
        {"other-unit"},
    ),
    "no end point": ({"p.csv": "patient,age,on_treatment,week_of_scan\n1,50,1,6\n2,60,0,6\n"}, {"nothing-known"}),
    "dates without a start": (
        {"l.csv": "patient,date,diameter_mm\n1,2020-01-01,40\n1,2020-03-01,20\n2,2020-01-01,30\n"},
        {"start-not-stated"},
    ),
    "a unit that is not needed": ({"p.csv": "patient,albumin,best_response\n1,4,PR\n2,3.5,SD\n"}, {"unit-not-stated"}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_and_what_breaks_it(name, write):
    files, expected = CASES[name]
    cohort, _ = read_cohort([write(file, text) for file, text in files.items()])
    assert {finding.rule for finding in audit(cohort)} == expected


def test_a_death_is_the_end_of_treatment(write, tmp_path):
    path = write("p.csv", "patient,os_days,os_event,on_treatment\n1,100,1,1\n2,200,1,1\n3,300,0,1\n")
    folder = import_files([path], tmp_path / "run")
    median = folder.summary()["arms"]["all"]["median_time_on_treatment"]
    assert median == pytest.approx(200 / (365.25 / 12), abs=0.05)


def test_a_cohort_without_baseline_says_what_to_do(write):
    with pytest.raises(AuditError, match="give the scan before treatment"):
        check_cohort(write("l.csv", "patient,day,diameter_mm\n1,84,20\n2,0,30\n2,84,30\n"))


def test_dates_in_the_future(write):
    path = write("p.csv", DATED + "1,1950-01-01,2020-01-01,,,2026-01-01\n2,1950-01-01,2020-01-01,,2020-02-01,\n")
    cohort, _ = read_cohort(path)
    from datetime import date

    assert {finding.rule for finding in audit(cohort, today=float(date(2025, 1, 1).toordinal()))} == {"in-the-future"}
    assert audit(cohort, today=float(date(2027, 1, 1).toordinal())) == ()


RECORDED = {
    "agrees": ("1,84,PR\n1,168,PD\n", set()),
    "from the baseline": ("1,84,PR\n1,168,PR\n", {"progression-from-baseline"}),
    "wrong": ("1,84,SD\n1,168,PD\n", {"response-differs"}),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_responses_are_held_against_the_measurements(name, write):
    rows, expected = RECORDED[name]
    lesions, responses = write("l.csv", LESIONS), write("r.csv", "patient,day,response\n" + rows)
    assert {finding.rule for finding in check_cohort([lesions, responses]).findings} - {"one-patient"} == expected


def test_stated_end_points_are_held_against_the_scans(write):
    lesions = write("l.csv", LESIONS)
    patients = write("p.csv", "patient,pfs_days,pfs_event,os_days,os_event,best_response\n1,84,1,400,0,SD\n")
    found = {finding.rule for finding in check_cohort([lesions, patients]).findings}
    assert {"best-response-differs", "pfs-differs"} <= found


def test_the_page_names_every_rule():
    root = Path(__file__).parents[2]
    page = (root / "docs" / "cohort.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (root / "src/remission/cohort").rglob("*.py"))
    rules = set(re.findall(r'(?:finding\(\s*|Finding\(\s*|scan_finding\(\s*|note\(\s*)"([a-z-]+)"', sources))
    assert len(RULES) >= 20
    assert len(rules) >= 35
    assert {rule for rule in rules if f"`{rule}`" not in page} == set()


def test_errors_stop_and_are_told_together(write):
    text = PATIENTS + "1,A,5,0,9,0,PR\n2,A,-5,1,2,1,PR\n3,A,5,1,2,1,PR\n"
    with pytest.raises(AuditError) as error:
        check_cohort(write("p.csv", text))
    assert len(error.value.problems) == 3  # PFS longer than OS in rows 2 and 3, OS negative


def test_the_mapping_file_names_its_faults():
    columns = "    columns: {patient: id, os: t}\n"
    text = "units: {time: moons}\ntables:\n  p.csv:\n    kind: lesions\n" + columns + "  q.csv: {rows: 3}\n"
    with pytest.raises(Exception, match="moons") as error:
        parse_mapping(text, "map.yaml")
    message = str(error.value)
    assert "map.yaml:1: the word is not known" in message
    assert "map.yaml:5: no such field" in message
    assert "map.yaml:6" in message


def test_a_mapping_of_no_file_is_refused(write):
    path = write("p.csv", SOUND)
    with pytest.raises(DataError, match="no file has this name") as error:
        check_cohort(path, parse_mapping("tables:\n  q.csv: {rows: {arm: A}}\n", "map.yaml"))
    problem = error.value.problems[0]
    assert (problem.where, problem.found, problem.allowed) == ("map.yaml:2", "q.csv", "p.csv")
