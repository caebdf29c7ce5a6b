"""RECIST 1.1 and iRECIST for one patient in plain Python: slow, written from the rules, sharing no code.

The oracle of the property tests and the peer of the benchmark. Rows are dictionaries with the columns of
`assess_table`; None stands for null.
"""

from __future__ import annotations

import math

EPS = 1e-7


def twin(
    rows,
    confirmation_day=28.0,
    minimum_stable_day=35.0,
    confirmation_latest_day=math.inf,
    window_day=14.0,
    baseline_until_day=0.0,
):
    """Visits after baseline (a list of dictionaries) and a summary of the patient (a dictionary)."""
    visits = cut_visits(rows, window_day, baseline_until_day)
    nodes = {row["lesion"]: bool(row.get("is_node")) for row in rows}
    roles, new_targets = choose(rows, visits, nodes)
    timeline = []
    block = None
    known = {}
    for day, seen in visits:
        seen = {name: row for name, row in seen.items() if known_row(row)}
        if not timeline and not known:
            baseline = seen
            start = baseline_until_day
            baseline_sum = sum(size(seen[name]) for name in roles["target"]) if roles["target"] else None
            nadir = baseline_sum
            known.update(seen)
            best_new = None
            ipfs = None
            continue
        visit, block, best_new = judge(
            day,
            seen,
            known,
            roles,
            new_targets,
            nodes,
            baseline_sum,
            nadir,
            timeline,
            block,
            best_new,
            confirmation_day,
            confirmation_latest_day,
        )
        if visit["complete_sum"] is not None:
            nadir = min(nadir, visit["complete_sum"])
        if visit["iresponse"] == "iCPD" and ipfs is None:
            ipfs = block["day"] - start
        timeline.append(visit)
        known.update(seen)
    del baseline
    return timeline, summarise(timeline, roles, start, confirmation_day, minimum_stable_day) | {
        "ipfs_day": ipfs,
        "baseline_sum_mm": baseline_sum,
    }


def cut_visits(rows, window_day, baseline_until_day):
    groups = []
    for row in sorted(rows, key=lambda row: row["time_day"]):
        day = row["time_day"]
        if day <= baseline_until_day:
            if not groups:
                groups.append([day, []])
        elif len(groups) == 1 or day > groups[-1][0] + window_day:
            groups.append([day, []])
        groups[-1][1].append(row)
    cut = []
    for day, members in groups:
        seen = {}
        for row in members:
            if known_row(row) or row["lesion"] not in seen:
                seen[row["lesion"]] = row
        cut.append((day, seen))
    return cut


def known_row(row):
    if row.get("evaluable") is False or row.get("status") in ("not evaluable", "equivocal"):
        return False
    return bool(row.get("status")) or row.get("diameter_mm") is not None


def size(row):
    if row.get("status") in ("absent", "merged"):
        return 0.0
    if row.get("status") == "too small" and row.get("diameter_mm") is None:
        return 5.0
    return row.get("diameter_mm")


def gone(row):
    diameter = size(row)
    if diameter is None:
        return False
    return diameter == 0 or (bool(row.get("is_node")) and diameter < 10)


def measurable(row):
    diameter = size(row)
    return diameter is not None and diameter >= (15 if row.get("is_node") else 10)


def choose(rows, visits, nodes):
    given = {}
    organs = {}
    for row in rows:
        if row.get("role"):
            given[row["lesion"]] = row["role"]
        if row.get("organ"):
            organs[row["lesion"]] = row["organ"]
    for name, is_node in nodes.items():
        if is_node:
            organs[name] = "NODES"
    first = {}
    for number, (_, seen) in enumerate(visits):
        for name, row in seen.items():
            if known_row(row) and not gone(row) and name not in first:
                first[name] = (number, row)
    roles = {"target": [], "non-target": [], "new": []}
    for name, role in given.items():
        roles[role].append(name)
    open_ = [name for name in first if name not in given]
    candidates = [name for name in open_ if first[name][0] == 0 and measurable(first[name][1])]
    roles["target"] += pick(candidates, roles["target"], organs, lambda name: -size(first[name][1]))
    roles["non-target"] += [name for name in open_ if first[name][0] == 0 and name not in roles["target"]]
    roles["new"] += [name for name in open_ if first[name][0] > 0]
    new = [name for name in roles["new"] if name in first and measurable(first[name][1])]
    new_targets = pick(new, [], organs, lambda name: (first[name][0], -size(first[name][1])))
    return roles, {name: first[name][0] for name in new_targets}


def pick(candidates, taken, organs, key):
    """At most five in all and two an organ."""
    chosen = []
    for name in sorted(candidates, key=key):
        held = taken + chosen
        in_organ = [other for other in held if organs.get(name) and organs.get(other) == organs[name]]
        if len(held) < 5 and len(in_organ) < 2:
            chosen.append(name)
    return chosen


def judge(
    day,
    seen,
    known,
    roles,
    new_targets,
    nodes,
    baseline_sum,
    nadir,
    timeline,
    block,
    best_new,
    confirmation_day,
    latest_day,
):
    overall = [visit["response"] for visit in timeline]
    judged = [response for response in overall if response != "NE"]
    after_complete = "CR" in judged

    measured = [name for name in roles["target"] if name in seen and size(seen[name]) is not None]
    total = sum(size(seen[name]) for name in measured)
    complete = len(measured) == len(roles["target"])
    all_gone = complete and all(gone(seen[name]) for name in measured)

    def back(role):
        return after_complete and any(name in seen and not nodes[name] and not gone(seen[name]) for name in roles[role])

    if not roles["target"]:
        target = "NA"
    elif back("target") or (measured and progressed(total, nadir)):
        target = "PD"
    elif not complete:
        target = "NE"
    elif all_gone:
        target = "CR"
    elif total <= 0.7 * baseline_sum + EPS or held(timeline, confirmation_day):
        target = "PR"
    else:
        target = "SD"

    others = [name for name in roles["non-target"] if name in seen]
    others_gone = (
        bool(roles["non-target"])
        and len(others) == len(roles["non-target"])
        and all(gone(seen[name]) for name in others)
    )
    worse = [name for name in others if unequivocal(seen[name], known.get(name))]
    grown = [name for name in others if increased(seen[name], known.get(name))]
    if not roles["non-target"]:
        nontarget = "NA"
    elif worse or back("non-target"):
        nontarget = "PD"
    elif len(others) < len(roles["non-target"]):
        nontarget = "NE"
    else:
        nontarget = "CR" if others_gone else "NON_CR_NON_PD"

    now = {**known, **seen}
    present = [name for name in roles["new"] if name in now and known_row(now[name]) and not gone(now[name])]
    # A scan on which targets could not all be judged does not take a new lesion back.
    had = bool(timeline) and timeline[-1]["new_known"]
    so_far = {name for visit in timeline for name in visit["appeared"]}
    appeared = [name for name in present if name not in so_far]
    expected = [name for name in new_targets if name in so_far or name in appeared]
    sizes = [size(seen[name]) for name in expected if name in seen]
    new_sum = None
    if expected and len(sizes) == len(expected) and None not in sizes:
        new_sum = sum(sizes)
    new_grown = any(
        name in seen and name not in new_targets and increased(seen[name], known.get(name)) for name in roles["new"]
    )

    unprogressed = combine(target, nontarget)
    response = "PD" if target == "PD" or nontarget == "PD" or present else unprogressed
    fresh = bool(appeared) or (bool(present) and not had)
    iresponse, block, best_new = irecist(
        block,
        day,
        target,
        nontarget,
        unprogressed,
        total if measured else None,
        bool(grown),
        bool(present),
        fresh,
        new_sum,
        new_grown,
        best_new,
        confirmation_day,
        latest_day,
        bool(roles["target"]),
        complete,
        any(row.get("symptomatic") for row in seen.values()),
    )
    visit = {
        "time_day": day,
        "target_response": target,
        "nontarget_response": nontarget,
        "response": response,
        "iresponse": iresponse,
        "complete_sum": total if roles["target"] and complete else None,
        "appeared": appeared,
        "new_known": bool(present) or (had and not complete),
    }
    # A progressed non-target that is then said to increase stays progressed.
    for name in worse:
        seen[name] = {**seen[name], "progressed": True}
    for name in roles["new"]:
        if name in seen and unequivocal(seen[name], known.get(name)):
            seen[name] = {**seen[name], "progressed": True}
    return visit, block, best_new


def progressed(total, nadir):
    return nadir is not None and total >= 1.2 * nadir - EPS and total - nadir >= 5 - EPS


def unequivocal(row, before):
    if row.get("status") == "unequivocal progression":
        return True
    return row.get("status") == "increased" and before is not None and bool(before.get("progressed"))


def increased(row, before):
    if row.get("status") == "increased":
        return True
    if before is None:
        return row.get("status") == "unequivocal progression"
    if row.get("status") == "unequivocal progression" and not before.get("progressed"):
        return True
    return size(row) is not None and size(before) is not None and size(row) > size(before)


def held(timeline, confirmation_day):
    """A partial response was confirmed and nothing has progressed since."""
    recent = []
    for visit in timeline:
        recent = [] if visit["response"] == "PD" else [*recent, visit]
    return confirmed_pair(recent, ("CR", "PR"), confirmation_day) is not None


def confirmed_pair(visits, words, confirmation_day):
    for i, first in enumerate(visits):
        if first["response"] not in words:
            continue
        between = "NE"
        for second in visits[i + 1 :]:
            # One stable scan between two responses leaves them standing, two in a row do not.
            hovers = "PR" in words and second["response"] == "SD" and between != "SD"
            if second["response"] not in (*words, "NE") and not hovers:
                break
            between = between if second["response"] == "NE" else second["response"]
            if second["response"] in words and second["time_day"] - first["time_day"] >= confirmation_day:
                return first, second
    return None


def combine(target, nontarget):
    if target == "NA":
        return nontarget if nontarget in ("CR", "NON_CR_NON_PD") else "NE"
    if target == "CR" and nontarget in ("CR", "NA"):
        return "CR"
    return {"CR": "PR", "PR": "PR", "SD": "SD"}.get(target, "NE")


def irecist(
    block,
    day,
    target,
    nontarget,
    unprogressed,
    total,
    grown,
    new,
    fresh,
    new_sum,
    new_grown,
    best_new,
    confirmation_day,
    latest_day,
    has_target,
    complete,
    symptomatic,
):
    rank = {"CR": 0, "PR": 1, "SD": 2, "NON_CR_NON_PD": 3, "PD": 4}
    reasons = set()
    if target == "PD":
        reasons.add("target")
    if nontarget == "PD" or (block and "non-target" in block["reasons"] and grown):
        reasons.add("non-target")
    larger_new = block is not None and (
        (new_sum is not None and block["new_sum"] is not None and new_sum >= block["new_sum"] + 5 - EPS) or new_grown
    )
    if fresh or (new and new_sum is not None and best_new is not None and progressed(new_sum, best_new)):
        reasons.add("new")
    if new and block and "new" in block["reasons"]:
        better = any(
            before in rank and rank.get(now, 9) < rank[before]
            for now, before in ((target, block["target"]), (nontarget, block["nontarget"]))
        )
        if not better or larger_new:
            reasons.add("new")
    if new and new_sum is not None:
        best_new = new_sum if best_new is None else min(best_new, new_sum)
    if not new:
        best_new = None

    if not reasons:
        word = {"CR": "iCR", "PR": "iPR", "SD": "iSD", "NON_CR_NON_PD": "iNON", "NE": "iNE"}[unprogressed]
        if word == "iCR" and new:
            word = "iPR" if has_target else "iNON"
        return word, (block if word == "iNE" else None), best_new

    if block is None:
        block = {
            "day": day,
            "last": day,
            "reasons": set(),
            "sum": None,
            "new_sum": None,
            "confirmed": False,
            "target": target,
            "nontarget": nontarget,
        }
    elif not block["confirmed"]:
        further = (
            (
                "target" in block["reasons"]
                and total is not None
                and block["sum"] is not None
                and total >= block["sum"] + 5 - EPS
            )
            or ("non-target" in block["reasons"] and grown)
            or ("new" in block["reasons"] and larger_new)
            or bool(reasons - block["reasons"])
            or fresh
        )
        if day - block["day"] < confirmation_day:
            further = symptomatic and fresh
        elif day - block["last"] > latest_day:
            further = False
        block = {**block, "confirmed": further}
    if ("target" in reasons and "target" not in block["reasons"]) or (
        block["sum"] is None and "target" in block["reasons"] | reasons
    ):
        block = {**block, "sum": total if complete else None}
    if ("new" in reasons and "new" not in block["reasons"]) or block["new_sum"] is None:
        block = {**block, "new_sum": new_sum}
    block = {**block, "reasons": block["reasons"] | reasons, "last": day}
    return ("iCPD" if block["confirmed"] else "iUPD"), block, best_new


def summarise(timeline, roles, start, confirmation_day, minimum_stable_day):
    until = []
    progression = None
    for visit in timeline:
        until.append(visit)
        if visit["response"] == "PD":
            progression = visit["time_day"]
            break
    stable = [
        visit
        for visit in until
        if visit["response"] in ("SD", "NON_CR_NON_PD") and visit["time_day"] - start >= minimum_stable_day
    ]
    responses = [visit for visit in until if visit["response"] in ("CR", "PR")]
    words = [visit["response"] for visit in until]
    best = next((word for word in ("CR", "PR") if word in words), None)
    fallback = "SD" if roles["target"] else "NON_CR_NON_PD"
    rest = fallback if stable else ("PD" if progression is not None else "NE")
    late_response = any(visit["time_day"] - start >= minimum_stable_day for visit in responses)
    pair = confirmed_pair(until, ("CR", "PR"), confirmation_day)
    if confirmed_pair(until, ("CR",), confirmation_day):
        confirmed = "CR"
    elif pair and roles["target"]:
        confirmed = "PR"
    else:
        confirmed = fallback if late_response else rest
    return {
        "best_response": best or rest,
        "confirmed_response": confirmed,
        "first_response_day": responses[0]["time_day"] if responses else None,
        "confirmed_response_day": pair[0]["time_day"] if pair else None,
        "first_progression_day": progression,
    }
