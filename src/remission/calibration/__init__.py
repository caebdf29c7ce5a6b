"""Holding virtual trials against what was published: targets, endpoints, virtual trials, validation."""
