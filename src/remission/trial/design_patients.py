"""Where the patients of a design file come from: its enrolment, and its hazards, run or cohort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.study import reader
from remission.study.reader import BAD, Key, Problems, whole
from remission.study.yaml import Place
from remission.trial.cohort_file import cohort_section, run_section
from remission.trial.design_keys import ARM, CURED, HAZARDS, PERIOD, RATIO, STRATUM, SWITCHING, VISITS, positive
from remission.trial.hazard import Accrual, Hazard
from remission.trial.scenario import Scenario, Stratum
from remission.trial.source import HazardSource, Source, Switching
from remission.units import DAYS_PER_MONTH

# A mixture with cured patients is followed this long before its hazard is taken as none.
_HORIZON_DAY = 20 * 365.25


def built(problems: Problems, place: Place, make: Callable[[], Any]) -> Any:
    """What ``make`` gives; an error of the values becomes a problem of their place, and None."""
    try:
        return make()
    except DataError as error:
        for problem in error.problems:
            problems.add(place, problem.what, found=problem.found, allowed=problem.allowed, next_step=problem.next_step)
        return None


class PatientsReading:
    """Sections about patients on their way to a `Source`; nothing stops at the first problem."""

    def __init__(self, problems: Problems, folder: Path) -> None:
        self.problems, self.folder = problems, folder

    def enrolment(self, place: Any, patients: Any) -> Accrual | None:
        if place is BAD or patients is BAD:
            return None
        if not isinstance(place.content, tuple):
            length = reader.duration()(place, self.problems)
            return None if length is BAD else Accrual.uniform(patients, length)
        periods = [reader.read_section(each, PERIOD, self.problems) for each in place.content]
        if not all(whole(period.values()) for period in periods):
            return None
        ends, shares = [p["until"] for p in periods], [p["share"] for p in periods]
        return built(self.problems, place, lambda: Accrual.from_shares(patients, ends, shares))

    def source(self, place: Place, values: dict[str, Any], accrual: Accrual | None) -> tuple[Source | None, str]:
        given = [key for key in ("hazards", "run", "cohort") if values[key] is not None]
        if len(given) != 1:
            self.problems.add(
                place,
                "patients come from exactly one of hazards, run and cohort",
                found=", ".join(given) or "none of them",
            )
            return None, ""
        kind, ratio = given[0], values["ratio"]
        if values[kind] is BAD:
            return None, ""
        if kind == "hazards":
            return self.hazards(values[kind], accrual, ratio), "hazards typed in"
        read = run_section if kind == "run" else cohort_section
        made = read(values[kind], self.problems, self.folder, accrual, 1.0 if ratio is BAD else ratio)
        return (None, "") if made is None else made

    def hazards(self, place: Place, accrual: Accrual | None, ratio: Any) -> Source | None:
        values = reader.read_section(place, HAZARDS, self.problems)
        if not whole(values.values()) or ratio is BAD:
            return None
        lost = Hazard((float(-np.log1p(-values["dropout_per_month"]) / DAYS_PER_MONTH),))
        strata = self.strata(place, values, lost)
        switching = self.switching(values["switching"])
        visits = self.visits(values["visits"])
        if strata is None or accrual is None or visits is None or switching is BAD:
            return None
        made: Source | None = built(
            self.problems, place, lambda: HazardSource(Scenario(accrual, strata, ratio, visits), switching)
        )
        return made

    def strata(self, place: Place, values: dict[str, Any], lost: Hazard) -> tuple[Stratum, ...] | None:
        """The strata of a list, or one made of the section itself."""
        if values["strata"] is None:
            if values["control"] is None:
                self.problems.add(place, "control is missing", found="nothing", next_step="add control: ...")
                return None
            arms = self.arms(place, values)
            return None if arms is None else (Stratum(*arms, lost, lost),)
        if any(values[key] is not None for key in ("control", "experimental", "hazard_ratio", "cured")):
            self.problems.add(place, "with strata, the hazards are those of each stratum")
            return None
        places = values["strata"].content
        if not isinstance(places, tuple) or not places:
            self.problems.add(values["strata"], "a list of strata is needed here")
            return None
        made = [self.stratum(each, lost) for each in places]
        return tuple(each for each in made if each is not None) if None not in made else None

    def stratum(self, place: Place, lost: Hazard) -> Stratum | None:
        values = reader.read_section(place, STRATUM, self.problems)
        if not whole(values.values()):
            return None
        arms = self.arms(place, values)
        return None if arms is None else Stratum(*arms, lost, lost, values["share"], values["name"])

    def arms(self, place: Place, values: dict[str, Any]) -> tuple[Hazard, Hazard] | None:
        """Control and experimental hazard of a section, with its cured shares."""
        control = self.arm(values["control"])
        experimental = self.experimental(place, values, control)
        cured = self.cured(values["cured"])
        if control is None or experimental is None or cured is None:
            return None
        if cured["control"] or cured["experimental"]:
            control = Hazard.with_cure(cured["control"], control, _HORIZON_DAY, 240)
            experimental = Hazard.with_cure(cured["experimental"], experimental, _HORIZON_DAY, 240)
        return control, experimental

    def experimental(self, place: Place, values: dict[str, Any], control: Hazard | None) -> Hazard | None:
        if (values["experimental"] is None) == (values["hazard_ratio"] is None):
            self.problems.add(place, "the experimental arm needs one of experimental and hazard_ratio")
            return None
        if values["experimental"] is not None:
            return self.arm(values["experimental"])
        ratio = self.pieces(values["hazard_ratio"], RATIO, "ratio", positive(100.0))
        return None if ratio is None or control is None else control.times(ratio)

    def arm(self, place: Place) -> Hazard | None:
        """``{median: 12 months}``, or a list of pieces with their medians."""
        medians = self.pieces(place, ARM, "median", None)
        return None if medians is None else Hazard(tuple(np.log(2.0) / m for m in medians.rates), medians.cuts)

    def pieces(self, place: Place, keys: dict[str, Key], name: str, bare: reader.Reader | None) -> Hazard | None:
        """Values in time: one, or a list of sections of which each but the last says until when it holds."""
        if bare is not None and isinstance(place.content, str):
            value = bare(place, self.problems)
            return None if value is BAD else Hazard((value,))
        places = place.content if isinstance(place.content, tuple) else (place,)
        rows = [reader.read_section(each, keys, self.problems) for each in places]
        if not rows or not all(whole(row.values()) for row in rows):
            return None
        ends = [row["until"] for row in rows]
        if None in ends[:-1] or ends[-1] is not None:
            self.problems.add(place, "each piece but the last says until when it holds, and the last does not")
            return None
        return built(self.problems, place, lambda: Hazard(tuple(row[name] for row in rows), tuple(ends[:-1])))

    def cured(self, place: Any) -> dict[str, float] | None:
        if place is None:
            return {"control": 0.0, "experimental": 0.0}
        values = reader.read_section(place, CURED, self.problems)
        if not whole(values.values()):
            return None
        if max(values.values()) >= 1.0:
            self.problems.add(place, "somebody must be able to have the event", allowed="shares below 100 %")
            return None
        return values

    def switching(self, place: Any) -> Any:
        if place is None:
            return None
        values = reader.read_section(place, SWITCHING, self.problems)
        if not whole(values.values()):
            return BAD
        return Switching(Hazard.from_median(values["median"]), values["hazard_ratio"], values["share"])

    def visits(self, place: Any) -> tuple[float, ...] | None:
        if place is None:
            return ()
        values = reader.read_section(place, VISITS, self.problems)
        if not whole(values.values()):
            return None
        every = values["every"]
        count = int(values["until"] / every + 1e-9)
        if not count:
            self.problems.add(place, "there is no visit: the first would come after the last", next_step="raise until")
            return None
        return tuple(float(every * number) for number in range(1, count + 1))
