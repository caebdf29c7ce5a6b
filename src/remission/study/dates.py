"""Calendar dates: when patients are diagnosed, and since when a molecule or a regimen exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remission.study.definition import Regimen
    from remission.study.molecule import Molecule


@dataclass(frozen=True)
class Enrolment:
    """Days on which patients are diagnosed and begin; each day is as likely as another.

    Parameters
    ----------
    first, last : date
        Both belong to it.

    Examples
    --------
    >>> Enrolment(date(2014, 1, 1), date(2014, 1, 31)).days
    31
    """

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def end(self, follow_up_day: float) -> date:
        """Last day on which anybody is followed; the end of the calendar where that is later."""
        most = (date.max - self.last).days
        return self.last + timedelta(days=min(int(follow_up_day), most))


def exists_from(name: str, regimens: Mapping[str, Regimen], molecules: Mapping[str, Molecule]) -> date | None:
    """First day on which every drug of a regimen, or a molecule, can be prescribed; None for always.

    A name that is both means the regimen.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> study = load_definition("relativity-047")
    >>> exists_from("nivolumab+relatlimab", study.regimens, study.molecules)
    datetime.date(2022, 3, 18)
    """
    named = [order.molecule for order in regimens[name].orders] if name in regimens else [name]
    return latest(molecules[each].available_from for each in named)


def latest(days: Iterable[date | None]) -> date | None:
    """The latest of some days; None if none is told."""
    return max((day for day in days if day is not None), default=None)


def allowed_lines(regimen: Regimen, molecules: Mapping[str, Molecule]) -> tuple[int, ...]:
    """Lines of treatment in which all drugs of a regimen may be given; empty where none of them says.

    Raises
    ------
    ValueError
        If its drugs have no line in common.
    """
    told = [set(molecules[order.molecule].lines) for order in regimen.orders if molecules[order.molecule].lines]
    if not told:
        return ()
    common = set.intersection(*told)
    if not common:
        raise ValueError("its molecules have no line in common")
    return tuple(sorted(common))
