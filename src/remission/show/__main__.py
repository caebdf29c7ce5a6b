"""Write one drawing of a report as an SVG file: ``python -m remission.show RUN NAME FILE``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from remission.errors import RemissionError
from remission.run import RunFolder
from remission.show.report import write_figure


def main(arguments: Sequence[str]) -> Path:
    """Write the drawing.

    Raises
    ------
    RemissionError
        If the arguments are not three, there is no such run, or no drawing of that name in its report.
    """
    if len(arguments) != 3:
        raise RemissionError("three words are needed", allowed="python -m remission.show RUN NAME FILE")
    return write_figure(RunFolder.open(arguments[0]), arguments[1], arguments[2])


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except RemissionError as error:
        sys.exit(str(error))
