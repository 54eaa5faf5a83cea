"""Answers that take time: they end when the client goes away or the time is over, and take a place meanwhile.

The status is sent with the first bytes of audio, so that whatever goes wrong before is an answer with the right status.
What goes wrong later can only cut the connection, by which clients see that the file is not whole.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from kokoro_rs import KokoroError, Word

from . import errors, sse
from .encoder import SAMPLE_RATE, media_type
from .notes import notes
from .schemas import SpeechRequest, SpokenWord, WordsRequest, WordsResponse
from .service import Service
from .speech import Progress, speak

_LOG = logging.getLogger("kokoro_rs.server")

# The library ends a request at its deadline. What it cannot see, such as a client that takes no bytes, ends later.
_GRACE_SECONDS = 1.0

# Proxies are asked not to hold back what is sent while it is made.
_STREAMING_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class _Answer(Response):
    """An answer to a request for speech."""

    def __init__(self, service: Service, request: WordsRequest) -> None:
        # No header is made here: there is no answer yet.
        self.background = None
        self._service = service
        self._request = request
        self._progress = Progress()

    @abstractmethod
    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Makes the answer. Errors of the library may be raised at any time."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        facts = notes(scope)
        facts.update(format=self._request.response_format, characters=len(self._request.input))
        try:
            with self._service.admission.place():
                await self._while_wanted(scope, receive, noticed)
        except (errors.ApiError, KokoroError) as error:
            known = errors.from_kokoro(error) if isinstance(error, KokoroError) else error
            facts["code"] = known.code
            if known.code == "internal":
                _LOG.error("a request failed: %s", error)
            if started:
                facts["outcome"] = "cut"
                _LOG.warning("cut short after %.3f s of audio: %s", self._progress.seconds, known.message)
            else:
                await known.response()(scope, receive, send)
        finally:
            facts["audio_seconds"] = round(self._progress.seconds, 3)

    async def _while_wanted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, until the client goes away."""
        work = asyncio.create_task(self._answer(scope, receive, send))
        gone = asyncio.create_task(_disconnected(receive))
        limit = self._service.settings.request_timeout + _GRACE_SECONDS
        try:
            await asyncio.wait((work, gone), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
            elif gone.done():
                notes(scope)["outcome"] = "disconnected"
            else:
                raise errors.timeout()
        finally:
            work.cancel()
            gone.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)

    def _parts(self, *, streaming: bool) -> AsyncGenerator[bytes, None]:
        parts = speak(self._service, self._request, self._progress, streaming=streaming)
        return cast("AsyncGenerator[bytes, None]", parts)


class StreamedAudio(_Answer):
    """A file while it is made."""

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._parts(streaming=True)) as parts:
            part = await parts.__anext__()
            head = Response(None, 200, _STREAMING_HEADERS, media_type(self._request.response_format))
            await send({"type": "http.response.start", "status": 200, "headers": _unsized(head)})
            await send(_body(part))
            async for part in parts:
                await send(_body(part))
        await send(_body(b"", more=False))


class StreamedEvents(_Answer):
    """Events with parts of a file while it is made."""

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._parts(streaming=True)) as parts:
            part = await parts.__anext__()
            head = Response(None, 200, _STREAMING_HEADERS, sse.MEDIA_TYPE)
            await send({"type": "http.response.start", "status": 200, "headers": _unsized(head)})
            await send(_body(sse.delta(part)))
            try:
                async for part in parts:
                    await send(_body(sse.delta(part)))
            except KokoroError as error:
                # Unlike a file, events can tell.
                known = errors.from_kokoro(error)
                notes(scope).update(code=known.code, outcome="cut")
                await send(_body(sse.error(known.body()), more=False))
                return
        done = sse.done(characters=len(self._request.input), frames=self._progress.frames)
        await send(_body(done, more=False))


class WholeAudio(_Answer):
    """A file when all of it is made, with its length."""

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        audio = await self._all()
        await Response(audio, 200, None, media_type(self._request.response_format))(scope, receive, send)

    async def _all(self) -> bytes:
        async with aclosing(self._parts(streaming=False)) as parts:
            return b"".join([part async for part in parts])


class AudioWithWords(WholeAudio):
    """A file and the times of its words, as JSON."""

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        audio = await self._all()
        words = self._progress.words
        content = WordsResponse(
            audio=base64.b64encode(audio).decode("ascii"),
            response_format=self._request.response_format,
            sample_rate=SAMPLE_RATE,
            duration=self._progress.seconds,
            words=None if words is None else [_spoken(word) for word in words],
        )
        await JSONResponse(content.model_dump())(scope, receive, send)


def answer(service: Service, request: SpeechRequest) -> Response:
    """The kind of answer that the request asks for."""
    if not request.stream:
        return WholeAudio(service, request)
    return StreamedEvents(service, request) if request.stream_format == "sse" else StreamedAudio(service, request)


def _spoken(word: Word) -> SpokenWord:
    return SpokenWord(
        word=word.text, start=word.start, end=word.end, start_char=word.start_char, end_char=word.end_char
    )


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(content: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


def _unsized(response: Response) -> list[tuple[bytes, bytes]]:
    """Headers of an answer whose length is not known."""
    return [(name, value) for name, value in response.raw_headers if name != b"content-length"]
