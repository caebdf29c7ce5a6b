"""Study files, molecules, designs and tables of published results: the catalogue's own, changed."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from malformed.case import Case, Kind
from malformed.mutate_text import mutated_text
from malformed.mutate_tree import mutated_tree, spots, yaml_text
from malformed.nasty import plausible, word
from remission.study.catalogue import CATALOGUE
from remission.study.yaml import Place, parse_yaml

MORE_STUDY = """
study: short
patients: 4
seed: 7
tumour: melanoma
follow_up: 6 months
scans: {at: 12 weeks, then: [{every: 6 weeks}]}
regimens:
  mine: [{molecule: mine, dose: 2 mg/kg, every: 3 weeks}]
arms:
  A: {ratio: 1, regimen: mine}
  B: {ratio: 1, regimen: mine, enabled: no}
molecules:
  mine: {like: pembrolizumab, kinetics: {clearance: {value: 0.3 L/day, source: a guess, evidence: assumed}}}
"""
COHORT_DESIGN = """
design: from-a-cohort
patients: 100
enrolment: 12 months
cohort: {file: c.csv, time: months, event: died, arm: group, control: A, experimental: B}
looks: [{events: 40}, {events: 80}]
tests: [log-rank, MaxCombo, RMST to 18 months, survival at 12 months]
trials: 50
seed: 1
"""
COHORT_ROWS = "months,died,group\n" + "".join(f"{1 + 7 * k % 40},{int(k % 3 > 0)},{'AB'[k % 2]}\n" for k in range(60))


@cache
def _texts(folder: str, ending: str, *more: str) -> tuple[bytes, ...]:
    found = [path.read_bytes() for path in sorted((CATALOGUE / folder).glob(f"*{ending}"))]
    return (*found, *(text.encode() for text in more))


def _plain(place: Place) -> Any:
    if isinstance(place.content, tuple):
        return [_plain(each) for each in place.content]
    if place.content is None or isinstance(place.content, str):
        return place.content
    return {key: _plain(value) for key, value in place.content.items()}


@cache
def _tree(text: bytes) -> Any:
    return _plain(parse_yaml(text.decode(), "catalogue"))


def changed_yaml(random: Random, text: bytes) -> tuple[bytes, str]:
    """A YAML text changed as text or as a tree."""
    if random.random() < 0.4:
        return mutated_text(random, text)
    tree, how = mutated_tree(random, _tree(text), lambda: word(random))
    return yaml_text(tree).encode("utf-8", "surrogatepass"), how


def same_yaml(random: Random, text: bytes) -> tuple[bytes, str]:
    """The same meaning in another form: order of sections, quotes, comments, ends of lines."""
    tree = _tree(text)
    keys = list(tree)
    random.shuffle(keys)
    parts = [f"# {word(random)!a}\n" + yaml_text({key: tree[key]}) for key in keys]
    ends = random.choice(("\n", "\r\n"))
    return "".join(parts).replace("\n", ends).encode(random.choice(("utf-8", "utf-8-sig"))), "same meaning"


def _yaml_case(random: Random, name: str, text: bytes, **more: bytes) -> Case:
    if random.random() < 0.12:
        changed, how = same_yaml(random, text)
        return Case({name: changed, **more}, how, "same", {name: text, **more})
    changed, how = changed_yaml(random, text)
    return Case({name: changed, **more}, how, deep=random.random() < 0.2)


def _study(random: Random) -> Case:
    return _yaml_case(random, "input.yaml", random.choice(_texts("studies", ".yaml", *[MORE_STUDY] * 3)))


def _open_study(folder: Path, deep: bool) -> Any:
    import remission

    study = remission.load(folder / "input.yaml")
    study.check()
    if deep:
        study.plan(out=folder / "run")
    return replace(study.definition, text="")


def _simulated(random: Random) -> Case:
    text = random.choice((MORE_STUDY.encode(), *_texts("studies", ".yaml")))
    tree, said = deepcopy(_tree(text)), []
    leaves = [(holder, key) for holder, key in spots(tree) if isinstance(holder[key], str)]
    for holder, key in random.sample(leaves, random.choice((1, 2, 3, 5))):
        before = holder[key]
        holder[key] = plausible(random, before)
        said.append(f"{key}: {before!r:.30} to {holder[key]!r}")
    return Case({"input.yaml": yaml_text(tree).encode()}, ", ".join(said))


def _simulate(folder: Path, deep: bool) -> Any:
    import remission

    result = remission.load(folder / "input.yaml").run(patients=3, out=folder / "out", workers=1)
    return result.summary() and None


def _molecule(random: Random) -> Case:
    return _yaml_case(random, "input.yaml", random.choice(_texts("molecules", ".yaml")))


def _open_molecule(folder: Path, deep: bool) -> Any:
    from remission.study.molecule_file import read_molecule
    from remission.study.reader import Problems
    from remission.study.yaml import read_yaml_file

    problems = Problems()
    found = read_molecule(read_yaml_file(folder / "input.yaml")[0], problems)
    problems.raise_if_any()
    return found


def _design(random: Random) -> Case:
    text = random.choice(_texts("designs", ".yaml", COHORT_DESIGN, COHORT_DESIGN))
    rows = COHORT_ROWS.encode()
    if random.random() < 0.15:
        rows, how = mutated_text(random, rows)
        return Case({"input.yaml": COHORT_DESIGN.encode(), "c.csv": rows}, f"its table: {how}")
    return _yaml_case(random, "input.yaml", text, **{"c.csv": rows})


def _open_design(folder: Path, deep: bool) -> Any:
    from remission.texts import Words
    from remission.trial.design import run_design
    from remission.trial.design_file import load_design
    from remission.trial.result_table import as_text, look_table, remarks, tests_table

    design = load_design(folder / "input.yaml")
    result = run_design(replace(design, trials=min(design.trials, 20)))
    words = Words()
    return as_text(*tests_table(result, words)), as_text(*look_table(result, words)), remarks(result, words)


def _targets(random: Random) -> Case:
    text, how = mutated_text(random, random.choice(_texts("published", ".csv")))
    return Case({"targets.csv": text}, how)


@cache
def _studies() -> Any:
    from remission.calibration.inputs import load_studies

    return load_studies()


def _open_targets(folder: Path, deep: bool) -> Any:
    from remission.calibration.inputs import load_targets

    return len(load_targets(folder / "targets.csv", _studies()))


KINDS = (
    Kind("study", 20, _study, _open_study),
    Kind("simulated study", 2, _simulated, _simulate),
    Kind("molecule", 8, _molecule, _open_molecule),
    Kind("design", 12, _design, _open_design),
    Kind("targets", 6, _targets, _open_targets),
)
