"""A small study that is right, to be made wrong one line at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remission.errors import Problem, StudyError
from remission.study import parse_study

RIGHT = """\
study: small
patients: 100
seed: 7
tumour: melanoma
follow_up: 24 months
scans:
  at: [6 weeks, 12 weeks]
  then:
    - {every: 6 weeks, until: 48 weeks}
    - {every: 12 weeks}
regimens:
  pembrolizumab:
    - {molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}
  ipilimumab:
    - {molecule: ipilimumab, dose: 3 mg/kg, every: 3 weeks, doses_at_most: 4}
arms:
  A:
    ratio: 1
    regimen: pembrolizumab
    policy:
      - rule: toxicity
        when: {toxicity: 3}
        then: stop
      - rule: progression
        when: {response: PD, confirmed: true}
        then: stop
  B:
    ratio: 1
    regimen: ipilimumab
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The right study with pieces of text replaced; each must be there exactly once."""
    text = RIGHT
    for old, new in pairs:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def line_of(text: str, piece: str) -> int:
    """Line, from 1, on which a piece of text first stands."""
    return text[: text.index(piece)].count("\n") + 1


@pytest.fixture
def faults() -> Callable[[str], tuple[Problem, ...]]:
    """All problems of a text."""

    def find(text: str) -> tuple[Problem, ...]:
        with pytest.raises(StudyError) as caught:
            parse_study(text, "s.yaml")
        return caught.value.problems

    return find
