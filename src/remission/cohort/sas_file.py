"""SAS files (XPT and SAS7BDAT) as columns, by pyreadstat or, failing that, pandas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from remission.cohort.sheet import Coded, coded_numbers
from remission.errors import DataError

_TRANSPORT = ".xpt"
_NOTHING = 1e-70


def read_sas_file(path: Path) -> dict[str, Coded]:
    """Columns of a file, numbers and dates as text.

    A date is written as ISO writes it if the file gives the column a format of dates; without one it stays the
    number of days since 1960 that SAS stores.

    Raises
    ------
    DataError
        If the file is damaged, or neither reader is installed.
    """
    try:
        columns = _columns(path)
    except ImportError:
        step = "pip install pyreadstat, or export the table as CSV"
        raise DataError("SAS files need pyreadstat or pandas", where=path.name, next_step=step) from None
    except Exception as error:  # the readers raise errors of their own, without a common family
        what = "the file cannot be read as SAS or XPT"
        raise DataError(what, where=path.name, found=str(error).splitlines()[0]) from None
    return {str(name): _coded(list(values)) for name, values in columns.items()}


def _columns(path: Path) -> Mapping[str, Any]:
    transport = path.suffix.lower() == _TRANSPORT
    try:
        import pyreadstat
    except ImportError:
        import pandas as pd

        frame = pd.read_sas(path, format="xport" if transport else "sas7bdat", encoding="utf-8")
        return {name: frame[name].tolist() for name in frame.columns}
    read = pyreadstat.read_xport if transport else pyreadstat.read_sas7bdat
    columns: Mapping[str, Any] = read(path, output_format="dict")[0]
    return columns


def _coded(values: list[Any]) -> Coded:
    if all(value is None or isinstance(value, float) for value in values):
        numbers = np.array(values, np.float64)
        # pandas turns the zero of an XPT file into 5.4e-79.
        return coded_numbers(np.where(np.abs(numbers) < _NOTHING, 0.0, numbers))
    place: dict[str, int] = {}
    codes = np.array([place.setdefault(_text(value), len(place)) for value in values], np.int32)
    return Coded(tuple(place), codes)


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(value.date().isoformat() if hasattr(value, "date") else value).strip()
