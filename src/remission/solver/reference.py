"""The method again in plain Python, one patient at a time: slow, and what the machine code is tested against.

Same tableau, order of elimination, step control, doses, crossings and events; other arithmetic (functions of
the C library, no fused operations), so results agree to rounding and not to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from remission.solver.crossings import BISECTIONS, event_bisections
from remission.solver.expression import OPERATIONS, UNARY
from remission.solver.firing import LOT_FACTOR, LOT_STEP
from remission.solver.plan import Plan, PlannedEvent
from remission.solver.settling import GUESS, LARGEST_GUESS, SMALLEST_GUESS
from remission.solver.status import Status
from remission.solver.stepping import (
    FIRST_GROW,
    GROW,
    LARGEST_ERROR,
    SAFETY,
    SHRINK,
    SMALLEST_ERROR,
    SMALLEST_STEP,
    STRETCH,
)

_AS_OPERATION = {
    **{"add": "plus", "sub": "minus", "mul": "times", "div": "divide", "neg": "negate", "log": "ln"},
    **{name: name for name in ("exp", "sqrt", "abs", "min", "max", "lt", "le", "eq", "ne", "and", "or", "not")},
}


@dataclass
class _Inside:
    """What dense output within an accepted step needs."""

    u: list[np.ndarray]
    whole: np.ndarray
    tried: float


@dataclass
class ReferencePatient:
    """One patient on its way.

    Parameters
    ----------
    plan : Plan
    parameters : (parameters,)
    y : (states,)
    time_day, stop_day : float
    doses : sequence of (day, state index, amount), sorted
    thresholds : (monitors,)
    terminal : sequence of bool
    rtol, atol : tolerances
    step_day : float
        Step to try first, NaN: chosen here.

    Examples
    --------
    >>> from remission.solver.method import RODAS4P2
    >>> from remission.solver.plan import make_plan
    >>> from remission.solver.reading import read_antimony
    >>> plan = make_plan(read_antimony("x = 1; x' = -x;"), (), (), RODAS4P2)
    >>> patient = ReferencePatient(plan, np.zeros(0), np.ones(1), 0.0, 1.0)
    >>> patient.run().name, round(float(patient.y[0]), 3)
    ('REACHED', 0.368)
    """

    plan: Plan
    parameters: np.ndarray
    y: np.ndarray
    time_day: float
    stop_day: float
    doses: Sequence[tuple[float, int, float]] = ()
    thresholds: Sequence[float] = ()
    terminal: Sequence[bool] = ()
    rtol: float = 1e-3
    atol: float | np.ndarray = 1e-6
    step_day: float = math.nan
    max_steps: int = 100_000
    initial: bool = False
    dose_step: float = math.nan
    steps: int = 0
    rejected: int = 0
    crossing_day: list[float] = field(default_factory=list)
    _schedules: dict[tuple[int, ...], list[int]] = field(default_factory=dict)

    def run(self) -> Status:
        """Advance to the stop day, a terminal crossing, or a failure."""
        self.y = np.array(self.y, float)
        self.atol = np.broadcast_to(np.asarray(self.atol, float), self.y.shape)
        self._limits = list(self.thresholds)
        self.crossing_day = [math.nan] * len(self._limits)
        self._first = False
        self._due = list(self.doses)
        self._guess = not self.step_day > 0
        self._grow = FIRST_GROW if self._guess else GROW
        day = int(np.float64(self.time_day).view(np.uint64))
        self._lot = (day + LOT_STEP) * LOT_FACTOR % 2**64
        self._triggers = self._triggers_at_start()
        self._next_stop()
        if self._settle():
            return Status.CROSSED
        while self.time_day < self.stop_day:
            ended = self._step()
            if ended is not None:
                return ended
            if self.time_day == self._stop and self.time_day < self.stop_day:
                self._next_stop()
                if self._settle():
                    return Status.CROSSED
        return Status.REACHED

    # formulas -----------------------------------------------------------------------------------------------

    def _values(self, nodes: Sequence[int], y: np.ndarray, time: float) -> list[float]:
        graph = self.plan.graph
        known: dict[int, float] = {}
        if tuple(nodes) not in self._schedules:
            self._schedules[tuple(nodes)] = graph.schedule(nodes)
        for i in self._schedules[tuple(nodes)]:
            node = graph.nodes[i]
            arguments = [known[j] for j in graph.arguments_of(node)]
            known[i] = self._value(node, arguments, y, time)
        return [known[i] for i in nodes]

    def _value(self, node: tuple, arguments: list[float], y: np.ndarray, time: float) -> float:
        kind = node[0]
        if kind == "number":
            return node[1]
        if kind in ("state", "parameter"):
            return float((y if kind == "state" else self.parameters)[node[1]])
        if kind in ("time", "true", "false"):
            return time if kind == "time" else float(kind == "true")
        if kind == "select":
            return arguments[1] if arguments[0] else arguments[2]
        if kind == "rcp":
            return OPERATIONS["divide"](1.0, arguments[0])
        if kind == "pow":
            return OPERATIONS["power"](*arguments[:2])
        return UNARY[node[1]](*arguments) if kind == "call" else OPERATIONS[_AS_OPERATION[kind]](*arguments)

    def _slope(self, y: np.ndarray, time: float) -> np.ndarray:
        return np.array(self._values(self.plan.rates, y, time))

    def _jacobian(self) -> tuple[np.ndarray, np.ndarray]:
        n = self.plan.size
        matrix, by_time = np.zeros((n, n)), np.zeros(n)
        entries = self._values(list(self.plan.jacobian.values()), self.y, self.time_day)
        for place, value in zip(self.plan.jacobian, entries, strict=True):
            matrix[place] = value
        for row, node in self.plan.by_time.items():
            by_time[row] = self._values([node], self.y, self.time_day)[0]
        return matrix, by_time

    # one step -----------------------------------------------------------------------------------------------

    def _step(self) -> Status | None:
        """Try one step; a status if the patient ends here."""
        rest = self._stop - self.time_day
        reach = STRETCH * self.step_day
        last = reach >= rest
        tried = rest if last else 0.5 * rest if reach > 0.5 * rest else self.step_day
        u, new, error = self._stages(tried)
        accepted = error <= 1.0
        self._propose(tried, error, accepted)
        if not accepted:
            self.rejected += 1
            return self._failure(error)
        self.steps += 1
        end = self._stop if last else self.time_day + tried
        limit = self._event_fraction(u, new, tried, end)
        if limit < 1.0:
            last, end, whole = False, self.time_day + limit * tried, new
            new = self._between(u, whole, limit)
        else:
            whole = new
        return self._move(_Inside(u, whole, tried), new, end, limit) or self._spent(last)

    def _move(self, inside: _Inside, new: np.ndarray, end: float, limit: float) -> Status | None:
        """Go to the end of the step, or to a terminal crossing in it; let events fire."""
        fractions = self._fractions(inside, new, end, limit)
        stopping = [f for f, terminal in zip(fractions, self.terminal, strict=True) if terminal]
        theta = min(stopping, default=2.0)
        for k, fraction in enumerate(fractions):
            if fraction <= min(theta, 1.0):
                self._record(k, self.time_day + fraction * inside.tried)
        if theta <= 1.0:
            self.y = self._between(inside.u, inside.whole, theta)
            self.time_day += theta * inside.tried
            return Status.CROSSED
        self.y, self.time_day = new, end
        return Status.CROSSED if self._fire() and self._settle() else None

    def _stages(self, h: float) -> tuple[list[np.ndarray], np.ndarray, float]:
        """The u of all stages, the new state, and the error in units of the tolerance."""
        method = self.plan.method
        jacobian, by_time = self._jacobian()
        matrix = np.eye(self.plan.size) / (h * method.gamma) - jacobian
        rows = [*zip(method.a, method.c, method.time_fraction, method.time_slope, strict=True)]
        if method.dense_at_end:
            rows.append((method.m, (), 1.0, method.gamma))
        u: list[np.ndarray] = []
        for a, c, fraction, time_weight in rows:
            slope = self._slope(self._combined(self.y, a, u), self.time_day + fraction * h)
            right = slope + self._combined(np.zeros_like(self.y), c, u) / h + time_weight * h * by_time
            if not np.isfinite(right).all() or not np.isfinite(matrix).all():
                return u, self.y, math.nan
            u.append(_solve(matrix, right, self.plan.elimination.order))
        new = self._combined(self.y, method.m, u)
        error = self._combined(np.zeros_like(self.y), method.e, u)
        scale = self.rtol * np.maximum(np.abs(self.y), np.abs(new)) + self.atol
        return u, new, float(np.sqrt(np.mean((error / scale) ** 2)))

    @staticmethod
    def _combined(start: np.ndarray, weights: Sequence[float], u: list[np.ndarray]) -> np.ndarray:
        return start + sum((w * x for w, x in zip(weights, u, strict=False)), np.zeros_like(start))

    def _propose(self, tried: float, error: float, accepted: bool) -> None:
        bounded = max(error, SMALLEST_ERROR) if error < LARGEST_ERROR else LARGEST_ERROR
        factor = max(SHRINK, min(self._grow, SAFETY * bounded ** (-1 / self.plan.method.order)))
        cut, proposed = tried < self.step_day, tried * factor
        self.step_day = max(self.step_day, proposed) if cut and factor >= 1 else proposed
        self._grow = GROW if accepted else 1.0
        if accepted and self._first:
            self.dose_step, self._first = tried * factor, False

    def _failure(self, error: float) -> Status | None:
        if self.step_day < SMALLEST_STEP * max(abs(self.time_day), 1.0):
            return Status.STEP_TOO_SMALL if error < LARGEST_ERROR else Status.NOT_FINITE
        return self._spent(False)

    def _spent(self, last: bool) -> Status | None:
        spent = self.steps + self.rejected >= self.max_steps
        return Status.TOO_MANY_STEPS if spent and not last else None

    # crossings ----------------------------------------------------------------------------------------------

    def _between(self, u: list[np.ndarray], new: np.ndarray, theta: float) -> np.ndarray:
        """Dense output."""
        curve = np.zeros_like(new)
        for row in reversed(self.plan.method.dense):
            curve = theta * curve + sum((h * x for h, x in zip(row, u, strict=False)), np.zeros_like(new))
        return (1 - theta) * self.y + theta * (new + (1 - theta) * curve)

    def _event_fraction(self, u: list[np.ndarray], new: np.ndarray, tried: float, end: float) -> float:
        """Fraction of the step just after the moment at which a first trigger has become true; 1: none."""
        if not self._set_off(new, end):
            return 1.0
        low, high = 0.0, 1.0
        for _ in range(event_bisections(self.plan)):
            middle = 0.5 * (low + high)
            after = self._set_off(self._between(u, new, middle), self.time_day + middle * tried)
            low, high = (low, middle) if after else (middle, high)
        return high if self.time_day + high * tried < end else 1.0

    def _set_off(self, y: np.ndarray, time: float) -> bool:
        return any(holds and not held for holds, held in zip(self._now(y, time), self._triggers, strict=True))

    def _now(self, y: np.ndarray, time: float) -> list[bool]:
        return [bool(value) for value in self._values([event.trigger for event in self.plan.events], y, time)]

    def _fractions(self, inside: _Inside, new: np.ndarray, end: float, limit: float) -> list[float]:
        """Fraction of the step at which each monitor rises through its threshold; 2: it does not."""
        before = self._values(self.plan.monitors, self.y, self.time_day)
        after = self._values(self.plan.monitors, new, end)
        fractions = []
        for k, threshold in enumerate(self._limits):
            low, high = 0.0, limit if before[k] < threshold <= after[k] else 2.0
            for _ in range(BISECTIONS if high <= 1.0 else 0):
                middle = 0.5 * (low + high)
                state = self._between(inside.u, inside.whole, middle)
                value = self._values(self.plan.monitors, state, self.time_day + middle * inside.tried)[k]
                low, high = (low, middle) if value >= threshold else (middle, high)
            fractions.append(high)
        return fractions

    def _record(self, k: int, day: float) -> None:
        self.crossing_day[k], self._limits[k] = day, math.inf

    # doses, events, starts ----------------------------------------------------------------------------------

    def _next_stop(self) -> None:
        """Give all doses due now and find the next stop."""
        while self._due and self._due[0][0] <= self.time_day:
            _, state, amount = self._due.pop(0)
            self.y[state] += amount
            self._first, self._grow = True, FIRST_GROW
            self._guess = math.isnan(self.dose_step)
            self.step_day = self.step_day if self._guess else self.dose_step
        self._stop = min(self._due[0][0], self.stop_day) if self._due else self.stop_day

    def _triggers_at_start(self) -> list[bool]:
        now = self._now(self.y, self.time_day)
        return [
            holds and not (self.initial and not event.initially_true)
            for holds, event in zip(now, self.plan.events, strict=True)
        ]

    def _fire(self) -> bool:
        """Let events fire, the most urgent first; true if a state changed."""
        before = self.y.copy()
        count = len(self.plan.events)
        pending, stored = [0] * count, [[0.0]] * count
        while True:
            now = self._now(self.y, self.time_day)
            for k, event in enumerate(self.plan.events):
                self._queue(k, event, now[k], pending, stored)
            self._triggers = now
            waiting = [k for k in range(count) if pending[k]]
            if not waiting:
                return bool(np.any(before != self.y))
            chosen = self._most_urgent(waiting)
            pending[chosen] -= 1
            fired = self.plan.events[chosen].assignments
            sizes = self._values([size for _, _, size in fired], self.y, self.time_day)
            for (state, *_), value, size in zip(fired, stored[chosen], sizes, strict=True):
                self.y[state] = value * size

    def _queue(self, k: int, event: PlannedEvent, holds: bool, pending: list[int], stored: list[list[float]]) -> None:
        values = self._values([value for _, value, _ in event.assignments], self.y, self.time_day)
        changes = any(value != self.y[state] for (state, *_), value in zip(event.assignments, values, strict=True))
        due = holds and (changes if event.absorbing else not self._triggers[k])
        if not event.persistent and not holds:
            pending[k] = 0
        pending[k] += due
        if due or not event.from_trigger_time:
            stored[k] = values

    def _most_urgent(self, waiting: list[int]) -> int:
        """Highest priority; between equals the highest lot."""
        priorities = self._values([event.priority for event in self.plan.events], self.y, self.time_day)
        best = max(priorities[k] for k in waiting)
        lots = []
        for _ in self.plan.events:
            self._lot = (self._lot * LOT_FACTOR + LOT_STEP) % 2**64
            lots.append(self._lot >> 12)
        return max((k for k in waiting if priorities[k] == best), key=lambda k: (lots[k], -k))

    def _settle(self) -> bool:
        """Events, monitors above their thresholds, the first step; true if a terminal monitor is above."""
        self._fire()
        stopped = False
        for k, value in enumerate(self._values(self.plan.monitors, self.y, self.time_day)):
            if value >= self._limits[k]:
                self._record(k, self.time_day)
                stopped = stopped or bool(self.terminal[k])
        if self._guess:
            self.step_day, self._guess = self._guessed(), False
        return stopped

    def _guessed(self) -> float:
        scale = self.rtol * np.abs(self.y) + self.atol
        size = float(np.sum((self.y / scale) ** 2))
        slope = float(np.sum((self._slope(self.y, self.time_day) / scale) ** 2))
        ratio = math.sqrt(size / slope) if slope > 0 else math.inf if size > 0 else 0.0
        found = min(max(GUESS * ratio, SMALLEST_GUESS), LARGEST_GUESS) if slope == slope else SMALLEST_GUESS
        return self.step_day if 0 < self.step_day < found else found


def _solve(matrix: np.ndarray, right: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """Gaussian elimination without pivoting, the states in the given order."""
    a, x = matrix[np.ix_(order, order)], right[list(order)]
    n = len(x)
    for k in range(n):
        for i in range(k + 1, n):
            if a[i, k] != 0:
                factor = a[i, k] / a[k, k]
                a[i, k:] -= factor * a[k, k:]
                x[i] -= factor * x[k]
    for k in reversed(range(n)):
        x[k] = (x[k] - a[k, k + 1 :] @ x[k + 1 :]) / a[k, k]
    solution = np.empty(n)
    solution[list(order)] = x
    return solution
