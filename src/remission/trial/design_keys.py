"""Keys of a design file and how each value is read; the documentation is held to these tables."""

from __future__ import annotations

from remission.study import reader
from remission.study.reader import Key, Problems
from remission.study.yaml import Place

MOST_PATIENTS = 20_000
MOST_TRIALS = 10_000_000
MOST_SEED = 2**64 - 1
EFFICACY = (
    "lan-demets",
    "pocock",
    "hwang-shih-decani",
    "kim-demets",
    "user",
    "obrien-fleming",
    "wang-tsiatis",
    "haybittle-peto",
    "bounds",
)


def positive(high: float = 1e6) -> reader.Reader:
    """A number above 0."""
    return reader.number(0.0, high, above=True)


def _kept(place: Place, problems: Problems) -> Place:
    """The place itself, to be read once its neighbours are known."""
    return place


DESIGN = {
    "design": Key(reader.name),
    "title": Key(reader.text, ""),
    "question": Key(reader.choice("superiority", "non-inferiority", what="question"), "superiority"),
    "alpha": Key(reader.share, 0.025),
    "power": Key(reader.share, 0.9),
    "patients": Key(reader.integer(4, MOST_PATIENTS)),
    "ratio": Key(positive(10.0), 1.0),
    "enrolment": Key(_kept),
    "hazards": Key(_kept, None),
    "run": Key(_kept, None),
    "cohort": Key(_kept, None),
    "looks": Key(_kept),
    "efficacy": Key(_kept, None),
    "futility": Key(_kept, None),
    "tests": Key(_kept),
    "margin": Key(_kept, None),
    "trials": Key(reader.integer(1, MOST_TRIALS), 10_000),
    "seed": Key(reader.integer(0, MOST_SEED), 2017),
}
PERIOD = {"until": Key(reader.duration()), "share": Key(reader.share)}
HAZARDS = {
    "control": Key(_kept, None),
    "experimental": Key(_kept, None),
    "hazard_ratio": Key(_kept, None),
    "cured": Key(_kept, None),
    "dropout_per_month": Key(reader.share, 0.0),
    "switching": Key(_kept, None),
    "visits": Key(_kept, None),
    "strata": Key(_kept, None),
}
STRATUM = {
    "name": Key(reader.name),
    "share": Key(reader.share),
    "control": Key(_kept),
    "experimental": Key(_kept, None),
    "hazard_ratio": Key(_kept, None),
    "cured": Key(_kept, None),
}
ARM = {"median": Key(reader.duration()), "until": Key(reader.duration(), None)}
RATIO = {"ratio": Key(positive(100.0)), "until": Key(reader.duration(), None)}
CURED = {"control": Key(reader.share, 0.0), "experimental": Key(reader.share, 0.0)}
SWITCHING = {
    "median": Key(reader.duration()),
    "share": Key(reader.share, 1.0),
    "hazard_ratio": Key(positive(100.0)),
}
VISITS = {"every": Key(reader.duration()), "until": Key(reader.duration(), 10 * 365.25)}
LOOK = {
    "events": Key(reader.integer(1, MOST_PATIENTS), None),
    "time": Key(reader.duration(), None),
    "events_share": Key(reader.share, None),
}
STOPPING = {
    "family": Key(reader.choice(*EFFICACY, what="family")),
    "parameter": Key(reader.number(-50.0, 50.0), None),
    "z": Key(reader.one_or_more(reader.number(-20.0, 20.0)), None),
    "fractions": Key(reader.one_or_more(reader.number()), ()),
    "spent": Key(reader.one_or_more(reader.number()), ()),
}
FUTILITY = STOPPING | {"binding": Key(reader.yes_no, False), "error": Key(reader.share, None)}
MARGIN = {
    "hazard_ratio": Key(positive(100.0), None),
    "survival": Key(reader.number(-1.0, 1.0), None),
    "rmst_months": Key(reader.number(-1e3, 1e3), None),
    "from_history": Key(_kept, None),
}
HISTORY = {
    "upper_limit_of_hazard_ratio": Key(positive(100.0), None),
    "lower_limit_of_survival_gain": Key(reader.number(-1.0, 1.0), None),
    "kept": Key(reader.share, 0.5),
}
