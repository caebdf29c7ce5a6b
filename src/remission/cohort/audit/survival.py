"""Rules on survival: flags, units, and the order of progression and death."""

from __future__ import annotations

import numpy as np

from remission.arrays import Bools, Floats
from remission.cohort.cohort import Cohort
from remission.cohort.finding import Finding, Severity

# Rounding of months to one decimal moves a time by 1.5 days.
_ROUNDING_DAY = 1.6
_LONGEST_DAY = 30 * 365.25
_LONG_DAY, _SHORT_DAY = 15 * 365.25, 30.0
_FEWEST = 5
_FIRST_DAY = 1.0  # patients without any follow-up are censored there, by many conventions
# How often the time of an event is later than that of a censoring: .5 by chance. In 96 arms of published
# trials it is .16 at the median, .57 at the 95th percentile and .65 at most (tests/cohort, real data).
_SUSPICIOUS, _INVERTED = 0.65, 0.75
_NAMES = {"os": "OS", "pfs": "PFS"}


def flags_and_times(cohort: Cohort, _: float | None) -> list[Finding]:
    """A time needs its flag, and a flag its time."""
    found: list[Finding] = []
    for end in ("os", "pfs"):
        time, event = np.isfinite(cohort.number(end)), np.isfinite(cohort.number(f"{end}_event"))
        step = f"state {end}_event or {end}_censored in a mapping file"
        what = f"{_NAMES[end]} has a time but no flag that says whether the event was seen"
        found += cohort.finding("no-event-flag", "error", what, time & ~event, end, step)
        what = f"{_NAMES[end]} has a flag but no time"
        if end in cohort.patients:
            origin = f"{end}_event" if f"{end}_event" in cohort.origins else end
            found += cohort.finding("no-time", "warning", what, event & ~time, origin)
    return found


def contradicting_flags(cohort: Cohort, _: float | None) -> list[Finding]:
    """Event and censor flag of one endpoint say the same."""
    found: list[Finding] = []
    for end in ("os", "pfs"):
        bad = cohort.number(f"{end}_event") == cohort.number(f"{end}_censored")
        what = f"{_NAMES[end]} is both an event and censored, or neither"
        found += cohort.finding("contradicting-flags", "error", what, bad, f"{end}_censored")
    return found


def death_flag_and_date(cohort: Cohort, _: float | None) -> list[Finding]:
    """Who is said to have died has a date of death where survival is counted from dates, and nobody else has one."""
    if "death_date" not in cohort.patients and "last_seen_date" not in cohort.patients:
        return []
    event, death = cohort.number("os_event"), cohort.number("death_date")
    field = next((name for name in ("os_censored", "os_event") if name in cohort.origins), "os")
    step = "give the date, or correct the flag; if accepted, death is placed on the day of last contact"
    what = "the flag says dead, and there is no date of death"
    from_dates = "os" in cohort.origins and cohort.origins["os"].unit is None
    lacking = (event == 1) & np.isnan(death) & from_dates
    found = cohort.finding("death-without-date", "error", what, lacking, field, step)
    # A stated end of OS may lie before the death: a data cut.
    day = death - cohort.number("start_date")
    within = from_dates | ~(day > cohort.number("os") + _ROUNDING_DAY)
    what = "the flag says alive, and there is a date of death"
    step = "correct the flag or the date; if accepted, OS is censored as the flag says"
    alive = (event == 0) & np.isfinite(death) & within
    return [*found, *cohort.finding("dead-and-alive", "error", what, alive, field, step)]


def inverted_flags(cohort: Cohort, _: float | None) -> list[Finding]:
    """Events usually come before censorings: the other way round, 1 may mean censored."""
    found: list[Finding] = []
    for end in ("os", "pfs"):
        later = later_events(cohort.number(end), cohort.number(f"{end}_event"))
        if later is None or later <= _SUSPICIOUS:
            continue
        severity: Severity = "error" if later > _INVERTED else "warning"
        field = f"{end}_censored" if f"{end}_censored" in cohort.origins else f"{end}_event"
        what = f"the flag of {_NAMES[end]} looks inverted: events come later than censorings in {later:.0%} of pairs"
        step = f"if 1 means censored, state `{end}_censored` instead of `{end}_event` in a mapping file"
        everyone = np.isfinite(cohort.number(end))
        found += cohort.finding("inverted-flag", severity, what, everyone, field, step)
    return found


def later_events(time: Floats, event: Floats) -> float | None:
    """Share of pairs of an event and a censoring in which the event is the later; ties count half.

    None with fewer than five of either.

    Examples
    --------
    >>> later_events(np.arange(2.0, 12.0), np.repeat([1.0, 0.0], 5))
    0.0
    """
    known = np.isfinite(time) & np.isfinite(event) & (time > _FIRST_DAY)
    events, others = time[known & (event == 1)], np.sort(time[known & (event == 0)])
    if min(len(events), len(others)) < _FEWEST:
        return None
    below = np.searchsorted(others, events, "left") + np.searchsorted(others, events, "right")
    return float(below.mean() / 2 / len(others))


def progression_after_death(cohort: Cohort, _: float | None) -> list[Finding]:
    """PFS ends with death at the latest."""
    survival, free = cohort.number("os"), cohort.number("pfs")
    longer = free > survival + _ROUNDING_DAY
    died, progressed = cohort.number("os_event") == 1, cohort.number("pfs_event") == 1
    found = cohort.finding("pfs-longer-than-os", "error", "PFS is longer than OS", longer & ~(died & progressed), "pfs")
    what = "progression lies after the death"
    return [*found, *cohort.finding("progression-after-death", "error", what, longer & died & progressed, "pfs")]


def death_without_pfs_event(cohort: Cohort, _: float | None) -> list[Finding]:
    """Death is an event of PFS."""
    survival, free = cohort.number("os"), cohort.number("pfs")
    same = np.abs(free - survival) < 1e-6
    bad = same & (cohort.number("os_event") == 1) & (cohort.number("pfs_event") == 0)
    return cohort.finding("death-censored-in-pfs", "warning", "PFS is censored on the day of death", bad, "pfs")


def best_response_without_event(cohort: Cohort, _: float | None) -> list[Finding]:
    """Who progressed at best has progressed."""
    bad = (cohort.word("best_response") == "PD") & (cohort.number("pfs_event") == 0)
    what = "the best response is progression, and PFS has no event"
    return cohort.finding("progression-without-event", "warning", what, bad, "best_response")


def only_the_dead(cohort: Cohort, _: float | None) -> list[Finding]:
    """Survival known only for those who died makes every curve too low."""
    time, event = cohort.number("os"), cohort.number("os_event")
    known = np.isfinite(time)
    if not known.any() or known.all() or not (event[known] == 1).all():
        return []
    if any(finding.severity == "error" and finding.column == _column(cohort, "os") for finding in cohort.findings):
        return []  # the others may stand in cells that could not be read
    what = "OS is known only for patients who died: the last contact of the others is needed too"
    return cohort.finding("survival-of-the-dead-only", "error", what, known, "os")


def _column(cohort: Cohort, field: str) -> str:
    return cohort.origins[field].column if field in cohort.origins else field


def all_one_way(cohort: Cohort, _: float | None) -> list[Finding]:
    """Nobody had the event, or everybody."""
    found: list[Finding] = []
    for end in ("os", "pfs"):
        event = cohort.number(f"{end}_event")
        known = np.isfinite(event) & np.isfinite(cohort.number(end))
        field = f"{end}_event" if f"{end}_event" in cohort.origins else end
        if known.sum() > 1 and not (event[known] == 1).any():
            what = f"{_NAMES[end]} is censored in all patients: no median and no hazard ratio can be given"
            found += cohort.finding("all-censored", "warning", what, known, field)
        elif known.sum() > _FEWEST and known.all() and (event[known] == 1).all():
            what = f"every patient has an event of {_NAMES[end]}: censored patients may be missing"
            found += cohort.finding("none-censored", "warning", what, known, field)
    return found


def other_units(cohort: Cohort, _: float | None) -> list[Finding]:
    """Times whose size does not fit the unit stated."""
    found: list[Finding] = []
    step = "state the unit: --units months (or days, weeks, years)"
    for end in ("os", "pfs"):
        time = cohort.number(end)
        what = f"{_NAMES[end]} of more than 30 years: is the unit right?"
        found += cohort.finding("other-unit", "error", what, time > _LONGEST_DAY, end, step)
        known = np.isfinite(time)
        found += _unlikely_times(cohort, end, known, step)
        parts = known & (np.abs(time - np.rint(time)) > 1e-6)
        # Durations in days are whole; months, weeks and years turned into days hardly ever are.
        if known.sum() >= _FEWEST and parts.mean() > 0.5 and _stated_days(cohort, end):
            what = f"{_NAMES[end]} is stated in days and has fractions of a day: is it in months or weeks?"
            found += cohort.finding("other-unit", "error", what, parts, end, step)
    return [*found, *_scans_beyond(cohort, step)]


def _unlikely_times(cohort: Cohort, end: str, known: Bools, step: str) -> list[Finding]:
    """Times that no trial has, but that could be."""
    time, name = cohort.number(end), _NAMES[end]
    seen = known & (time > _FIRST_DAY)
    if seen.sum() < _FEWEST:
        return []
    half = np.median(time[seen])
    what = f"{name} of more than 15 years: is the unit right?"
    found = cohort.finding("other-unit", "warning", what, (time > _LONG_DAY) & (time <= _LONGEST_DAY), end, step)
    short = known & (half < _SHORT_DAY)
    what = f"{name} is below {_SHORT_DAY:g} days in half of the patients: is it in weeks or months?"
    return [*found, *cohort.finding("other-unit", "warning", what, short, end, step)]


def _stated_days(cohort: Cohort, field: str) -> bool:
    """Whether the cells were taken as days: then their values are those of the file."""
    return field in cohort.origins and cohort.origins[field].unit == "days"


def _scans_beyond(cohort: Cohort, step: str) -> list[Finding]:
    """Scans long after the end of follow-up in most patients: one of the two files has another unit."""
    found: list[Finding] = []
    end = cohort.number("os")
    for scans in (cohort.lesions, cohort.responses, cohort.changes):
        if scans is None:
            continue
        last = np.full(len(cohort), -np.inf)
        time = np.where(np.isfinite(scans["time_day"]), scans["time_day"], -np.inf)
        np.maximum.at(last, scans.patient, time)
        both = np.isfinite(end) & np.isfinite(last)
        beyond = both & (last > 1.5 * end)
        if both.sum() >= _FEWEST and beyond.sum() > 0.5 * both.sum():
            what = "most patients have scans long after their OS: one of the two is in another unit"
            found += cohort.finding("other-unit", "error", what, beyond, "os", step)
    return found


SURVIVAL_RULES = (
    flags_and_times,
    contradicting_flags,
    death_flag_and_date,
    inverted_flags,
    progression_after_death,
    death_without_pfs_event,
    best_response_without_event,
    only_the_dead,
    all_one_way,
    other_units,
)
