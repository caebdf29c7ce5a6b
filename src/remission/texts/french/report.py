"""The report in French: every text that its reader sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REPORT: Final[Mapping[str, str]] = {
    # numbers
    "decimal": ",",
    "thousands": "\u202f",
    "percent": "{value} %",
    "months": "{value} mois",
    "months.short": "{value} mois",
    "interval": "{low}–{high}",
    "list.and": " et ",
    "list.semicolon": " ; ",
    "date": "{day}/{month}/{year}",
    "not_reached": "non atteinte",
    "not_reached.short": "NA",
    "not_simulated": "non simulé",
    "unknown": "inconnu",
    # names
    "response.CR": "réponse complète",
    "response.PR": "réponse partielle",
    "response.SD": "maladie stable",
    "response.NON_CR_NON_PD": "ni RC ni progression",
    "response.PD": "progression",
    "response.NE": "non évaluable",
    "letters.CR": "RC",
    "letters.PR": "RP",
    "letters.SD": "MS",
    "letters.NON_CR_NON_PD": "MS",
    "letters.PD": "MP",
    "letters.NE": "NE",
    "short.CR": "complète",
    "short.PR": "partielle",
    "short.SD": "stable",
    "short.NON_CR_NON_PD": "ni l’une ni l’autre",
    "short.PD": "progression",
    "short.NE": "non évaluable",
    "state.on drug": "sous traitement",
    "state.off drug": "en vie, sans traitement",
    "state.second course": "seconde cure",
    "state.next line": "ligne de traitement suivante",
    "state.dead": "décédé",
    "state.not followed": "suivi terminé",
    "part.on drug": "sous la première cure",
    "part.off drug": "en vie sans traitement",
    "part.next line": "en vie après le début d’un nouveau traitement",
    "part.dead": "perdus par décès",
    "mark.response": "première réponse",
    "mark.progression": "première progression",
    "mark.death": "décès",
    "mark.alive": "en vie aux dernières nouvelles",
    "grade": "grade {grade}",
    # axes and keys
    "axis.months": "Mois depuis la première dose",
    "axis.months_after": "Mois depuis la fin prévue du traitement",
    "axis.alive": "En vie, %",
    "axis.progression_free": "En vie sans progression, %",
    "axis.patients_percent": "Patients, %",
    "axis.first_severe": "Premier événement de grade 3 à 5, %",
    "axis.change": "Variation de la somme depuis l’inclusion, %",
    "axis.patients_by_change": "Patients, de la plus forte croissance à la réponse la plus profonde",
    "axis.mean_months": "Mois par patient, en moyenne",
    "axis.diameter": "Diamètre, mm",
    "at_risk": "Patients à risque",
    "key.published": "publié, avec son intervalle",
    "key.measured": "mesuré",
    "key.true": "réel",
    "strip.response": "visites",
    "none.scans": "Aucune imagerie après l’inclusion",
    "none.patients": "Aucun patient suivi",
    # endpoints of the result table
    "endpoint.ORR": "Réponse objective",
    "endpoint.CR": "Réponse complète",
    "endpoint.DCR": "Contrôle de la maladie",
    "endpoint.OS": "En vie à {month} mois",
    "endpoint.PFS": "Sans progression à {month} mois",
    "endpoint.iPFS": "Sans progression à {month} mois, iRECIST",
    "endpoint.median_iPFS": "Survie sans progression médiane, iRECIST",
    "endpoint.HR_iPFS": "Rapport de risque de SSP selon iRECIST, comparé à {other}",
    "endpoint.by_central_review": "{endpoint}, relecture centralisée",
    "endpoint.part": "{endpoint} ({part})",
    "endpoint.median_OS": "Survie globale médiane",
    "endpoint.median_PFS": "Survie sans progression médiane",
    "endpoint.median_TTR": "Délai médian de réponse",
    "endpoint.median_DOR": "Durée médiane de réponse",
    "endpoint.TRAE_G3-5": "Toxicité de grade 3 à 5",
    "endpoint.TRAE_G3-4": "Toxicité de grade 3 ou 4",
    "endpoint.discontinued_TRAE": "Arrêt pour toxicité",
    "endpoint.completed_2y_treatment": "Deux ans de traitement achevés",
    "endpoint.completed_planned": "Traitement prévu achevé",
    "endpoint.responders_with_DoR>=30mo": "Réponses d’au moins 30 mois",
    "endpoint.ORR_second_course": "Réponse à la seconde cure",
    "endpoint.PFS_after_completion": "Sans progression {month} mois après la fin du traitement",
    "endpoint.PFS_after_completion_CR": "  réponse complète, à {month} mois",
    "endpoint.PFS_after_completion_PR": "  réponse partielle, à {month} mois",
    "endpoint.PFS_after_completion_SD": "  maladie stable, à {month} mois",
    "endpoint.PFS_after_completion_est": "Sans progression {month} mois après la fin du traitement",
    "endpoint.no_PD_after_completion_if_CR": "  réponse complète, à {month} mois",
    "endpoint.no_PD_after_completion_if_PR": "  réponse partielle, à {month} mois",
    "endpoint.no_PD_after_completion_if_SD": "  maladie stable, à {month} mois",
    "endpoint.median_exposure": "Durée médiane de traitement, si achevé",
    "endpoint.median_followup": "Suivi médian",
    "endpoint.OS_after_completion": "En vie {month} mois après la fin du traitement",
    "endpoint.HR_OS": "Rapport de risque de décès, comparé à {other}",
    "endpoint.HR_PFS": "Rapport de risque de SSP, comparé à {other}",
    "endpoint.median_time_to_response": "Délai médian de réponse",
    "endpoint.median_response_duration": "Durée médiane de réponse",
    "endpoint.stopped_for_toxicity": "Arrêt pour toxicité",
    "endpoint.second_course": "Seconde cure reçue",
    "endpoint.second_course_ORR": "Réponse à la seconde cure",
    "endpoint.next_line": "Ligne de traitement suivante reçue",
    "endpoint.treatment_free_36": "Temps sans traitement, sur 36 mois",
    "endpoint.treatment_free_60": "Temps sans traitement, sur 60 mois",
    "verdict.met": "atteint",
    "verdict.missed": "manqué",
    "verdict.too few": "trop peu",
    "verdict.not judged": "–",
    "evidence.read": "lu",
    "evidence.computed": "calculé",
    "evidence.recalled": "de mémoire",
    "evidence.fitted": "ajusté",
    # the page
    "research_only": "Réservé à la recherche : ce rapport ne conseille aucun traitement pour une personne.",
    "by": "{patients} patients virtuels, graine {seed}",
    "contents": "Sommaire",
    "section.result": "Publié et simulé",
    "section.result.own": "Résultats simulés",
    "section.survival": "Survie",
    "section.response": "Réponse",
    "section.care": "Situation des patients au cours du temps",
    "section.courses": "Parcours de chaque patient",
    "section.freedom": "Temps sans traitement",
    "section.toxicity": "Toxicité",
    "section.patient": "Un patient",
    "section.counted": "Qui est compté",
    "section.made": "Comment ce rapport a été produit",
    "section.audit": "Ce que le contrôle des données a relevé",
    "audit.clean": "Le contrôle des données n’a rien relevé.",
    "audit.rule": "Règle",
    "audit.severity": "Gravité",
    "audit.what": "Constat",
    "audit.where": "Où",
    "audit.rows": "Lignes",
    "section.cure": "Guérison et suivi",
    "cure.arm": "Bras",
    "cure.fraction": "Part de guéris",
    "cure.models": "Selon d’autres modèles",
    "cure.enough": "Suivi assez long",
    "cure.yes": "oui",
    "cure.no": "non",
    "cure.text": (
        "Modèle de mélange de Weibull avec son intervalle à 95 % ; à côté, d’autres lois et la forme sans mélange."
        " Le suivi est dit assez long si peu d’événements surviennent tard (Maller et Zhou 1994) et si presque"
        " tous les survivants à son terme font partie des guéris (Selukar et Othus 2023) ; sans cela, une part de"
        " guéris est une extrapolation."
    ),
    "section.due": "Visites attendues",
    "due.text": (
        "Au {date}, toutes les 12 semaines depuis la dernière imagerie, avec deux semaines de tolérance :"
        " {overdue} en retard, {due} à faire, {later} plus tard."
    ),
    "due.undated": " Pour {undated} patients en vie, aucune date n’est connue : leurs visites ne peuvent être dites.",
    "due.shown": " Les {shown} premières sont listées ; toutes sont dans summary.json.",
    "due.patient": "Patient",
    "due.last": "Dernière imagerie",
    "due.day": "Attendue le",
    "due.state": "État",
    "due.overdue": "en retard",
    "due.due": "à faire",
    "plain.who": "{patients} patients virtuels ont été suivis pendant {months} mois. Bras : {arms}.",
    "plain.twins": (
        "{patients} patients virtuels, dont chacun vit dans tous les bras, ont été suivis pendant {months} mois."
        " Bras : {arms}."
    ),
    "plain.response": "Ont répondu (RECIST 1.1) : {values}.",
    "plain.alive": "En vie à {month} mois : {values}.",
    "plain.median": "Survie médiane : {values}.",
    "plain.free": "En vie et sans traitement, en moyenne, sur les 36 premiers mois : {values}.",
    "plain.of_arm": "{arm} {value}",
    "plain.met": "Sur {judged} valeurs publiées comparées, {met} sont atteintes et {missed} manquées.",
    "plain.too_few": "Pour {number} autres, les patients simulés sont trop peu nombreux pour conclure.",
    "plain.fitted": (
        "La tumeur livrée a été ajustée à {number} des valeurs publiées (docs/calibration.md ; signalées « ajusté ») :"
        " y correspondre n’est pas une validation. Parmi les {judged} autres qui sont jugées, {met} sont atteintes."
    ),
    "plain.no_patients": "Bras où personne n’a été suivi : {arms}.",
    "plain.recalled": "Sans celles citées de mémoire, {met} sur {judged} sont atteintes.",
    "plain.unpublished": "Aucun résultat publié n’a été indiqué pour comparaison.",
    "plain.failed": (
        "{failed} patients n’ont pas pu être simulés ; ils sont comptés à la fin et exclus de toutes les figures."
    ),
    "plain.nobody": "Aucun patient n’a pu être suivi : il n’y a que des décomptes à montrer.",
    "tile.response": "réponse objective",
    "tile.median": "mois, survie médiane",
    "tile.alive": "en vie à {month} mois",
    "tile.free": "mois sans traitement, sur 36",
    "table.endpoint": "Critère",
    "table.published": "Publié",
    "table.simulated": "Simulé",
    "table.interval": "IC à 95 %",
    "table.verdict": "Verdict",
    "table.evidence": "Preuve",
    "table.source": "Source",
    "table.empty": "Rien n’a été simulé qui puisse être montré.",
    "table.caption": (
        "NA : non atteinte. Un pourcentage est atteint s’il est dans l’intervalle publié élargi de 3 points, une"
        " durée si elle est dans l’intervalle ou à moins de 15 % de la valeur, un rapport de risque s’il est dans"
        " l’intervalle. Trop peu : l’intervalle simulé est plus large de plus d’un quart et le"
        " recoupe. Preuve : lu dans la source ; calculé d’après ses courbes ; ou cité de mémoire, donc non"
        " vérifié. Une progression publiée selon irRC est mise en regard d’iRECIST, selon RECIST 1.1 en regard de"
        " RECIST 1.1 ; les relecteurs peuvent encore différer. Ajusté : les valeurs de la tumeur livrée ont été"
        " choisies pour y correspondre."
    ),
    "table.twins": (
        "Chaque patient vit dans tous les bras. Les intervalles des rapports de risque traitent les bras comme"
        " s’ils contenaient des personnes différentes, ce qui est prudent : ils sont trop larges."
    ),
    "table.nobody": "{arm} : personne n’a été suivi",
    "table.own": "Valeurs simulées sans équivalent publié",
    "table.sources": "Sources",
    "figure.os": "Survie globale",
    "figure.os.text": "Courbes de Kaplan-Meier avec bandes à 95 %. {values} {ends}",
    "figure.pfs": "Survie sans progression",
    "figure.pfs.text": (
        "Courbes de Kaplan-Meier avec bandes à 95 % ; progression selon RECIST 1.1, vue seulement à l’imagerie."
        " {values} {ends}"
    ),
    "curve.central": "{arm}, relecture centralisée",
    "curve.central.text": (
        "En tirets : ce qu’une relecture centralisée a vu des mêmes patients, et ce qui en a été publié."
    ),
    "curve.ends": "Une courbe de 50 patients ou plus s’arrête quand moins de 5 sont à risque.",
    "figure.waterfall": "Graphique en cascade, {arm}",
    "figure.waterfall.text": (
        "{bars} des {measured} patients ayant une imagerie après l’inclusion ; {unmeasured} n’en avaient pas. Une"
        " barre par patient : la plus petite variation de la somme des diamètres des cibles avant le début d’un"
        " autre traitement, colorée selon la meilleure réponse. Pointillés : −30 % et +20 %. Une barre en haut"
        " peut être plus longue qu’elle ne paraît ; une barre vers le bas peut être une progression, par une"
        " nouvelle lésion ou une lésion non cible."
    ),
    "figure.spider": "Courbes individuelles, {arm}",
    "figure.spider.text": (
        "Les {shown} premiers patients sur {patients} par numéro, un échantillon fidèle car les numéros n’ont pas"
        " de sens. Variation de la somme des diamètres des cibles depuis l’inclusion jusqu’au début d’un autre"
        " traitement, colorée selon la meilleure réponse ; une croissance au-delà de +100 % est coupée."
    ),
    "figure.care": "Bras {arm}",
    "figure.care.text": "L’ensemble des {patients} patients, mois par mois.",
    "care.month": "Mois {month}",
    "figure.swimmer": "Parcours individuels, {arm}",
    "figure.swimmer.text": (
        "Les {shown} premiers patients sur {patients} par numéro, le parcours le plus long en haut. Couleur :"
        " ce que le patient recevait."
    ),
    "figure.freedom": "Comment se répartissent les mois",
    "figure.freedom.text": (
        "Aires entre les courbes de Kaplan-Meier de la fin de la première cure, du début d’un nouveau traitement"
        " et du décès (survie sans traitement, Regan 2019). Une seconde cure compte comme un nouveau traitement."
        " {values}"
    ),
    "figure.after": "Après la fin prévue du traitement, {arm}",
    "figure.after.text": (
        "{completed} des {patients} patients ont terminé la première cure comme prévu, sans progression."
        " Courbes de Kaplan-Meier à partir de ce jour, selon la meilleure réponse, avec bandes à 95 %. {ends}"
    ),
    "freedom.row": "{arm}, {month} premiers mois",
    "freedom.value": "{arm} : {value} mois sans traitement sur {month}.",
    "figure.grades": "Grade maximal",
    "figure.grades.text": (
        "Part des patients selon le grade maximal des événements indésirables liés au traitement : {values}."
    ),
    "figure.onset": "Premier événement indésirable de grade 3 à 5",
    "figure.onset.text": "Incidence cumulée ; le décès sans toxicité est un risque concurrent.",
    "value.of": "{arm} : {value}",
    "value.curve": "{arm} : médiane {median} ({interval}).",
    "figure.course": "Patient {patient}, {arm}",
    "figure.course.text": (
        "Lésions ({lesions}), réponses et doses de la première dose au mois {month}. Points : diamètres mesurés ;"
        " lignes : diamètres réels (tirets : non cible ; pointillés : nouvelle). Les numéros renvoient à la liste"
        " ci-dessous."
    ),
    "choice": (
        "Choisi par règle : {reason} ; parmi ceux-ci, celui qui a le plus de lésions, puis le plus petit numéro."
    ),
    "choice.among": "Seuls les {candidates} premiers patients par numéro ont été examinés.",
    "choice.several_again": (
        "trois lésions ou plus, réponse complète, traitement arrêté, récidive, seconde cure avec réponse, en vie"
        " à la fin"
    ),
    "choice.several_retreated": ("trois lésions ou plus, réponse complète, traitement arrêté, récidive, seconde cure"),
    "choice.complete_again": (
        "réponse complète, traitement arrêté, récidive, seconde cure avec réponse, en vie à la fin"
    ),
    "choice.complete_retreated": "réponse complète, traitement arrêté, récidive, seconde cure",
    "choice.response_again": "réponse, traitement arrêté, seconde cure avec réponse",
    "choice.response_retreated": "réponse, traitement arrêté, seconde cure",
    "choice.complete_free": "réponse complète, traitement arrêté, pas de progression depuis, en vie",
    "choice.response_free": "réponse, traitement arrêté, pas de progression depuis, en vie",
    "choice.response": "une réponse (personne n’a arrêté ni été traité à nouveau)",
    "choice.anyone": "n’importe qui (personne n’a répondu)",
    "patient.facts": (
        "{sex}, {age} ans, {weight} kg, LDH à {ldh} fois la limite supérieure de la normale, ECOG {ecog}."
        " À l’inclusion : {lesions} lésions, dont cibles {targets}, somme des diamètres des cibles {sum} mm."
        " Meilleure réponse : {best}."
    ),
    "patient.woman": "Femme",
    "patient.man": "Homme",
    "patient.person": "Patient",
    "step.number": "Nº",
    "step.month": "Mois",
    "step.what": "Ce qui s’est passé",
    "step.rule": "Pourquoi",
    "step.told": "{what} : {told}",
    "event.enrolled": "inclusion",
    "event.treatment started": "début du traitement",
    "event.dose withheld": "dose non administrée",
    "event.scan progression": "progression à l’imagerie",
    "event.response": "réponse",
    "event.new lesion": "nouvelle lésion",
    "event.toxicity": "événement indésirable",
    "event.toxicity resolved": "événement indésirable résolu",
    "event.treatment stopped": "arrêt du traitement",
    "event.treatment held": "traitement suspendu",
    "event.treatment resumed": "reprise du traitement",
    "event.second course": "seconde cure",
    "event.next line": "ligne de traitement suivante",
    "event.death": "décès",
    "event.lost to follow-up": "perdu de vue",
    "event.end of follow-up": "fin du suivi",
    "event.failed": "échec de la simulation",
    "counted.text": "Rien n’est écarté en silence : un patient qui n’a pas pu être suivi est une ligne avec un motif.",
    "counted.arm": "Bras",
    "counted.patients": "Patients",
    "counted.followed": "Suivis",
    "counted.failed": "Échecs",
    "counted.not_enrolled": "Non inclus",
    "counted.lost": "Perdus de vue",
    "counted.died": "Décédés",
    "counted.reasons": "Motifs",
    "counted.none": "aucun",
    "made.text": "La même commande avec la même version donne les mêmes fichiers, au bit près.",
    "made.file": "Le fichier de l’étude, mot pour mot",
    "made.provenance": "Tout ce qui est consigné sur cette simulation",
    "made.study_hash": "Étude",
    "made.seed": "Graine",
    "made.version": "Version de remission",
    "made.parameters_hash": "Paramètres",
    "made.command": "Commande",
    "made.patients": "Patients",
}
COHORT: Final[Mapping[str, str]] = {
    "by": "{patients} patients réels",
    "section.result": "Résultats",
    "section.result.own": "Résultats",
    "plain.who": "{patients} patients réels ont été suivis jusqu’à {months} mois. Bras : {arms}.",
    "plain.unpublished": "Ce qu’aucun fichier ne dit est laissé de côté.",
    "not_simulated": "non connu",
    "table.simulated": "Observé",
    "table.own": "Valeurs observées",
    "table.empty": "Rien n’est connu qui puisse être montré.",
    "counted.text": "Rien n’est réparé en silence : ce que le contrôle a relevé est listé plus haut.",
    "made.text": "Les mêmes fichiers avec la même correspondance et la même version donnent le même dossier.",
    "made.file": "Fichiers et constats",
    "figure.pfs.text": (
        "Courbes de Kaplan-Meier avec bandes à 95 % ; progression telle que les fichiers la disent, sinon telle"
        " que l’imagerie la montre. {values} {ends}"
    ),
    "figure.spider.text": (
        "Les {shown} premiers patients sur {patients} dans l’ordre des fichiers. Variation de la somme des"
        " diamètres des cibles depuis l’inclusion jusqu’au début d’un autre traitement, colorée selon la meilleure"
        " réponse ; une croissance au-delà de +100 % est coupée."
    ),
    "figure.care.text": "Les {patients} patients dont le traitement est connu, mois par mois.",
    "figure.freedom.text": (
        "Patients dont le traitement est connu : aires entre les courbes de Kaplan-Meier de la fin de la première cure,"
        " du début d’un nouveau traitement et du décès (survie sans traitement, Regan 2019). Une seconde cure compte"
        " comme un nouveau traitement. {values}"
    ),
    "figure.swimmer.text": (
        "Les {shown} premiers patients sur {patients} dont le traitement est connu, dans l’ordre des fichiers, le"
        " parcours le plus long en haut. Couleur : ce que le patient recevait."
    ),
    "figure.course.text": (
        "Lésions ({lesions}) et réponses de la première dose au mois {month}. Les numéros renvoient à la liste"
        " ci-dessous."
    ),
}
"""What is said otherwise of real patients."""
