"""What the page asks for: a study of the catalogue and what is changed in it. Every number has its bounds here.

A page is written by anyone who reaches the server, so nothing of a setting is trusted: names are looked up in the
catalogue, numbers are bounded, unknown keys are refused.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_PATIENTS = 20_000
MOST_ARMS = 6
MOST_LIVES = 80_000
"""Patients, counted in each arm in which they live."""

Name = Annotated[str, Field(min_length=1, max_length=80)]
Months = Annotated[float, Field(ge=1, le=60)]
Share = Annotated[float, Field(ge=1, le=100)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Stop(_Part):
    """When treatment ends although it works.

    ``study``: as the study says; ``never``; ``time``: after that many months on drug without progression;
    ``complete`` and ``response``: when a complete response, or any, has lasted that many months.
    """

    kind: Literal["study", "never", "time", "complete", "response"] = "study"
    months: Months = 12


class NewMolecule(_Part):
    """A hypothetical antibody: one of the catalogue with another potency and another toxicity.

    Parameters
    ----------
    like : str
        The antibody of the catalogue of which it takes all else.
    potency : float
        How many times less of it blocks half of the receptors.
    severe : float
        Percent of patients with toxicity of grade 3 to 5 in a trial.
    given : str
        ``first``: in place of the arm's first line; ``next``: as the next line.
    share : float
        Percent of the patients who get it as the next line.
    """

    like: Name
    potency: Annotated[float, Field(ge=0.01, le=100)] = 1
    severe: Annotated[float, Field(ge=0.1, le=60)] = 5
    given: Literal["first", "next"] = "next"
    share: Share = 100


class Setting(_Part):
    """A study of the catalogue, and what is changed in it; all that a result depends on besides the patients."""

    study: Name
    arms: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_ARMS)]
    stop: Stop = Stop()
    visits: Annotated[int, Field(ge=2, le=52)] | None = None
    """Weeks between visits, on drug and off it; as the study says if not given."""
    restart: Literal["study", "yes", "no"] = "study"
    molecule: NewMolecule | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] | None = None

    @property
    def changes_the_study(self) -> bool:
        """Whether treatment or visits differ from the study's own.

        Examples
        --------
        >>> Setting(study="keynote-006", arms=["ipilimumab"]).changes_the_study
        False
        """
        as_is = self.stop.kind == self.restart == "study" and self.visits is None and self.molecule is None
        return not as_is


class Asked(_Part):
    """A setting and how many patients of it are wanted; ``tab`` names the page that asks."""

    setting: Setting
    patients: Annotated[int, Field(ge=1, le=MOST_PATIENTS)] = 8192
    tab: Annotated[str, Field(max_length=64)] = ""
