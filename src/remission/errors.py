"""One family of errors; each says what is wrong, where, what was found, what is allowed, and what to do next.

Nothing here imports another module of the package: every layer raises these, and the command line prints them
without a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    Parameters
    ----------
    what : str
        The fault in one sentence, without a full stop.
    where : str or None
        ``file:line`` or the name of the argument.
    found, allowed : str or None
        What stood there, and what may stand there.
    next_step : str or None
        What the user can do about it.

    Examples
    --------
    >>> print(Problem("the dose is negative", where="study.yaml:12", found="-10 mg/kg"))
    study.yaml:12: the dose is negative
        found:   -10 mg/kg
    """

    what: str
    where: str | None = None
    found: str | None = None
    allowed: str | None = None
    next_step: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        labelled = (("found:   ", self.found), ("allowed: ", self.allowed), ("next:    ", self.next_step))
        lines += [f"    {label}{text}" for label, text in labelled if text]
        return "\n".join(lines)


class RemissionError(Exception):
    """Base of every error that a user can cause or meet; carries one or more `Problem`.

    Parameters
    ----------
    problems : Problem, str, or an iterable of them
        All that is wrong, in the order of the input.

    Examples
    --------
    >>> raise RemissionError("no such arm", where="--arm", found="B", allowed="A")
    Traceback (most recent call last):
    remission.errors.RemissionError: --arm: no such arm
        found:   B
        allowed: A
    """

    def __init__(
        self,
        problems: Problem | str | Iterable[Problem],
        *,
        where: str | None = None,
        found: str | None = None,
        allowed: str | None = None,
        next_step: str | None = None,
    ) -> None:
        if isinstance(problems, str):
            problems = Problem(problems, where, found, allowed, next_step)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[RemissionError], tuple[tuple[Problem, ...]]]:
        """Errors cross process borders whole."""
        return type(self), (self.problems,)


class StudyError(RemissionError):
    """A study file, molecule or tumour description that cannot be used."""


class ModelError(RemissionError):
    """A model text that the solver cannot read or compile."""


class DataError(RemissionError):
    """Arrays or tables whose content has no right answer."""


class RunError(RemissionError):
    """A run folder that cannot be written, continued, or trusted."""
