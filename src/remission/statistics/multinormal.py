"""Probabilities of correlated normals without random numbers: the same digits every time, right far into the
tails.

The tail of the largest of several standard normals, ``P(max Z > z)``, is what a MaxCombo p-value is.
Differentiating by the threshold gives ``p(z) = integral from z of phi(t) sum_i P(Z_j <= t for all j != i |
Z_i = t) dt``: positive terms only, so that a p of 1e-9 is as exact, relatively, as one of 0.1. Given ``Z_i =
t`` the others have thresholds ``h_ij t`` with ``h_ij = sqrt((1 - r_ij) / (1 + r_ij))``, proportional to
``t``; two of them are Owen's T functions (Owen 1956), and the integral over ``t`` can be done in closed form.
What is left for three tests is one smooth integral, for four tests a sum of smooth integrals of T functions.
A singular correlation (one test a combination of others) is the limit of these formulas and needs no care
beyond it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, owens_t

from remission.arrays import Floats
from remission.errors import DataError

_MOST = 4
_SAME = 1e-12
_SINGULAR = 1e-13
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
# The integrand of `_owen_integral` is analytic to a distance of pi / 2 from the line: on stretches of this
# length 20 Gauss-Legendre nodes leave a relative error below 1e-11, negative correlations in the far tail
# included.
_FEW_NODES, _FEW_WEIGHTS = np.polynomial.legendre.leggauss(20)
_STRETCH = 3.0
_NEGLIGIBLE = 36.0
_AT_ONCE = 128
# A normal further out than this has no probability left in a double.
_FAR = 9.0
_PANELS = 6


def bivariate_below(h: ArrayLike, k: ArrayLike, correlation: ArrayLike) -> Floats:
    """``P(X <= h, Y <= k)`` of two standard normals (Owen 1956), exact to about 1e-15.

    Parameters
    ----------
    h, k, correlation : array_like
        Broadcast against each other; correlations -1 and 1 are allowed, thresholds may be infinite.

    Examples
    --------
    >>> print(bivariate_below(0.0, 0.0, 0.5).round(12))
    0.333333333333
    >>> print(bivariate_below(1.0, 2.0, 1.0) == ndtr(1.0))
    True
    """
    h, k, r = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (h, k, correlation)))
    if not (np.abs(r) <= 1).all():
        raise DataError("a correlation lies between -1 and 1", where="correlation")
    bounded_h, bounded_k = np.clip(h, -40.0, 40.0), np.clip(k, -40.0, 40.0)
    lean = np.sqrt(np.maximum((1 - r) * (1 + r), 0.0))
    # h = 0 is the limit from above; a tiny value has the same T to the last digit.
    bounded_h = np.where(bounded_h == 0, 1e-300, bounded_h)
    bounded_k = np.where(bounded_k == 0, 1e-300, bounded_k)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slope_h = (bounded_k - r * bounded_h) / (bounded_h * lean)
        slope_k = (bounded_h - r * bounded_k) / (bounded_k * lean)
    slope_h, slope_k = np.nan_to_num(slope_h, nan=0.0), np.nan_to_num(slope_k, nan=0.0)
    opposite = np.where(bounded_h * bounded_k < 0, 0.5, 0.0)
    below = (ndtr(bounded_h) + ndtr(bounded_k)) / 2 - owens_t(bounded_h, slope_h) - owens_t(bounded_k, slope_k)
    below = np.where(lean > 0, below - opposite, 0.0)
    together = ndtr(np.minimum(h, k))
    apart = np.maximum(ndtr(h) - ndtr(-k), 0.0)
    return np.clip(np.where(lean > 0, below, np.where(r > 0, together, apart)), 0.0, 1.0)


def checked_correlation(correlation: ArrayLike) -> Floats:
    """Symmetrical, ones on the diagonal, no negative eigenvalue; shape (..., tests, tests).

    Raises
    ------
    DataError
        If it is not such a matrix.

    Examples
    --------
    >>> checked_correlation([[1, 0.5], [0.5, 1]]).shape
    (2, 2)
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    square = matrix.ndim >= 2 and matrix.shape[-1] == matrix.shape[-2]
    if not (
        square
        and np.isfinite(matrix).all()
        and np.abs(matrix - np.swapaxes(matrix, -1, -2)).max() < 1e-9
        and np.abs(np.diagonal(matrix, axis1=-2, axis2=-1) - 1).max() < 1e-9
        and _not_negative(matrix)
    ):
        raise DataError(
            "this is not a correlation matrix",
            where="correlation",
            found=f"shape {matrix.shape}",
            allowed="symmetrical, ones on the diagonal, no negative eigenvalue",
        )
    return np.clip(matrix, -1.0, 1.0)


def _not_negative(matrix: Floats) -> bool:
    """No negative eigenvalue; up to three by their minors, which is much quicker for many matrices."""
    if matrix.shape[-1] > 3:
        return bool(np.linalg.eigvalsh(matrix).min() > -1e-9)
    if matrix.shape[-1] == 3:
        a, b, c = matrix[..., 0, 1], matrix[..., 0, 2], matrix[..., 1, 2]
        if (1 + 2 * a * b * c - a * a - b * b - c * c).min() < -1e-9:
            return False
    return bool(np.abs(matrix).max() < 1 + 1e-9)


def largest_above(z: ArrayLike, correlation: ArrayLike) -> Floats:
    """``P(max Z > z)`` for standard normals with a correlation; one to four of them.

    Parameters
    ----------
    z : array_like, shape (...)
    correlation : array_like, shape (..., tests, tests)
        May be singular.

    Returns
    -------
    ndarray, shape (...)
        Relative error about 1e-11, for two or three tests also in the far tail.

    Raises
    ------
    DataError
        For a matrix that is no correlation, or more than four tests.

    Examples
    --------
    >>> r = np.array([[1, 0.8577, 0.9359], [0.8577, 1, 0.9323], [0.9359, 0.9323, 1]])
    >>> print(f"{largest_above(4.0811, r):.5e}")
    4.73637e-05
    """
    return largest_above_each(np.asarray(z, dtype=np.float64), checked_correlation(correlation))


def largest_above_each(level: Floats, matrix: Floats) -> Floats:
    """`largest_above` for matrices that are known to be correlations (of thousands of trials).

    Examples
    --------
    >>> print(largest_above_each(np.array([1.96]), np.eye(1)[None]).round(4))
    [0.025]
    """
    shape = np.broadcast_shapes(level.shape, matrix.shape[:-2])
    many = matrix.shape[-1]
    if many > _MOST:
        raise DataError(
            "the largest of so many tests is not computed",
            where="correlation",
            found=str(many),
            allowed="1 to 4",
        )
    flat_level = np.broadcast_to(level, shape).ravel()
    flat = np.broadcast_to(matrix, (*shape, many, many)).reshape(-1, many, many)
    if many == 1:
        tail = ndtr(-flat_level)
    elif many == 2:
        tail = ndtr(-flat_level) + 2 * owens_t(flat_level, _slopes(flat[:, 0, 1]))
    elif many == 3:
        tail = _largest_of_three(flat_level, flat)
    else:
        tail = np.array([_largest_of_four(float(a), r) for a, r in zip(flat_level, flat, strict=True)])
    return np.minimum(tail, 1.0).reshape(shape)


def _slopes(r: Floats) -> Floats:
    """``sqrt((1 - r) / (1 + r))``: threshold of one given that the other is at the common threshold."""
    return np.sqrt(np.maximum(1 - r, 0.0) / np.maximum(1 + r, 1e-300))


def _partial(r: Floats, i: int, j: int, k: int) -> tuple[Floats, Floats]:
    """Correlation of j and k given i, and ``sqrt(1 - it^2)``, exactly singular where it is nearly so."""
    spread = np.sqrt(np.maximum((1 - r[:, i, j] ** 2) * (1 - r[:, i, k] ** 2), 0.0))
    # Where i is the same test as j (or k) any value does for the other; where all three are one test, each
    # must be the largest in a third of the cases, which a correlation of one half gives.
    alike = np.where((r[:, i, j] > 1 - _SAME) & (r[:, i, k] > 1 - _SAME), 0.5, 0.0)
    partial = np.where(
        spread > _SAME, (r[:, j, k] - r[:, i, j] * r[:, i, k]) / np.where(spread > _SAME, spread, 1.0), alike
    )
    partial = np.clip(partial, -1.0, 1.0)
    rest = (1 - partial) * (1 + partial)
    return partial, np.sqrt(np.where(rest < _SINGULAR, 0.0, rest))


def _largest_of_three(z: Floats, r: Floats) -> Floats:
    """Sum over the test that is largest; see the module for the formula. Few trials at a time stay in the cache."""
    if z.size > _AT_ONCE:
        starts = range(0, z.size, _AT_ONCE)
        return np.concatenate([_largest_of_three(z[k : k + _AT_ONCE], r[k : k + _AT_ONCE]) for k in starts])
    slopes, over, lean = [], [], []
    for i, j, k in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
        hj, hk = (np.maximum(_slopes(r[:, i, other]), 1e-9) for other in (j, k))
        partial, rest = _partial(r, i, j, k)
        slopes += [hj, hk]
        over += [hk / hj - partial, hj / hk - partial]
        lean += [rest, rest]
    level, h = np.tile(z, 6), np.concatenate(slopes)
    beyond = owens_t(level, h) / 2 - _owen_integral(level, h, np.concatenate(over), np.concatenate(lean))
    return np.asarray(1.5 * ndtr(-z) + beyond.reshape(6, -1).sum(axis=0))


def _owen_integral(z: Floats, h: Floats, over: Floats, lean: Floats) -> Floats:
    """``integral from z of phi(t) T(h t, a) dt`` with ``a = over / lean``, which may be infinite.

    With T written as an integral and the order exchanged, ``t`` integrates to a normal tail; in ``w = asinh
    x`` what remains is analytic well beyond the line, so that Gauss-Legendre on short stretches converges at
    once.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(lean > 0, over / np.where(lean > 0, lean, 1.0), np.where(over == 0, 0.0, np.inf))
    # Beyond this w both the slope of the T function and the tail are nothing beside what came before.
    reach = np.minimum(np.arcsinh(np.minimum(np.abs(a), 1e300)), _NEGLIGIBLE)
    spent = 9.0 / (h * np.maximum(np.abs(z), 0.5))
    reach = np.minimum(reach, np.where(z > 0.5, np.log(2 * np.maximum(spent, 1.0)) + 0.5, _NEGLIGIBLE))
    stretches = max(1, int(np.ceil(reach.max(initial=0.0) / _STRETCH)))
    step = reach / stretches
    total = np.zeros_like(z)
    for place in range(stretches):
        w = step[:, None] * (place + (_FEW_NODES + 1) / 2)
        cosh = np.cosh(w)
        scale = np.sqrt(1 + (h[:, None] * cosh) ** 2)
        total += (ndtr(-z[:, None] * scale) / (cosh * scale)) @ _FEW_WEIGHTS
    return np.sign(over) * total * step / (4 * np.pi)


def _largest_of_four(z: float, r: Floats) -> float:
    """Four tests; negative thresholds by way of the whole line."""
    if z < 0:
        return 1.0 - normal_below(np.full(4, z), r)
    total = 0.0
    for i in range(4):
        others = [j for j in range(4) if j != i]
        h = np.maximum(_slopes(r[i, others]), 1e-9)
        inner = np.array([[_given(r, i, j, k) for k in others] for j in others])
        total += _cone_integral(z, h, inner)
    return total


def _given(r: Floats, i: int, j: int, k: int) -> float:
    return 1.0 if j == k else float(_partial(r[None], i, j, k)[0][0])


def _cone_integral(z: float, h: Floats, r: Floats) -> float:
    """``integral from z of phi(t) P(X_j <= h_j t, three of them) dt``.

    The probability is that of an octant, at ``t = 0``, plus the integral of its slope; exchanging the order
    leaves ``sum_j integral from 0 of h_j phi(h_j s) P(two others <= h s | X_j = h_j s) Q(max(s, z)) ds``.
    """
    angles = np.arcsin(np.clip([r[0, 1], r[0, 2], r[1, 2]], -1, 1))
    upper = float(ndtr(-z))
    total = upper * (1 / 8 + angles.sum() / (4 * np.pi))
    edges = np.concatenate([np.linspace(0.0, z, 5), z + np.array([0.7, 1.5, 2.5, 4.0, 6.0, 9.0])])
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    s = (middle[:, None] + half[:, None] * _NODES).ravel()
    measure = (half[:, None] * _WEIGHTS).ravel() * ndtr(-np.maximum(s, z))
    for j in range(3):
        k, m = (other for other in range(3) if other != j)
        limits = [_conditional_slope(h[a], h[j], r[a, j]) for a in (k, m)]
        partial = _given(r, j, k, m)
        inside = bivariate_below(limits[0] * s, limits[1] * s, partial)
        total += float(measure @ (h[j] * np.exp(-((h[j] * s) ** 2) / 2) * inside)) / np.sqrt(2 * np.pi)
    return total


def _conditional_slope(h: float, given: float, r: float) -> float:
    """Threshold per unit, standardised, of one of two normals when the other sits at its own threshold."""
    rest = (1 - r) * (1 + r)
    over = h - r * given
    if rest < _SINGULAR:
        return float(np.sign(over) * 1e8) if abs(over) > _SAME else 0.0
    return float(over / np.sqrt(rest))


def normal_below(upper: ArrayLike, correlation: ArrayLike) -> float:
    """``P(Z <= upper)`` for up to four correlated standard normals with different thresholds.

    One and two are exact; more are conditioned on the first and integrated (error below 1e-9; below 1e-6 for
    four with a singular correlation).

    Raises
    ------
    DataError
        For a matrix that is no correlation, or more than four.

    Examples
    --------
    >>> round(normal_below([0.0, 0.0, 0.0], np.eye(3)), 10)
    0.125
    """
    matrix = checked_correlation(correlation)
    limit = np.asarray(upper, dtype=np.float64)
    if limit.shape != matrix.shape[:1] or limit.size > _MOST or np.isnan(limit).any():
        raise DataError(
            "thresholds and correlation do not fit",
            where="upper",
            found=f"{limit.shape}",
            allowed="one to four",
        )
    return _below(limit, matrix)


def _below(limit: Floats, r: Floats) -> float:
    """Conditioned on the first; the others are a sum over nodes between the points where a singular part
    bends.
    """
    if limit.size == 1:
        return float(ndtr(limit[0]))
    if limit.size == 2:
        return float(bivariate_below(limit[0], limit[1], r[0, 1]))
    return float(_many_below(np.clip(limit, -_FAR, _FAR)[None], r, _bends(limit, r))[0])


def _many_below(limits: Floats, r: Floats, bends: Floats) -> Floats:
    """``P(Z <= limit)`` for rows of limits, three or four normals."""
    top = np.minimum(limits[:, 0], _FAR)
    rest = np.sqrt(np.maximum((1 - r[0, 1:]) * (1 + r[0, 1:]), 0.0))
    spread = np.outer(rest, rest)
    inner = r[1:, 1:] - np.outer(r[0, 1:], r[0, 1:])
    inner = np.clip(np.divide(inner, spread, out=np.eye(rest.size), where=spread > _SAME), -1, 1)
    np.fill_diagonal(inner, 1.0)
    edges = np.unique(np.concatenate([np.linspace(0.0, 1.0, _PANELS + 1), bends]))
    width = np.diff(edges)[:, None]
    share, weight = (edges[:-1, None] + width * (_NODES + 1) / 2).ravel(), (width * _WEIGHTS / 2).ravel()
    x = -_FAR + share * (top + _FAR)[:, None]
    over = limits[:, None, 1:] - r[0, 1:] * x[..., None]
    scaled = np.where(rest > 1e-8, over / np.maximum(rest, 1e-8), np.copysign(40.0, over))
    if rest.size == 2:
        inside = bivariate_below(scaled[..., 0], scaled[..., 1], inner[0, 1])
    else:
        inside = _many_below(scaled.reshape(-1, rest.size), inner, np.empty(0)).reshape(x.shape)
    return np.asarray((np.exp(-(x**2) / 2) * inside) @ weight * (top + _FAR) / np.sqrt(2 * np.pi))


def _bends(limit: Floats, r: Floats) -> Floats:
    """Where, as a share of the way to the first limit, the order of the other limits changes: a singular part
    bends.
    """
    found = []
    rest = np.sqrt(np.maximum((1 - r[0, 1:]) * (1 + r[0, 1:]), 0.0))
    scaled = [(limit[j + 1] / rest[j], r[0, j + 1] / rest[j]) for j in range(rest.size) if rest[j] > 1e-8]
    for place, (start1, slope1) in enumerate(scaled):
        for start2, slope2 in scaled[place + 1 :]:
            for sign in (1.0, -1.0):
                slope = slope1 - sign * slope2
                if abs(slope) > _SAME:
                    found.append((start1 - sign * start2) / slope)
    shares = (np.array(found) + _FAR) / (min(float(limit[0]), _FAR) + _FAR)
    return shares[(shares > 0) & (shares < 1)]


def largest_quantile(tail: float, correlation: ArrayLike) -> float:
    """The threshold that the largest exceeds with a given probability (critical value of a MaxCombo test).

    Examples
    --------
    >>> round(largest_quantile(0.025, [[1, 0], [0, 1]]), 4)
    2.239
    """
    from scipy.optimize import brentq

    if not 0 < tail < 1:
        raise DataError("a tail probability lies between 0 and 1", where="tail", found=str(tail))
    matrix = checked_correlation(correlation)
    # As far out as if the tests were one, or were never above together.
    ends = -ndtri(tail) - 1e-6, -ndtri(tail / len(matrix)) + 1e-6
    return float(brentq(lambda z: float(largest_above(z, matrix)) - tail, *ends, xtol=1e-12))
