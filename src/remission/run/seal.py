"""JSON documents that carry the checksum of their own content: a flipped bit is seen without another file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from remission.run.store import damaged

_SEAL = "checksum"


def plain_json(document: Mapping[str, Any]) -> bytes:
    """A document as JSON text that is the same for the same content.

    Examples
    --------
    >>> plain_json({"n": 1})
    b'{\\n "n": 1\\n}\\n'
    """
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def sealed_json(document: Mapping[str, Any]) -> bytes:
    """A document as JSON with the sha256 of its content as a last key.

    Examples
    --------
    >>> unsealed(sealed_json({"n": 1}), "example.json")
    {'n': 1}
    """
    return plain_json({**document, _SEAL: hashlib.sha256(plain_json(document)).hexdigest()})


def unsealed(data: bytes, name: str) -> dict[str, Any]:
    """Content of a sealed document.

    Raises
    ------
    RunError
        If it is not, to the bit, what `sealed_json` wrote.
    """
    try:
        document = json.loads(data)
        content = {key: value for key, value in document.items() if key != _SEAL}
        whole = sealed_json(content) == data
    except (ValueError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise damaged(name, "a content that does not match its checksum")
    return content
