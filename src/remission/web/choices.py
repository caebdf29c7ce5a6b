"""What can be chosen on the page, read from the catalogue: studies by cancer, their arms, antibodies."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from remission.show.freedom import PARTS
from remission.show.style import STATES, palette
from remission.study import StudyDefinition, load_definition
from remission.study.catalogue import catalogue_names, load_molecule
from remission.units import DAYS_PER_MONTH
from remission.web.jobs import FIRST_PATIENTS
from remission.web.setting import MOST_ARMS, MOST_PATIENTS
from remission.web.study_text import antibodies

PATIENTS = (FIRST_PATIENTS, 2048, 8192, MOST_PATIENTS)


@lru_cache
def choices() -> dict[str, Any]:
    """Studies with their arms, antibodies with their values, bounds, and colours."""
    return {
        "studies": [_study(load_definition(name)) for name in catalogue_names("studies")],
        "antibodies": [_antibody(name) for name in antibodies()],
        "patients": PATIENTS,
        "most_arms": MOST_ARMS,
        "colours": {"states": STATES, "parts": {part: STATES[part] for part in PARTS}},
    }


def _study(study: StudyDefinition) -> dict[str, Any]:
    arms = [{"name": arm.name, "label": arm.label, "enabled": arm.enabled} for arm in study.arms]
    months = study.follow_up_day / DAYS_PER_MONTH
    return {"name": study.name, "title": study.title, "tumour": study.tumour, "months": round(months), "arms": arms}


def _antibody(name: str) -> dict[str, Any]:
    molecule = load_molecule(name)
    severe = 100 * float(molecule.toxicity.grade_3_to_5)
    return {"name": name, "target": molecule.target, "severe": round(severe, 1)}


def palette_css() -> str:
    """The colours of the report's figures as variables, for light and for dark.

    Examples
    --------
    >>> palette_css().split(";")[0]
    ':root{--c-1f2430:#1f2430'
    """
    light = ";".join(f"{name}:{colour}" for name, colour, _ in palette())
    dark = ";".join(f"{name}:{colour}" for name, _, colour in palette())
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
