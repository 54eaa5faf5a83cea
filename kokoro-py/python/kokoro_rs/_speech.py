"""What was spoken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _native
from ._audio import Audio
from .errors import InvalidConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ._fields import ChunkFields, SpeechFields, WordFields


class Word(NamedTuple):
    """When a word of the text is spoken. Punctuation is not a word."""

    text: str
    """The word as it was written."""
    start: float
    """Seconds from the start of the audio to the start of the word."""
    end: float
    """Seconds from the start of the audio to the end of the word."""
    start_char: int
    """Where it begins in the text: `text[start_char:end_char]` is the word."""
    end_char: int
    """Where it ends in the text."""


@dataclass(frozen=True)
class SpokenChunk:
    """A part of a `Speech` that the model made in one run."""

    start_char: int
    """Where it begins in the text, in characters."""
    end_char: int
    """Where it ends in the text, in characters."""
    phonemes: str
    """What was spoken, in Kokoro's alphabet."""
    start_sample: int
    """Where it begins in the samples, pauses before it included."""
    end_sample: int
    """Where it ends in the samples, pauses after it included."""
    durations: list[int] | None
    """Frames of every token, the pads at both ends included; 40 frames are a second. `None` if the model does not
    tell."""


@dataclass(frozen=True)
class SpeechStats:
    """Counts and times of one request. Times are in seconds."""

    text_bytes: int
    """Length of the text in UTF-8."""
    phoneme_symbols: int
    """Phoneme symbols given to the model, spaces included."""
    audio_seconds: float
    """Length of the audio."""
    chunks: int
    """Runs of the model."""
    queue_seconds: float
    """In line for a worker, while others had their turn."""
    g2p_seconds: float
    """From text to phonemes."""
    inference_seconds: float
    """In the model."""
    assembly_seconds: float
    """Cutting and joining chunks."""
    first_audio_seconds: float
    """From the call to the first audio."""
    total_seconds: float
    """The whole request."""
    g2p_cache_hits: int
    """Paragraphs whose phonemes were in the cache."""
    unspoken: list[tuple[int, int]]
    """Parts of the text, in characters, that nothing was said for although they are more than punctuation."""
    unknown_symbols: list[str]
    """Phoneme symbols that the model has no token for."""

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of audio; below 1 is faster than real time."""
        return self.total_seconds / self.audio_seconds if self.audio_seconds > 0 else 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Speech(Audio):
    """Synthesized speech: samples, the times of its words, and how it came about.

    It can be pickled. In a notebook it shows a waveform and a player.
    """

    samples: NDArray[np.float32]
    """One channel of 24,000 samples a second, shape `(n,)`, float32, nominally within -1..1. The array is yours: it has
    its memory to itself, and what is changed in it is changed in `wav` and `save`."""
    text: str
    """The text, or the phonemes, that were given."""
    words: list[Word] | None
    """The words in the order of the text; `None` if there is no telling when they are spoken."""
    words_absent: str | None
    """Why there are no `words`."""
    chunks: list[SpokenChunk]
    """The runs of the model behind this speech, in order."""
    stats: SpeechStats
    """Counts and times."""

    @property
    def phonemes(self) -> str:
        """What was spoken, in Kokoro's alphabet; a space between chunks."""
        return " ".join(chunk.phonemes for chunk in self.chunks)

    def srt(self) -> str:
        """Subtitles as SubRip.

        Raises:
            InvalidConfigError: there are no `words`.
        """
        return _native.srt(self.text, self._word_fields())

    def vtt(self) -> str:
        """Subtitles as WebVTT.

        Raises:
            InvalidConfigError: there are no `words`.
        """
        return _native.webvtt(self.text, self._word_fields())

    def _word_fields(self) -> list[WordFields]:
        if self.words is None:
            raise InvalidConfigError(f"no subtitles without times of words: {self.words_absent}")
        return [word[1:] for word in self.words]

    def __repr__(self) -> str:
        words = "no times of words" if self.words is None else f"{len(self.words)} words"
        return f"Speech({self.duration:.2f} s, {words}, {_shortened(self.text)!r})"


@dataclass(frozen=True, eq=False, repr=False)
class SpeechChunk(Audio):
    """A part of a speech that is still being made. Played one after the other they are the whole speech."""

    index: int
    """How many chunks came before it."""
    samples: NDArray[np.float32]
    """One channel of 24,000 samples a second, shape `(n,)`, float32, pauses before and after it included."""
    start_sample: int
    """Samples of the whole speech before it."""
    text: str
    """The part of the text that it speaks."""
    start_char: int
    """Where that begins in the whole text, in characters."""
    end_char: int
    """Where that ends in the whole text, in characters."""
    phonemes: str
    """What was spoken, in Kokoro's alphabet."""
    words: list[Word] | None
    """The words that end in it, timed from the start of the whole speech; `None` if the model gives no durations."""
    durations: list[int] | None = field(repr=False)
    """Frames of every token, the pads at both ends included; 40 frames are a second. `None` if the model does not
    tell."""
    is_last: bool
    """Whether nothing follows."""

    @property
    def start(self) -> float:
        """Seconds of the whole speech before it."""
        return self.start_sample / self.sample_rate

    def __repr__(self) -> str:
        return f"SpeechChunk({self.index}, {self.start:.2f} s + {self.duration:.2f} s, {_shortened(self.text)!r})"


def _shortened(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _words(text: str, fields: list[WordFields] | None) -> list[Word] | None:
    if fields is None:
        return None
    return [Word(text[first:last], start, end, first, last) for start, end, first, last in fields]


def speech_of(text: str, fields: SpeechFields) -> Speech:
    """A speech from what the native half gives."""
    return Speech(
        samples=fields["samples"],
        text=text,
        words=_words(text, fields["words"]),
        words_absent=fields["words_absent"],
        chunks=[SpokenChunk(**chunk) for chunk in fields["chunks"]],
        stats=SpeechStats(**fields["stats"]),
    )


def joined(text: str, chunks: Sequence[SpeechChunk], stats: SpeechStats) -> Speech:
    """The speech whose chunks these are, all of them."""
    words: list[Word] = []
    spoken = []
    is_timed = True
    for chunk in chunks:
        is_timed &= chunk.words is not None
        words.extend(chunk.words or ())
        end = chunk.start_sample + len(chunk.samples)
        spoken.append(
            SpokenChunk(chunk.start_char, chunk.end_char, chunk.phonemes, chunk.start_sample, end, chunk.durations)
        )
    return Speech(
        samples=np.concatenate([chunk.samples for chunk in chunks]),
        text=text,
        words=words if is_timed else None,
        words_absent=None if is_timed else "the model gives no durations",
        chunks=spoken,
        stats=stats,
    )


def chunk_of(text: str, fields: ChunkFields) -> SpeechChunk:
    """A chunk from what the native half gives."""
    rest: dict[str, Any] = dict(fields)
    rest["words"] = _words(text, fields["words"])
    return SpeechChunk(text=text[fields["start_char"] : fields["end_char"]], **rest)
