"""The biology: the mechanism as model text, and a tumour's parameters with their sources."""

from remission.biology.mechanism import LESIONS, Mechanism, mechanism, model_text
from remission.biology.parameters import (
    Parameter,
    TumourTable,
    accepted_sets,
    load_tumour,
    parameters_hash,
    read_tumour,
)

__all__ = [
    "LESIONS",
    "Mechanism",
    "Parameter",
    "TumourTable",
    "accepted_sets",
    "load_tumour",
    "mechanism",
    "model_text",
    "parameters_hash",
    "read_tumour",
]
