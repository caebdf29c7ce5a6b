"""A process of its own that works on blocks: ``python -m remission.run.worker``, started by `LocalProcesses`.

It reads the work, then tasks, from its standard input and answers on its standard output, until the input
ends: when the process that started it dies, it ends too. Started as a module of its own and not as a fork, it
needs no ``if __name__ == "__main__"`` in the user's script and inherits no threads.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from typing import BinaryIO


def main() -> None:
    """Answer every task with None, or with the exception that it met."""
    answers = _private_output()
    tasks = sys.stdin.buffer
    try:
        sys.path[:] = pickle.load(tasks)
        work = pickle.load(tasks)
        while True:
            pickle.dump(_answer(work, pickle.load(tasks)), answers)
            answers.flush()
    except (EOFError, BrokenPipeError):
        # Without further clean-up: the reader is gone and there is nothing to flush to it.
        os._exit(0)


def _private_output() -> BinaryIO:
    """The standard output, kept for answers: what anyone else prints goes to the standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _answer(work: object, task: object) -> BaseException | None:
    try:
        work(task)  # type: ignore[operator]
    except Exception as error:
        error.add_note("in a worker process:\n" + traceback.format_exc())
        return _sendable(error)
    return None


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return error


if __name__ == "__main__":
    main()
