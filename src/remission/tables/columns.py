"""What every column of the five tables means: the one source of the schemas and of ``docs/run-folder.md``.

Plain data, so that reading it costs no import. Units stand in the names; days count from the first dose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["bool", "int8", "int16", "int64", "float64", "category", "text"]
Empty = Literal["never", "not followed", "may"]

RESPONSES = ("CR", "PR", "SD", "NON_CR_NON_PD", "PD", "NE")
DEATH_CAUSES = ("disease", "background", "toxicity")
IRESPONSES = ("iCR", "iPR", "iSD", "iNON", "iUPD", "iCPD", "iNE")
EVENT_KINDS = (
    "enrolled",
    "treatment started",
    "dose withheld",
    "scan progression",
    "response",
    "new lesion",
    "toxicity",
    "toxicity resolved",
    "treatment stopped",
    "treatment held",
    "treatment resumed",
    "second course",
    "next line",
    "death",
    "lost to follow-up",
    "end of follow-up",
    "failed",
)


@dataclass(frozen=True)
class Column:
    """One column: its name, kind of value, meaning, when it may be empty, and the values allowed.

    Parameters
    ----------
    name : str
        With the unit at its end where there is one.
    kind : str
        ``category`` is text from a short list, stored once per distinct value.
    meaning : str
        One phrase, without a full stop.
    empty : str
        ``never``; ``not followed``: only for a patient who failed or was not enrolled; ``may``: when it did
        not happen.
    values : tuple of str
        All that a category may hold; empty when the list is open (names of rules, sites, molecules).
    """

    name: str
    kind: Kind
    meaning: str
    empty: Empty = "never"
    values: tuple[str, ...] = ()


ARM = Column("arm", "category", "name of the arm")
PATIENT = Column("patient", "int64", "number of the patient, from 0; the same person in every arm")
TIME = Column("time_day", "float64", "days since the first dose")
VISIT = Column("visit", "int16", "number of the visit; 0 is the baseline")
LINE = Column("line", "int8", "line of treatment, from 1")
COURSE = Column("course", "int8", "course of the first line's treatment, from 1; 2 is the first rechallenge")


def by_central_review(column: str) -> str:
    """Name of the column that holds the same by central review; empty throughout in a study that has none.

    Examples
    --------
    >>> by_central_review("pfs_day")
    'central_pfs_day'
    """
    return f"central_{column}"


READ_FROM_SCANS = (
    Column(
        "best_response",
        "category",
        "best response without confirmation, as in randomised trials (RECIST 1.1)",
        "not followed",
        RESPONSES,
    ),
    Column(
        "confirmed_response",
        "category",
        "best response with CR and PR confirmed at least 4 weeks later (RECIST 1.1)",
        "not followed",
        RESPONSES,
    ),
    Column("complete_response_day", "float64", "first dose to the first CR", "may"),
    Column("time_to_response_day", "float64", "first dose to the first CR or PR", "may"),
    Column("response_duration_day", "float64", "first CR or PR to progression, death or the last scan", "may"),
    Column("response_ended", "bool", "true if the response ended by progression or death", "may"),
    Column("pfs_day", "float64", "first dose to progression or death, or to the last scan", "not followed"),
    Column("pfs_event", "bool", "true if progression or death was seen", "not followed"),
    Column(
        "pfs_cause",
        "category",
        "what made the progression",
        "may",
        ("target", "non-target", "new lesion", "death"),
    ),
    Column("ipfs_day", "float64", "as pfs_day, by iRECIST", "not followed"),
    Column("ipfs_event", "bool", "as pfs_event, by iRECIST", "not followed"),
)
"""What a reader makes of a patient's scans: the investigator, and a central review under names of its own."""


def _by_central_review(column: Column) -> Column:
    meaning = f"by central review: {column.meaning}"
    return replace(column, name=by_central_review(column.name), meaning=meaning, empty="may")


PATIENTS = (
    ARM,
    PATIENT,
    Column(
        "status",
        "category",
        "followed; failed: the integration failed; not_enrolled: no candidate was eligible",
        values=("followed", "failed", "not_enrolled"),
    ),
    Column("status_reason", "text", "why the patient failed or was not enrolled", "may"),
    Column("attempts", "int16", "candidates grown until one was diagnosed and eligible"),
    Column("age_year", "float64", "age at the first dose", "not followed"),
    Column("female", "bool", "true for women", "not followed"),
    Column("weight_kg", "float64", "body weight", "not followed"),
    Column("height_cm", "float64", "body height", "not followed"),
    Column("albumin_g_per_L", "float64", "serum albumin", "not followed"),
    Column("ldh_ratio_uln", "float64", "lactate dehydrogenase over the upper limit of normal", "not followed"),
    Column("ecog", "int8", "ECOG performance status", "not followed"),
    Column("previously_treated", "bool", "true if an earlier treatment had failed", "not followed"),
    Column("squamous", "bool", "true for squamous histology", "may"),
    Column("pd_l1_percent", "float64", "tumour cells that stain for PD-L1", "may"),
    Column("lesions", "int8", "lesions at baseline", "not followed"),
    Column("targets", "int8", "target lesions (RECIST 1.1)", "not followed"),
    Column("baseline_sum_mm", "float64", "sum of the target diameters at baseline, as measured", "not followed"),
    Column("growth_time_day", "float64", "time from the small tumour to diagnosis", "not followed"),
    *READ_FROM_SCANS,
    Column("os_day", "float64", "first dose to death, or to the last day known alive", "not followed"),
    Column("os_event", "bool", "true if the patient died", "not followed"),
    Column(
        "death_cause",
        "category",
        "what the patient died of; toxicity is of any drug, later lines included",
        "may",
        DEATH_CAUSES,
    ),
    Column("lost_day", "float64", "day on which the patient was lost to follow-up", "may"),
    Column("drug_stop_day", "float64", "end of the first course", "may"),
    Column("drug_stop_rule", "category", "rule of the policy that ended the first course", "may"),
    Column(
        "completed_treatment",
        "bool",
        "true if the first course ended by a rule that stops everyone without progression at a fixed time on drug",
        "not followed",
    ),
    Column("second_course_day", "float64", "first dose of the second course", "may"),
    Column("second_course_best", "category", "best response to the second course", "may", RESPONSES),
    Column("next_line_day", "float64", "first dose of the next line of treatment", "may"),
    Column("next_line", "category", "regimen of the next line", "may"),
    Column(
        "treatment_free_day",
        "float64",
        "days alive without cancer drugs, from the end of the first course to a new drug, within follow-up",
        "not followed",
    ),
    Column(
        "worst_grade",
        "int8",
        "worst grade of toxicity of the first line (study drug, all courses); 0 if none",
        "not followed",
    ),
    Column("first_grade3_day", "float64", "first toxicity of grade 3 or more of the first line", "may"),
    Column("on_drug_day", "float64", "days on study drug (first line), all courses", "not followed"),
    *(_by_central_review(column) for column in READ_FROM_SCANS),
)

VISITS = (
    ARM,
    PATIENT,
    VISIT,
    TIME,
    Column("scan", "bool", "true if lesions were measured"),
    Column(
        "state", "category", "treatment state after the visit: on drug, off drug, held, off study drug, not recorded"
    ),
    LINE,
    COURSE,
    Column("sum_mm", "float64", "sum of the target diameters, as measured", "may"),
    Column("nadir_mm", "float64", "smallest sum so far, baseline and this scan included", "may"),
    Column("change_pct", "float64", "change of the sum from baseline, percent", "may"),
    Column("target_response", "category", "response of the targets", "may", RESPONSES),
    Column("nontarget_response", "category", "response of the non-targets", "may", RESPONSES),
    Column("new_lesions", "int8", "new lesions seen at scans so far, this one included", "may"),
    Column("response", "category", "response of the visit (RECIST 1.1)", "may", RESPONSES),
    Column("iresponse", "category", "response of the visit (iRECIST)", "may", IRESPONSES),
    Column("best_response", "category", "best response so far, without confirmation", "may", RESPONSES),
    Column("worst_grade", "int8", "worst grade of toxicity since the last visit; 0 if none", "may"),
    Column(
        "decision",
        "category",
        "what the policy decided",
        "may",
        values=("continue", "stop", "hold", "resume", "rechallenge", "next line", "end"),
    ),
    Column("rule", "category", "rule of the policy that decided", "may"),
)

LESIONS = (
    ARM,
    PATIENT,
    VISIT,
    TIME,
    Column("lesion", "int8", "number of the lesion in the patient, from 1"),
    Column("site", "category", "organ"),
    Column("role", "category", "role in RECIST 1.1", values=("target", "non-target", "new")),
    Column("diameter_mm", "float64", "diameter as the reader measured it; empty if not measured", "may"),
    Column("true_diameter_mm", "float64", "diameter of the simulated lesion; empty if real", "may"),
)

DOSES = (
    ARM,
    PATIENT,
    TIME,
    Column("molecule", "category", "drug given"),
    Column("dose_mg", "float64", "amount given"),
    LINE,
    COURSE,
)

EVENTS = (
    ARM,
    PATIENT,
    TIME,
    Column("kind", "category", "what happened", values=EVENT_KINDS),
    Column(
        "detail",
        "text",
        "response (of progression, response), molecule (dose, toxicity), regimen (of a start), cause of death,"
        " reason of failure, date of diagnosis (enrolled, in a study with dates); else empty",
        "may",
    ),
    Column("rule", "category", "rule of the policy that made it happen", "may"),
    Column("grade", "int8", "grade of a toxicity; empty on all other rows", "may"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "patients": PATIENTS,
    "visits": VISITS,
    "lesions": LESIONS,
    "doses": DOSES,
    "events": EVENTS,
}

CONTENTS = {
    "patients": "one row per patient and arm, in order of patient",
    "visits": "one row per visit, in order of patient and time",
    "lesions": "one row per lesion and scan",
    "doses": "one row per dose given",
    "events": "one row per thing that happened, with the rule that made it happen",
}
