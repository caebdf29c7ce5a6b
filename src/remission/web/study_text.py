"""From a setting to a study file: the file of the catalogue with a few lines changed.

What is run is always a file that a user could have written, and that is what the page hands out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML

from remission.api import check_molecules
from remission.errors import StudyError
from remission.run.provenance import identity_of
from remission.study import StudyDefinition, load_definition, parse_study
from remission.study.catalogue import catalogue_file, catalogue_names, load_molecule
from remission.study.definition import ALL_DOSES_GIVEN, PLANNED_END, DoseOrder
from remission.study.yaml import read_text
from remission.web.setting import MOST_LIVES, NewMolecule, Setting, Stop

MOLECULE = "new molecule"
STOPPED, AGAIN, NEXT = "stopping rule of the page", "restart on progression", "new molecule on progression"
_STABLE = ["CR", "PR", "SD", "NON_CR_NON_PD"]
_SEEN_WITHIN_TRIAL = 0.6  # of events if treated on; that of pembrolizumab, docs/molecules.md
_YEAR = "12 months"


class NothingToRestartError(StudyError):
    """A restart was asked for where no rule stops treatment that works."""


def study_of(setting: Setting, patients: int) -> StudyDefinition:
    """The study that a setting describes; its ``text`` is the file to run.

    Raises
    ------
    StudyError
        If a name is not in the catalogue, the work is too much, or the changed study has faults.

    Examples
    --------
    >>> setting = Setting(study="keynote-006", arms=["pembrolizumab"], restart="no")
    >>> [rule.then.kind for rule in study_of(setting, 100).arm("pembrolizumab").policy if "course" in rule.name]
    []
    """
    _bound(setting, patients)
    tree = _tree(setting.study)
    if setting.seed is not None:
        tree["seed"] = setting.seed
    tree["patients"] = patients
    tree["filled"] = "twins"
    _choose_arms(tree, setting.arms)
    if setting.changes_the_study:
        _change(tree, setting)
    definition = parse_study(_text(tree), f"{setting.study}, as changed")
    check_molecules(definition, setting.arms)
    return definition


def key_of(definition: StudyDefinition) -> str:
    """A short word for all that a result depends on besides the patients: the same setting has the same folder.

    Examples
    --------
    >>> len(key_of(study_of(Setting(study="keynote-006", arms=["ipilimumab"]), 10)))
    12
    """
    return identity_of(definition, definition.seed).key[:12]


@lru_cache
def antibodies() -> dict[str, DoseOrder]:
    """Antibodies of the catalogue that a study of the catalogue gives, with the order by which it does.

    Examples
    --------
    >>> antibodies()["relatlimab"].dose
    Amount(value=160.0, unit='mg')
    """
    studies = map(load_definition, catalogue_names("studies"))
    found: dict[str, DoseOrder] = {}
    for order in (order for study in studies for regimen in study.regimens.values() for order in regimen.orders):
        if order.molecule in catalogue_names("molecules") and load_molecule(order.molecule).kind == "antibody":
            found.setdefault(order.molecule, order)
    return dict(sorted(found.items()))


def _bound(setting: Setting, patients: int) -> None:
    lives = patients * len(setting.arms)
    if lives > MOST_LIVES:
        what, step = "that is too much for the page", "ask for fewer patients or arms, or use `remission run`"
        raise StudyError(what, found=f"{lives} lives", allowed=str(MOST_LIVES), next_step=step)


def _tree(study: str) -> Any:
    return YAML().load(read_text(catalogue_file("studies", study)))


def _text(tree: Any) -> str:
    stream = io.StringIO()
    writer = YAML()
    writer.width = 120
    writer.representer.ignore_aliases = lambda _: True  # study files have no anchors
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump(tree, stream)
    return stream.getvalue()


def _choose_arms(tree: Any, chosen: tuple[str, ...]) -> None:
    strange = [name for name in chosen if name not in tree["arms"]]
    if strange:
        raise StudyError("no such arm", found=", ".join(strange), allowed=", ".join(tree["arms"]))
    for name, arm in tree["arms"].items():
        arm.pop("enabled", None)
        if name not in chosen:
            arm["enabled"] = False


def _change(tree: Any, setting: Setting) -> None:
    """A changed study is another one: it has another name, and nothing was published of it."""
    tree["study"] = f"explored-{setting.study}"
    for key in ("published", "trial", "subgroups"):
        tree.pop(key, None)
    if setting.visits is not None:
        weeks = f"{setting.visits} weeks"
        tree["scans"] = {"at": weeks, "then": [{"every": weeks}]}
        tree["watch_every"] = weeks
    for name in setting.arms:
        arm = tree["arms"][name]
        arm.pop("published_as", None)
        if _immune(tree, arm["regimen"]) or _planned(arm):
            _set_stop(arm, setting.stop)
            _set_restart(tree, arm, setting.restart)
        _mend(arm)
    if setting.molecule is not None:
        _add_molecule(tree, setting.arms, setting.molecule)


def _immune(tree: Any, regimen: str) -> bool:
    return any(_is_antibody(order["molecule"]) for order in tree["regimens"][regimen])


def _is_antibody(molecule: str) -> bool:
    return molecule in antibodies() or molecule == MOLECULE


def _rules(arm: Any) -> list[Any]:
    return list(arm.get("policy", []))


def _planned(arm: Any) -> list[Any]:
    """Rules that end treatment although nothing is wrong: neither toxicity nor progression."""
    return [rule for rule in _rules(arm) if rule["then"] == "stop" and _without_fault(rule.get("when", {}))]


def _without_fault(when: Any) -> bool:
    return "toxicity" not in when and "PD" not in _listed(when.get("response"))


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _set_stop(arm: Any, stop: Stop) -> None:
    if stop.kind == "study":
        return
    old = _planned(arm)
    rules = _rules(arm)
    place = next((k for k, rule in enumerate(rules) if rule in old), _first_on_progression(rules))
    line = old[0]["when"].get("line", 1) if old else 1
    kept = [rule for rule in rules if rule not in old]
    if stop.kind != "never":
        when = {"state": "on drug", "line": line, "course": 1, **_stop_condition(stop)}
        kept.insert(min(place, len(kept)), {"rule": STOPPED, "when": when, "then": "stop"})
    names = {rule["rule"] for rule in old}
    for rule in kept:
        ended_by = _listed(rule.get("when", {}).get("stopped_by"))
        if names & set(ended_by):
            new = [STOPPED] if stop.kind != "never" else []
            rule["when"]["stopped_by"] = [*new, *(name for name in ended_by if name not in names)]
    arm["policy"] = kept


def _stop_condition(stop: Stop) -> dict[str, Any]:
    months = f"{stop.months:g} months"
    if stop.kind == "time":
        return {"on_drug_for": months, "response": _STABLE}
    return {"response": "CR" if stop.kind == "complete" else ["CR", "PR"], "lasting": months}


def _first_on_progression(rules: list[Any]) -> int:
    found = (k for k, rule in enumerate(rules) if "PD" in _listed(rule.get("when", {}).get("response")))
    return next(found, len(rules))


def _set_restart(tree: Any, arm: Any, restart: str) -> None:
    if restart == "study":
        return
    rules = _rules(arm)
    old = [rule for rule in rules if rule["then"] == "rechallenge"]
    kept = [rule for rule in rules if rule not in old]
    planned = _planned(arm)
    if restart == "yes":
        if not planned:
            step = "choose a rule that stops treatment, or no restart"
            raise NothingToRestartError(
                "there is nothing to restart: no rule stops treatment", found="restart", next_step=step
            )
        line = planned[0]["when"].get("line", 1)
        given = old[0]["regimen"] if old else arm["regimen"]
        when = {"state": "off drug", "line": line, "course": 1, "response": "PD"}
        when |= {"stopped_by": [rule["rule"] for rule in planned]}
        again = {"rule": AGAIN, "when": when, "then": "rechallenge", "regimen": given, "for": _YEAR}
        kept.insert(_first_on_progression(kept), again)
    arm["policy"] = kept


def _mend(arm: Any) -> None:
    """Take out what waits for an end of treatment that no longer comes."""
    rules = _rules(arm)
    ends = {ALL_DOSES_GIVEN, *(rule["rule"] for rule in rules if rule["then"] == "stop")}
    ends |= {PLANNED_END} if any("for" in rule for rule in rules) else set()
    kept = []
    for rule in rules:
        when = rule.get("when", {})
        if "stopped_by" in when:
            when["stopped_by"] = [name for name in _listed(when["stopped_by"]) if name in ends]
        waits = "stopped_by" in when and not when["stopped_by"]
        again = when.get("course", 1) > 1 and not any(rule["then"] == "rechallenge" for rule in rules)
        kept += [] if waits or again else [rule]
    if kept != rules or "policy" in arm:
        arm["policy"] = kept
    if "policy" in arm and not kept:
        arm.pop("policy")


def _add_molecule(tree: Any, arms: tuple[str, ...], molecule: NewMolecule) -> None:
    known = antibodies()
    if molecule.like not in known:
        raise StudyError("no such antibody", found=molecule.like, allowed=", ".join(known))
    tree.setdefault("molecules", {})[MOLECULE] = dict(_molecule(molecule))
    order = known[molecule.like]
    doses = {"doses_at_most": order.doses_at_most} if order.doses_at_most else {}
    every = [f"{day:g} days" for day in order.every_day]
    given = {"molecule": MOLECULE, "dose": f"{order.dose.value:g} {order.dose.unit}", "every": every, **doses}
    tree["regimens"][MOLECULE] = [given]
    for name in arms:
        arm = tree["arms"][name]
        if molecule.given == "first" and tree["regimens"][arm["regimen"]]:
            arm["regimen"] = MOLECULE
            for rule in _rules(arm):
                if rule["then"] == "rechallenge":
                    rule["regimen"] = MOLECULE
        elif molecule.given == "next" and tree["regimens"][arm["regimen"]]:
            _give_next(arm, molecule)


def _molecule(molecule: NewMolecule) -> Iterator[tuple[str, Any]]:
    base = load_molecule(molecule.like)
    assert base.occupancy is not None

    def own(value: str) -> dict[str, str]:
        return {"value": value, "source": "hypothetical", "evidence": "assumed"}

    half = float(base.occupancy.half_saturation_mg_per_L) / molecule.potency
    if_treated_on = min(95.0, molecule.severe / _SEEN_WITHIN_TRIAL)
    yield "like", molecule.like
    # A question of what it would do, not of when it comes.
    yield "available_from", {"date": "1970-01-01", "source": "hypothetical", "evidence": "assumed"}
    yield "occupancy", {"half_saturation": own(f"{half:.6g} mg/L")}
    severe = {"grade_3_to_5": own(f"{molecule.severe:g} %")}
    yield "toxicity", {**severe, "grade_3_to_5_if_treated_on": own(f"{if_treated_on:.4g} %")}


def _give_next(arm: Any, molecule: NewMolecule) -> None:
    """Where the study goes on to a next line, the molecule is given instead; where it does not, on progression."""
    rules = _rules(arm)
    share = {} if molecule.share == 100 else {"share": f"{molecule.share:g} %"}
    nexts = [rule for rule in rules if rule["then"] == "next line" and rule.get("when", {}).get("line", 1) == 1]
    for rule in nexts:
        rule.pop("share", None)
        rule |= {"regimen": MOLECULE, **share}
    if not nexts:
        place = next((k for k, rule in enumerate(rules) if _ends_on_progression(rule)), len(rules))
        when = dict(rules[place]["when"]) if place < len(rules) else {"response": "PD"}
        when = {**when, "line": 1}
        rules.insert(place, {"rule": NEXT, "when": when, "then": "next line", "regimen": MOLECULE, **share})
        arm["policy"] = rules


def _ends_on_progression(rule: Any) -> bool:
    return rule["then"] == "stop" and "PD" in _listed(rule.get("when", {}).get("response"))
