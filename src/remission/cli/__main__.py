"""``python -m remission.cli`` is the command ``remission``."""

from __future__ import annotations

import sys

from remission.cli import main

if __name__ == "__main__":
    sys.exit(main())
