"""The report in English: every text that its reader sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REPORT: Final[Mapping[str, str]] = {
    # numbers
    "decimal": ".",
    "thousands": ",",
    "percent": "{value} %",
    "months": "{value} months",
    "months.short": "{value} mo",
    "interval": "{low}–{high}",
    "list.and": " and ",
    "list.semicolon": "; ",
    "date": "{year}-{month}-{day}",
    "not_reached": "not reached",
    "not_reached.short": "NR",
    "not_simulated": "not simulated",
    "unknown": "unknown",
    # names
    "response.CR": "complete response",
    "response.PR": "partial response",
    "response.SD": "stable disease",
    "response.NON_CR_NON_PD": "neither CR nor PD",
    "response.PD": "progression",
    "response.NE": "not evaluable",
    "letters.CR": "CR",
    "letters.PR": "PR",
    "letters.SD": "SD",
    "letters.NON_CR_NON_PD": "SD",
    "letters.PD": "PD",
    "letters.NE": "NE",
    "short.CR": "complete",
    "short.PR": "partial",
    "short.SD": "stable",
    "short.NON_CR_NON_PD": "neither",
    "short.PD": "progression",
    "short.NE": "not evaluable",
    "state.on drug": "on drug",
    "state.off drug": "alive, off drug",
    "state.second course": "second course",
    "state.next line": "next line of treatment",
    "state.dead": "dead",
    "state.not followed": "no longer followed",
    "part.on drug": "on the first course",
    "part.off drug": "alive without treatment",
    "part.next line": "alive after a new treatment began",
    "part.dead": "lost to death",
    "mark.response": "first response",
    "mark.progression": "first progression",
    "mark.death": "death",
    "mark.alive": "alive when last seen",
    "grade": "grade {grade}",
    # axes and keys
    "axis.months": "Months since the first dose",
    "axis.months_after": "Months since the planned end of treatment",
    "axis.alive": "Alive, %",
    "axis.progression_free": "Alive without progression, %",
    "axis.patients_percent": "Patients, %",
    "axis.first_severe": "Patients with a first grade 3 to 5, %",
    "axis.change": "Change of the sum from baseline, %",
    "axis.patients_by_change": "Patients, from the largest growth to the deepest response",
    "axis.mean_months": "Mean months per patient",
    "axis.diameter": "Diameter, mm",
    "at_risk": "Number at risk",
    "key.published": "published, with its interval",
    "key.measured": "as measured",
    "key.true": "as it was",
    "strip.response": "visits",
    "none.scans": "No scan after baseline",
    "none.patients": "No patient was followed",
    # endpoints of the result table
    "endpoint.ORR": "Objective response",
    "endpoint.CR": "Complete response",
    "endpoint.DCR": "Disease control",
    "endpoint.OS": "Alive at {month} months",
    "endpoint.PFS": "Progression-free at {month} months",
    "endpoint.iPFS": "Progression-free at {month} months, iRECIST",
    "endpoint.median_iPFS": "Median progression-free survival, iRECIST",
    "endpoint.HR_iPFS": "Hazard ratio of PFS by iRECIST v {other}",
    "endpoint.by_central_review": "{endpoint}, central review",
    "endpoint.part": "{endpoint} ({part})",
    "endpoint.median_OS": "Median overall survival",
    "endpoint.median_PFS": "Median progression-free survival",
    "endpoint.median_TTR": "Median time to response",
    "endpoint.median_DOR": "Median duration of response",
    "endpoint.TRAE_G3-5": "Toxicity of grade 3 to 5",
    "endpoint.TRAE_G3-4": "Toxicity of grade 3 or 4",
    "endpoint.discontinued_TRAE": "Stopped for toxicity",
    "endpoint.completed_2y_treatment": "Completed two years",
    "endpoint.completed_planned": "Completed planned treatment",
    "endpoint.responders_with_DoR>=30mo": "Responses of 30 months or more",
    "endpoint.ORR_second_course": "Response to the second course",
    "endpoint.PFS_after_completion": "Progression-free {month} months after completing",
    "endpoint.PFS_after_completion_CR": "  complete responders, at {month} months",
    "endpoint.PFS_after_completion_PR": "  partial responders, at {month} months",
    "endpoint.PFS_after_completion_SD": "  stable disease, at {month} months",
    "endpoint.PFS_after_completion_est": "Progression-free {month} months after completing",
    "endpoint.no_PD_after_completion_if_CR": "  complete responders, at {month} months",
    "endpoint.no_PD_after_completion_if_PR": "  partial responders, at {month} months",
    "endpoint.no_PD_after_completion_if_SD": "  stable disease, at {month} months",
    "endpoint.median_exposure": "Median time on drug, if completed",
    "endpoint.median_followup": "Median follow-up",
    "endpoint.OS_after_completion": "Alive {month} months after completing",
    "endpoint.HR_OS": "Hazard ratio of death v {other}",
    "endpoint.HR_PFS": "Hazard ratio of PFS v {other}",
    "endpoint.median_time_to_response": "Median time to response",
    "endpoint.median_response_duration": "Median duration of response",
    "endpoint.stopped_for_toxicity": "Stopped for toxicity",
    "endpoint.second_course": "Had a second course",
    "endpoint.second_course_ORR": "Response to the second course",
    "endpoint.next_line": "Had a next line of treatment",
    "endpoint.treatment_free_36": "Free of treatment, of 36 months",
    "endpoint.treatment_free_60": "Free of treatment, of 60 months",
    "verdict.met": "met",
    "verdict.missed": "missed",
    "verdict.too few": "too few",
    "verdict.not judged": "–",
    "evidence.read": "read",
    "evidence.computed": "computed",
    "evidence.recalled": "recalled",
    "evidence.fitted": "fitted",
    # the page
    "research_only": "Research use only: this report does not advise on the treatment of a person.",
    "by": "{patients} virtual patients, seed {seed}",
    "contents": "Contents",
    "section.result": "Published and simulated",
    "section.result.own": "Simulated results",
    "section.survival": "Survival",
    "section.response": "Response",
    "section.care": "Where patients stand over time",
    "section.courses": "Course by course",
    "section.freedom": "Time free of treatment",
    "section.toxicity": "Toxicity",
    "section.patient": "One patient",
    "section.counted": "Who is counted",
    "section.made": "How this was made",
    "section.audit": "What the audit met",
    "audit.clean": "The audit met nothing to be said.",
    "audit.rule": "Rule",
    "audit.severity": "Severity",
    "audit.what": "Finding",
    "audit.where": "Where",
    "audit.rows": "Rows",
    "section.cure": "Cure and follow-up",
    "cure.arm": "Arm",
    "cure.fraction": "Cured share",
    "cure.models": "By other models",
    "cure.enough": "Follow-up long enough",
    "cure.yes": "yes",
    "cure.no": "no",
    "cure.text": (
        "Weibull mixture with its 95 % interval; other families and the non-mixture form beside it. Follow-up"
        " is called enough if few events fall late (Maller and Zhou 1994) and nearly all survivors at its end"
        " are in the cured share (Selukar and Othus 2023); without that, a cured share is an extrapolation."
    ),
    "section.due": "Visits due",
    "due.text": (
        "On {date}, every 12 weeks from the last scan, with two weeks of grace: {overdue} overdue, {due} due,"
        " {later} later."
    ),
    "due.undated": " Of {undated} living patients no date is known: their visits cannot be told.",
    "due.shown": " The first {shown} are listed; all are in summary.json.",
    "due.patient": "Patient",
    "due.last": "Last scan",
    "due.day": "Due",
    "due.state": "State",
    "due.overdue": "overdue",
    "due.due": "due",
    "plain.who": "{patients} virtual patients were followed for {months} months. Arms: {arms}.",
    "plain.twins": (
        "{patients} virtual patients, each of whom lives in every arm, were followed for {months} months. Arms: {arms}."
    ),
    "plain.response": "Responded (RECIST 1.1): {values}.",
    "plain.alive": "Alive after {month} months: {values}.",
    "plain.median": "Median survival: {values}.",
    "plain.free": "Alive and without treatment, on average, of the first 36 months: {values}.",
    "plain.of_arm": "{arm} {value}",
    "plain.met": "Of {judged} published numbers compared, {met} are met and {missed} missed.",
    "plain.too_few": "For {number} the simulated patients are too few to say.",
    "plain.fitted": (
        "The shipped tumour was fitted to {number} of the published numbers (docs/calibration.md; marked fitted):"
        " agreement with them is no validation. Of the {judged} others that are judged, {met} are met."
    ),
    "plain.no_patients": "Arms in which nobody was followed: {arms}.",
    "plain.recalled": "Without those recalled from memory, {met} of {judged} are met.",
    "plain.unpublished": "No published result was named to compare with.",
    "plain.failed": (
        "{failed} patients could not be simulated; they are counted at the end and left out of every figure."
    ),
    "plain.nobody": "No patient could be followed: there is nothing to show but the counts.",
    "tile.response": "objective response",
    "tile.median": "months, median survival",
    "tile.alive": "alive at {month} months",
    "tile.free": "months free of treatment, of 36",
    "table.endpoint": "Endpoint",
    "table.published": "Published",
    "table.simulated": "Simulated",
    "table.interval": "95 % interval",
    "table.verdict": "Verdict",
    "table.evidence": "Evidence",
    "table.source": "Source",
    "table.empty": "Nothing was simulated that could be shown.",
    "table.caption": (
        "NR: not reached. A percentage is met inside the published interval widened by 3 points, a time"
        " inside the interval or within 15 % of the value, a hazard ratio inside the interval. Too few: the"
        " simulated interval is more than a quarter wider than that and reaches into it. Evidence: read in"
        " the source; computed from its curves; or recalled, that is not verified. Progression in print by"
        " irRC stands beside iRECIST, by RECIST 1.1 beside RECIST 1.1; readers may differ still. Fitted: the"
        " values of the shipped tumour were chosen to agree with it."
    ),
    "table.twins": (
        "Every patient lives in every arm. Intervals of hazard ratios treat the arms as if they held different"
        " persons, which is conservative: they are too wide."
    ),
    "table.nobody": "{arm}: nobody was followed",
    "table.own": "Simulated numbers that nothing published stands beside",
    "table.sources": "Sources",
    "figure.os": "Overall survival",
    "figure.os.text": "Kaplan-Meier curves with 95 % bands. {values} {ends}",
    "figure.pfs": "Progression-free survival",
    "figure.pfs.text": (
        "Kaplan-Meier curves with 95 % bands; progression by RECIST 1.1, seen only at scans. {values} {ends}"
    ),
    "curve.central": "{arm}, central review",
    "curve.central.text": "Dashed: what a central review saw of the same patients, with what was published of that.",
    "curve.ends": "A curve of 50 patients or more ends where fewer than 5 are at risk.",
    "figure.waterfall": "Waterfall plot, {arm}",
    "figure.waterfall.text": (
        "{bars} of {measured} patients with a scan after baseline; {unmeasured} had none. One bar for"
        " each patient: the smallest change of the sum of target diameters before another treatment"
        " began, coloured by best response. Dashed: −30 % and +20 %. A bar at the top may be longer than"
        " shown; one that points down may still be progression, by a new lesion or a non-target."
    ),
    "figure.spider": "Spider plot, {arm}",
    "figure.spider.text": (
        "The first {shown} of {patients} patients by number, a fair sample because numbers carry no"
        " meaning. Change of the sum of target diameters from baseline until another treatment began,"
        " coloured by best response; growth beyond +100 % is cut off."
    ),
    "figure.care": "{arm}",
    "figure.care.text": "All {patients} patients, month by month.",
    "care.month": "Month {month}",
    "figure.swimmer": "Swimmer plot, {arm}",
    "figure.swimmer.text": (
        "The first {shown} of {patients} patients by number, the longest course on top. Colour: what the"
        " patient was on."
    ),
    "figure.freedom": "How the months are spent",
    "figure.freedom.text": (
        "Areas between the Kaplan-Meier curves of the end of the first course, the start of a new"
        " treatment, and death (treatment-free survival, Regan 2019). A second course counts as a new"
        " treatment. {values}"
    ),
    "figure.after": "After completing treatment, {arm}",
    "figure.after.text": (
        "{completed} of {patients} patients ended the first course as planned, without progression."
        " Kaplan-Meier curves from that day by best response, with 95 % bands. {ends}"
    ),
    "freedom.row": "{arm}, first {month} months",
    "freedom.value": "{arm}: {value} of {month} months free of treatment.",
    "figure.grades": "Worst grade",
    "figure.grades.text": "Share of patients by worst grade of treatment-related toxicity: {values}.",
    "figure.onset": "First grade 3 to 5",
    "figure.onset.text": "Cumulative incidence; death without toxicity competes.",
    "value.of": "{arm}: {value}",
    "value.curve": "{arm}: median {median} ({interval}).",
    "figure.course": "Patient {patient}, {arm}",
    "figure.course.text": (
        "Lesions ({lesions}), responses and doses from the first dose to month {month}. Dots: diameters"
        " as measured; lines: as they were (dashed: not a target; dotted: new). Numbers refer to the"
        " list below."
    ),
    "choice": "Chosen by rule: {reason}; of these the one with the most lesions, then the lowest number.",
    "choice.among": "Only the first {candidates} patients by number were looked at.",
    "choice.several_again": (
        "three lesions or more, a complete response, treatment stopped, relapse, a second course with a"
        " response, alive at the end"
    ),
    "choice.several_retreated": (
        "three lesions or more, a complete response, treatment stopped, relapse, a second course"
    ),
    "choice.complete_again": (
        "a complete response, treatment stopped, relapse, a second course with a response, alive at the end"
    ),
    "choice.complete_retreated": "a complete response, treatment stopped, relapse, a second course",
    "choice.response_again": "a response, treatment stopped, a second course with a response",
    "choice.response_retreated": "a response, treatment stopped, a second course",
    "choice.complete_free": "a complete response, treatment stopped, no progression since, alive",
    "choice.response_free": "a response, treatment stopped, no progression since, alive",
    "choice.response": "a response (nobody stopped or was treated again)",
    "choice.anyone": "anyone (nobody responded)",
    "patient.facts": (
        "{sex}, {age} years, {weight} kg, LDH {ldh} times the upper limit of normal, ECOG {ecog}. At"
        " baseline: lesions {lesions}, of these targets {targets}, sum of target diameters {sum} mm."
        " Best response: {best}."
    ),
    "patient.woman": "Woman",
    "patient.man": "Man",
    "patient.person": "Patient",
    "step.number": "No.",
    "step.month": "Month",
    "step.what": "What happened",
    "step.rule": "Why",
    "step.told": "{what}: {told}",
    "event.enrolled": "enrolled",
    "event.treatment started": "treatment started",
    "event.dose withheld": "dose withheld",
    "event.scan progression": "progression on the scan",
    "event.response": "response",
    "event.new lesion": "new lesion",
    "event.toxicity": "toxicity",
    "event.toxicity resolved": "toxicity resolved",
    "event.treatment stopped": "treatment stopped",
    "event.treatment held": "treatment held",
    "event.treatment resumed": "treatment resumed",
    "event.second course": "second course",
    "event.next line": "next line",
    "event.death": "death",
    "event.lost to follow-up": "lost to follow-up",
    "event.end of follow-up": "end of follow-up",
    "event.failed": "failed",
    "counted.text": ("Nothing is dropped in silence: a patient who could not be followed is a row with a reason."),
    "counted.arm": "Arm",
    "counted.patients": "Patients",
    "counted.followed": "Followed",
    "counted.failed": "Failed",
    "counted.not_enrolled": "Not enrolled",
    "counted.lost": "Lost to follow-up",
    "counted.died": "Died",
    "counted.reasons": "Reasons",
    "counted.none": "none",
    "made.text": "The same command with the same version gives the same files, bit for bit.",
    "made.file": "The study file, word for word",
    "made.provenance": "Everything recorded about this run",
    "made.study_hash": "Study",
    "made.seed": "Seed",
    "made.version": "Version of remission",
    "made.parameters_hash": "Parameters",
    "made.command": "Command",
    "made.patients": "Patients",
}
COHORT: Final[Mapping[str, str]] = {
    "by": "{patients} real patients",
    "section.result": "Results",
    "section.result.own": "Results",
    "plain.who": "{patients} real patients were followed for up to {months} months. Arms: {arms}.",
    "plain.unpublished": "What no file said is left out.",
    "not_simulated": "not known",
    "table.simulated": "Observed",
    "table.own": "Observed numbers",
    "table.empty": "Nothing is known that could be shown.",
    "counted.text": "Nothing is repaired in silence: what the audit met is listed above.",
    "made.text": "The same files with the same mapping and version give the same folder.",
    "made.file": "Files and findings",
    "figure.pfs.text": (
        "Kaplan-Meier curves with 95 % bands; progression as the files state it, else as the scans show it."
        " {values} {ends}"
    ),
    "figure.spider.text": (
        "The first {shown} of {patients} patients in the order of the files. Change of the sum of target"
        " diameters from baseline until another treatment began, coloured by best response; growth beyond"
        " +100 % is cut off."
    ),
    "figure.care.text": "The {patients} patients whose treatment is known, month by month.",
    "figure.freedom.text": (
        "Patients whose treatment is known: areas between the Kaplan-Meier curves of the end of the first course,"
        " the start of a new treatment, and death (treatment-free survival, Regan 2019). A second course counts as"
        " a new treatment. {values}"
    ),
    "figure.swimmer.text": (
        "The first {shown} of {patients} patients whose treatment is known, in the order of the files, the longest"
        " course on top. Colour: what the patient was on."
    ),
    "figure.course.text": (
        "Lesions ({lesions}) and responses from the first dose to month {month}. Numbers refer to the list below."
    ),
}
"""What is said otherwise of real patients."""
