"""The synthesizer of the server: loaded in the background, ready after it is warm, drained at the end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from kokoro_rs import KokoroError, Synthesizer

from . import errors
from .admission import Admission
from .memory import give_back_free_pages
from .settings import Settings

_LOG = logging.getLogger("kokoro_rs.server")

# Without requests for so long, memory is given back: not between one request and the next.
_IDLE_SECONDS = 1.0

State = Literal["new", "loading", "ready", "failed", "stopped"]


class Service:
    """What all routes share.

    Args:
        settings: the server's.
        synthesizer: what speaks; that of the process, :func:`kokoro_rs.default`, if none is given. One that is given is
            its owner's to shut down.
    """

    def __init__(self, settings: Settings, synthesizer: Synthesizer | None = None) -> None:
        self.settings = settings
        self.admission = Admission(settings.worker_connections, self._rest)
        self._resting: asyncio.TimerHandle | None = None
        self._given = synthesizer
        self._loading: asyncio.Task[Synthesizer] | None = None
        self._stopped = False

    @property
    def state(self) -> State:
        """``ready`` once the model is loaded and warm."""
        if self._stopped:
            return "stopped"
        if self._loading is None:
            return "new"
        if not self._loading.done():
            return "loading"
        return "failed" if self._loading.cancelled() or self._loading.exception() else "ready"

    @asynccontextmanager
    async def lifespan(self, _app: object = None) -> AsyncIterator[None]:
        """Begins to load and comes back at once; at the end, lets active requests end and stops the rest."""
        self._stopped = False
        self.start()
        try:
            yield
        finally:
            await self._stop()

    def start(self) -> asyncio.Task[Synthesizer]:
        """Begins to load, unless that was done. After a failure, tries again."""
        if self._loading is None or self.state == "failed":
            self._loading = asyncio.create_task(self._load())
            # The error is logged where it happens and told to whoever waits; nobody may be waiting.
            self._loading.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._loading

    async def synthesizer(self) -> Synthesizer:
        """The synthesizer; waits until it is ready.

        Raises:
            ApiError: it could not be loaded, or the server is shutting down.
        """
        if self._stopped:
            raise errors.ApiError(
                503, "the server is shutting down: try again", type=errors.SERVER_ERROR, code="shut_down"
            )
        try:
            # Whoever gives up waiting does not end the loading for others.
            return await asyncio.shield(self.start())
        except KokoroError as error:
            raise errors.not_loaded() from error

    def prometheus(self) -> str:
        """The synthesizer's metrics; nothing while there is none."""
        return self._loading.result().prometheus() if self.state == "ready" and self._loading else ""

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        self._resting = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._give_back)

    def _give_back(self) -> None:
        self._resting = None
        if self.admission.active == 0 and not self._stopped:
            asyncio.get_running_loop().run_in_executor(None, give_back_free_pages)

    async def _load(self) -> Synthesizer:
        begin = time.perf_counter()
        try:
            synthesizer = await asyncio.to_thread(_warm, self._given)
        except KokoroError as error:
            _LOG.error("the model could not be loaded: %s", error, extra={"fields": {"code": error.kind}})
            raise
        seconds = round(time.perf_counter() - begin, 3)
        _LOG.info("ready after %.3f s", seconds, extra={"fields": {"seconds": seconds}})
        return synthesizer

    async def _stop(self) -> None:
        self._stopped = True
        if self._resting is not None:
            self._resting.cancel()
        if self._loading is None:
            return
        try:
            # Loading cannot be cut short; it takes a second.
            synthesizer = await self._loading
        except KokoroError:
            return
        if synthesizer is not self._given:
            drained = await asyncio.to_thread(synthesizer.shutdown, self.settings.drain_seconds)
            _LOG.info("stopped" if drained else "stopped; requests were cut short")


def _warm(given: Synthesizer | None) -> Synthesizer:
    synthesizer = Synthesizer.default() if given is None else given
    synthesizer.warm_up()
    return synthesizer
