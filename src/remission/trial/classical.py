"""The formulas that trials have been sized by for decades: closed, for proportional hazards or two rates.

Kept beside the integrals of `remission.trial.power` because protocols quote them and reviewers recompute
them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import ndtr, ndtri

from remission.errors import DataError
from remission.trial.boundary import check_power
from remission.trial.expectation import expected
from remission.trial.scenario import Scenario


class Size(NamedTuple):
    """Patients and events of both arms together, before rounding."""

    patients: float
    events: float


def schoenfeld_events(
    hazard_ratio: float, *, margin: float = 1.0, alpha: float = 0.025, power: float = 0.9, ratio: float = 1.0
) -> float:
    """Events that a log-rank test needs under proportional hazards (Schoenfeld, Biometrika 1981;68:316).

    Parameters
    ----------
    hazard_ratio : float
        Assumed, experimental to control.
    margin : float
        Hazard ratio of the null hypothesis: 1 for superiority, above 1 for non-inferiority.
    alpha, power : float
        One-sided level and power.
    ratio : float
        Experimental patients per control patient.

    Raises
    ------
    DataError
        If the assumed hazard ratio does not lie below the margin.

    Examples
    --------
    >>> round(schoenfeld_events(0.7), 2)
    330.38
    """
    _check_effect(hazard_ratio, margin)
    check_power(power, alpha)
    deviates = ndtri(1.0 - alpha) + ndtri(power)
    return float((deviates / math.log(hazard_ratio / margin)) ** 2 * (1.0 + ratio) ** 2 / ratio)


def schoenfeld_size(
    scenario: Scenario, time: float, *, margin: float = 1.0, alpha: float = 0.025, power: float = 0.9
) -> Size:
    """Patients and events by Schoenfeld's formula, the final look at a calendar time.

    Parameters
    ----------
    scenario : Scenario
        With proportional hazards.
    time : float
        Calendar time of the final look.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(1, 18.0), Hazard.from_median(12.0), hazard_ratio=0.7)
    >>> schoenfeld_size(trial, 36.0).events.__round__(1)
    330.4
    """
    events = schoenfeld_events(_proportional(scenario), margin=margin, alpha=alpha, power=power, ratio=scenario.ratio)
    seen = float(expected(scenario, time).events[0])
    return Size(events * scenario.accrual.patients / seen, events)


def lachin_foulkes_size(
    scenario: Scenario, time: float, *, margin: float = 1.0, alpha: float = 0.025, power: float = 0.9
) -> Size:
    """Patients and events with variances under both hypotheses (Lachin and Foulkes, Biometrics 1986;42:507).

    Under the null hypothesis both arms keep the margin as their ratio and the mean hazard of the alternative.
    Arguments as for `schoenfeld_size`.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(1, 18.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=0.7, dropout=0.002)
    >>> round(lachin_foulkes_size(trial, 36.0).patients, 2)
    468.25
    """
    ratio = _proportional(scenario)
    _check_effect(ratio, margin)
    check_power(power, alpha)
    shift = (1.0 + ratio * scenario.ratio) / (1.0 + margin * scenario.ratio)
    null = scenario.with_hazards(lambda s: (s.control.times(shift), s.control.times(shift * margin)))
    spread = [
        math.sqrt(float((1.0 / table.events_control + 1.0 / table.events_experimental)[0]))
        for table in (expected(null, time), expected(scenario, time))
    ]
    root = (ndtri(1.0 - alpha) * spread[0] + ndtri(power) * spread[1]) / math.log(ratio / margin)
    factor = float(root**2)
    return Size(
        factor * scenario.accrual.patients, factor * float(expected(scenario, time).events[0])
    )  # fmt: skip


def freedman_size(
    hazard_ratio: float,
    event_share_experimental: float,
    event_share_control: float,
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    ratio: float = 1.0,
) -> tuple[float, float]:
    """Patients of the experimental and the control arm by Freedman's formula.

    Statistics in Medicine 1982;1:121.

    Parameters
    ----------
    event_share_experimental, event_share_control : float
        Share of each arm whose event is expected to be seen.

    Examples
    --------
    >>> [round(n, 2) for n in freedman_size(0.7, 0.8, 0.6, alpha=0.025, power=0.8)]
    [180.03, 180.03]
    """
    _check_effect(hazard_ratio, 1.0)
    check_power(power, alpha)
    deviates = ndtri(1.0 - alpha) + ndtri(power)
    events = float((deviates * (1.0 + ratio * hazard_ratio) / (1.0 - hazard_ratio)) ** 2 / ratio)
    control = events / (ratio * event_share_experimental + event_share_control)
    return control * ratio, control


def farrington_manning_size(
    share_experimental: float,
    share_control: float,
    margin: float,
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    ratio: float = 1.0,
) -> float:
    """Patients for non-inferiority (or superiority) of two shares by their difference.

    Shares are of a good outcome. The variance under the null hypothesis uses the shares that are most
    likely when their difference is exactly the margin (Farrington and Manning, Statistics in Medicine
    1990;9:1447).

    Parameters
    ----------
    share_experimental, share_control : float
    margin : float
        Difference of the null hypothesis, experimental less control: below 0 for non-inferiority.
    ratio : float
        Experimental patients per control patient.

    Raises
    ------
    DataError
        If a share is not between 0 and 1, or the assumed difference does not lie above the margin.

    Examples
    --------
    >>> round(farrington_manning_size(0.6, 0.6, -0.1), 2)
    1003.39
    """
    check_power(power, alpha)
    spread_null, spread, gap = _two_spreads(share_experimental, share_control, margin, ratio)
    return float((1.0 + ratio) * ((ndtri(1.0 - alpha) * spread_null + ndtri(power) * spread) / gap) ** 2)


def farrington_manning_power(
    share_experimental: float,
    share_control: float,
    margin: float,
    patients: float,
    *,
    alpha: float = 0.025,
    ratio: float = 1.0,
) -> float:
    """Power of so many patients; other arguments as for `farrington_manning_size`.

    Examples
    --------
    >>> round(farrington_manning_power(0.6, 0.6, -0.1, 1003.39), 4)
    0.9
    """
    spread_null, spread, gap = _two_spreads(share_experimental, share_control, margin, ratio)
    return float(ndtr((gap * math.sqrt(patients / (1.0 + ratio)) - ndtri(1.0 - alpha) * spread_null) / spread))


def _two_spreads(experimental: float, control: float, margin: float, ratio: float) -> tuple[float, float, float]:
    """Standard deviations of the difference with and without it, for one control patient, and the gap."""
    for name, share in (("experimental", experimental), ("control", control)):
        if not 0.0 < share < 1.0:
            raise DataError(f"the {name} share must lie between 0 and 1", found=f"{share:g}")
    if not experimental - control > margin:
        raise DataError(
            "the margin is on the wrong side of the assumed difference",
            where="margin",
            found=f"difference {experimental - control:g}, margin {margin:g}",
            allowed="a margin below the difference",
        )
    null_e, null_c = _restricted_shares(experimental, control, margin, ratio)
    spreads = ((e * (1.0 - e) / ratio + c * (1.0 - c)) ** 0.5 for e, c in ((null_e, null_c), (experimental, control)))
    return (*spreads, experimental - control - margin)


def _restricted_shares(experimental: float, control: float, margin: float, ratio: float) -> tuple[float, float]:
    """Most likely shares when their difference is the margin: the root of a cubic, in closed form."""
    theta = 1.0 / ratio
    a = 1.0 + theta
    b = -(1.0 + theta + experimental + theta * control + margin * (theta + 2.0))
    c = margin**2 + margin * (2.0 * experimental + theta + 1.0) + experimental + theta * control
    d = -experimental * margin * (1.0 + margin)
    v = (b / (3.0 * a)) ** 3 - b * c / (6.0 * a**2) + d / (2.0 * a)
    u = math.copysign(math.sqrt(max((b / (3.0 * a)) ** 2 - c / (3.0 * a), 0.0)), v)
    angle = (math.pi + math.acos(max(-1.0, min(1.0, v / u**3)))) / 3.0 if u else math.pi / 2.0
    share = 2.0 * u * math.cos(angle) - b / (3.0 * a)
    return share, share - margin


def _proportional(scenario: Scenario) -> float:
    """The one hazard ratio of a scenario, refused if it changes in time or between strata."""
    ratios = set()
    for stratum in scenario.strata:
        starts = [0.0, *stratum.control.cuts, *stratum.experimental.cuts]
        for control, experimental in zip(stratum.control.rate(starts), stratum.experimental.rate(starts), strict=True):
            if control > 0:
                ratios.add(round(float(experimental / control), 10))
    if len(ratios) != 1:
        raise DataError(
            "the hazard ratio changes, and this formula is for proportional hazards",
            found=", ".join(f"{value:g}" for value in sorted(ratios)),
            next_step="use remission.trial.power.size",
        )
    return ratios.pop()


def _check_effect(hazard_ratio: float, margin: float) -> None:
    if not 0.0 < hazard_ratio < margin:
        raise DataError(
            "the margin is on the wrong side: the assumed hazard ratio must lie below it",
            where="margin",
            found=f"hazard ratio {hazard_ratio:g}, margin {margin:g}",
        )
