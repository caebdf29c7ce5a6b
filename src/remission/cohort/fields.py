"""What a cohort can say: the fields of its four kinds of table, and the column names by which each is known.

Plain data: the source of recognition, of messages and of the tables in ``docs/cohort.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "number", "time", "date", "flag", "word", "length", "albumin", "percent"]

_RECIST: Mapping[str, str] = {
    "cr": "CR",
    "pr": "PR",
    "sd": "SD",
    "pd": "PD",
    "ne": "NE",
    "complete response": "CR",
    "partial response": "PR",
    "stable disease": "SD",
    "progressive disease": "PD",
    "progression": "PD",
    "not evaluable": "NE",
    "unevaluable": "NE",
    "non-cr/non-pd": "NON_CR_NON_PD",
    "non_cr_non_pd": "NON_CR_NON_PD",
    "non cr/non pd": "NON_CR_NON_PD",
    "noncr/nonpd": "NON_CR_NON_PD",
    "inevaluable": "NE",
    "not assessed": "NE",
}
_IRECIST: Mapping[str, str] = {
    "icr": "iCR",
    "ipr": "iPR",
    "isd": "iSD",
    "iupd": "iUPD",
    "icpd": "iCPD",
    "non-icr/non-iupd": "iNON",
    "inon": "iNON",
    "ine": "iNE",
    "ne": "iNE",
    "not evaluable": "iNE",
    # Before the first progression the words of RECIST say the same.
    "cr": "iCR",
    "pr": "iPR",
    "sd": "iSD",
    "non-cr/non-pd": "iNON",
}
_ROLES = {"target": "target", "non-target": "non-target", "nontarget": "non-target", "new": "new"}
_STATUSES: Mapping[str, str] = {
    word: word
    for word in (
        "present",
        "absent",
        "too small",
        "increased",
        "unequivocal progression",
        "equivocal",
        "merged",
        "not evaluable",
    )
} | {
    "too small to measure": "too small",
    "unequivocal": "unequivocal progression",
    "unequivocal increase": "unequivocal progression",
    "progression": "unequivocal progression",
    "pd": "unequivocal progression",
    "increase": "increased",
    "unchanged": "present",
    "stable": "present",
    "decreased": "present",
    "non-cr/non-pd": "present",
    "disappeared": "absent",
    "resolved": "absent",
    "cr": "absent",
    "ne": "not evaluable",
    "not assessed": "not evaluable",
    "not done": "not evaluable",
}
_SEX = {"f": "female", "female": "female", "w": "female", "m": "male", "male": "male"}
TRUE_WORDS = ("1", "1.0", "y", "yes", "true", "t", "x", "dead", "deceased", "died", "event", "progressed")
FALSE_WORDS = ("0", "0.0", "n", "no", "false", "f", "alive", "living", "censored", "no event")
DIAMETER_WORDS: Mapping[str, str] = {
    "not evaluable": "not evaluable",
    "ne": "not evaluable",
    "too small to measure": "too small",
    "too small": "too small",
    "tstm": "too small",
    "absent": "absent",
    "disappeared": "absent",
    "resolved": "absent",
    "not assessed": "not evaluable",
    "not done": "not evaluable",
}
"""Text that stands in columns of diameters and means something; read as a status, and said in a warning."""


@dataclass(frozen=True)
class Field:
    """One thing a table can say.

    Parameters
    ----------
    name : str
        As the mapping file calls it.
    kind : str
        How its cells are read: ``time``, ``length``, ``albumin`` have a unit; ``word`` is one of a list.
    meaning : str
        One phrase.
    known_as : tuple of str
        Names of columns that are recognised, in lower case with ``_`` between words, without a unit; one
        that ends in ``_`` counts only where a unit follows.
    words : mapping of str to str
        Values of a ``word``, by what files write for it.
    """

    name: str
    kind: Kind
    meaning: str
    known_as: tuple[str, ...] = ()
    words: Mapping[str, str] | None = None


_PATIENT = Field(
    "patient",
    "name",
    "identifier of the patient",
    ("patient", "patient_id", "patientid", "ptid", "pt", "subject", "subject_id", "usubjid", "id", "sample_id"),
)
_ARM = Field(
    "arm",
    "name",
    "group that is shown as one arm",
    ("arm", "treatment", "group", "trt01p", "actarm", "trt", "treatment_arm"),
)
_TIME = Field(
    "time",
    "time",
    "time of the scan from the first dose",
    ("", "time", "time_from_start", "scan_", "study_", "visit_"),
)
_DATE = Field(
    "date", "date", "date of the scan", ("date", "scan_date", "date_of_scan", "visit_date", "assessment_date")
)

PATIENTS = (
    _PATIENT,
    _ARM,
    Field("age", "number", "age in years at the first dose", ("age", "age_year", "age_years", "bage")),
    Field("sex", "word", "sex", ("sex", "gender"), _SEX),
    Field("weight_kg", "number", "body weight in kg", ("weight_kg",)),
    Field("height_cm", "number", "body height in cm", ("height_cm",)),
    Field("albumin", "albumin", "serum albumin", ("albumin", "alb")),
    Field("ldh_ratio_uln", "number", "lactate dehydrogenase over its upper limit", ("ldh_ratio_uln",)),
    Field("ecog", "number", "ECOG performance status", ("ecog", "ecog_ps", "ecoggr")),
    Field("previously_treated", "flag", "an earlier systemic treatment", ("previously_treated", "pretreated")),
    Field("baseline_sum", "length", "sum of the target diameters at baseline", ("baseline_sum", "blsld")),
    Field(
        "best_response",
        "word",
        "best response without confirmation",
        ("best_response", "bor", "bcor", "best_overall_response"),
        _RECIST,
    ),
    Field("confirmed_response", "word", "confirmed best response", ("confirmed_response", "cbor"), _RECIST),
    Field("responder", "flag", "objective response, where nothing finer is known", ("responder", "response")),
    Field("os", "time", "first dose to death or last contact", ("os", "os_time", "overall_survival")),
    Field("os_event", "flag", "death was seen", ("os_event", "os_status", "vital_status", "dead", "death", "died")),
    Field("os_censored", "flag", "death was not seen", ("os_censored", "os_cnsr", "os_censor")),
    Field("pfs", "time", "first dose to progression, death or last scan", ("pfs", "pfs_time")),
    Field("pfs_event", "flag", "progression or death was seen", ("pfs_event", "pfs_status", "progressed")),
    Field("pfs_censored", "flag", "neither was seen", ("pfs_censored", "pfs_cnsr", "pfs_censor")),
    Field("drug_stop", "time", "end of the first treatment", ("drug_stop", "treatment_end", "time_on_treatment")),
    Field("on_treatment", "flag", "still on the first treatment", ("on_treatment", "ongoing")),
    Field("second_course", "time", "start of a second course", ("second_course", "rechallenge")),
    Field("next_line", "time", "start of the next line", ("next_line", "next_treatment")),
    Field("worst_grade", "number", "worst grade of treatment-related toxicity", ("worst_grade",)),
    Field("birth_date", "date", "date of birth", ("birth_date", "birthdate", "date_of_birth", "dob")),
    Field(
        "start_date",
        "date",
        "date of the first dose",
        ("start_date", "treatment_start_date", "treatment_start", "first_dose_date", "date_of_first_dose"),
    ),
    Field("drug_stop_date", "date", "end of the first treatment", ("drug_stop_date", "treatment_end_date")),
    Field("second_course_date", "date", "start of a second course", ("second_course_date", "rechallenge_date")),
    Field("next_line_date", "date", "start of the next line", ("next_line_date",)),
    Field("progression_date", "date", "first progression", ("progression_date", "pd_date")),
    Field("death_date", "date", "death", ("death_date", "date_of_death")),
    Field("last_seen_date", "date", "last known alive", ("last_seen_date", "last_contact_date", "last_follow_up_date")),
)
LESIONS = (
    _PATIENT,
    _ARM,
    _TIME,
    _DATE,
    Field("lesion", "name", "identifier of the lesion within the patient", ("lesion", "lesion_id", "tumour", "tumor")),
    Field("organ", "name", "organ", ("organ", "site", "location")),
    Field("is_node", "flag", "a lymph node, measured by its short axis", ("is_node", "node", "lymph_node")),
    Field("role", "word", "role in RECIST 1.1", ("role", "lesion_type"), _ROLES),
    Field(
        "diameter",
        "length",
        "longest diameter; short axis of a node",
        ("diameter", "longest_diameter", "diam", "ld", ""),
    ),
    Field("status", "word", "what is seen where nothing is measured", ("status", "lesion_status"), _STATUSES),
    Field("evaluable", "flag", "false where the lesion could not be judged", ("evaluable",)),
    Field("part_of", "name", "lesion of which this is a fragment", ("part_of",)),
    Field("visit", "name", "name or number of the visit", ("visit", "visitnum", "visit_number")),
    Field("symptomatic", "flag", "the scan was made for symptoms", ("symptomatic",)),
)
RESPONSES = (
    _PATIENT,
    _ARM,
    _TIME,
    _DATE,
    Field(
        "response", "word", "response of the visit by RECIST 1.1", ("response", "overall_response", "recist"), _RECIST
    ),
    Field("iresponse", "word", "response of the visit by iRECIST", ("iresponse", "irecist"), _IRECIST),
)
CHANGES = (
    _PATIENT,
    _ARM,
    _TIME,
    _DATE,
    Field(
        "change",
        "percent",
        "change of the sum of diameters from baseline, percent",
        ("change", "change_pct", "pchg", "size_change", "percent_change"),
    ),
)
TABLES: Mapping[str, tuple[Field, ...]] = {
    "patients": PATIENTS,
    "lesions": LESIONS,
    "responses": RESPONSES,
    "changes": CHANGES,
}

UNITS: Mapping[str, Mapping[str, float]] = {
    "time": {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25},
    "length": {"mm": 1.0, "cm": 10.0},
    "albumin": {"g/L": 1.0, "g/dL": 10.0},
}
"""Factors to days, mm and g/L."""

_SUFFIXES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "time": {
        "days": ("days", "day", "dy", "d"),
        "weeks": ("weeks", "week", "wks", "wk"),
        "months": ("months", "month", "mos", "mo"),
        "years": ("years", "year", "yrs", "yr"),
    },
    "length": {"mm": ("mm",), "cm": ("cm",)},
    "albumin": {"g/L": ("g_per_l", "g_l"), "g/dL": ("g_per_dl", "g_dl")},
}


def plain_name(column: str) -> str:
    """A header without case, space and signs.

    Examples
    --------
    >>> plain_name("PFS.CNSR"), plain_name(" OS (months)")
    ('pfs_cnsr', 'os_months')
    """
    return re.sub(r"[^0-9a-z]+", "_", column.lower()).strip("_")


def unit_in_name(kind: str, column: str) -> tuple[str, str | None]:
    """Name without its unit, and the unit; None if the name has none.

    Examples
    --------
    >>> unit_in_name("time", "os_months"), unit_in_name("time", "oswk"), unit_in_name("time", "os")
    (('os', 'months'), ('os', 'weeks'), ('os', None))
    """
    for unit, endings in _SUFFIXES.get(kind, {}).items():
        for ending in endings:
            if column == ending or (column.endswith(ending) and (len(ending) > 1 or column.endswith("_" + ending))):
                return column.removesuffix(ending).rstrip("_"), unit
    return column, None


def fits(field: Field, column: str) -> tuple[bool, str | None]:
    """Whether a header names a field, and the unit it states.

    Examples
    --------
    >>> fits(PATIENTS[14], "OS_Months")
    (True, 'months')
    """
    plain = plain_name(column)
    stem, unit = unit_in_name(field.kind, plain)
    if plain in field.known_as and plain:
        return True, None
    return unit is not None and (stem in field.known_as or f"{stem}_" in field.known_as), unit


def field_of(kind: str, name: str) -> Field | None:
    """A field of a kind of table by its name."""
    return next((field for field in TABLES[kind] if field.name == name), None)
