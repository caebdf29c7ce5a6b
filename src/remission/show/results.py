"""The simulated results of a run beside the published ones of its study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from remission.show.compare import Published, Row, compare
from remission.show.further import with_further
from remission.show.gather import ArmData, Folder, arm_data
from remission.study.published import NOT_REVIEWED, PublishedFigure, not_reviewed, published_for
from remission.texts import Words
from remission.units import DAYS_PER_MONTH


def read_arms(folder: Folder, study: Any, words: Words) -> list[ArmData]:
    """Patients of each arm, in the order and with the labels of the study."""
    labels = {arm.name: words.term(arm.label) for arm in study.arms}
    return [arm_data(folder, name, labels[name], place) for place, name in enumerate(folder.arms)]


def published_results(study: Any) -> list[Published]:
    """Published results of a study under the names of its arms; none if it names none.

    Raises
    ------
    StudyError
        If the catalogue has no such results.
    """
    figures = published_for(study)
    return [
        replace(published_result(figure), reason=NOT_REVIEWED if not_reviewed(figure.criterion, study) else "")
        for figure in figures
    ]


_BY_IRECIST: Final = {"PFS": "iPFS", "median_PFS": "median_iPFS", "HR_PFS": "HR_iPFS"}


def published_result(figure: PublishedFigure) -> Published:
    """A published figure as the report shows it: days become months, and irRC is held against iRECIST.

    Both wait for a confirmation of progression; RECIST 1.1 does not.

    Examples
    --------
    >>> from remission.study.published import published
    >>> figure = next(one for one in published("keynote-006") if one.unit == "days")
    >>> round(published_result(figure).value, 1)
    2.9
    """
    days = figure.unit == "days"
    scale = 1 / DAYS_PER_MONTH if days else 1.0
    by_confirmation = figure.criterion.waits_for_confirmation
    low, high = (None if limit is None else limit * scale for limit in (figure.ci_low, figure.ci_high))
    return Published(
        arm=figure.arm,
        endpoint=_BY_IRECIST.get(figure.endpoint, figure.endpoint) if by_confirmation else figure.endpoint,
        month=figure.time_months,
        value=figure.value * scale,
        low=low,
        high=high,
        unit="months" if days else figure.unit,
        evidence=figure.evidence,
        source=f"{figure.trial}: {figure.source_citation}",
        against=figure.against,
        criterion=figure.criterion,
        fitted=figure.fitted,
        part=figure.part,
        note=figure.note,
    )


def result_of(
    folder: Folder, arms: Sequence[ArmData], published: Sequence[Published]
) -> tuple[dict[str, Any], tuple[Row, ...]]:
    """The summary, with what the published results need besides, and the two compared."""
    summary = with_further(folder.summary(), arms, published)
    return summary, compare(published, summary)
