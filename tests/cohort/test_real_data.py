"""Public cohorts: published numbers come out, and every trap that they hold is met."""

import csv
from collections import Counter, defaultdict

import numpy as np
import pytest

from remission.cohort import AuditError, check_cohort, import_files, parse_mapping
from remission.cohort.audit.survival import later_events
from remission.run import RunFolder
from remission.show import report_html
from remission.statistics import kaplan_meier

POPLAR = """
title: POPLAR
units: {time: months, length: mm}
tables:
  POPLAR_clinical.csv:
    columns:
      {patient: PtID, arm: TRT01P, age: BAGE, sex: SEX, ecog: ECOGGR, baseline_sum: blSLD, best_response: BCOR,
       os: OS, os_censored: OS.CNSR, pfs: PFS, pfs_censored: PFS.CNSR}
"""
INSPIRE = """
tables:
  inspire_pembrolizumab_patients.csv:
    columns:
      patient: id
      arm: {constant: pembrolizumab}
      responder: {column: orr, values: {CR/PR: yes, SD/PD: no}}
      os: {column: os_time, unit: months}
      os_event: os_status
      pfs: {column: pfs_time, unit: months}
      pfs_event: pfs_status
  inspire_tumour_size_change.csv:
    columns: {patient: id, time: {column: time, unit: weeks}, change: size_change}
"""
LUNG = """
accept: [%s]
tables:
  laleh_studies123_lesions.csv:
    kind: lesions
    columns: {patient: %s, arm: arm, time: day, diameter: {column: diam, unit: mm}}
"""
MELANOMA = """
tables:
  bms038_clinical_data.csv:
    columns:
      patient: PatientID
      best_response: BOR
      os: {column: OS, unit: %s}
      os_%s: OS_SOR
      pfs: {column: PFS, unit: %s}
      pfs_%s: PFS_SOR
"""
CHOWELL = """
tables:
  loris_Chowell_train.csv:
    columns:
      {patient: SAMPLE_ID, age: Age, responder: Response, os: OS_Months, os_event: OS_Event, pfs: PFS_Months,
       pfs_event: PFS_Event, sex: {column: Sex, values: {"1": male, "0": female}},
       albumin: {column: Albumin, unit: g/dL}}
"""


def summary_of(path, mapping, out):
    folder = import_files([path] if not isinstance(path, list) else path, out, mapping=parse_mapping(mapping, "m"))
    return RunFolder.open(out), folder.summary()


def test_poplar_has_its_published_numbers(data, tmp_path):
    folder, summary = summary_of(data("POPLAR_clinical.csv"), POPLAR, tmp_path / "run")
    # Fehrenbacher, Lancet 2016, as its individual data give them.
    expected = {"MPDL3280A": (144, 15.3, 2.7, 12.6), "Docetaxel": (143, 14.7, 3.4, 9.7)}
    found = {
        arm: (v["n"], round(v["ORR"], 1), round(v["median_PFS"], 1), round(v["median_OS"], 1))
        for arm, v in summary["arms"].items()
    }
    assert found == expected
    assert not summary["arms"]["MPDL3280A"]["cure"]["enough"]
    assert folder.verify() == ()
    page = report_html(folder)
    assert "real patients" in page
    assert "virtual" not in page


def test_inspire_has_its_published_response_rate(data, tmp_path):
    files = [data("inspire_pembrolizumab_patients.csv"), data("inspire_tumour_size_change.csv")]
    folder, summary = summary_of(files, INSPIRE, tmp_path / "run")
    arm = summary["arms"]["pembrolizumab"]
    assert (arm["n"], round(arm["ORR"], 1)) == (94, 17.0)
    assert len(set(folder.table("visits")["patient"].to_pylist())) == 74
    assert "Waterfall plot" in report_html(folder)


def test_survival_columns_without_a_unit_are_asked_for(data):
    with pytest.raises(Exception, match="the unit of os is not stated"):
        check_cohort(data("POPLAR_clinical.csv"))


def test_lung_lesions_text_duplicates_and_missing_baselines(data):
    path, key = data("laleh_studies123_lesions.csv"), "[study, arm, id]"
    with pytest.raises(AuditError, match="no scan up to the first dose"):
        check_cohort(path, parse_mapping(LUNG % ("", key), "m"))
    checked = check_cohort(path, parse_mapping(LUNG % ("no-baseline-scan", key), "m"))
    counts = {finding.rule: finding.count for finding in checked.findings}
    assert counts == {"text-in-numbers": 53, "duplicate-rows": 4, "no-baseline-scan": 31}
    # Identifiers of 18 digits stay whole.
    assert any(id_.endswith("3657015667902160896") for id_ in checked.cohort.ids)
    assert len(checked.cohort) == 628
    assert Counter(checked.outcomes.best_response.tolist())["PR"] > 100


def test_melanoma_flags_that_mean_censored_are_noticed(data):
    path = data("bms038_clinical_data.csv")
    with pytest.raises(AuditError, match="the flag of OS looks inverted"):
        check_cohort(path, parse_mapping(MELANOMA % ("days", "event", "days", "event"), "m"))
    checked = check_cohort(path, parse_mapping(MELANOMA % ("days", "censored", "days", "censored"), "m"))
    assert not any(finding.rule == "inverted-flag" for finding in checked.findings)
    assert int((checked.outcomes.os_event == 1).sum()) == 42


def test_melanoma_days_called_months_are_noticed(data):
    with pytest.raises(AuditError, match="more than 30 years"):
        check_cohort(
            data("bms038_clinical_data.csv"),
            parse_mapping(MELANOMA % ("months", "censored", "months", "censored"), "m"),
        )


def test_poplar_months_called_days_are_noticed(data):
    wrong = POPLAR.replace("time: months", "time: days")
    with pytest.raises(AuditError, match="stated in days and has fractions of a day"):
        check_cohort(data("POPLAR_clinical.csv"), parse_mapping(wrong, "m"))


def test_poplar_flags_taken_the_other_way_round_are_noticed(data):
    wrong = POPLAR.replace("os_censored", "os_event").replace("pfs_censored", "pfs_event")
    with pytest.raises(AuditError, match="the flag of OS looks inverted"):
        check_cohort(data("POPLAR_clinical.csv"), parse_mapping(wrong, "m"))


def test_chowell_is_read(data, tmp_path):
    _, summary = summary_of(data("loris_Chowell_train.csv"), CHOWELL, tmp_path / "run")
    arm = summary["arms"]["all"]
    assert (arm["n"], round(arm["ORR"], 2)) == (964, 29.25)


def km_arms(data):
    with data("ici_km_ipd_dev.csv").open() as file:
        arms = defaultdict(list)
        for row in csv.DictReader(file):
            key = (row["source"], row["study"], row["endpoint"], row["population"], row["arm"])
            arms[key].append((float(row["time_months"]), row["event"] == "1"))
    return {key: tuple(map(np.array, zip(*rows, strict=True))) for key, rows in arms.items()}


def nearest_median(curve, target):
    """Our median; where a curve lies at exactly one half, any convention's: our middle, or either end."""
    if not np.isfinite(target):
        return curve.median.value
    first = np.flatnonzero(curve.survival <= 0.5 + 1e-9)[0]
    beyond = np.flatnonzero(curve.survival < 0.5 - 1e-9)
    ends = [curve.median.value, curve.time[first], *(curve.time[beyond[:1]] if beyond[0] > first else [])]
    return min(ends if curve.survival[first] > 0.5 - 1e-9 else ends[:1], key=lambda value: abs(value - target))


def test_curves_read_off_print_have_the_values_of_the_targets(data):
    """Each arm's median, and survival at 6 to 84 months, to three decimals (medians: three digits)."""
    mapping = """
units: {time: months}
tables:
  ici_km_ipd_dev.csv:
    kind: patients
    columns:
      patient: {each: row}
      arm: [source, study, endpoint, population, arm]
      os: time_months
      os_event: event
"""
    cohort = check_cohort(data("ici_km_ipd_dev.csv"), parse_mapping(mapping, "m")).cohort
    time, event = cohort.number("os") / (365.25 / 12), cohort.number("os_event") == 1
    compared = 0
    with data("arm_targets_dev.csv").open() as file:
        for row in csv.DictReader(file):
            name = " / ".join(row[key] for key in ("source", "study", "endpoint", "population", "arm"))
            of = cohort.arms == name
            curve = kaplan_meier(time[of], event[of])
            assert of.sum() == int(row["n"])
            assert event[of].sum() == int(row["events"])
            assert float(row["median"]) == pytest.approx(nearest_median(curve, float(row["median"])), rel=0.0051)
            for month in (6, 12, 18, 24, 36, 48, 60, 84):
                if row[f"S{month}"]:
                    survival = curve.at([float(month)]).survival[0]
                    assert survival == pytest.approx(float(row[f"S{month}"]), abs=0.00050001)
                    compared += 1
    assert compared > 300


def test_events_come_before_censorings_in_published_trials(data):
    """What the rule on inverted flags rests on."""
    shares = [later_events(time, event.astype(float)) for time, event in km_arms(data).values()]
    shares = np.array([share for share in shares if share is not None])
    assert len(shares) > 90
    assert shares.max() < 0.75
    assert np.mean(1 - shares > 0.75) > 0.7


def test_visits_that_are_recorded_twice_are_noticed(data):
    mapping = """
accept: [%s]
tables:
  inspire_interval_recist.csv:
    kind: responses
    columns: {patient: ID, time: {column: interval_end_week, unit: weeks}, response: interval_recist}
"""
    path = data("inspire_interval_recist.csv")
    with pytest.raises(AuditError, match="two readings of one scan that differ \\(16 rows\\)"):
        check_cohort(path, parse_mapping(mapping % "", "m"))
    checked = check_cohort(path, parse_mapping(mapping % "duplicate-scan", "m"))
    assert len(checked.cohort) == 73
    assert "PR" in checked.outcomes.best_response.tolist()


def test_identifiers_that_studies_share_are_noticed(data):
    with pytest.raises(AuditError, match="a patient has scans in two arms"):
        check_cohort(data("laleh_studies123_lesions.csv"), parse_mapping(LUNG % ("no-baseline-scan", "id"), "m"))
