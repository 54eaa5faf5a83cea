"""Speech while it is made."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ._speech import Speech, SpeechChunk, SpeechStats, chunk_of, speech_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ._native import Stream, Whole


class Progress(NamedTuple):
    """How far a stream is."""

    chunks: int
    """Chunks that were taken."""
    audio_seconds: float
    """Their audio."""
    share: float
    """How much of the text they are, 0 to 1."""
    elapsed_seconds: float
    """Since the call."""
    remaining_seconds: float | None
    """How long the rest will probably take, judging by what was done; `None` before the first chunk."""


class _Streaming:
    """What streams of both kinds have in common."""

    def __init__(self, stream: Stream, text: str) -> None:
        self._stream = stream
        self._text = text
        # What is told once the native half has given its stream away.
        self._last = (self.progress, self.stats)

    @property
    def text(self) -> str:
        """The text, or the phonemes, that were given."""
        return self._text

    @property
    def progress(self) -> Progress:
        """How far it is."""
        progress = self._stream.progress
        return Progress(*progress) if progress else self._last[0]

    @property
    def stats(self) -> SpeechStats:
        """Counts and times of what was taken so far."""
        stats = self._stream.stats
        return SpeechStats(**stats) if stats else self._last[1]

    def _close(self) -> None:
        self._last = (self.progress, self.stats)
        self._stream.close()

    def _collect(self) -> Whole:
        self._last = (self.progress, self.stats)
        return self._stream.collect()


class SpeechStream(_Streaming):
    """An iterator of the chunks of a speech, each as soon as it is made.

    No more than `stream_buffer` chunks are made ahead of what was taken. Closing it ends the request, in the middle of
    the model's work if need be: by `close`, at the end of a `with` block, by Ctrl-C, or when nothing refers to it any
    more.
    """

    def __iter__(self) -> SpeechStream:
        return self

    def __next__(self) -> SpeechChunk:
        fields = self._stream.wait()
        if fields is None:
            raise StopIteration
        return chunk_of(self._text, fields)

    def collect(self) -> Speech:
        """Takes all that is left, as one piece. What was taken before is not in it, but times and places are those of
        the whole speech."""
        return speech_of(self._text, self._collect().wait())

    def close(self) -> None:
        """Ends the request."""
        self._close()

    def __enter__(self) -> SpeechStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncSpeechStream(_Streaming):
    """An asynchronous iterator of the chunks of a speech, each as soon as it is made.

    It needs a running `asyncio` loop, of any kind. Closing it ends the request, in the middle of the model's work if
    need be: by `aclose`, at the end of an `async with` block, when the task that waits for it is cancelled, or when
    nothing refers to it any more.
    """

    _is_waited_for = False

    def __aiter__(self) -> AsyncSpeechStream:
        return self

    async def __anext__(self) -> SpeechChunk:
        if self._is_waited_for:
            # Only one of them would be told.
            raise RuntimeError("another task is waiting for this stream: a stream is for one task")
        while True:
            news = _News()
            is_there, fields = self._stream.poll(news.callback)
            if not is_there:
                await self._or_close(news)
                continue
            if fields is None:
                raise StopAsyncIteration
            return chunk_of(self._text, fields)

    async def _or_close(self, news: _News) -> None:
        self._is_waited_for = True
        try:
            await news.future
        except BaseException:
            # The task was cancelled: nobody will take what is made.
            self._close()
            raise
        finally:
            self._is_waited_for = False

    async def collect(self) -> Speech:
        """Takes all that is left, as one piece. What was taken before is not in it, but times and places are those of
        the whole speech."""
        return await finish(self._collect(), self._text)

    async def aclose(self) -> None:
        """Ends the request."""
        self._close()

    async def __aenter__(self) -> AsyncSpeechStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class _News:
    """A future of the running loop, and a function for any thread that completes it."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = loop.create_future()
        self.callback: Callable[[], object] = partial(loop.call_soon_threadsafe, _complete, self.future)


def _complete(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def finish(whole: Whole, text: str) -> Speech:
    """Waits for a speech without blocking the loop; if the task is cancelled, so is the request."""
    try:
        while True:
            news = _News()
            fields = whole.poll(news.callback)
            if fields is not None:
                return speech_of(text, fields)
            await news.future
    finally:
        whole.close()
