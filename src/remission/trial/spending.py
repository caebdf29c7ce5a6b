"""How a group-sequential design spends its error over information: five families and the user's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from remission.arrays import Floats
from remission.errors import DataError

FAMILIES = ("obrien-fleming", "pocock", "hwang-shih-decani", "kim-demets", "user")


@dataclass(frozen=True)
class Spending:
    """A spending function: the share of an error rate that may be spent once a fraction of information is in.

    Parameters
    ----------
    family : str
        ``"obrien-fleming"`` and ``"pocock"`` (Lan and DeMets, Biometrika 1983;70:659),
        ``"hwang-shih-decani"`` (Statistics in Medicine 1990;9:1439), ``"kim-demets"`` (Biometrika
        1987;74:149) or ``"user"``.
    parameter : float
        gamma of Hwang-Shih-DeCani (-4 is close to O'Brien-Fleming, 1 to Pocock), or the power rho > 0 of
        Kim-DeMets.
    fractions, spent : tuple of float
        For ``"user"``: information fractions and the cumulative share (0 to 1) of the error spent by then.
        Between the points the share is linear; it starts at (0, 0).

    Raises
    ------
    DataError
        If the family is unknown, the parameter has no meaning in it, or the user's function decreases,
        leaves 0 to 1, or does not end at (1, 1).

    Examples
    --------
    >>> Spending("obrien-fleming").cumulative(0.025, [0.5, 1.0]).round(5)
    array([0.00153, 0.025  ])
    """

    family: str
    parameter: float = 1.0
    fractions: tuple[float, ...] = ()
    spent: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise DataError("there is no such spending function", found=self.family, allowed=", ".join(FAMILIES))
        if not np.isfinite(self.parameter):
            raise DataError("the parameter of a spending function must be a number", found=str(self.parameter))
        if self.family == "kim-demets" and self.parameter <= 0:
            raise DataError("the power of a Kim-DeMets spending function must be above 0", found=str(self.parameter))
        if self.family == "user":
            _check_user(np.asarray(self.fractions, float), np.asarray(self.spent, float))

    def cumulative(self, error: float, fraction: ArrayLike) -> Floats:
        """Error spent by each information fraction (values above 1 count as 1).

        Parameters
        ----------
        error : float
            Total to spend: one-sided alpha, or beta.
        fraction : array_like
            Information fractions above 0.

        Returns
        -------
        ndarray
            Same shape as ``fraction``.
        """
        t = np.minimum(np.asarray(fraction, float), 1.0)
        if self.family == "obrien-fleming":
            return np.asarray(2.0 * ndtr(-ndtri(1.0 - error / 2.0) / np.sqrt(t)))
        if self.family == "user":
            return error * np.interp(t, (0.0, *self.fractions), (0.0, *self.spent))
        return error * self._share(t)

    def _share(self, t: Floats) -> Floats:
        if self.family == "pocock":
            return np.log1p((np.e - 1.0) * t)
        if self.family == "kim-demets":
            return np.asarray(t**self.parameter)
        if self.parameter == 0.0:
            return t
        return np.expm1(-self.parameter * t) / np.expm1(-self.parameter)


def _check_user(fractions: Floats, spent: Floats) -> None:
    """Refuse a user's function that no design can follow."""
    if fractions.size == 0 or fractions.shape != spent.shape:
        raise DataError(
            "a user's spending function needs as many fractions as shares spent",
            found=f"{fractions.size} and {spent.size}",
        )
    if not (np.isfinite(fractions).all() and np.isfinite(spent).all()):
        raise DataError("a user's spending function holds a value that is not a number")
    if (np.diff(fractions) <= 0).any() or fractions[0] <= 0:
        raise DataError(
            "the information fractions of a spending function must increase from above 0",
            found=str(fractions),
        )
    if (np.diff(spent) < 0).any() or spent[0] < 0:
        raise DataError(
            "a spending function cannot decrease: error once spent is spent",
            found=str(spent),
            next_step="give the cumulative share at each fraction, not the share of each look",
        )
    if abs(fractions[-1] - 1.0) > 1e-9 or abs(spent[-1] - 1.0) > 1e-9:
        raise DataError(
            "a spending function ends with the whole error spent at fraction 1",
            found=f"{spent[-1]:g} at {fractions[-1]:g}",
            allowed="1 at 1",
        )
