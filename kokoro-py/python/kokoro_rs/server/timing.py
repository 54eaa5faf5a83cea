"""Request ids, times, one line in the log and the counters, for every route of an app."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import metrics
from .notes import notes

_LOG = logging.getLogger("kokoro_rs.server.requests")

# An id of a client is passed on if it can stand in a log as it is.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

# What the log of nginx has for clients that went away before there was a status.
_CLIENT_CLOSED = 499

# Asked every few seconds by machines.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class TimingMiddleware:
    """Middleware in plain ASGI, so that nothing is buffered: ``app.add_middleware(TimingMiddleware)``.

    * ``X-Request-ID``: that of the request if it has a plain one, else a new one.
    * ``X-Process-Time``: seconds from the request to its first byte. For a stream that is the time to the first sound.
    * A line in the log ``kokoro_rs.server.requests`` when the answer has ended, with the seconds of the whole and, for
      speech, those of the audio. Texts are not logged. Probes and metrics are logged at level debug.
    * The counters of ``/metrics``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        facts: dict[str, Any] = {"bytes": 0}
        status: int | None = None
        complete = False

        async def noticed(message: Message) -> None:
            nonlocal status, complete
            if message["type"] == "http.response.start":
                status = message["status"]
                facts["first_byte_seconds"] = round(time.perf_counter() - begin, 4)
                headers = MutableHeaders(raw=message["headers"])
                headers["X-Request-ID"] = request_id
                headers["X-Process-Time"] = f"{facts['first_byte_seconds']:.4f}"
            elif message["type"] == "http.response.body":
                facts["bytes"] += len(message.get("body", b""))
                complete = not message.get("more_body", False)
            await send(message)

        metrics.begin()
        try:
            await self._app(scope, receive, noticed)
        except Exception:
            # What the host's error handler makes of it passes by here only in part.
            status = status or 500
            raise
        finally:
            seconds = time.perf_counter() - begin
            outcome = "complete" if complete else "disconnected" if status is None else "cut"
            known = {"outcome": outcome, **facts, **notes(scope)}
            metrics.end(_route(scope), status or _CLIENT_CLOSED, seconds)
            _log(scope, status or _CLIENT_CLOSED, seconds, request_id, known)


def _route(scope: Scope) -> str:
    """The path as it was declared: what clients invent must not become a label."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "other"


def _log(scope: Scope, status: int, seconds: float, request_id: str, facts: dict[str, Any]) -> None:
    level = logging.INFO
    if scope["path"] in _QUIET:
        level = logging.DEBUG
    elif status >= 500 or facts["outcome"] == "cut":
        level = logging.WARNING
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "seconds": round(seconds, 4),
        "request_id": request_id,
        **facts,
    }
    _LOG.log(level, "request", extra={"fields": fields})
