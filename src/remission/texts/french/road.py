"""The time gained, the story of the brief and one person in every arm, in French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ROAD: Final[Mapping[str, str]] = {
    "step.dated": "{month} ({date})",
    "section.gained": "La valeur du temps gagné",
    "axis.gained": "Différence, mois par patient en moyenne",
    "gained.title": "Ce qu’apporte {arrival}",
    "gained.stood": "{arm} : en vie à son arrivée {alive}, en état de la recevoir {fit}, traités avec elle {reached}.",
    "gained.text": (
        "En état de la recevoir : en vie, sans toxicité de grade 3 ou plus non résolue, et avec une somme de tous les"
        " diamètres à la dernière imagerie d’au plus 1,2 fois celle du diagnostic, où tous étaient ECOG 0 ou 1 ;"
        " l’indice de performance n’est pas suivi au cours du temps. Chaque part est une différence moyenne entre bras"
        " des mêmes patients, sur tout le suivi. Ce que le traitement antérieur a rendu possible est ce que la molécule"
        " apporte après lui, moins ce qu’elle apporte sans lui."
    ),
    "gained.by.patients": (
        "Intervalles : 95 %, par bootstrap sur les patients ; ils ne contiennent pas l’incertitude du modèle. La tumeur"
        " n’a pas de populations acceptées, ou elles n’ont pas été demandées (remission value RUN)."
    ),
    "gained.by.populations": (
        "Intervalles : 95 % des {populations} populations virtuelles que le calibrage a acceptées."
    ),
    "gained.of.alive": "mois en vie",
    "gained.of.free": "mois en vie sans médicament",
    "gained.of.severe": "toxicités de grade 3 à 5",
    "gained.earlier": "le traitement antérieur seul",
    "gained.molecule": "la molécule seule",
    "gained.possible": "rendu possible par le traitement antérieur",
    "gained.total": "les trois ensemble",
    "gained.in_road": "ce que la molécule apporte sur le parcours",
    "choice.brief": "l’histoire de départ",
    "story.of": "{arm}, {patients} patients :",
    "story.failed": "la chimiothérapie a échoué et une autre ligne a commencé chez {number}, {share} ;",
    "story.lung": "de plus, au moins {several} métastases pulmonaires au diagnostic chez {number}, {share} ;",
    "story.gone": "de plus, ensuite une imagerie sans aucune lésion chez {number}, {share} ;",
    "story.stopped": "de plus, un traitement arrêté après elle et non repris chez {number}, {share} ;",
    "story.stable": "de plus, en vie sans progression depuis chez {number}, {share}.",
    "story.choice": (
        "Dessiné : parmi ceux qui sont allés le plus loin dans l’histoire, celui qui a le plus de métastases"
        " pulmonaires, puis le plus petit numéro."
    ),
    "patient.title": "Patient {patient}",
    "patient.diagnosed": "Diagnostic le {date}.",
    "patient.twins": "La même personne dans les autres bras",
    "twin.arm": "Bras",
    "twin.end": "Dernières nouvelles",
    "twin.dead": "décès au mois {month} ({cause})",
    "twin.alive": "en vie au mois {month}",
    "twin.given": "Traitements, avec leur premier mois",
    "twin.toxicity": "Toxicité de grade 3 à 5",
    "twin.none": "aucun",
    "cause.disease": "maladie",
    "cause.toxicity": "toxicité",
    "cause.background": "autre cause",
    "arrivals.blocked": "récepteurs bloqués",
    "arrivals.toxicity": "toxicité",
    "arrivals.date": "à partir du",
    "arrivals.reached": "traités avec elle",
    "arrivals.times": "fois {value}",
    "arrivals.text": (
        "{molecule} : différences moyennes avec les mêmes {patients} patients sans cette molécule, avec des intervalles"
        " à 95 % sur les patients."
    ),
}
