"""The biology: the mechanism as model text, and a tumour's parameters with their sources."""

from remission.biology.mechanism import CHANNELS, LESIONS, Inlet, Mechanism, mechanism, model_text
from remission.biology.own_mechanism import mechanism_of
from remission.biology.parameters import (
    Parameter,
    TumourTable,
    accepted_sets,
    load_tumour,
    parameters_hash,
    read_tumour,
)

__all__ = [
    "CHANNELS",
    "LESIONS",
    "Inlet",
    "Mechanism",
    "Parameter",
    "TumourTable",
    "accepted_sets",
    "load_tumour",
    "mechanism",
    "mechanism_of",
    "model_text",
    "parameters_hash",
    "read_tumour",
]
