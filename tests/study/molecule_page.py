"""The tables of `docs/molecules.md`, written from the catalogue; run this file to write them anew."""

from __future__ import annotations

from pathlib import Path

from remission.study import Kinetics, Parameter, Sourced, catalogue_names, load_molecule
from remission.study.molecule import Covariate, Molecule

PAGE = Path(__file__).parents[2] / "docs" / "molecules.md"
BEGIN, END = "<!-- tables of the catalogue -->\n", "<!-- end of the tables -->\n"
UNITS = {
    "clearance_L_per_day": ("clearance", "L/day"),
    "central_volume_L": ("central volume", "L"),
    "peripheral_volume_L": ("peripheral volume", "L"),
    "intercompartmental_L_per_day": ("intercompartmental flow", "L/day"),
    "half_saturation_mg_per_L": ("half of the receptors blocked at", "mg/L"),
    "decay_per_day": ("effect fades at", "per day"),
    "grade_3_to_5": ("toxicity of grade 3 to 5", "%"),
    "grade_3_to_5_if_treated_on": ("the same if treatment never ended", "%"),
    "grade_3_to_5_combined": ("the same with another antibody", "%"),
    "share_grade_4": ("of these grade 4", "%"),
    "share_fatal": ("of these fatal", "%"),
    "onset_median_day": ("onset, median", "days"),
    "onset_sd_ln": ("onset, spread of the logarithm", ""),
    "resolution_median_day": ("resolution, median", "days"),
    "resolution_sd_ln": ("resolution, spread of the logarithm", ""),
}
HEAD = "| quantity | value | spread | covariates | evidence | source |\n|---|---|---|---|---|---|\n"


def covariate_text(covariate: Covariate) -> str:
    """A covariate as a formula."""
    if covariate.factor is not None:
        when = "" if covariate.at_least == 1 and covariate.name == "female" else f" ≥ {covariate.at_least:g}"
        return f"× {covariate.factor:g} if {covariate.name}{when}"
    if covariate.scale is not None:
        inside = f"ln({covariate.scale:g} {covariate.name}) / ln({covariate.reference:g})"
    else:
        inside = f"{covariate.name} / {covariate.reference:g}"
    return f"({inside})^{covariate.power:g}"


def row(field: str, value: Parameter | Sourced) -> str:
    """One quantity as a line of the table."""
    words, unit = UNITS[field]
    shown = f"{100 * value:.4g}" if unit == "%" and isinstance(value, Sourced) else None
    if isinstance(value, Parameter):
        together = "" if value.draw in field else f", with {value.draw.replace('_', ' ')}"
        spread = f"{value.sd_ln:.3g}{together}" if value.sd_ln else ""
        covariates = "; ".join(covariate_text(covariate) for covariate in value.covariates)
        number = value.value
    else:
        spread, covariates, number = "", "", float(value)
    number_text = f"{shown or f'{number:.4g}'} {unit}".strip()
    return f"| {words} | {number_text} | {spread} | {covariates} | {value.evidence} | {value.source} |\n"


def kinetics_notes(kinetics: Kinetics) -> str:
    """What the table has no column for."""
    notes = []
    if kinetics.correlation:
        notes.append(f"Clearance and central volume correlate by {kinetics.correlation:.2f} (logarithms).")
    change = kinetics.clearance_change
    if change is not None:
        t50 = f"{change.t50_day:g}^{change.hill:g}"
        notes.append(
            f"Clearance changes with time since the first dose by exp(E t^{change.hill:g} / ({t50} + "
            f"t^{change.hill:g})), E = {change.emax_ln:g} with a spread of {change.sd:.2g} "
            f"({change.evidence}: {change.source})."
        )
    return "\n".join(notes) + "\n\n" if notes else ""


def section(molecule: Molecule) -> str:
    """One molecule."""
    since = f", available from {molecule.available_from}" if molecule.available_from else ""
    parts = (molecule.kinetics, molecule.occupancy, molecule.effect, molecule.toxicity)
    rows = [
        row(field, value)
        for part in parts
        if part is not None
        for field, value in vars(part).items()
        if isinstance(value, Parameter | Sourced)
    ]
    notes = kinetics_notes(molecule.kinetics) if molecule.kinetics else ""
    if molecule.effect:
        dose = molecule.effect.reference_dose
        notes = f"A dose of {dose.value:g} {dose.unit} raises the effect by 1, others in proportion.\n\n"
    return f"## {molecule.name}\n\n{molecule.kind}, {molecule.target}{since}\n\n{notes}{HEAD}{''.join(rows)}\n"


def tables() -> str:
    """The sections of all molecules."""
    return "".join(section(load_molecule(name)) for name in catalogue_names("molecules"))


def page_with_tables(page: str) -> str:
    """The page with its tables written anew."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + tables() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
