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
ROAD_FRENCH: Final[Mapping[str, str]] = {
    "step.dated": "{month} ({date})",
    "date": "{day:02d}/{month:02d}/{year}",
    "section.gained": "La valeur du temps gagné",
    "axis.gained": "Différence, mois moyens par patient",
    "gained.title": "Ce qu'ajoute {arrival}",
    "gained.stood": "{arm} : en vie à son arrivée {alive}, en état {fit}, traités avec {reached}.",
    "gained.text": (
        "En état : en vie, sans toxicité de grade 3 ou plus encore présente, et avec une somme de tous les diamètres au"
        " dernier examen d'au plus 1,2 fois celle du diagnostic, où tous étaient ECOG 0 ou 1 ; l'état général n'est pas"
        " suivi dans le temps. Chaque part est une différence moyenne entre des bras des mêmes patients, sur tout le"
        " suivi. Ce que le traitement antérieur a rendu possible est ce que la molécule ajoute après lui, moins ce"
        " qu'elle ajoute sans lui."
    ),
    "gained.by.patients": (
        "Intervalles : 95 %, rééchantillonnage des patients ; ils ne contiennent pas l'incertitude du modèle. La tumeur"
        " n'a pas de populations acceptées, ou elles n'ont pas été demandées (remission value RUN)."
    ),
    "gained.by.populations": (
        "Intervalles : 95 % de {populations} populations virtuelles que le calibrage a acceptées."
    ),
    "gained.of.alive": "mois de vie",
    "gained.of.free": "mois de vie sans médicament",
    "gained.of.severe": "toxicités de grade 3 à 5",
    "gained.earlier": "le traitement antérieur seul",
    "gained.molecule": "la molécule seule",
    "gained.possible": "rendu possible par le traitement antérieur",
    "gained.total": "les trois ensemble",
    "gained.in_road": "ce que la molécule ajoute sur le chemin",
    "choice.brief": "l'histoire de départ",
    "story.of": "{arm}, {patients} patients :",
    "story.failed": "échec de la chimiothérapie et début d'une autre ligne chez {number}, {share} ;",
    "story.lung": "de plus, au moins {several} métastases pulmonaires au diagnostic chez {number}, {share} ;",
    "story.gone": "de plus, ensuite un examen sans aucune lésion chez {number}, {share} ;",
    "story.stopped": "de plus, traitement arrêté après cela et non repris chez {number}, {share} ;",
    "story.stable": "de plus, en vie sans progression depuis chez {number}, {share}.",
    "story.choice": (
        "Dessiné : parmi ceux qui sont allés le plus loin dans l'histoire, celui qui a le plus de métastases"
        " pulmonaires, puis le plus petit numéro."
    ),
    "patient.title": "Patient {patient}",
    "patient.diagnosed": "Diagnostic le {date}.",
    "patient.twins": "La même personne dans les autres bras",
    "twin.arm": "Bras",
    "twin.end": "Vu en dernier",
    "twin.dead": "décès au mois {month} ({cause})",
    "twin.alive": "en vie au mois {month}",
    "twin.given": "Traitements, avec leur premier mois",
    "twin.toxicity": "Toxicité de grade 3 à 5",
    "twin.none": "aucune",
    "cause.disease": "la maladie",
    "cause.toxicity": "la toxicité",
    "cause.background": "une autre cause",
    "arrivals.blocked": "récepteurs bloqués",
    "arrivals.toxicity": "toxicité",
    "arrivals.date": "à partir du",
    "arrivals.reached": "traités avec",
    "arrivals.times": "fois {value}",
    "arrivals.text": (
        "{molecule} : différences moyennes avec les mêmes {patients} patients sans elle, intervalles de 95 % sur les"
        " patients."
    ),
}
"""For the French tables of texts."""
