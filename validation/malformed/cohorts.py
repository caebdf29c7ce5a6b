"""Cohorts of real patients: plain tables, CDISC tables, Parquet, mapping files, changed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from malformed.case import Case, Kind
from malformed.mutate_table import csv_bytes, mutated_csv, mutated_parquet, rows_of, same_csv
from malformed.studies import changed_yaml

_N = 14
_RESPONSES = ("CR", "PR", "SD", "PD", "NE")


def _csv(header: str, rows: list[tuple[Any, ...]]) -> str:
    return csv_bytes([header.split(","), *([str(cell) for cell in row] for row in rows)]).decode()


@cache
def tables() -> dict[str, dict[str, str]]:
    """Sound cohorts by name, each a few files."""
    people = range(_N)
    day = [(0, 40), (60, 22), (120, 18)]
    plain = {
        "patients.csv": _csv(
            "patient,arm,age,sex,os_months,os_event,pfs_months,pfs_event,best_response",
            [
                (f"P{k}", "AB"[k % 2], 50 + k, "MF"[k % 2], 10 + k, k % 2, 4 + k / 2, 1, _RESPONSES[k % 5])
                for k in people
            ],
        ),
    }
    measured = {
        "lesions.csv": _csv(
            "patient,day,lesion,diameter_mm,role,organ",
            [(f"P{k}", d, s, mm + k, "target", s) for k in people for d, mm in day for s in ("lung", "liver")],
        ),
        "responses.csv": _csv("patient,day,response", [(f"P{k}", d, "SD") for k in people for d, _ in day[1:]]),
    }
    dated = {
        "patients.csv": _csv(
            "patient,arm,start_date,last_seen_date,death_date,drug_stop_date",
            [
                (f"P{k}", "AB"[k % 2], f"2020-01-{k + 1:02d}", "2021-03-01", "2021-02-01"[: 10 * (k % 2)] and "", "")
                for k in people
            ],
        ),
        "lesions.csv": _csv(
            "patient,date,lesion,diameter_mm",
            [(f"P{k}", f"2020-0{m}-{k + 1:02d}", "a", 40 - 5 * m) for k in people for m in (1, 3, 5)],
        ),
    }
    return {"plain": plain, "measured": {**plain, **measured}, "lesions": measured, "dated": dated, **_cdisc()}


def _cdisc() -> dict[str, dict[str, str]]:
    people = range(_N)
    dm = [(f"S{k}", "DM", "AB"[k % 2], 60 + k, "MF"[k % 2], "2020-01-10", "") for k in people]
    tu = [(f"S{k}", "TUMIDENT", lesion, organ, kind) for k in people
          for lesion, organ, kind in (("T01", "LUNG", "TARGET"), ("NT01", "LIVER", "NON-TARGET"))]  # fmt: skip
    tr = [(f"S{k}", "T01", "LDIAM", mm + k, mm + k, "mm", "", date, visit) for k in people
          for mm, date, visit in ((30, "2020-01-02", 1), (20, "2020-03-10", 2), (25, "2020-05-10", 3))]  # fmt: skip
    tr += [(f"S{k}", "NT01", "TUMSTATE", "PRESENT", "", "", "", "2020-01-02", 1) for k in people]
    rs = [(f"S{k}", "OVRLRESP", "RECIST 1.1", "PR", "2020-03-10") for k in people]
    sdtm = {
        "dm.csv": _csv("usubjid,domain,arm,age,sex,rfstdtc,dthdtc", dm),
        "tu.csv": _csv("usubjid,tutestcd,tulnkid,tuloc,tustresc", tu),
        "tr.csv": _csv("usubjid,trlnkid,trtestcd,trstresc,trstresn,trstresu,trstat,trdtc,visitnum", tr),
        "rs.csv": _csv("usubjid,rstestcd,rscat,rsstresc,rsdtc", rs),
    }
    adsl = [
        ("X", f"S{k}", "AB"[k % 2], "AB"[k % 2], "2020-01-01", "2020-06-01", "", "2020-12-01", "ONGOING")
        for k in people
    ]
    adtte = [(f"S{k}", "AB"[k % 2], "2020-01-01", code, label, at + k, k % 2) for k in people
             for code, label, at in (("OS", "Overall Survival (Months)", 10), ("PFS", "PFS (Months)", 5))]  # fmt: skip
    adam = {
        "adsl.csv": _csv("STUDYID,USUBJID,TRT01P,TRT01A,TRTSDT,TRTEDT,DTHDT,LSTALVDT,EOTSTT", adsl),
        "adtte.csv": _csv("USUBJID,TRT01A,TRTSDT,PARAMCD,PARAM,AVAL,CNSR", adtte),
    }
    return {"SDTM": sdtm, "ADaM": adam, "ADTTE": {"adtte.csv": adam["adtte.csv"]}}


_NAMES = {"patient": "Who", "arm": "Group", "os_months": "T", "os_event": "Dead", "pfs_months": "P", "pfs_event": "PD"}
RENAMED = """
title: A cohort under other names
units: {time: months, length: mm}
missing: [".", NA]
encoding: utf-8
partial_dates: first
accept: [pfs-longer-than-os]
minimum_stable: 6 weeks
tables:
  patients.csv:
    kind: patients
    columns:
      patient: Who
      arm: Group
      os: {column: T, unit: months}
      os_event: {column: Dead, values: {"1": yes, "0": no}}
      pfs: {column: P, unit: months}
      pfs_event: PD
      age: age
      sex: sex
    rows: {sex: [M, F]}
"""


def _renamed_table() -> bytes:
    rows = rows_of(tables()["plain"]["patients.csv"])
    return csv_bytes([[_NAMES.get(name, name) for name in rows[0]], *rows[1:]])


def _cohort(random: Random) -> Case:
    name = random.choice(list(tables()))
    sound = {file: text.encode() for file, text in tables()[name].items()}
    file = random.choice(list(sound))
    text = sound[file].decode()
    deep = random.random() < 0.03
    if random.random() < 0.12:
        changed, how = same_csv(random, text)
        return Case({**sound, file: changed}, f"{name}, {file}: {how}", "same", sound, deep)
    if random.random() < 0.25:
        others = {other: data for other, data in sound.items() if other != file}
        changed, how = mutated_parquet(random, text)
        return Case({**others, file.replace(".csv", ".parquet"): changed}, f"{name}, {file}: {how}", deep=deep)
    changed, how = mutated_csv(random, text)
    return Case({**sound, file: changed}, f"{name}, {file}: {how}", deep=deep)


def _mapping(random: Random) -> Case:
    table = {"patients.csv": _renamed_table()}
    if random.random() < 0.12:  # by its mapping file a renamed table is the same cohort
        sound = {"patients.csv": tables()["plain"]["patients.csv"].encode()}
        rows = [row[:-1] for row in rows_of(sound["patients.csv"].decode())]
        said = RENAMED.replace("title: A cohort under other names\n", "").encode()
        renamed = csv_bytes([[_NAMES.get(name, name) for name in rows[0]], *rows[1:]])
        files = {"patients.csv": renamed, "mapping.yaml": said}
        return Case(files, "columns renamed, and named by the mapping file", "same", {"patients.csv": csv_bytes(rows)})
    changed, how = changed_yaml(random, RENAMED.encode())
    return Case({**table, "mapping.yaml": changed}, f"mapping file: {how}", deep=random.random() < 0.03)


def _open(folder: Path, deep: bool) -> Any:
    import remission
    from remission.cli.runs import table_text

    mapping = folder / "mapping.yaml"
    files = sorted(path for path in folder.iterdir() if path.name != "mapping.yaml")
    result = remission.import_cohort(
        files, folder / "out", mapping=mapping if mapping.exists() else None, units="months,mm", date="2026-11-23"
    )
    table_text(result.run_folder)
    if deep:
        result.report()
    summary = {key: value for key, value in result.summary().items() if key not in ("findings", "study")}
    return summary, [result.run_folder.table(name).to_pylist() for name in ("patients", "visits", "lesions")]


KINDS = (Kind("cohort", 20, _cohort, _open), Kind("mapping file", 8, _mapping, _open))
