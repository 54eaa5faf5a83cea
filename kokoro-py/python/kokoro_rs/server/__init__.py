"""Speech over HTTP: a FastAPI router to mount in an app, and an app of its own. ``pip install "kokoro-rs[server]"``.

The routes are those of OpenAI's speech service, with voices, times of words, probes and metrics beside them. There is
no queue and no pool here: the synthesizer takes turns among requests. See ``docs/server.md``.
Python 3.10 or newer.

    from kokoro_rs.server import TimingMiddleware, create_router

    app.include_router(create_router())
    app.add_middleware(TimingMiddleware)
"""

from __future__ import annotations

from .app import create_app
from .logs import configure_logging
from .router import create_router
from .run import main, serve
from .settings import Settings
from .timing import TimingMiddleware

__all__ = ["Settings", "TimingMiddleware", "configure_logging", "create_app", "create_router", "main", "serve"]
