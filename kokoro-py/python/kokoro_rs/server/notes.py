"""What a route knows of a request and the log line shall say."""

from __future__ import annotations

from typing import Any

from starlette.types import Scope

_KEY = "kokoro_rs.server.notes"


def notes(scope: Scope) -> dict[str, Any]:
    """The notes on a request."""
    found: dict[str, Any] = scope.setdefault(_KEY, {})
    return found
