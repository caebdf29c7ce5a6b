"""Who may talk to the server: pages that it served itself, under the names of this computer. And how much they may say.

A browser will send a request to 127.0.0.1 for any page of the web that asks it to. Such a request names another host
(DNS rebinding), another origin, or another site, and is refused before anything is read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

MOST_BODY = 16_384
LOCAL = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class BodyTooLargeError(HTTPException):
    """A request that says more than any setting needs."""

    def __init__(self) -> None:
        super().__init__(413, "the request is too large")


class Guard:
    """An ASGI application around another, which sees only what may pass.

    Parameters
    ----------
    app : ASGI application
    port : int
        On which the server listens.
    """

    def __init__(self, app: App, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in LOCAL} | (set(LOCAL) if port == 80 else set())

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Refuse, or hand on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = refused(headers, scope["path"], self._hosts)
        if refusal is None and _length(headers) > MOST_BODY:
            refusal = 413, "the request is too large"
        if refusal is not None:
            await _answer(send, *refusal)
            return
        await self._app(scope, _bounded(receive), _with_headers(send))


def refused(headers: dict[str, str], path: str, hosts: set[str]) -> tuple[int, str] | None:
    """Status and reason by which a request is refused; None if it may pass.

    Examples
    --------
    >>> refused({"host": "evil.example:8765"}, "/", {"127.0.0.1:8765"})
    (421, 'this server answers to the names of this computer only')
    >>> refused({"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8765"}, "/", {"127.0.0.1:8765"})
    """
    if headers.get("host", "").lower() not in hosts:
        return 421, "this server answers to the names of this computer only"
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in {f"http://{host}" for host in hosts}:
        return 403, "requests of other origins are refused"
    site = headers.get("sec-fetch-site", "none")
    followed_link = path == "/" and headers.get("sec-fetch-mode") == "navigate"
    if site not in ("none", "same-origin") and not followed_link:
        return 403, "requests of other sites are refused"
    return None


def _length(headers: dict[str, str]) -> int:
    given = headers.get("content-length", "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 12 else MOST_BODY + 1


def _bounded(receive: Receive) -> Receive:
    """A body without a length is counted while it comes."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BODY:
            raise BodyTooLargeError
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name for name, _ in message["headers"]}
            ours = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in there]
            message["headers"] = [*message["headers"], *ours]
        await send(message)

    return sending


async def _answer(send: Send, status: int, reason: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode()})
