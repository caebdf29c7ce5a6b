"""What publications mean by the name of an arm, in terms of a study."""

from __future__ import annotations

from dataclasses import dataclass

from remission.study.definition import StudyDefinition


@dataclass(frozen=True)
class PublishedArm:
    """What publications mean by the name of an arm, in terms of a study.

    Parameters
    ----------
    arms : tuple of str
        Arms of the study, taken together.
    subgroup : str or None
        Subgroup of them, by its name in the study.
    part : str
        What the name says beyond the arm's own, as ``10 mg/kg Q2W``: a part that the study does not tell apart.
    """

    arms: tuple[str, ...]
    subgroup: str | None = None
    part: str = ""


def published_arm(study: StudyDefinition, name: str) -> PublishedArm | None:
    """The arms that publications mean by a name; None if the study has none such.

    It is an arm's name or one of those it is published as, alone or with a subgroup after a comma; the name of a
    subgroup, for all arms together; or it begins with the name of an arm.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> published_arm(load_definition("keynote-006"), "pembrolizumab 10 mg/kg Q2W")
    PublishedArm(arms=('pembrolizumab',), subgroup=None, part='10 mg/kg Q2W')
    """
    arms = arms_called(study, name)
    if arms:
        return PublishedArm(arms)
    first, _, subgroup = name.rpartition(", ")
    if subgroup in study.subgroups:
        arms = arms_called(study, first) if first else tuple(arm.name for arm in study.enabled_arms)
        return PublishedArm(arms, subgroup) if arms else None
    begins = next((arm.name for arm in study.arms if name.startswith(f"{arm.name} ")), None)
    return None if begins is None else PublishedArm((begins,), part=name.removeprefix(begins).strip())


def arms_called(study: StudyDefinition, name: str) -> tuple[str, ...]:
    """Arms of a study that are published under this name; without one, the arm that has it for its own.

    Capitals do not matter.
    """
    plain = name.casefold()
    published_so = tuple(arm.name for arm in study.arms if plain in {one.casefold() for one in arm.published_as})
    return published_so or tuple(arm.name for arm in study.arms if plain == arm.name.casefold())


def other_arm(study: StudyDefinition, arms: tuple[str, ...], against: str | None) -> str | None:
    """The arm that a ratio of ``arms`` is against, or None.

    It is told by its name, one that it is published under, or how either begins (``ipi``); without a name it is the
    control: the last randomised arm of the study that is not one of them.
    """
    if against is None:
        randomised = [arm.name for arm in study.enabled_arms if arm.ratio is not None and arm.name not in arms]
        return randomised[-1] if randomised else None
    names = {name: arm.name for arm in study.arms for name in (arm.name, *arm.published_as)}
    return next((arm for name, arm in names.items() if name.startswith(against)), None)
