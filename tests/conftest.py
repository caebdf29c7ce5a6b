"""Property tests never assert on absolute time: machines are shared and noisy."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
