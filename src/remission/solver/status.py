"""How the integration of one patient ended, each code with its sentence."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Why a patient stopped.

    Examples
    --------
    >>> Status.TOO_MANY_STEPS.sentence
    'the limit on steps was met before the stop day'
    >>> Status.CROSSED.failed
    False
    """

    REACHED = 0
    CROSSED = 1
    STEP_TOO_SMALL = 2
    TOO_MANY_STEPS = 3
    NOT_FINITE = 4
    EVENTS_WITHOUT_END = 5

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return _SENTENCES[self]

    @property
    def failed(self) -> bool:
        """True if the patient did not get where the caller wanted."""
        return self > Status.CROSSED


_SENTENCES = {
    Status.REACHED: "the stop day was reached",
    Status.CROSSED: "a terminal monitor rose through its threshold",
    Status.STEP_TOO_SMALL: "no step, however small, met the tolerance",
    Status.TOO_MANY_STEPS: "the limit on steps was met before the stop day",
    Status.EVENTS_WITHOUT_END: "events kept setting each other off at one moment",
    Status.NOT_FINITE: "the equations gave a value that is not a finite number",
}
