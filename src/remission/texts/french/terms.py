"""English words that stand in the data, in French: what the catalogue, the clinic and the audit write.

A word of a user's own study has no entry here and stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TERMS: Final[Mapping[str, str]] = {
    # studies of the catalogue
    "Nivolumab against docetaxel in squamous lung cancer after platinum": (
        "Nivolumab contre docétaxel dans le cancer épidermoïde du poumon après sels de platine"
    ),
    "Nivolumab against docetaxel in non-squamous lung cancer after platinum": (
        "Nivolumab contre docétaxel dans le cancer non épidermoïde du poumon après sels de platine"
    ),
    "Nivolumab against dacarbazine in untreated melanoma": "Nivolumab contre dacarbazine dans le mélanome non traité",
    "Nivolumab with ipilimumab, or either alone, in untreated melanoma": (
        "Nivolumab avec ipilimumab, ou l’un des deux seul, dans le mélanome non traité"
    ),
    "Pembrolizumab in advanced melanoma; complete responders may stop": (
        "Pembrolizumab dans le mélanome avancé ; arrêt possible en réponse complète"
    ),
    "Pembrolizumab against ipilimumab in advanced melanoma": "Pembrolizumab contre ipilimumab dans le mélanome avancé",
    "Pembrolizumab, two doses, against docetaxel in treated lung cancer with PD-L1": (
        "Pembrolizumab, deux doses, contre docétaxel dans le cancer du poumon prétraité exprimant PD-L1"
    ),
    "Ipilimumab, with or without gp100, against gp100 in treated melanoma": (
        "Ipilimumab, avec ou sans gp100, contre gp100 dans le mélanome prétraité"
    ),
    "Nivolumab with relatlimab against nivolumab in untreated melanoma": (
        "Nivolumab avec relatlimab contre nivolumab seul dans le mélanome non traité"
    ),
    "The road from docetaxel to a molecule that does not exist yet": (
        "Le parcours du docétaxel à une molécule qui n’existe pas encore"
    ),
    "The road from dacarbazine to what came in 2022": "Le parcours de la dacarbazine à ce qui est venu en 2022",
    # arms and regimens of the catalogue
    "the road": "le parcours",
    "without the new molecule": "sans la nouvelle molécule",
    "without the new antibody": "sans le nouvel anticorps",
    "without relatlimab": "sans relatlimab",
    "without immunotherapy before": "sans immunothérapie auparavant",
    "without immunotherapy until 2021": "sans immunothérapie avant 2021",
    "without immunotherapy until 2022": "sans immunothérapie avant 2022",
    "chemotherapy alone": "chimiothérapie seule",
    "docetaxel alone": "docétaxel seul",
    "dacarbazine alone": "dacarbazine seule",
    "without stopping": "sans arrêt",
    "without restart": "sans reprise",
    "new antibody": "nouvel anticorps",
    "nivolumab+new": "nivolumab + nouvel anticorps",
    "no drug": "aucun médicament",
    "no drug (check)": "aucun médicament (contrôle)",
    "gp100 (no drug)": "gp100 (aucun médicament)",
    "pembrolizumab after ipilimumab": "pembrolizumab après ipilimumab",
    "pembrolizumab after docetaxel": "pembrolizumab après docétaxel",
    "pembrolizumab 2 mg per kg": "pembrolizumab 2 mg/kg",
    "pembrolizumab 10 mg per kg": "pembrolizumab 10 mg/kg",
    "docetaxel": "docétaxel",
    "all": "tous",
    # rules of the catalogue
    "anti-PD-1 after progression": "anti-PD-1 après progression",
    "complete response": "réponse complète",
    "completed 35 cycles": "35 cycles achevés",
    "completed two years": "deux ans achevés",
    "durable response": "réponse durable",
    "docetaxel after progression": "docétaxel après progression",
    "grade 3 toxicity": "toxicité de grade 3",
    "grade 3 toxicity ends the combination": "la toxicité de grade 3 met fin à l’association",
    "grade 4 toxicity": "toxicité de grade 4",
    "immunotherapy at progression": "immunothérapie à la progression",
    "ipilimumab after progression": "ipilimumab après progression",
    "ipilimumab after progression off drug": "ipilimumab après progression sans traitement",
    "ipilimumab after progression on drug": "ipilimumab après progression sous traitement",
    "nivolumab after progression": "nivolumab après progression",
    "pembrolizumab after progression": "pembrolizumab après progression",
    "progression on drug": "progression sous traitement",
    "reinduction": "réinduction",
    "restart on worsening": "reprise à l’aggravation",
    "what has come since": "ce qui est venu depuis",
    "second course": "seconde cure",
    "treated beyond progression": "traitement poursuivi au-delà de la progression",
    "stopped by choice": "arrêt par choix",
    "planned end of the course": "fin prévue de la cure",
    # sites and causes
    "lung": "poumon",
    "lymph node": "ganglion",
    "soft tissue": "tissus mous",
    "liver": "foie",
    "adrenal": "surrénale",
    "disease": "maladie",
    "toxicity": "toxicité",
    "other": "autre cause",
    # why a patient was not followed
    "none of 200 candidates was diagnosed and eligible": "aucun de 200 candidats n’a été diagnostiqué et éligible",
    "no step, however small, met the tolerance": "aucun pas, si petit soit-il, n’a respecté la tolérance",
    "the limit on steps was met before the stop day": "le nombre limite de pas a été atteint avant le dernier jour",
    "events kept setting each other off at one moment": "des événements se déclenchaient sans fin au même instant",
    "the equations gave a value that is not a finite number": "les équations ont donné une valeur non finie",
    "fewer than 20 patients with an event, or none censored": (
        "moins de 20 patients avec un événement, ou aucun censuré"
    ),
    "no event was seen, so nothing can be said of cure": "aucun événement vu : rien ne peut être dit de la guérison",
    "no cure model has a maximum": "aucun modèle de guérison n’a de maximum",
    # the audit: how bad, where, and its rules
    "error": "erreur",
    "warning": "avertissement",
    "row": "ligne",
    "rows": "lignes",
    "column": "colonne",
    "patient": "patient",
    "after-death": "date postérieure au décès",
    "all-censored": "tous les patients sont censurés",
    "before-birth": "date antérieure à la naissance",
    "before-start": "date antérieure à la première dose",
    "best-response-differs": "la meilleure réponse indiquée diffère de celle des mesures",
    "contradicting-flags": "deux indicateurs se contredisent",
    "contradiction": "deux fichiers se contredisent",
    "dates-as-numbers": "dates écrites en nombres, lues comme jours depuis 1960",
    "death-censored-in-pfs": "décès compté comme censure dans la survie sans progression",
    "diameter-against-status": "un diamètre contredit l’état de sa lésion",
    "duplicate-patient": "deux lignes différentes pour un patient",
    "duplicate-rows": "lignes identiques, comptées une fois",
    "duplicate-scan": "deux lectures différentes d’une même imagerie",
    "formula": "formule dans une cellule",
    "icpd-without-iupd": "iCPD sans iUPD auparavant",
    "implausible-age": "âge invraisemblable",
    "impossible-change": "variation inférieure à −100 %",
    "in-the-future": "date dans le futur",
    "inexact-identifier": "identifiants arrondis par un tableur",
    "inverted-flag": "les événements semblent plus tardifs que les censures : 1 signifie peut-être « censuré »",
    "lesion-changes": "une lésion change d’organe ou de rôle",
    "many-arms": "plus de 12 bras : aucun n’est comparé à un autre",
    "nameless-lesion": "lésion sans nom",
    "negative-diameter": "diamètre négatif",
    "date-not-used": "date lue et non utilisée, faute d’un début ou d’une durée de survie",
    "dead-and-alive": "dit vivant, avec une date de décès",
    "death-without-date": "dit décédé, sans date de décès",
    "end-of-treatment-assumed": "dernière dose prise pour la fin du traitement",
    "impossible-grade": "grade ou indice impossible",
    "node-without-short-axis": "ganglion sans petit axe : non pris en compte",
    "on-treatment-at-death": "encore sous traitement au décès : compté comme fin de traitement",
    "time-against-date": "délai et date d’une imagerie qui se contredisent",
    "negative-time": "durée négative",
    "new-at-baseline": "lésion nouvelle dès l’inclusion",
    "no-baseline-scan": "pas d’imagerie avant la première dose : réponse non évaluée",
    "no-event-flag": "durée sans indicateur d’événement",
    "no-scans": "ni imagerie ni réponse : compté comme non répondeur",
    "no-time": "indicateur d’événement sans durée",
    "none-censored": "aucun patient n’est censuré",
    "not-a-date": "date illisible",
    "nothing-known": "aucun critère de jugement n’est lisible",
    "one-patient": "la cohorte ne compte qu’un patient",
    "other-unit": "valeurs qui semblent dans une autre unité",
    "parameter-by-prefix": "paramètre reconnu par le début de son nom",
    "partial-dates": "dates incomplètes",
    "pfs-differs": "la survie sans progression indiquée diffère de celle des mesures",
    "pfs-longer-than-os": "survie sans progression plus longue que la survie globale",
    "progression-after-death": "progression après le décès",
    "progression-from-baseline": "progression jugée depuis l’inclusion et non depuis le nadir",
    "progression-not-recorded": "progression à l’imagerie non consignée",
    "progression-without-event": "meilleure réponse « progression » sans événement de progression",
    "response-differs": "la réponse consignée diffère de celle des mesures",
    "rows-left-out": "lignes laissées de côté",
    "scan-after-death": "imagerie après le décès",
    "several-readers": "plusieurs lecteurs : un seul est retenu",
    "start-not-stated": "aucun fichier ne dit quand le traitement a commencé",
    "survival-of-the-dead-only": "survie globale connue seulement des patients décédés",
    "table-not-read": "tableau non lu",
    "targets-not-by-rule": "cibles que RECIST n’aurait pas choisies",
    "targets-only": "seules les lésions cibles sont connues",
    "text-in-numbers": "texte dans une colonne de nombres",
    "treatment-after-end": "traitement après le décès ou les dernières nouvelles",
    "two-arms": "un patient dans deux bras",
    "undated-scan": "imagerie sans date",
    "unit-not-stated": "unité non indiquée : valeurs laissées de côté",
    "unknown-patient": "imagerie d’un patient absent du tableau des patients",
    "unknown-whole": "fragment d’une lésion inconnue",
    "unknown-word": "mot inconnu",
    "unmeasured-target": "cible sans diamètre à l’inclusion",
    "zero-baseline": "cible de diamètre nul à l’inclusion",
    "zero-time": "durée nulle : rien n’a été vu de ces patients",
    # short names of endpoints in tables of published results
    "OS": "SG",
    "PFS": "SSP",
    "iPFS": "SSP (iRECIST)",
    "ORR": "RO",
    "CR": "RC",
    "SD": "MS",
    "DCR": "contrôle",
    "median_OS": "SG médiane",
    "median_PFS": "SSP médiane",
    "median_TTR": "délai de réponse médian",
    "median_DOR": "durée de réponse médiane",
    "median_DoR": "durée de réponse médiane",
    "median_followup": "suivi médian",
    "HR_OS": "RR de décès",
    "HR_PFS": "RR de SSP",
    "TRAE_G3-4": "toxicité de grade 3–4",
    "TRAE_G3-5": "toxicité de grade 3–5",
    "discontinued_TRAE": "arrêt pour toxicité",
    # why a published number is not judged
    "nobody responded": "personne n’a répondu",
    "no such endpoint here": "ce critère n’existe pas ici",
    "a second course has no central reading": "une seconde cure n’a pas de relecture centralisée",
    "no central review in this study; add `central` to its assessors": (
        "pas de relecture centralisée dans cette étude ; ajouter `central` à ses assessors"
    ),
    "confirmed": "réponses confirmées",
    "central review": "relecture centralisée",
    "no such patients": "aucun patient de ce type",
    "the other arm is not known": "l’autre bras n’est pas connu",
    "too few events for a hazard ratio": "trop peu d’événements pour un rapport de risque",
    "a curve needs a month": "une courbe demande un mois",
    "no rule of the arm stops everyone without progression at a fixed time on drug": (
        "aucune règle du bras n’arrête à date fixe tous ceux qui n’ont pas progressé"
    ),
    "no study was simulated": "aucune étude n’a été simulée",
    "no interval was published, and a ratio is judged by it": (
        "aucun intervalle publié, et un rapport de risque se juge par lui"
    ),
    "how the trial was conducted, not what came out of it": "conduite de l’essai, non résultat de l’essai",
    # designs of trials
    "The cured fraction as the endpoint": "La part de guéris comme critère de jugement",
    "Two interim looks for efficacy and futility under a late effect": (
        "Deux analyses intermédiaires, d’efficacité et de futilité, avec un effet tardif"
    ),
    "An effect that begins after three months": "Un effet qui commence après trois mois",
    "Stopping at 12 months against continuing, non-inferiority on progression-free survival": (
        "Arrêter à 12 mois ou continuer, non-infériorité sur la survie sans progression"
    ),
    "hazards": "fonctions de risque",
    "hazards typed in": "fonctions de risque données",
    "of it kept": "gardés",
    "all of it may be lost": "tout peut être perdu",
    "both arms live as the control arm does": "les deux bras vivent comme le bras contrôle",
    "not simulated: a margin cannot be imposed on these patients": (
        "non simulée : une marge ne peut être imposée à ces patients"
    ),
    "the experimental hazard is": "le risque instantané du bras expérimental est",
    "times the control's": "fois celui du contrôle",
    "log hazard ratio": "logarithme du rapport de risque",
    "difference": "différence",
    "MaxCombo of": "MaxCombo de",
    "RMST to": "survie moyenne restreinte à",
    "survival at": "survie à",
    "cured share": "part de guéris",
    "margin": "marge",
    "modestly weighted": "pondéré modérément",
    "corrected": "corrigé",
    "months": "mois",
}
