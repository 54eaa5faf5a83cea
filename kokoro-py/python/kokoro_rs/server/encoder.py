"""Audio files, made while the audio is: one encoder for each answer, from PyAV."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from .schemas import Format

SAMPLE_RATE = 24_000
"""Samples a second, what the model makes and every format but Opus keeps. Opus is always played at 48,000."""


class Audio(Protocol):
    """Audio to encode, such as :class:`kokoro_rs.SpeechChunk`."""

    @property
    def samples(self) -> NDArray[np.float32]:
        """Samples from -1 to 1, one channel, 24,000 a second."""

    def pcm16(self) -> bytes:
        """The samples in 16 bits, little-endian."""


class Encoder(Protocol):
    """Makes one file. Not for several threads at once."""

    def encode(self, audio: Audio) -> bytes:
        """Takes the next audio, and gives the bytes that are ready, maybe none."""

    def finish(self) -> bytes:
        """Gives the remaining bytes. Nothing may be encoded after it."""

    def close(self) -> None:
        """Gives back what the encoder holds, whether it was finished or not. May be called more than once."""


@dataclass(frozen=True)
class _Recipe:
    """How a format is made.

    Bit rates are for one channel of speech at 24 kHz; music would want more.
    """

    media_type: str
    container: str = ""
    codec: str = ""
    sample_format: str = "s16"
    bit_rate: int | None = None
    stream_options: dict[str, str] = field(default_factory=dict)


_RECIPES: dict[Format, _Recipe] = {
    # Tags and a table of contents can only be written when all is known.
    "mp3": _Recipe("audio/mpeg", "mp3", "libmp3lame", "fltp", 64_000, {"id3v2_version": "0", "write_xing": "0"}),
    # Pages of 0.2 s, so that the first sound is not held back by the container. Microseconds.
    "opus": _Recipe("audio/ogg", "ogg", "libopus", "s16", 32_000, {"page_duration": "200000"}),
    "aac": _Recipe("audio/aac", "adts", "aac", "fltp", 64_000),
    "flac": _Recipe("audio/flac", "flac", "flac"),
    # Without the name of the encoder, the header has the usual 44 bytes.
    "wav": _Recipe("audio/wav", "wav", "pcm_s16le"),
    "pcm": _Recipe(f"audio/pcm; rate={SAMPLE_RATE}; channels=1"),
}


def media_type(format: Format) -> str:
    """The value of the header ``Content-Type``."""
    return _RECIPES[format].media_type


def open_encoder(format: Format, *, streaming: bool) -> Encoder:
    """An encoder for one file.

    Args:
        format: what to make.
        streaming: the bytes are sent as they are made, so that nothing can be written into the header afterwards: a WAV
            file then has the lengths 0xFFFFFFFF, which players take for "until the end". Otherwise all bytes come from
            :meth:`Encoder.finish`, with lengths.
    """
    return _Pcm() if format == "pcm" else _File(_RECIPES[format], streaming)


class _Pcm:
    """16-bit little-endian samples and nothing else."""

    def encode(self, audio: Audio) -> bytes:
        return audio.pcm16()

    def finish(self) -> bytes:
        return b""

    def close(self) -> None:
        """There is nothing to give back."""


class _Pipe:
    """A file that can only be written to, and gives what was written."""

    def __init__(self) -> None:
        self._ready = bytearray()

    def write(self, data: bytes) -> int:
        self._ready += data
        return len(data)

    def take(self) -> bytes:
        ready = bytes(self._ready)
        self._ready.clear()
        return ready


class _File:
    """What FFmpeg can make."""

    def __init__(self, recipe: _Recipe, streaming: bool) -> None:
        self._recipe = recipe
        self._file: _Pipe | io.BytesIO = _Pipe() if streaming else io.BytesIO()
        options = {"fflags": "+bitexact", "flush_packets": "1", **(recipe.stream_options if streaming else {})}
        self._container = av.open(self._file, "w", format=recipe.container, container_options=options)
        stream = cast(AudioStream, self._container.add_stream(recipe.codec, rate=SAMPLE_RATE, layout="mono"))
        stream.codec_context.format = recipe.sample_format
        if recipe.bit_rate is not None:
            stream.bit_rate = recipe.bit_rate
        self._stream = stream
        self._position = 0
        # FFmpeg's objects are not for two threads at once, and a thread that encodes cannot be stopped.
        self._lock = threading.Lock()

    def encode(self, audio: Audio) -> bytes:
        if self._recipe.sample_format == "s16":
            samples: NDArray[Any] = np.frombuffer(audio.pcm16(), dtype="<i2")
        else:
            samples = np.ascontiguousarray(audio.samples)
        if not len(samples):
            return b""
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format=self._recipe.sample_format, layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._position
        self._position += len(samples)
        with self._lock:
            self._container.mux(self._stream.encode(frame))
            return self._take()

    def finish(self) -> bytes:
        with self._lock:
            self._container.mux(self._stream.encode(None))
            self._container.close()
            return self._take() if isinstance(self._file, _Pipe) else self._file.getvalue()

    def close(self) -> None:
        with self._lock:
            self._container.close()

    def _take(self) -> bytes:
        return self._file.take() if isinstance(self._file, _Pipe) else b""
