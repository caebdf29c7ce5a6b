"""Bytes and lines of a file changed: flipped, dropped, doubled, moved, encoded otherwise, cut short, blown up."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from malformed.nasty import word_bytes

_TOKEN = re.compile(rb"[\w.+-]+|[^\w\s]")
MOST_BYTES = 3_000_000  # further text is cut: what is looked for is the reader's fault, not the generator's size


def flipped_bit(random: Random, data: bytes) -> bytes:
    """One bit is another."""
    if not data:
        return b"\x01"
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]


def other_bytes(random: Random, data: bytes) -> bytes:
    """Some bytes are any others."""
    changed = bytearray(data or b"x")
    for _ in range(random.choice((1, 3, 20))):
        changed[random.randrange(len(changed))] = random.choice((0, 10, 34, 255, 128, random.randrange(256)))
    return bytes(changed)


def cut(random: Random, data: bytes) -> bytes:
    """The file ends early."""
    return data[: random.randrange(len(data) + 1)]


def without_slice(random: Random, data: bytes) -> bytes:
    """A stretch is missing."""
    first = random.randrange(len(data) + 1)
    return data[:first] + data[first + random.choice((1, 2, 10, 100)) :]


def doubled_slice(random: Random, data: bytes) -> bytes:
    """A stretch stands there several times."""
    first = random.randrange(len(data) + 1)
    last = first + random.choice((1, 5, 50, 500))
    return data[:last] + data[first:last] * random.choice((1, 2, 30)) + data[last:]


def inserted(random: Random, data: bytes) -> bytes:
    """Something that does not belong there."""
    place = random.randrange(len(data) + 1)
    return data[:place] + word_bytes(random) + data[place:]


def other_token(random: Random, data: bytes) -> bytes:
    """A word is replaced by an extreme, or by another word of the file."""
    tokens = list(_TOKEN.finditer(data))
    if not tokens:
        return data + word_bytes(random)
    for _ in range(random.choice((1, 1, 2, 4))):
        token = random.choice(tokens)
        new = random.choice(tokens).group() if random.random() < 0.4 else word_bytes(random)
        data = data[: token.start()] + new + data[token.end() :]
        tokens = list(_TOKEN.finditer(data)) or tokens
    return data


def dropped_lines(random: Random, data: bytes) -> bytes:
    """Some lines are missing."""
    lines = data.splitlines(keepends=True)
    for _ in range(min(random.choice((1, 1, 2, 8)), len(lines))):
        del lines[random.randrange(len(lines))]
    return b"".join(lines)


def doubled_line(random: Random, data: bytes) -> bytes:
    """A line stands there again, somewhere."""
    lines = data.splitlines(keepends=True) or [b"\n"]
    for _ in range(random.choice((1, 2, 200))):
        lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
    return b"".join(lines)


def swapped_lines(random: Random, data: bytes) -> bytes:
    """Two lines have changed places."""
    lines = data.splitlines(keepends=True) or [b"\n"]
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def indented(random: Random, data: bytes) -> bytes:
    """A line is moved to the right or left, with spaces or a tab."""
    lines = data.splitlines(keepends=True) or [b"\n"]
    place = random.randrange(len(lines))
    lines[place] = (
        random.choice((b"  ", b"\t", b" ")) + lines[place] if random.random() < 0.5 else lines[place].lstrip()
    )
    return b"".join(lines)


def encoded(random: Random, data: bytes) -> bytes:
    """Another encoding, or several."""
    text = data.decode("utf-8", "replace")
    half = len(text) // 2
    return random.choice(
        (
            lambda: text.encode("utf-16"),
            lambda: text.encode("utf-8-sig"),
            lambda: text.encode("utf-32"),
            lambda: (text[:half] + "é").encode() + ("é" + text[half:]).encode("latin-1", "replace"),
            lambda: text.replace("e", "é").encode("cp1252", "replace"),
            lambda: data.replace(b"\n", b"\r\n"),
            lambda: data.replace(b"\n", b"\r"),
            lambda: data.replace(b"\n", "\u2028".encode()),
            lambda: data.replace(b" ", "\u00a0".encode()),
            lambda: text.upper().encode(),
        )
    )()


def blown_up(random: Random, data: bytes) -> bytes:
    """Much of something: brackets, a line, a word, the file itself, aliases of aliases."""
    place = random.randrange(len(data) + 1)
    bomb = b"\nb0: &b0 [x, x]\n" + b"".join(
        b"b%d: &b%d [*b%d, *b%d, *b%d]\n" % (k, k, k - 1, k - 1, k - 1) for k in range(1, 25)
    )
    much = random.choice(
        (b"[" * 5000, b"{a: " * 2000, b"(" * 3000, b"x" * 400_000, b"9" * 100_000, b"\n" * 50_000, b'"' * 5001, bomb)
    )
    return random.choice((lambda: data[:place] + much + data[place:], lambda: data * 20))()


def nothing(random: Random, data: bytes) -> bytes:
    """An empty file, or one of blanks."""
    return random.choice((b"", b"\n", b" ", b"\0" * 10, b"---\n", b"\xff\xfe", b"{}", b"[]", b"null", b"a"))


OPERATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    *(flipped_bit, other_bytes, cut, without_slice, doubled_slice, inserted, dropped_lines, doubled_line),
    *(swapped_lines, indented, encoded, blown_up, nothing, other_token, other_token, other_token, other_token),
)


def mutated_text(random: Random, data: bytes) -> tuple[bytes, str]:
    """A text changed once or a few times, and how."""
    chosen = [random.choice(OPERATIONS) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    for operation in chosen:
        data = operation(random, data)[:MOST_BYTES]
    return data, ", ".join(operation.__name__ for operation in chosen)
