"""A whole app."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kokoro_rs import Synthesizer, __version__

from . import errors
from .logs import configure_logging
from .memory import return_large_blocks
from .router import create_router
from .settings import Settings
from .timing import TimingMiddleware


def create_app(settings: Settings | None = None, synthesizer: Synthesizer | None = None) -> FastAPI:
    """An app with the routes of :func:`create_router` and :class:`TimingMiddleware`.

    Its port is open, and ``/healthz`` answers, while the model is loaded; ``/readyz`` answers 200 once it is warm.
    Logging is set up by :func:`configure_logging` if nothing has set it up. glibc is told to give large blocks of
    memory back when they are freed.

    Args:
        settings: default: from the environment.
        synthesizer: see :func:`create_router`.
    """
    settings = settings or Settings()
    return_large_blocks()
    if not logging.getLogger("kokoro_rs.server").hasHandlers():
        configure_logging(settings)
    app = FastAPI(title="Kokoro", version=__version__)
    app.include_router(create_router(settings, synthesizer))
    app.add_middleware(TimingMiddleware)
    app.add_exception_handler(HTTPException, _as_openai)
    app.add_exception_handler(Exception, _failed)
    return app


async def _as_openai(_request: Request, error: Exception) -> Response:
    """What no route of ours answered, such as a path that there is not."""
    if not isinstance(error, HTTPException):
        raise error
    return errors.from_http(error).response(error.headers)


async def _failed(_request: Request, _error: Exception) -> Response:
    """A defect. Starlette logs it, by raising it again."""
    return errors.internal().response()
