"""Values that have broken readers of files: extremes, wrong types, other scripts, code in the place of data."""

from __future__ import annotations

import re
from random import Random
from typing import Any

NUMBERS = (
    *("-1", "0", "-0", "1e308", "1e-320", "1e400", "-1e400", "nan", "inf", ".inf", "9" * 25, "9" * 400, "0.1e-5"),
    *(
        "9223372036854775807",
        "9223372036854775808",
        "4294967296",
        "2147483648",
        "1_000",
        "0x10",
        "012",
        "１２",
        "٣",
        "1,5",
    ),
    *("1e5", "1e9", "0.5", "100", "3.65701E+18", "²"),
)
MEASURES = (
    *("0 days", "-3 weeks", "1e300 years", "9e9 months", "nan days", "0.001 days", "12 parsecs", "months", "12months"),
    *("0 mg/kg", "-10 mg/kg", "1e308 mg", "1e-300 mg/kg", "5 mg/m3", "101 %", "-5 %", "nan %", "100 %", "0 %", "1e2 %"),
    *("2020-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "2020-13", "10000-01-01", "2020-01-01T25:00", "1/2/2020"),
)
TEXTS = (
    *(
        "",
        " ",
        "~",
        "null",
        "yes",
        "no",
        "true",
        "none",
        ".",
        "..",
        "../../x",
        "/",
        "\\",
        "a/b",
        "a" * 300,
        "x" * 20_000,
    ),
    *(
        "=1+1",
        "+SUM(A1:A3)",
        "@x",
        "-E2",
        "#REF!",
        "<script>alert(1)</script>",
        "$\\frac{",
        "%s%n%x",
        "{{ 7*7 }}",
        "{0}",
    ),
    *(
        "\u202eabc",
        "💀" * 10,
        "é",
        "e\u0301",
        "\ufeff",
        "\u2028",
        "\x07",
        "\x1b[31m",
        "\x7f",
        "\x85",
        "İ",
        "ß",
        "NaN",
        "A\u200bB",
        "a\0b",
        "\ud800",
    ),
    *(
        "'",
        '"',
        "a: b",
        "- a",
        "[",
        "]",
        "{",
        "}",
        "#",
        "&a",
        "*a",
        "!!int 3",
        "!!python/object:os.system x",
        "|",
        ">",
        "%",
        "`",
    ),
)
WORDS = (*NUMBERS, *MEASURES, *TEXTS)
"""As they may stand in a text file."""

PLAUSIBLE = (
    ("1 day", "8 days", "3 weeks", "6 weeks", "12 weeks", "6 months", "2 years", "10 years", "50 years", "0 days"),
    ("1 mg/kg", "0.001 mg/kg", "10000 mg/kg", "1e6 mg", "200 mg", "75 mg/m2", "1e-6 mg", "240 mg"),
    ("0 %", "1 %", "50 %", "99 %", "100 %"),
    ("1", "2", "3", "4", "5"),
    ("yes", "no", "true", "false"),
    *(
        ("melanoma", "lung"),
        ("twins", "randomised"),
        ("PD", "CR", "PR", "SD"),
        ("stop", "hold"),
        ("on drug", "off drug"),
    ),
    ("20 L/day", "1e-9 L/day", "1e9 L/day"),
    ("1e-9 L", "1 L", "1e9 L"),
    ("0.001 mg/L", "1e6 mg/L", "1e-9 mg/L"),
)
"""What a study may say, though nobody would, by kind: such studies are read, and lived through."""

_UNIT = re.compile(r"[-+.\deE]+\s*")


def plausible(random: Random, value: str) -> str:
    """Another value of the kind that a value seems to be."""
    unit = _UNIT.sub("", value, count=1).rstrip("s") if value[:1].isdigit() else None
    alike = [kind for kind in PLAUSIBLE if _kind(kind, value, unit)]
    return random.choice(alike[0]) if alike else value


def _kind(values: tuple[str, ...], value: str, unit: str | None) -> bool:
    return value in values if unit is None else any(_UNIT.sub("", one, count=1).rstrip("s") == unit for one in values)


JSON: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 7, 2**31, 2**63, 2**64, 10**30, 0.5, -2.5, 1e308, 5e-324, "", "x", "A" * 20_000),
    *(
        [],
        {},
        [[]],
        [None],
        {"": None},
        {"a": {"b": {}}},
        [1, "2", None],
        ["x"] * 3000,
        "../../x",
        "<b>",
        "\u202e",
        "\ud800",
        "0" * 64,
    ),
)
"""As they may stand in a JSON document."""


def word(random: Random) -> str:
    """A word that may break a reader."""
    return random.choice(random.choice((NUMBERS, MEASURES, TEXTS)))


def word_bytes(random: Random) -> bytes:
    """The same in a file of text, which need not be text any more."""
    return word(random).encode("utf-8", "surrogatepass")
