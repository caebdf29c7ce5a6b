"""Where everything about a vector of patients lies in memory: numbered slots, each one vector wide."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PER_LANE = (
    "time",  # day reached
    "end",  # day to stop at
    "stop",  # next dose or end
    "step",  # step to try next, before it is cut at a stop
    "try",  # step tried now
    "new_time",  # day at the end of the step tried
    "dose_step",  # first accepted step after the last dose (NaN: none yet)
    "first",  # 1 until a step has been accepted after a dose
    "begin",  # 1 when a patient has just been put in
    "fresh",  # 1 after a start or jump: events and monitors are to be looked at
    "guess",  # 1 if a step is to be guessed from the slopes
    "grow",  # largest growth allowed for the next step: 1 after a rejection
    "live",  # 1 while a patient is in the lane
    "call",  # why the lane wants service (see driver.py); 0: it does not
    "accept",  # 1 if the last step tried was accepted
    "allowed",  # 1 where events may fire now
    "steps",
    "rejected",
    "stage_time",  # day at which a stage or an inner point is evaluated
    "limit",  # fraction of the step after which an event ends it
    "passes",  # events fired at one moment, so far
    "theta",  # fraction of the step at which an inner point is evaluated
    "per_step",  # 1 / h
    "inverse",  # 1 / (gamma h)
    "rtol",
    "max_steps",
    "lot",  # decides between events that are equally urgent
    "initial",  # 1 if the patient's course begins with this call
    "patient",  # the last four hold whole numbers
    "record",  # number of the next day at which the state is recorded
    "dose",  # number of the next dose
    "dose_end",
)
"""Slots of one vector each that are always there."""


def plan_layout(sizes: Mapping[str, int]) -> Mapping[str, int]:
    """Offset of each slot, in vectors, and the total under ``"size"``.

    Examples
    --------
    >>> dict(plan_layout({"y": 3, "t": 1}))
    {'y': 0, 't': 3, 'size': 4}
    """
    offsets, at = {}, 0
    for name, size in sizes.items():
        offsets[name] = at
        at += size
    return MappingProxyType({**offsets, "size": at})
