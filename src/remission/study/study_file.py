"""Study files: the tables of their keys, and how a tree becomes a `StudyDefinition`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from remission.study import reader
from remission.study.catalogue import catalogue_names, load_molecule, molecule_place
from remission.study.criteria_file import ELIGIBLE, criteria, subgroups
from remission.study.dates_file import Calendar, calendar_of, check_first_line, diagnosed, with_dates
from remission.study.definition import ASSESSORS, Arm, DoseOrder, Regimen, StudyDefinition, meaning_hash
from remission.study.molecule import Molecule
from remission.study.molecule_file import overlay, read_molecule
from remission.study.numbers import MOST_PATIENTS, MOST_SEED
from remission.study.own_model_file import Written, own_model, stand_alone
from remission.study.policy_checks import Surroundings, check_policy
from remission.study.policy_file import policy_reader
from remission.study.reader import BAD, Key, Problems, Reader
from remission.study.scans_file import between_scans, scans
from remission.study.time_gained_file import check_time_gained, time_gained
from remission.study.yaml import Place, parse_yaml

MOST_DRUGS = 3
"""In one regimen; the clinic keeps that many dose calendars for a patient."""


def parse_study(text: str, where: str = "study.yaml") -> StudyDefinition:
    """A study from the text of its file; ``where`` names the file in messages.

    Raises
    ------
    StudyError
        With every fault of the file, each with its line.
    """
    problems = Problems()
    tree = parse_yaml(text, where)
    definition = read_study(tree, problems)
    problems.raise_if_any()
    if isinstance(definition.model, Written):
        place = tree.at("model")
        assert place is not None
        text = stand_alone(text, place, definition.model)
        definition = replace(definition, model=definition.model.model)
    definition = replace(definition, text=text)
    return replace(definition, hash=meaning_hash(definition))


def study_keys(molecules: tuple[str, ...], regimens: tuple[str, ...]) -> dict[str, Key]:
    """Keys of a study file that may name these molecules and regimens."""
    return {
        "study": Key(reader.name),
        "title": Key(reader.text, ""),
        "patients": Key(reader.integer(1, MOST_PATIENTS)),
        "seed": Key(reader.integer(0, MOST_SEED)),
        "tumour": Key(reader.choice(*catalogue_names("tumours"), what="tumour")),
        "model": Key(own_model, None),
        "previously_treated": Key(reader.share, 0.0),
        "eligible": Key(criteria(ELIGIBLE), ()),
        "subgroups": Key(subgroups, {}),
        "filled": Key(reader.choice("randomised", "twins"), "randomised"),
        "diagnosed": Key(diagnosed, None),
        "follow_up": Key(reader.duration()),
        "scans": Key(scans),
        "watch_every": Key(between_scans, 84.0),
        "confirmation": Key(reader.duration(), 28.0),
        "lost_to_follow_up_per_year": Key(_loss, 0.0),
        "assessors": Key(_assessors, ()),
        "published": Key(reader.choice(*catalogue_names("published"), what="published results"), None),
        "trial": Key(reader.one_or_more(reader.text), ()),
        "molecules": Key(_named(_own_molecule), {}),
        "regimens": Key(_named(_regimen(molecules))),
        "arms": Key(_named(_arm(regimens))),
        "time_gained": Key(time_gained, None),
    }


def dose_order_keys(molecules: tuple[str, ...]) -> dict[str, Key]:
    """Keys of one drug of a regimen that may name these molecules."""
    return {
        "molecule": Key(reader.choice(*molecules, what="molecule")),
        "dose": Key(reader.dose),
        "every": Key(reader.one_or_more(reader.duration())),
        "doses_at_most": Key(reader.integer(1, 10_000), None),
        "start": Key(reader.duration(0.0), 0.0),
    }


def arm_keys(regimens: tuple[str, ...]) -> dict[str, Key]:
    """Keys of an arm that may name these regimens."""
    return {
        "label": Key(reader.text, None),
        "ratio": Key(reader.integer(0, 100), None),
        "enabled": Key(reader.yes_no, True),
        "regimen": Key(reader.choice(*regimens, what="regimen")),
        "policy": Key(policy_reader(regimens), ()),
        "published_as": Key(reader.one_or_more(reader.text), ()),
    }


def read_study(tree: Place, problems: Problems) -> Any:
    """A study from its tree, without text and hash; `BAD` if a problem was added."""
    molecules = tuple(sorted({*catalogue_names("molecules"), *_names_in(tree.at("molecules"))}))
    values = reader.read_section(tree, study_keys(molecules, _names_in(tree.at("regimens"))), problems)
    molecules_given = _given(values["regimens"], values["molecules"])
    calendar = calendar_of(values, molecules_given)
    if _molecules_of(calendar.regimens).keys() <= calendar.molecules.keys():  # a molecule that is not there is told
        _add_dates(tree, values, calendar, problems)
        check_time_gained(tree, values, molecules_given, problems)
    _check_policies(tree, values, problems)
    _check_patients(tree, values["arms"], problems)
    _check_earlier_treatment(tree, values, problems)
    _check_published(tree, values, problems)
    _check_model(tree, values, molecules_given, problems)
    if problems.found:
        return BAD
    return StudyDefinition(
        name=values["study"],
        title=values["title"],
        patients=values["patients"],
        seed=values["seed"],
        tumour=values["tumour"],
        model=values["model"],
        previously_treated=values["previously_treated"],
        follow_up_day=values["follow_up"],
        filled=values["filled"],
        scans=values["scans"],
        watch_every_day=values["watch_every"],
        confirmation_day=values["confirmation"],
        lost_to_follow_up_per_year=values["lost_to_follow_up_per_year"],
        assessors=values["assessors"],
        arms=tuple(_make_arm(name, arm) for name, arm in values["arms"].items()),
        regimens=values["regimens"],
        molecules=molecules_given,
        eligible=values["eligible"],
        subgroups=values["subgroups"],
        published=values["published"],
        trial=values["trial"],
        diagnosed=values["diagnosed"],
        time_gained=values["time_gained"],
    )


def _names_in(place: Place | None) -> tuple[str, ...]:
    return tuple(place.content) if place is not None and isinstance(place.content, Mapping) else ()


def _named(item: Any) -> Reader:
    """Reader of a section of named things; those that could not be read are left out."""

    def read(place: Place, problems: Problems) -> Any:
        if not isinstance(place.content, Mapping) or not place.content:
            return problems.add(place, "names are needed here, each with a section of its own")
        things = {}
        for name, each in place.content.items():
            named = reader.name(replace(each, content=name), problems)
            value = item(name, each, problems)
            if named is not BAD and value is not BAD:
                things[name] = value
        return things

    return read


def _loss(place: Place, problems: Problems) -> Any:
    value = reader.share(place, problems)
    if value == 1:
        return problems.add(place, "nobody would be followed", allowed="less than 100 %")
    return value


def _assessors(place: Place, problems: Problems) -> Any:
    values = reader.one_or_more(reader.choice(*ASSESSORS, what="assessor"))(place, problems)
    if values is not BAD and len(set(values)) < len(values):
        found, step = ", ".join(values), "name each once, the one that published results mean first"
        return problems.add(place, "an assessor is named twice", found=found, next_step=step)
    return values


def _regimen(molecules: tuple[str, ...]) -> Any:
    keys = dose_order_keys(molecules)

    def read(name: str, place: Place, problems: Problems) -> Any:
        orders = place.content if isinstance(place.content, tuple) else (place,)
        if len(orders) > MOST_DRUGS:
            return problems.add(place, "too many drugs in one regimen", allowed=f"at most {MOST_DRUGS}")
        sections = [reader.read_section(each, keys, problems) for each in orders]
        if not all(reader.whole(section.values()) for section in sections):
            return BAD
        return Regimen(name, tuple(_dose_order(section) for section in sections))

    return read


def _dose_order(values: Mapping[str, Any]) -> DoseOrder:
    return DoseOrder(values["molecule"], values["dose"], values["every"], values["doses_at_most"], values["start"])


def _own_molecule(name: str, place: Place, problems: Problems) -> Any:
    """A molecule written in the study; ``like`` takes the rest from a molecule of the catalogue."""
    known = catalogue_names("molecules")
    if name in known:
        return problems.add(
            place, "the catalogue has a molecule of this name", found=name, next_step="choose another name"
        )
    if not isinstance(place.content, Mapping):
        return problems.add(place, "a section is needed here")
    content = {key: value for key, value in place.content.items() if key != "like"}
    content["molecule"] = content["label"] = Place(name, place.file, place.line)
    content["label"] = place.at("label") or content["molecule"]
    tree = replace(place, content=content)
    like = place.at("like")
    if like is not None:
        base = reader.choice(*known, what="molecule")(like, problems)
        if base is BAD:
            return BAD
        tree = overlay(molecule_place(base), tree)
    return read_molecule(tree, problems)


def _arm(regimens: tuple[str, ...]) -> Any:
    keys = arm_keys(regimens)

    def read(name: str, place: Place, problems: Problems) -> Any:
        values = reader.read_section(place, keys, problems)
        if values["ratio"] == 0:
            problems.add(
                place.at("ratio") or place,
                "the arm would have no patients",
                allowed="1 or more",
                next_step="write enabled: false, or leave ratio out to fill it with twins",
            )
        return values

    return read


def _make_arm(name: str, values: Mapping[str, Any]) -> Arm:
    policy = tuple(written.rule for written in values["policy"])
    return Arm(
        name,
        values["label"] or name,
        values["ratio"],
        values["enabled"],
        values["regimen"],
        policy,
        values["published_as"],
    )


def _add_dates(tree: Place, values: Mapping[str, Any], calendar: Calendar, problems: Problems) -> None:
    """Write out what rules leave unsaid about dates and lines, and check both."""
    if values["arms"] is BAD:
        return
    for name, arm in values["arms"].items():
        place = tree.at("arms").at(name)  # type: ignore[union-attr]
        if arm["regimen"] is not BAD:
            check_first_line(place.at("regimen"), arm["regimen"], calendar, problems)  # type: ignore[union-attr, arg-type]
        if arm["policy"] is not BAD:
            arm["policy"] = with_dates(arm["policy"], calendar, problems)


def _check_policies(tree: Place, values: Mapping[str, Any], problems: Problems) -> None:
    """Faults between rules; what could not be read is left out of sight."""
    if values["arms"] is BAD:
        return
    regimens = {} if values["regimens"] is BAD else values["regimens"]
    follow_up = None if values["follow_up"] is BAD else values["follow_up"]
    for name, arm in values["arms"].items():
        place = tree.at("arms").at(name).at("policy")  # type: ignore[union-attr]
        if arm["policy"] is BAD or place is None or len(arm["policy"]) != len(place.content or ()):
            continue
        first = None if arm["regimen"] is BAD else arm["regimen"]
        check_policy(arm["policy"], Surroundings(first, regimens, follow_up), problems)


def _check_patients(tree: Place, arms: Any, problems: Problems) -> None:
    if arms is not BAD and arms and not any(arm["enabled"] for arm in arms.values()):
        problems.add(
            tree.at("arms") or tree,
            "no arm is enabled, so there would be no patients",
            next_step="enable one",
        )


def _check_earlier_treatment(tree: Place, values: Mapping[str, Any], problems: Problems) -> None:
    """Nobody is left where the share of earlier treatment is none and only the treated are eligible, or the reverse."""
    share = values["previously_treated"]
    if values["eligible"] is BAD or share not in (0, 1):
        return
    chosen = [one for one in values["eligible"] if one.covariate == "previously_treated"]
    if any((one.at_least is not None) != bool(share) for one in chosen):
        problems.add(
            tree.at("eligible").at("previously_treated"),  # type: ignore[union-attr, arg-type]
            "nobody could be enrolled",
            found=f"previously_treated: {100 * share:g} %",
            next_step="change the share of previously treated patients, or this",
        )


def _check_model(tree: Place, values: Mapping[str, Any], molecules: Mapping[str, Molecule], problems: Problems) -> None:
    """Every molecule that the study gives has a place in a model of the user's own."""
    if values["model"] in (BAD, None):
        return
    places = tuple(drug.name for drug in values["model"].model.drugs)
    for name in (name for name in molecules if name not in places):
        problems.add(
            tree.at("model") or tree,
            "the model does not say where a molecule of the study goes",
            found=name,
            allowed=", ".join(places),
            next_step=f"add {name}: {{into: ...}} to its drugs",
        )


def _check_published(tree: Place, values: Mapping[str, Any], problems: Problems) -> None:
    """What an arm is published as must be an arm of the published results."""
    from remission.study.published import all_published

    if values["arms"] is BAD or values["published"] in (BAD, None):
        return
    figures = all_published(values["published"])
    whole = {figure.arm for figure in figures} | {figure.against for figure in figures if figure.against}
    groups = () if values["subgroups"] is BAD else tuple(values["subgroups"])
    whole |= {name.removesuffix(f", {group}") for name in whole for group in groups}
    known = tuple(sorted(whole))
    for name in values["arms"]:
        place = tree.at("arms").at(name).at("published_as")  # type: ignore[union-attr]
        if place is not None:
            reader.one_or_more(reader.choice(*known, what="published arm"))(place, problems)


def _given(regimens: Any, own: Any) -> dict[str, Molecule]:
    if regimens is BAD:
        return {}
    own = {} if own is BAD else own
    known = catalogue_names("molecules")
    names = _molecules_of(regimens)
    return {name: own[name] if name in own else load_molecule(name) for name in names if name in own or name in known}


def _molecules_of(regimens: Mapping[str, Regimen]) -> dict[str, None]:
    return dict.fromkeys(order.molecule for regimen in regimens.values() for order in regimen.orders)
