"""When scans are done."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_BETWEEN_SCANS_DAY = 8.0
"""A visit falls within 3.5 days of its date: scans planned closer than this could come in the wrong order."""


@dataclass(frozen=True)
class ScanSpan:
    """Scans at a constant interval, until a day or for good.

    Parameters
    ----------
    every_day : float
        Days from scan to scan.
    until_day : float or None
        Last day of the span; None for no end.
    """

    every_day: float
    until_day: float | None = None


@dataclass(frozen=True)
class ScanCalendar:
    """Scans at stated days, then at intervals; the baseline scan is day 0 and not part of it.

    Parameters
    ----------
    at_day : tuple of float
        First scans, in order.
    then : tuple of ScanSpan
        What follows; only the last span may have no end.

    Examples
    --------
    Week 12, every 6 weeks to week 24, then every 12:

    >>> calendar = ScanCalendar((84.0,), (ScanSpan(42.0, 168.0), ScanSpan(84.0)))
    >>> calendar.times_day(340)
    (84.0, 126.0, 168.0, 252.0, 336.0)
    """

    at_day: tuple[float, ...]
    then: tuple[ScanSpan, ...] = ()

    def times_day(self, until_day: float) -> tuple[float, ...]:
        """Days of all scans up to and including ``until_day``."""
        times = list(self.at_day)
        for span in self.then:
            end = until_day if span.until_day is None else min(span.until_day, until_day)
            start = times[-1] if times else 0.0
            times += [start + k * span.every_day for k in range(1, 1 + _steps(end - start, span.every_day))]
        return tuple(time for time in times if time <= until_day)


def _steps(length: float, step: float) -> int:
    """Whole steps in a length; a thousandth of a step forgives rounding of months."""
    return max(0, int(length / step + 1e-3))
