"""Patients reconstructed from a published curve: IPDfromKM."""

from __future__ import annotations

import numpy as np

from remission.statistics.kaplan_meier import kaplan_meier
from remission.statistics.r_call import find_call
from remission.statistics.reconstruct import reconstruct
from remission.statistics.validation import Case, Ours, case_kind


@case_kind("IPDfromKM::getIPD(")
def guyot(case: Case) -> Ours:
    """Reconstruction judged by the rule of the note: patients, events, curve and median."""
    time, survival = np.asarray(case.data["time"], float), np.asarray(case.data["surv"], float)
    call, before = find_call(case.call, "IPDfromKM::getIPD"), find_call(case.call, "IPDfromKM::preprocess")
    total = call.value("tot.events") if call else None
    published = int(total) if total is not None else None
    scale = float(before.value("maxy", default=1.0)) if before else 1.0
    found = reconstruct(time, survival / scale, case.data["trisk"], case.data["nrisk"], published)
    curve = kaplan_meier(found.time, found.event)
    gap = float(np.abs(curve.at(time, extend=True).survival - survival / scale).max())
    events, median = float(found.event.sum()), curve.median.value
    true_events = float(case.data.get("true_events", case.output["events"]))
    theirs = case.output["median"]
    fits = (
        found.time.size == int(case.output["n"])
        and min(abs(events - true_events), abs(events - float(case.output["events"]))) <= 0.03 * true_events + 0.5
        and gap <= 0.02
        and (median == np.inf if theirs is None else abs(median - float(theirs)) <= 0.5)
    )
    left_out = {name: "not asked for by the note" for name in case.output if name not in ("n", "events", "median")}
    note = f"rule of the note: patients exact, events {events:g}, largest distance of the curve {gap:.3f}"
    return Ours({"n": found.time.size, "events": events, "median": median}, left_out, bool(fits), note)
