"""A limit of the requests that are served at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import errors

# Departures that the waiting time is estimated from.
_REMEMBERED = 32


class Admission:
    """Places for requests, from their arrival to the last byte of their answer.

    The synthesizer has a limit of its own; this one also counts requests that wait for the model to be loaded, and
    those whose audio was made but not yet taken. For one thread: that of the event loop.

    Args:
        limit: how many.
        when_idle: called when the last of them has left.
    """

    def __init__(self, limit: int, when_idle: Callable[[], None]) -> None:
        self._limit = limit
        self._when_idle = when_idle
        self._active = 0
        self._departures: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def active(self) -> int:
        """Requests that have a place."""
        return self._active

    @contextmanager
    def place(self) -> Iterator[None]:
        """Takes a place for as long as the context lasts.

        Raises:
            ApiError: 503, with the mean time between the departures of the last requests as ``Retry-After``.
        """
        if self._active >= self._limit:
            raise errors.ApiError(
                503,
                f"{self._limit} requests are being served, as many as may be: try again later",
                type=errors.SERVER_ERROR,
                code="busy",
                retry_after=self._mean_interval(),
            )
        self._active += 1
        try:
            yield
        finally:
            self._active -= 1
            self._departures.append(time.monotonic())
            if self._active == 0:
                self._when_idle()

    def _mean_interval(self) -> float:
        """Seconds between departures, the one to come included: a place is not free sooner than now."""
        if not self._departures:
            return 1.0
        return (time.monotonic() - self._departures[0]) / len(self._departures)
