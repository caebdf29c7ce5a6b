"""Ensemble smoother with multiple data assimilation (Emerick and Reynolds 2013, Comput Geosci 55:3).

A set of points in the space of hyperparameters is moved towards the targets in a few steps. Each step regresses what
the points gave on where they are, and moves every point by its own misfit, with the errors of the targets inflated so
that all steps together use each target once. No gradient is needed and noise in the simulations does no harm. What is
left at the end is a set of points that agree with the targets within their errors: their spread says how well the
targets determine each number.
"""

from __future__ import annotations

import numpy as np

from remission.arrays import Floats


def move(points: Floats, simulated: Floats, wanted: Floats, error: Floats, inflation: float, normal: Floats) -> Floats:
    """One step of the smoother.

    Parameters
    ----------
    points : ndarray, shape (members, n)
        Where the members are, on a scale on which they are roughly normal.
    simulated : ndarray, shape (members, m)
        What they gave; NaN where that could not be computed.
    wanted, error : ndarray, shape (m,)
        The targets and their errors, on the scale of `simulated`.
    inflation : float
        Of the variances of the targets in this step; the inverses over all steps sum to 1.
    normal : ndarray, shape (members, m)
        Standard normal draws that perturb the targets.

    Returns
    -------
    ndarray, shape (members, n)

    Examples
    --------
    A linear model of one number with one target: the mean goes half of the way when prior and target weigh the same.

    >>> draws = np.random.default_rng(1).standard_normal((4000, 2))
    >>> moved = move(draws[:, :1], draws[:, :1], np.array([2.0]), np.array([1.0]), 1.0, draws[:, 1:])
    >>> bool(abs(moved.mean() - 1.0) < 0.05), bool(abs(moved.std() - 0.5**0.5) < 0.05)
    (True, True)
    """
    members = len(points)
    known = np.isfinite(simulated).sum(axis=0) > members / 2
    given = simulated[:, known] / error[known]
    given = np.where(np.isfinite(given), given, np.nanmean(given, axis=0))
    here, there = points - points.mean(axis=0), given - given.mean(axis=0)
    gain = _without_chance(here.T @ there / (members - 1), here.std(axis=0), there.std(axis=0), members)
    spread = there.T @ there / (members - 1)
    misfit = wanted[known] / error[known] + np.sqrt(inflation) * normal[:, known] - given
    return points + misfit @ np.linalg.solve(spread + inflation * np.eye(len(spread)), gain.T)


def inflations(steps: int) -> list[float]:
    """How much the variances of the targets are inflated in each step: halved from one to the next.

    Gentle steps first, where the members are far from the targets and a linear regression says little.

    Examples
    --------
    >>> inflations(3), sum(1 / inflation for inflation in inflations(3))
    ([7.0, 3.5, 1.75], 1.0)
    """
    whole = 2.0**steps - 1
    return [whole / 2.0**step for step in range(steps)]


def _without_chance(covariance: Floats, here: Floats, there: Floats, members: int) -> Floats:
    """Covariances tapered to 0 where the correlation is within what chance gives in so few members.

    Correlations of independent numbers have a spread of 1/sqrt(members); one such spread counts nothing, three count
    whole (as correlation-based localisation does: Luo and others 2018, SPE J 23:396).
    """
    chance = 1 / np.sqrt(members)
    correlation = np.abs(covariance) / np.maximum(np.outer(here, there), 1e-12)
    return covariance * np.clip((correlation - chance) / (2 * chance), 0, 1)
