"""Design files: how a tree becomes a `Design`. Times are read into days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from remission.errors import DataError
from remission.statistics.weights import EarlyZero
from remission.study import reader
from remission.study.reader import BAD, Key, Problems, whole
from remission.study.yaml import Place, parse_yaml, read_text
from remission.trial.design import Design
from remission.trial.design_keys import DESIGN, EFFICACY, FUTILITY, HISTORY, LOOK, MARGIN, STOPPING
from remission.trial.design_patients import PatientsReading, built
from remission.trial.events import expected_events
from remission.trial.looks import Look, look_times, times_as_asked
from remission.trial.margin import Margin, margin_of_difference, margin_of_hazard_ratio
from remission.trial.plan import FixedBounds, HaybittlePeto, Plan, WangTsiatis
from remission.trial.spending import Spending
from remission.trial.statistic import CureFraction, Milestone, RestrictedMean, Statistic, WeightedLogRank
from remission.trial.statistic_names import STATISTICS, read_statistic
from remission.units import DAYS_PER_MONTH

_FAMILIES = {"lan-demets": "obrien-fleming", "pocock": "pocock"}


def load_design(path: str | Path) -> Design:
    """Read a design file.

    Raises
    ------
    StudyError
        With every fault of the file, each with its line.
    """
    text = read_text(path)
    return parse_design(text, str(path), Path(path).parent)


def parse_design(text: str, where: str = "design.yaml", folder: Path | None = None) -> Design:
    """A design from the text of its file.

    Parameters
    ----------
    text : str
    where : str
        Name of the file in messages.
    folder : Path or None
        What the paths in the file are relative to.

    Raises
    ------
    StudyError
        With every fault of the file, each with its line.

    Examples
    --------
    >>> design = parse_design('''
    ... design: example
    ... patients: 500
    ... enrolment: 12 months
    ... hazards: {control: {median: 12 months}, hazard_ratio: 0.7}
    ... looks: [{events: 300}]
    ... tests: [log-rank, MaxCombo, RMST to 18 months]
    ... ''')
    >>> [statistic.name for statistic in design.statistics][0]
    'log-rank'
    """
    problems = Problems()
    place = parse_yaml(text, where)
    design = _Reading(problems, folder or Path()).design(place, text)
    problems.raise_if_any()
    assert design is not None
    return design


class _Reading:
    """One file on its way to a `Design`; nothing stops at the first problem."""

    def __init__(self, problems: Problems, folder: Path) -> None:
        self.problems, self.folder = problems, folder

    def design(self, place: Place, text: str) -> Design | None:
        values = reader.read_section(place, DESIGN, self.problems)
        if not isinstance(place.content, Mapping):
            return None
        patients = PatientsReading(self.problems, self.folder)
        accrual = patients.enrolment(values["enrolment"], values["patients"])
        source, origin = patients.source(place, values, accrual)
        margins, note = self.margins(place, values)
        statistics = self.statistics(values["tests"], margins or {})
        looks = self.looks(values["looks"], values["patients"])
        plan = self.plan(values)
        given = [values[key] for key in ("design", "title", "question", "power", "trials", "seed")]
        if source is None or plan is None or margins is None or not statistics or not looks or not whole(given):
            return None
        name, title, question, power, trials, seed = given
        worse = question == "non-inferiority"
        parts = (name, title, source, statistics, looks, plan, power, worse, trials, seed, origin, text, note)
        made: Design | None = self.built(values["tests"], lambda: _followed(Design(*parts)))
        return made

    def built(self, place: Place, make: Callable[[], Any]) -> Any:
        return built(self.problems, place, make)

    def looks(self, place: Any, patients: Any) -> tuple[Look, ...]:
        if place is BAD:
            return ()
        places = place.content if isinstance(place.content, tuple) else (place,)
        if not places:
            self.problems.add(place, "the list is empty", allowed="one look or more, each with events or a time")
        looks = []
        for each in places:
            values = reader.read_section(each, LOOK, self.problems)
            if not whole(values.values()):
                continue
            if values["events"] is not None and patients is not BAD and values["events"] >= patients:
                what = f"a look needs fewer events than patients, and asks for {values['events']:g}"
                self.problems.add(each, what, allowed=f"below {patients}")
                continue
            look = self.built(each, partial(Look, values["time"], values["events"], values["events_share"]))
            if look is not None:
                looks.append(look)
        self.check_order(place, looks)
        return tuple(looks)

    def check_order(self, place: Place, looks: list[Look]) -> None:
        if looks and looks[-1].fraction is not None:
            self.problems.add(place, "the last look needs a time or a number of events")
        for before, after in pairwise(looks):
            for name in ("events", "time", "fraction"):
                first, second = getattr(before, name), getattr(after, name)
                if first is not None and second is not None and second <= first:
                    self.problems.add(
                        place,
                        "looks are out of order",
                        found=f"{second:g} after {first:g}",
                        next_step="sort them",
                    )

    def plan(self, values: dict[str, Any]) -> Plan | None:
        if values["alpha"] is BAD or BAD in (values["efficacy"], values["futility"]):
            return None
        efficacy = self.rule(values["efficacy"], STOPPING)
        futility = self.rule(values["futility"], FUTILITY)
        if efficacy is BAD or futility is BAD:
            return None
        options: dict[str, Any] = {"alpha": values["alpha"]}
        if efficacy is not None:
            options["efficacy"] = efficacy[0]
        if futility is not None:
            if isinstance(futility[0], WangTsiatis | HaybittlePeto):
                self.problems.add(values["futility"], "futility spends its error or has bounds typed in")
                return None
            options |= {"futility": futility[0]}
            options |= {
                "binding": futility[1].get("binding", False),
                "futility_error": futility[1].get("error"),
            }
        place = values["efficacy"] or values["futility"] or values["looks"]
        return self.built(place, lambda: Plan(**options))

    def rule(self, place: Any, keys: dict[str, Key]) -> Any:
        """A family by its name, or a section with its parameters; None for none."""
        if place is None or place.content == "none":
            return None
        if isinstance(place.content, str):
            values: dict[str, Any] = {name: key.default for name, key in keys.items()}
            values["family"] = reader.choice(*EFFICACY, what="family")(place, self.problems)
        else:
            values = reader.read_section(place, keys, self.problems)
        if not whole(values.values()):
            return BAD
        made = self.built(place, lambda: _rule(values))
        return BAD if made is None else (made, values)

    def margins(self, place: Place, values: dict[str, Any]) -> tuple[dict[str, float] | None, str]:
        """Margins by kind of statistic, and how they were derived; None if they could not be read."""
        section, question = values["margin"], values["question"]
        if section is None:
            if question != "non-inferiority":
                return {}, ""
            self.problems.add(
                place.at("question") or place,
                "the margin is missing: non-inferiority allows the experimental arm to be worse by some",
                next_step="add margin: ..., or ask for superiority",
            )
            return None, ""
        read = reader.read_section(section, MARGIN, self.problems)
        if not whole(read.values()):
            return None, ""
        found = {name: read[name] for name in ("hazard_ratio", "survival") if read[name] is not None}
        if read["rmst_months"] is not None:
            found["rmst"] = read["rmst_months"] * DAYS_PER_MONTH
        note = ""
        if read["from_history"] is not None:
            derived, note = self.history(read["from_history"])
            if not derived:
                return None, ""
            found |= derived
        if question == "superiority" and found:
            self.problems.add(section, "a margin is set, but the question is superiority", allowed="non-inferiority")
        return found, note

    def history(self, place: Place) -> tuple[dict[str, float], str]:
        values = reader.read_section(place, HISTORY, self.problems)
        if not whole(values.values()):
            return {}, ""
        limit, gain = values["upper_limit_of_hazard_ratio"], values["lower_limit_of_survival_gain"]
        if (limit is None) == (gain is None):
            self.problems.add(place, "history gives one limit: of a hazard ratio or of a gain in survival")
            return {}, ""
        make = margin_of_hazard_ratio if gain is None else margin_of_difference
        margin: Margin | None = self.built(place, lambda: make(limit if gain is None else gain, values["kept"]))
        if margin is None:
            return {}, ""
        kept = f"{100 * margin.kept:.0f} % of it kept" if margin.kept else "all of it may be lost"
        note = f"M1 = {margin.m1:.3g}, {kept}, M2 = {margin.m2:.3g}"
        return {"hazard_ratio" if gain is None else "survival": margin.m2}, note

    def statistics(self, place: Any, margins: dict[str, float]) -> tuple[Statistic, ...]:
        if place is BAD:
            return ()
        places = place.content if isinstance(place.content, tuple) else (place,)
        found = []
        for each in places:
            statistic = read_statistic(each, self.problems)
            if statistic is BAD:
                continue
            made = self.built(each, partial(_at_margin, statistic, margins))
            if made is not None:
                found.append(made)
        if not places:
            self.problems.add(place, "the list is empty", allowed=STATISTICS)
        return tuple(found)


def _rule(values: dict[str, Any]) -> Any:
    family, parameter = values["family"], values["parameter"]
    if family == "bounds":
        return FixedBounds(tuple(values["z"] or ()))
    if family == "haybittle-peto":
        return HaybittlePeto(3.0 if values["z"] is None else values["z"][0])
    if family in ("wang-tsiatis", "obrien-fleming"):
        return WangTsiatis(0.0 if family == "obrien-fleming" or parameter is None else parameter)
    if family == "user":
        return Spending("user", 1.0, tuple(values["fractions"]), tuple(values["spent"]))
    return Spending(_FAMILIES.get(family, family), 1.0 if parameter is None else parameter)


def _followed(design: Design) -> Design:
    """The design, if its looks come in their order and somebody can have been followed to the horizon of each test."""
    scenario = design.scenario
    if scenario is None:
        return design
    horizons = [_horizon(statistic) for statistic in design.statistics]
    if scenario.visits and max(horizons) > scenario.visits[-1]:
        raise DataError(
            "no visit is as late as the horizon of a test",
            found=f"{max(horizons) / DAYS_PER_MONTH:.4g} months; the last visit is at month "
            f"{scenario.visits[-1] / DAYS_PER_MONTH:.1f}",
            next_step="take an earlier horizon, or later visits",
        )
    try:
        times_as_asked(scenario, design.looks)
    except DataError:
        return design  # too few events ever come: the simulation looks when the last patient has left, and says so
    end = float(look_times(scenario, design.looks)[-1])
    if design.source.patients - expected_events(scenario, end) <= 1.0:
        return design
    if max(horizons) >= end:
        raise DataError(
            "nobody is followed to the horizon of a test by the last look",
            found=f"{max(horizons) / DAYS_PER_MONTH:.4g} months; the last look is expected at month "
            f"{end / DAYS_PER_MONTH:.1f}",
            next_step="take an earlier horizon, or look later",
        )
    return design


def _horizon(statistic: Statistic) -> float:
    """Follow-up without which a test shows nothing, in days."""
    if isinstance(statistic, RestrictedMean):
        return statistic.tau
    if isinstance(statistic, Milestone):
        return statistic.at
    if isinstance(statistic, WeightedLogRank) and isinstance(statistic.weight, EarlyZero):
        return statistic.weight.delay
    return 0.0


def _at_margin(statistic: Statistic, margins: dict[str, float]) -> Statistic:
    if isinstance(statistic, WeightedLogRank):
        return replace(statistic, margin=margins.get("hazard_ratio", 1.0))
    if isinstance(statistic, RestrictedMean):
        return RestrictedMean(statistic.tau, margins.get("rmst", 0.0))
    if isinstance(statistic, Milestone):
        margin = margins.get("survival", 0.0)
        return Milestone(statistic.at, "difference" if margin else statistic.scale, margin)
    if isinstance(statistic, CureFraction):
        return CureFraction(statistic.family, margins.get("survival", 0.0))
    return statistic
