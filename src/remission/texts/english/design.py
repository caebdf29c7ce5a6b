"""The page and the tables of a trial design in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DESIGN: Final[Mapping[str, str]] = {
    "design.superiority": "Superiority",
    "design.non_inferiority": "Non-inferiority",
    "design.lead": (
        "{question}, one-sided alpha\n{alpha}, {patients} patients, {trials} simulated\ntrials, seed {seed}; {origin}."
        " A z above zero favours the experimental arm."
    ),
    "design.tests": "Tests",
    "design.looks": "Looks",
    "design.notes": "Notes",
    "design.file": "Design file",
    "design.footer": "remission {version}. For research; it advises on no person's treatment.",
    "design.proportional": "As if hazards were proportional",
    "design.proportional.text": (
        "Left: power calculated as if the last hazard ratio held from the first day. Right: as assumed."
    ),
    "design.proportional.planned": "planned as proportional",
    "design.proportional.assumed": "as assumed",
    "design.test": "test",
    "design.power": "power",
    "design.calculated": "calculated",
    "design.needed": "patients needed",
    "design.type_i": "type I error",
    "design.mean_month": "mean month",
    "design.mean_events": "mean events",
    "design.not_computed": "not computed",
    "design.look": "look",
    "design.month": "month",
    "design.events": "events",
    "design.information": "information",
    "design.bound": "bound",
    "design.success": "success",
    "design.futility": "futility",
    "design.false_success": "false success",
    "design.bounds": "{low} to {high}",
    "design.bounds.none": "no success",
    "design.not_simulated": "not simulated",
    "design.failed": "{number} of {looks}, {null} without effect",
    "design.failed.none": "none",
    "design.axis.months": "months since randomisation",
    "design.axis.free": "without the event",
    "design.axis.look": "month of the look",
    "design.axis.ratio": "average hazard ratio",
    "design.axis.stopped": "stopped by then",
    "design.key.control": "control",
    "design.key.experimental": "experimental",
    "design.key.simulated": "simulated",
    "design.key.calculated": "calculated",
    "design.figure.assumed": "What patients are drawn from, up to the time of the last look.",
    "design.figure.power": ("Power of each test (95 % Monte Carlo interval); the dotted line is the power aimed at."),
    "design.figure.ratio": "Average hazard ratio at each look: a late effect is weaker the earlier one looks.",
    "design.figure.stopping": ("Share of trials that have stopped for success (lines) and for futility (dotted)."),
    "design.note.short": (
        "In some trials too few events ever came ({looks} of {trials});"
        " they were looked at when the last patient had left."
    ),
    "design.note.short.look": "look {look}: {number}",
    "design.note.failed": (
        "{test} could not be computed in some trials ({looks}). They count as trials that show nothing."
    ),
    "design.note.failed.always": (
        "{test} could not be computed in some trials ({looks}). They count as trials that show nothing; take an earlier"
        " horizon, or look later."
    ),
    "design.note.failed.look": "look {look}: {number} of {trials} ({null} without effect)",
    "design.note.early": "{test} is not known yet at look {looks}: nothing is spent there.",
    "design.note.uncalculated": (
        "Where the calculated power is left out, no formula is used for that test in this design; its power is"
        " simulated only."
    ),
    "design.note.type_i": "Type I error: {note}.",
    "design.note.type_i.of": "Type I error of {test}: {note}.",
    "design.note.margin": "Margin from history: {note}.",
    "design.note.bias": "{test}: stopping early moves the mean {estimate} by {bias}, from {end} to {stop}.",
    "design.note.bias.months": (
        "{test}: stopping early moves the mean {estimate} by {bias}, from {end} to {stop} months."
    ),
}
