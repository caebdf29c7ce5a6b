"""Progression on nivolumab is fast at first and then slow; on docetaxel it is about constant."""

from __future__ import annotations

from claim import Finding, hazard_by_month, survival

from remission.calibration.virtual_trial import simulate_trial
from remission.study import load_definition

TITLE = "Nivolumab against docetaxel in lung cancer: the curves of progression cross"
SOURCE = "CheckMate 057, reconstructed curves: monthly hazard .23 falling to .044 against a flat .16 to .26"
EARLY, LATE = (0.15, 0.31), 0.07
FLAT = (0.12, 0.30)
TOLERANCE = (
    "docetaxel ahead at 3 months and nivolumab at 12; monthly hazard of nivolumab .15 to .31 in the first 3 months and "
    "below .07 in months 12 to 24; of docetaxel .12 to .30 in months 0 to 3, 3 to 6 and 6 to 9"
)


def measure(patients: int, seed: int) -> Finding:
    """Curves and hazards of progression-free survival in the virtual CheckMate 057."""
    arms = simulate_trial(load_definition("checkmate-057"), seed, patients=patients)
    free = {
        arm: [survival(people["pfs_day"], people["pfs_event"], month) for month in (3, 12)]
        for arm, people in arms.items()
    }
    early = hazard_by_month(arms["nivolumab"], "pfs", 0, 3)
    late = hazard_by_month(arms["nivolumab"], "pfs", 12, 24)
    chemo = [hazard_by_month(arms["docetaxel"], "pfs", first, first + 3) for first in (0, 3, 6)]
    crosses = free["docetaxel"][0] > free["nivolumab"][0] and free["nivolumab"][1] > free["docetaxel"][1]
    holds = crosses and EARLY[0] <= early <= EARLY[1] and late < LATE
    holds &= all(FLAT[0] <= hazard <= FLAT[1] for hazard in chemo)
    months = ", ".join(f"{hazard:.2f}" for hazard in chemo)
    return Finding(
        holds,
        f"at 3 months {free['nivolumab'][0]:.0f} against {free['docetaxel'][0]:.0f} %, at 12 "
        f"{free['nivolumab'][1]:.0f} against {free['docetaxel'][1]:.0f} %; nivolumab {early:.2f} then {late:.3f}, "
        f"docetaxel {months}",
    )
