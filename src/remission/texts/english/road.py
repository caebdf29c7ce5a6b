"""The time gained, the story of the brief and one person in every arm, in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ROAD: Final[Mapping[str, str]] = {
    "step.dated": "{month} ({date})",
    "section.gained": "The value of the time gained",
    "axis.gained": "Difference, mean months per patient",
    "gained.title": "What {arrival} adds",
    "gained.stood": ("{arm}: alive when it came {alive}, fit {fit}, treated with it {reached}."),
    "gained.text": (
        "Fit: alive, without an unresolved toxicity of grade 3 or more, and with a sum of all diameters at the last"
        " scan of at most 1.2 times that at diagnosis, when all were ECOG 0 or 1; performance status is not followed"
        " over time. Every part is a mean difference between arms of the same patients, over the whole of follow-up."
        " What the earlier treatment made possible is what the molecule adds after it, less what it adds without it."
    ),
    "gained.by.patients": (
        "Intervals: 95 %, a bootstrap over patients; they do not hold what is uncertain in the model. The tumour has no"
        " accepted populations, or they were not asked for (remission value RUN)."
    ),
    "gained.by.populations": "Intervals: 95 % of {populations} virtual populations that the calibration accepted.",
    "gained.of.alive": "months alive",
    "gained.of.free": "months alive without a drug",
    "gained.of.severe": "toxicities of grade 3 to 5",
    "gained.earlier": "the earlier treatment alone",
    "gained.molecule": "the molecule alone",
    "gained.possible": "made possible by the earlier treatment",
    "gained.total": "all three together",
    "gained.in_road": "what the molecule adds on the road",
    "choice.brief": "the story of the brief",
    "story.of": "{arm}, {patients} patients:",
    "story.failed": "chemotherapy failed and another line began in {number}, {share};",
    "story.lung": "besides, {several} or more lung metastases at diagnosis in {number}, {share};",
    "story.gone": "besides, a scan after that without any lesion in {number}, {share};",
    "story.stopped": "besides, treatment stopped after it and not begun again in {number}, {share};",
    "story.stable": "besides, alive without progression since in {number}, {share}.",
    "story.choice": (
        "Drawn: of those who came furthest in the story, the one with the most lung metastases, then the lowest number."
    ),
    "patient.title": "Patient {patient}",
    "patient.diagnosed": "Diagnosed on {date}.",
    "patient.twins": "The same person in the other arms",
    "twin.arm": "Arm",
    "twin.end": "Last seen",
    "twin.dead": "died in month {month} ({cause})",
    "twin.alive": "alive in month {month}",
    "twin.given": "Treatments, with their first months",
    "twin.toxicity": "Toxicity of grade 3 to 5",
    "twin.none": "none",
    "cause.disease": "the disease",
    "cause.toxicity": "toxicity",
    "cause.background": "another cause",
    "arrivals.blocked": "receptors blocked",
    "arrivals.toxicity": "toxicity",
    "arrivals.date": "from",
    "arrivals.reached": "treated with it",
    "arrivals.times": "times {value}",
    "arrivals.text": (
        "{molecule}: mean differences to the same {patients} patients without it, with 95 % intervals over patients."
    ),
}
