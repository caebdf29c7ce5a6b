"""Time alive without treatment is longest after the combination."""

from __future__ import annotations

from claim import Finding

from remission.calibration.virtual_trial import simulate_trial
from remission.run.numbers import treatment_free_numbers
from remission.study import load_definition

TITLE = "Treatment-free survival: combination, then ipilimumab, then continuous nivolumab"
SOURCE = "Regan et al, J Clin Oncol 2019;37:3350, CheckMate 067 and 069"
MONTHS = 36
TOLERANCE = f"mean months free of treatment within {MONTHS} months in this order"
ORDER = ("nivolumab+ipilimumab", "ipilimumab", "nivolumab")


def measure(patients: int, seed: int) -> Finding:
    """Mean months free of treatment in the arms of the virtual CheckMate 067."""
    arms = simulate_trial(load_definition("checkmate-067"), seed, patients=patients)
    free = [treatment_free_numbers(arms[arm], MONTHS)[f"treatment_free_{MONTHS}"] for arm in ORDER]
    shown = ", ".join(f"{arm} {months:.1f}" for arm, months in zip(ORDER, free, strict=True))
    return Finding(free[0] > free[1] > free[2], shown)
