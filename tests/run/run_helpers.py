"""What several tests of the run folder use."""

from __future__ import annotations

from pathlib import Path


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path within it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


SHORT_STUDY = """\
study: short
patients: 40
seed: 7
tumour: melanoma
follow_up: 6 months
scans: {at: 12 weeks, then: [{every: 6 weeks}]}
regimens:
  pembrolizumab: [{molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}]
arms:
  A: {ratio: 1, regimen: pembrolizumab}
  B: {ratio: 1, regimen: pembrolizumab}
"""
