"""Figures: each takes plain numbers and gives a matplotlib figure; no statistics here."""
