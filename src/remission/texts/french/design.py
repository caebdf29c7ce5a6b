"""The page and the tables of a trial design in French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DESIGN: Final[Mapping[str, str]] = {
    "design.superiority": "Supériorité",
    "design.non_inferiority": "Non-infériorité",
    "design.lead": (
        "{question}, alpha unilatéral {alpha}, {patients} patients, {trials} essais simulés, graine {seed} ; {origin}."
        " Un z positif est en faveur du bras expérimental."
    ),
    "design.tests": "Tests",
    "design.looks": "Analyses",
    "design.notes": "Remarques",
    "design.file": "Fichier du plan d’essai",
    "design.footer": "remission {version}. Pour la recherche ; ne conseille aucun traitement pour une personne.",
    "design.proportional": "Comme si les risques étaient proportionnels",
    "design.proportional.text": (
        "À gauche : puissance calculée comme si le dernier rapport de risque valait dès le premier jour. À droite :"
        " selon l’hypothèse."
    ),
    "design.proportional.planned": "planifié comme proportionnel",
    "design.proportional.assumed": "selon l’hypothèse",
    "design.test": "test",
    "design.power": "puissance",
    "design.calculated": "calculée",
    "design.needed": "patients nécessaires",
    "design.type_i": "erreur de type I",
    "design.mean_month": "mois moyen",
    "design.mean_events": "événements, moyenne",
    "design.not_computed": "non calculé",
    "design.look": "analyse",
    "design.month": "mois",
    "design.events": "événements",
    "design.information": "information",
    "design.bound": "borne",
    "design.success": "succès",
    "design.futility": "futilité",
    "design.false_success": "faux succès",
    "design.bounds": "{low} à {high}",
    "design.bounds.none": "pas de succès",
    "design.not_simulated": "non simulée",
    "design.failed": "{number} sur {looks}, {null} sans effet",
    "design.failed.none": "aucun",
    "design.axis.months": "mois depuis la randomisation",
    "design.axis.free": "sans événement",
    "design.axis.look": "mois de l’analyse",
    "design.axis.ratio": "rapport de risque moyen",
    "design.axis.stopped": "essais arrêtés",
    "design.key.control": "contrôle",
    "design.key.experimental": "expérimental",
    "design.key.simulated": "simulée",
    "design.key.calculated": "calculée",
    "design.figure.assumed": "Ce dont les patients sont tirés, jusqu’à la dernière analyse.",
    "design.figure.power": (
        "Puissance de chaque test (intervalle de Monte-Carlo à 95 %) ; la ligne pointillée est la puissance visée."
    ),
    "design.figure.ratio": (
        "Rapport de risque moyen à chaque analyse : un effet tardif est d’autant plus faible qu’on regarde tôt."
    ),
    "design.figure.stopping": "Part des essais arrêtés pour succès (lignes) et pour futilité (pointillés).",
    "design.note.short": (
        "Dans certains essais, trop peu d’événements sont survenus ({looks} sur {trials}) ; ils ont été analysés au"
        " départ du dernier patient."
    ),
    "design.note.short.look": "analyse {look} : {number}",
    "design.note.failed": (
        "{test} : non calculable dans certains essais ({looks}). Ils comptent comme des essais qui ne montrent rien."
    ),
    "design.note.failed.always": (
        "{test} : non calculable dans certains essais ({looks}). Ils comptent comme des essais qui ne montrent rien ;"
        " choisissez un horizon plus proche, ou analysez plus tard."
    ),
    "design.note.failed.look": "analyse {look} : {number} sur {trials} ({null} sans effet)",
    "design.note.early": "{test} : pas encore connu à l’analyse {looks}, où rien n’est dépensé.",
    "design.note.uncalculated": (
        "Là où la puissance calculée manque, aucune formule ne sert pour ce test dans ce plan ; sa puissance est"
        " seulement simulée."
    ),
    "design.note.type_i": "Erreur de type I : {note}.",
    "design.note.type_i.of": "Erreur de type I, {test} : {note}.",
    "design.note.margin": "Marge d’après l’historique : {note}.",
    "design.note.bias": "{test} : l’arrêt précoce déplace la moyenne ({estimate}) de {bias}, de {end} à {stop}.",
    "design.note.bias.months": (
        "{test} : l’arrêt précoce déplace la moyenne ({estimate}) de {bias}, de {end} à {stop} mois."
    ),
}
