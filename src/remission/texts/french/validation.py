"""The page and the table of a validation in French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VALIDATION: Final[Mapping[str, str]] = {
    "validate.title": "Validation contre les essais publiés",
    "validate.lead": (
        "{trials} essais virtuels de chacune des {studies} études, chacun aussi grand que l’essai, avec de nouveaux"
        " patients (graine {seed}). Une valeur simulée est la moyenne des essais virtuels, avec l’étendue qui en"
        " contient 95 %. Un pourcentage réussit dans l’intervalle publié élargi de 3 points, une durée dans"
        " l’intervalle ou à moins de 15 %, un rapport de risque dans l’intervalle."
    ),
    "validate.recalled": "Cité de mémoire",
    "validate.recalled.text": "Personne n’a vérifié ces valeurs ; elles sont montrées, et comptées à part.",
    "validate.arm": "bras",
    "validate.endpoint": "critère",
    "validate.published": "publié",
    "validate.simulated": "simulé",
    "validate.at": "{endpoint} à {month} mois",
    "validate.by": "{endpoint} ({criterion})",
    "validate.days": "{value} j",
    "validate.interval": "{value} ({low} à {high})",
    "validate.pass": "réussi",
    "validate.miss": "MANQUÉ",
    "validate.far": "{verdict}, de loin",
    "validate.not_computable": "non calculable : {reason}",
    "validate.not_judged": "non jugé : {reason}",
    "validate.group.looked_up": "lu ou calculé",
    "validate.group.memory": "cité de mémoire",
    "validate.score": "{group} : {passed} lignes sur {judged} réussissent{percent}",
    "validate.score.others": "hors survie globale à un mois donné : {passed} sur {judged}{percent}",
    "validate.score.equal": "à poids égal pour chaque bras et chaque critère :{percent}",
    "validate.score.far": "lignes principales éloignées de plus de {points} points : {number}",
    "validate.score.none": "aucune",
    "validate.score.row": "{trial}, {arm} : {endpoint} {simulated}, publié {published}",
    "validate.score.at": "{endpoint} à {month} mois",
    "validate.measure.OS": "En vie, %",
    "validate.measure.PFS": "Sans progression (RECIST 1.1), %",
    "validate.measure.iPFS": "Sans progression confirmée, %",
    "validate.figure": "{measure} : {study}",
    "validate.figure.text": (
        "{title}. Moyenne de {trials} essais virtuels, la bande en contient 95 % ; les signes sont les points publiés."
    ),
    "validate.figure.central": (
        "En tirets : la progression selon une relecture centralisée, et ce qui en a été publié."
    ),
}
