"""The server as a program."""

from __future__ import annotations

import math

import uvicorn

from .logs import configure_logging
from .settings import Settings


def serve(settings: Settings | None = None) -> None:
    """Serves until SIGTERM or Ctrl-C, then lets active requests end.

    Args:
        settings: default: from the environment. With more than one worker they must come from there, since that is
            where the processes read them.

    Raises:
        ValueError: several workers, and settings that the environment does not have.
    """
    if settings is not None and settings.workers > 1 and settings != Settings():
        raise ValueError("with WORKERS above 1 the processes read the settings from the environment: set them there")
    settings = settings or Settings()
    configure_logging(settings)
    one_process = settings.workers == 1
    if one_process:
        from .app import create_app

        target = create_app(settings)
    uvicorn.run(
        target if one_process else "kokoro_rs.server:create_app",
        factory=not one_process,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_keep_alive=math.ceil(settings.keep_alive),
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds),
        access_log=False,
        log_config=None,
        server_header=False,
    )
