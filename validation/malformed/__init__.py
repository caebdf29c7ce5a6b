"""Malformed input: where it comes from, how it is opened, and what is held of the outcome."""
