"""Compiled models on disk: written whole or not at all, believed only if their checksum holds."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_MAGIC = b"remission kernel 1\n"


@dataclass(frozen=True)
class CompiledModel:
    """Object code and what is needed to use it without reading the model again.

    Attributes
    ----------
    code : bytes
    about : mapping
        Names, defaults, layout (JSON).
    """

    code: bytes
    about: Mapping[str, Any]


def cache_folder() -> Path:
    """`$REMISSION_CACHE`, else `$XDG_CACHE_HOME/remission`, else `~/.cache/remission`."""
    if given := os.environ.get("REMISSION_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "remission"


@cache
def generator_fingerprint() -> str:
    """Hash of the solver's own source: code of another version of it is never used."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def cache_key(*parts: object) -> str:
    """Name of a cache entry from everything that its content depends on.

    Examples
    --------
    >>> cache_key("x' = -x;", 4) == cache_key("x' = -x;", 4), cache_key("a", 4) == cache_key("a", 8)
    (True, False)
    """
    text = json.dumps([generator_fingerprint(), *map(repr, parts)])
    return hashlib.sha256(text.encode()).hexdigest()


def load(key: str) -> CompiledModel | None:
    """The entry of a key, or None if there is none or it is damaged."""
    try:
        content = (cache_folder() / f"{key}.kernel").read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + 32
    if not content.startswith(_MAGIC) or hashlib.sha256(content[start:]).digest() != content[len(_MAGIC) : start]:
        return None
    length = int.from_bytes(content[start : start + 8], "little")
    about = json.loads(content[start + 8 : start + 8 + length])
    return CompiledModel(content[start + 8 + length :], about)


def store(key: str, model: CompiledModel) -> None:
    """Write an entry; a folder that cannot be written is no reason to stop."""
    about = json.dumps(dict(model.about)).encode()
    body = len(about).to_bytes(8, "little") + about + model.code
    with contextlib.suppress(OSError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(body).digest() + body)
            os.replace(name, folder / f"{key}.kernel")
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
