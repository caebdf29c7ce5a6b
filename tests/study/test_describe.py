"""What `check` says: which arms published results are about, and what a policy does to survival."""

from __future__ import annotations

import pytest

from remission.study import load_definition, parse_study
from remission.study.describe import describe

from .conftest import changed

PUBLISHED = ("tumour: melanoma", "tumour: melanoma\npublished: keynote-006")
CALLED = ("    regimen: ipilimumab\n", "    regimen: ipilimumab\n    published_as: ipilimumab\n")


def said(*pairs: tuple[str, str]) -> str:
    """The description of the right study, changed, on one line."""
    return " ".join(describe(parse_study(changed(*pairs))).split())


def test_published_results_without_an_arm_of_their_name_are_not_claimed():
    text = said(PUBLISHED)
    assert "no arm is held against the published results of keynote-006" in text
    assert "published_as says" in text


def test_the_arms_with_and_without_published_results_are_named():
    text = said(PUBLISHED, CALLED)
    assert "held against the published results of keynote-006: B without published results: A;" in text


def test_without_published_results_nothing_is_said_of_them():
    assert "published" not in said()


def test_every_arm_of_keynote_006_has_its_results():
    text = describe(load_definition("keynote-006"))
    assert "held against the published results of keynote-006: pembrolizumab, ipilimumab\n" in text
    assert "without published results" not in text


@pytest.mark.parametrize(
    ("when", "then", "warned"),
    [
        ("{response: PD, confirmed: true}", "end", True),
        ("{response: [SD, PD]}", "end", True),
        ("{response: PD, confirmed: true}", "stop", False),
        ("{response: SD}", "end", False),
    ],
)
def test_an_end_at_progression_is_warned_of(when, then, warned):
    old = "        when: {response: PD, confirmed: true}\n        then: stop\n"
    text = said((old, f"        when: {when}\n        then: {then}\n"))
    assert ("warning: 'progression' ends follow-up at progression: overall survival is censored" in text) == warned
