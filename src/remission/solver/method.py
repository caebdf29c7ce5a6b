"""Rosenbrock methods: their numbers, where these come from, and what follows from them.

Written in the transformed form that needs no product with the Jacobian (Hairer and Wanner, Solving Ordinary
Differential Equations II, 2nd ed. 1996, section IV.7, equation 7.25), for y' = f(t, y), J = df/dy, step h:

    (I/(h gamma) - J) u_i = f(t + alpha_i h, y + sum_{j<i} a_ij u_j)
                            + sum_{j<i} c_ij u_j / h + gamma_i h df/dt
    y_new = y + sum_j m_j u_j ,   error = sum_j e_j u_j

The two RODAS methods are stiffly accurate: m is the last row of a with a one appended, and the error estimate is
the last u alone. Dense output inside an accepted step (theta from 0 to 1; d_r = sum_j h_rj u_j):

    y(theta) = (1 - theta) y + theta (y_new + (1 - theta) (d_1 + theta (d_2 + theta d_3)))

where h_r may have one entry more than there are stages: for a u at the end, of a stage with a = m and c = 0.

Sources
-------
VELDS4: M. van Veldhuizen, D-stability and Kaps-Rentrop-methods, Computing 32 (1984) 229-237, the set with gamma =
    0.2257, one of those in the code ROS4 of Hairer and Wanner (1996, IV.7, table 7.2), whose name mostly stands for
    their own L-stable set with gamma = 0.5728; in Julia it is called Velds4. Order 4(3) with four stages, of which the
    last two stand at one point, so that it takes three evaluations a step. A(89.3)-stable, and the stiffest parts
    are damped to 0.24 a step: it is not L-stable.
RODAS4P2: G. Steinebach, Improvement of Rosenbrock-Wanner method RODASP, in Progress in Differential-Algebraic
    Equations II, Springer 2020, 165-184. Order 4(3), L-stable, no order reduction on stiff problems of
    Prothero and Robinson.
RODAS5P: G. Steinebach, Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the
    Julia Differential Equations package, BIT Numerical Mathematics 63 (2023) 27. Order 5(4), L-stable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Method:
    """One Rosenbrock method with `stages` rows; the letters are those of the equations above.

    Examples
    --------
    >>> RODAS4P2.stages, RODAS4P2.order
    (6, 4)
    >>> [round(float(x), 6) for x in RODAS4P2.time_fraction]
    [0.0, 0.75, 0.321448, 0.519746, 1.0, 1.0]
    """

    name: str
    order: int
    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]
    m: tuple[float, ...]
    e: tuple[float, ...]
    dense: tuple[tuple[float, ...], ...]

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.a)

    def at_same_point(self, stage: int) -> bool:
        """Whether a stage stands where the one before it does, so that the slopes there are known already."""
        return stage > 0 and self.a[stage] == (*self.a[stage - 1], 0.0)

    @property
    def dense_at_end(self) -> bool:
        """Whether dense output takes a u at the end of the step."""
        return len(self.dense[0]) > self.stages

    @cached_property
    def _gamma_matrix(self) -> np.ndarray:
        """Gamma of the untransformed method: C = I/gamma - Gamma^-1 (Hairer and Wanner IV.7)."""
        return np.linalg.inv(np.eye(self.stages) / self.gamma - _square(self.c))

    @cached_property
    def time_fraction(self) -> np.ndarray:
        """alpha_i: where in the step stage i is evaluated; row sums of A Gamma."""
        return (_square(self.a) @ self._gamma_matrix).sum(axis=1)

    @cached_property
    def time_slope(self) -> np.ndarray:
        """gamma_i: weight of h df/dt in stage i; row sums of Gamma."""
        return self._gamma_matrix.sum(axis=1)


def _square(rows: tuple[tuple[float, ...], ...]) -> np.ndarray:
    matrix = np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        matrix[i, : len(row)] = row
    return matrix


def _with_dense_output(method: Method) -> Method:
    """A method without dense output of its own, with one of order 3 at every theta that takes a u at the end.

    The weights b(theta) of the stages and of the end solve the four conditions of order 3 (Hairer and Wanner IV.7,
    table 7.1) with theta, theta^2 / 2, theta^3 / 3 and theta^3 / 6 on their right. What these leave open, a multiple
    of the error estimate, grows with theta^3 to what it is in m. Then m(theta) = b(theta) Gamma^-1.
    """
    n = method.stages
    gamma, alpha = np.diag([method.gamma] * (n + 1)), np.zeros((n + 1, n + 1))
    gamma[:n, :n] = method._gamma_matrix
    alpha[:n, :n] = _square(method.a) @ method._gamma_matrix
    alpha[n, :n] = np.array(method.m) @ method._gamma_matrix
    beta = (alpha + gamma).sum(axis=1)
    conditions = np.array([np.ones(n + 1), beta, alpha.sum(axis=1) ** 2, (alpha + gamma) @ beta])
    powers = np.array([[1, 0, 0], [0, 1 / 2, 0], [0, 0, 1 / 3], [0, 0, 1 / 6]])
    first, second, _ = np.linalg.solve(gamma.T, np.linalg.pinv(conditions) @ powers).T
    m = np.array([*method.m, 0.0])
    rows = (first - m, first + second - m)
    return replace(method, dense=tuple(tuple(float(x) for x in row) for row in rows))


_LAST_POINT = (4.812234362695436, 4.578146956747842)

VELDS4 = _with_dense_output(
    Method(
        name="VELDS4",
        order=4,
        gamma=0.2257081148225682,
        a=((), (2.0,), _LAST_POINT, (*_LAST_POINT, 0.0)),
        c=(
            (),
            (-5.333333333333331,),
            (6.100529678848254, 1.804736797378427),
            (-2.540515456634749, -9.443746328915205, -1.988471753215993),
        ),
        m=(4.289339254654537, 5.036098482851414, 0.6085736420673917, 1.355958941201148),
        e=(2.175672787531755, 2.950911222575741, -0.7859744544887430, -1.355958941201148),
        dense=(),
    )
)

_A4 = (7.089566927282776, 4.573591406461604, -8.423496976860259, -0.959280113459775)

RODAS4P2 = Method(
    name="RODAS4P2",
    order=4,
    gamma=0.25,
    a=(
        (),
        (3.0,),
        (0.906377755268814, -0.189707390391685),
        (3.758617027739064, 1.161741776019525, -0.849258085312803),
        _A4,
        (*_A4, 1.0),
    ),
    c=(
        (),
        (-12.0,),
        (-6.354581592719008, 0.338972550544623),
        (-8.575016317114033, -7.606483992117508, 12.22499765012482),
        (-5.888975457523102, -8.157396617841821, 24.805546872612922, 12.790401512796979),
        (-4.408651676063871, -6.692003137674639, 24.625568527593117, 16.627521966636085, -5.714285714285718),
    ),
    m=(*_A4, 1.0, 1.0),
    e=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    dense=(
        (-5.323528268423303, -10.042123754867493, 17.175254928256965, -5.079931171878093, -0.016185991706112),
        (6.984505741529879, 6.914061169603662, -0.849178943070653, 18.104410789349338, -3.516963011559032),
    ),
)

_A5 = (
    -7.502846399306121,
    2.561846144803919,
    -11.627539656261098,
    -0.18268767659942256,
    0.030198172008377946,
)

RODAS5P = Method(
    name="RODAS5P",
    order=5,
    gamma=0.21193756319429014,
    a=(
        (),
        (3.0,),
        (2.849394379747939, 0.45842242204463923),
        (-6.954028509809101, 2.489845061869568, -10.358996098473584),
        (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
        _A5,
        (*_A5, 1.0),
        (*_A5, 1.0, 1.0),
    ),
    c=(
        (),
        (-14.155112264123755,),
        (-17.97296035885952, -2.859693295451294),
        (147.12150275711716, -1.41221402718213, 71.68940251302358),
        (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
        (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
        (
            *(30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783),
            *(-19.097331116725623, -28.087943162872662),
        ),
        (
            *(37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047),
            *(-40.06618937091002, -54.66780262877968, -9.48861652309627),
        ),
    ),
    m=(*_A5, 1.0, 1.0, 1.0),
    e=(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    dense=(
        (
            *(25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204),
            *(0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493),
        ),
        (
            *(-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796),
            *(20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372),
        ),
        (
            *(11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643),
            *(-52.072871366152654, -59.78993625266729, -0.15582684282751913, 4.883087185713722),
        ),
    ),
)

METHODS = {method.name: method for method in (VELDS4, RODAS4P2, RODAS5P)}
