"""Designing trials: boundaries, power under hazards that need not be proportional, simulated whole trials.

One sign everywhere: an effect or a z above zero favours the experimental arm. Times are in whatever one
unit the caller uses throughout; design files are read into days.
"""
