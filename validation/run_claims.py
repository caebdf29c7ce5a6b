"""Run every claim of `validation/claims` and print what was found beside what must come out.

    python validation/run_claims.py [--only NAME] [--patients N] [--seed N]

The exit status is 1 if a claim does not hold. A claim that does not hold stays, and is printed as that.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

CLAIMS = Path(__file__).with_name("claims")
PATIENTS = 4000
SEED = 6_000_000_000


def names() -> list[str]:
    """Names of all claims."""
    return sorted(path.stem for path in CLAIMS.glob("*.py"))


def main() -> int:
    """Run the claims asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=names(), action="append")
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    sys.path.insert(0, str(CLAIMS))
    failed = 0
    for name in asked.only or names():
        claim = import_module(name)
        finding = claim.measure(asked.patients, asked.seed)
        failed += not finding.holds
        print(f"{'holds' if finding.holds else 'FAILS'}  {claim.TITLE}")
        print(f"       must be: {claim.TOLERANCE} ({claim.SOURCE})")
        print(f"       found:   {finding.found}", flush=True)
    total = len(asked.only or names())
    print(f"{total - failed} of {total} claims hold ({asked.patients} patients, seed {asked.seed})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
