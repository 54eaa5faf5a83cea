"""From a request to the bytes of a file, while they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass, field

from kokoro_rs import SpeechChunk, Synthesizer, Word

from . import errors
from .encoder import SAMPLE_RATE, open_encoder
from .schemas import WordsRequest
from .service import Service
from .settings import Settings

# The model works in frames of this length, 600 samples.
_FRAME_SECONDS = 0.025


@dataclass
class Progress:
    """What has been made for a request so far."""

    samples: int = 0
    # None: the model cannot tell.
    words: list[Word] | None = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Length of the audio, in seconds."""
        return self.samples / SAMPLE_RATE

    @property
    def frames(self) -> int:
        """Length of the audio in the model's frames of 25 ms, rounded."""
        return round(self.seconds / _FRAME_SECONDS)

    def add(self, chunk: SpeechChunk) -> None:
        """Counts a chunk."""
        self.samples += len(chunk.samples)
        if chunk.words is None:
            self.words = None
        elif self.words is not None:
            self.words.extend(chunk.words)


def check(settings: Settings, request: WordsRequest) -> None:
    """Refuses what the settings do not allow.

    Raises:
        ApiError: 422 for a text that is too long, 404 for a model that is not served.
    """
    length, limit = len(request.input), settings.max_input_characters
    if length > limit:
        message = f"input: {length} characters are more than {limit}: cut it into several requests"
        raise errors.ApiError(422, message, type=errors.INVALID_REQUEST, code="text_too_long", param="input")
    if request.model not in settings.models:
        names = ", ".join(settings.models)
        message = f"model: there is no model of that name; there are {names}"
        raise errors.ApiError(404, message, type=errors.INVALID_REQUEST, code="model_not_found", param="model")


async def speak(
    service: Service, request: WordsRequest, progress: Progress, *, streaming: bool
) -> AsyncIterator[bytes]:
    """Speaks, and gives the parts of the file as they are made; all of it as one part unless ``streaming``.

    To be closed where it is not read to its end: that ends the synthesis.

    Raises:
        ApiError: the model could not be loaded.
        KokoroError: the library refused the request, or could not finish it.
    """
    synthesizer = await service.synthesizer()
    stream = synthesizer.stream_async(
        request.input,
        voice=_voice(service.settings, synthesizer, request.voice_name),
        language=request.language,
        speed=request.speed,
        seed=request.seed,
        timeout=service.settings.request_timeout,
        # A short first chunk is for those who listen meanwhile.
        first_chunk_symbols=None if streaming else 0,
    )
    async with stream:
        # The loop serves others while files are made: encoding 15 s of audio takes up to 0.2 s, and lets the GIL go.
        with closing(await asyncio.to_thread(open_encoder, request.response_format, streaming=streaming)) as encoder:
            async for chunk in stream:
                progress.add(chunk)
                part = await _in_thread(encoder.encode, chunk)
                if part:
                    yield part
            part = await _in_thread(encoder.finish)
            if part:
                yield part


async def _in_thread(function: Callable[..., bytes], *arguments: object) -> bytes:
    """What the function gives. A task that is cancelled meanwhile waits for its end: the encoder is closed next."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait((work,))
        raise


def _voice(settings: Settings, synthesizer: Synthesizer, voice: str | None) -> str | None:
    """The voice by its own name, where another one is given for it."""
    other = settings.voice_names.get(voice or "")
    if other is None or any(known.name == voice for known in synthesizer.voices()):
        return voice
    return other
