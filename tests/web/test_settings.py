"""From a setting to a study file: every combination the page offers gives a study, or says why not."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

import pytest

pytest.importorskip("pydantic", reason="the extra 'explore' is not installed")

from remission.errors import StudyError
from remission.study import load_definition, parse_study
from remission.study.catalogue import catalogue_names
from remission.web.setting import NewMolecule, Setting, Stop
from remission.web.study_text import MOLECULE, STOPPED, NothingToRestartError, antibodies, key_of, study_of

STOPS = ("study", "never", "time", "complete", "response")


def arms_of(study: str) -> tuple[str, ...]:
    return tuple(arm.name for arm in load_definition(study).arms)[:6]


@pytest.mark.parametrize("study", catalogue_names("studies"))
def test_every_choice_of_the_page_gives_a_study_or_a_reason(study: str):
    arms = arms_of(study)
    for stop, restart, visits in product(STOPS, ("study", "yes", "no"), (None, 12)):
        setting = Setting(study=study, arms=arms, stop=Stop(kind=stop), restart=restart, visits=visits)
        if restart == "yes" and stop in ("study", "never"):  # not every study stops treatment that works
            with suppress(NothingToRestartError):
                study_of(setting, 10)
        else:
            assert study_of(setting, 10).filled == "twins"


@pytest.mark.parametrize("study", catalogue_names("studies"))
@pytest.mark.parametrize("given", ["first", "next"])
def test_a_molecule_can_be_given_in_every_study(study: str, given: str):
    for like in antibodies():
        molecule = NewMolecule(like=like, potency=10, severe=2, given=given, share=50 if given == "next" else 100)
        found = study_of(Setting(study=study, arms=arms_of(study), molecule=molecule), 10)
        assert MOLECULE in found.molecules
        base, own = antibodies()[like], found.molecules[MOLECULE]
        assert own.toxicity.grade_3_to_5 == pytest.approx(0.02)
        assert found.regimens[MOLECULE].orders[0].dose == base.dose


def test_what_is_not_changed_is_the_study_itself():
    setting = Setting(study="keynote-006", arms=("pembrolizumab", "ipilimumab"))
    found, study = study_of(setting, 50), load_definition("keynote-006")
    assert (found.arms, found.regimens, found.published) == (study.arms, study.regimens, "keynote-006")
    assert (found.filled, found.patients, found.seed) == ("twins", 50, study.seed)


def test_a_changed_study_is_compared_with_nothing_that_was_published():
    found = study_of(Setting(study="keynote-006", arms=("pembrolizumab",), visits=8), 50)
    assert (found.published, found.trial, found.name) == (None, (), "explored-keynote-006")
    assert found.watch_every_day == 56


def test_the_stopping_rule_takes_the_place_of_the_planned_ones_alone():
    stop = Stop(kind="time", months=6)
    policy = study_of(Setting(study="keynote-006", arms=("pembrolizumab",), stop=stop), 50).arm("pembrolizumab").policy
    names = [rule.name for rule in policy]
    assert "completed two years" not in names
    assert names.index("grade 3 toxicity") < names.index(STOPPED) < names.index("progression on drug")
    again = next(rule for rule in policy if rule.then.kind == "rechallenge")
    assert again.when.stopped_by == (STOPPED,)


def test_without_a_stop_nothing_is_restarted():
    found = study_of(Setting(study="keynote-006", arms=("pembrolizumab",), stop=Stop(kind="never")), 50)
    assert not [rule for rule in found.arm("pembrolizumab").policy if rule.then.kind == "rechallenge"]


def test_the_file_that_is_handed_out_is_the_one_that_runs():
    molecule = NewMolecule(like="relatlimab", potency=2)
    setting = Setting(study="relativity-047", arms=arms_of("relativity-047"), restart="no", molecule=molecule, seed=5)
    found = study_of(setting, 50)
    assert parse_study(found.text, "again.yaml").hash == found.hash


def test_the_same_setting_has_the_same_folder_and_another_one_has_not():
    def key(**changes: object) -> str:
        return key_of(study_of(Setting.model_validate({"study": "keynote-006", "arms": ["ipilimumab"], **changes}), 10))

    others = ({"arms": ["pembrolizumab"]}, {"visits": 8}, {"seed": 1}, {"molecule": {"like": "nivolumab"}})
    keys = {key(), *(key(**changes) for changes in others)}
    assert key() == key(stop={"kind": "study", "months": 3}, restart="study")
    assert len(keys) == 5


def test_too_many_lives_are_refused():
    with pytest.raises(StudyError, match="too much"):
        study_of(Setting(study="checkmate-067", arms=tuple(f"{k}" for k in range(6))), 20_000)
