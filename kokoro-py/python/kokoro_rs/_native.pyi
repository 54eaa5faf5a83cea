"""Native half of the package, private: plain values in and out. What they mean is in the typed half."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from ._fields import (
    ChunkFields,
    FetchedFields,
    ModelFields,
    PlanFields,
    PreparedFields,
    PronunciationFields,
    SpeechFields,
    SpeechStatsFields,
    StatsFields,
    VoiceFields,
    WordFields,
)

__all__ = [
    "ERROR_KINDS",
    "CancelToken",
    "Request",
    "Stream",
    "Synthesizer",
    "Whole",
    "__version__",
    "cache_dir",
    "catalogue",
    "default_synthesizer",
    "examine",
    "fetch",
    "find_model",
    "find_voices",
    "look_in",
    "pcm",
    "phonemize",
    "plan",
    "prepare",
    "runtime_library",
    "srt",
    "wav",
    "webvtt",
]

__version__: Final[str]
ERROR_KINDS: Final[list[str]]

@final
class CancelToken:
    """Stops a synthesis from another thread or task, within milliseconds and in the middle of the model's work.

    A token that was cancelled stays so: take a new one for the next request.
    """

    def __new__(cls) -> CancelToken: ...
    def cancel(self) -> None:
        """Cancels everything that was given this token. Later calls do nothing."""

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""

@final
class Request:
    def __new__(
        cls,
        text: str,
        *,
        phonemes: bool = False,
        voice: str | None = None,
        language: str | None = None,
        speed: float = 1.0,
        seed: int | None = None,
        timeout: float | None = None,
        mode: str | None = None,
        fallback: str | None = None,
        symbols: str | None = None,
        lexicon: dict[str, str] | str | None = None,
        first_chunk_symbols: int | None = None,
        joins: Any = None,
        cancel: CancelToken | None = None,
    ) -> Request: ...

@final
class Whole:
    def wait(self) -> SpeechFields: ...
    def poll(self, callback: Callable[[], object]) -> SpeechFields | None: ...
    def close(self) -> None: ...

@final
class Stream:
    def wait(self) -> ChunkFields | None: ...
    def poll(self, callback: Callable[[], object]) -> tuple[bool, ChunkFields | None]: ...
    def collect(self) -> Whole: ...
    def close(self) -> None: ...
    @property
    def progress(self) -> tuple[int, float, float, float, float | None] | None: ...
    @property
    def stats(self) -> SpeechStatsFields | None: ...

@final
class Synthesizer:
    def __new__(cls, arguments: Mapping[str, Any]) -> Synthesizer: ...
    def synthesize(self, request: Request) -> Whole: ...
    def stream(self, request: Request) -> Stream: ...
    def phonemize(self, request: Request) -> PronunciationFields: ...
    def voices(self) -> list[VoiceFields]: ...
    def model(self) -> ModelFields: ...
    def stats(self) -> StatsFields: ...
    def prometheus(self) -> str: ...
    def warm_up(self) -> None: ...
    def set_g2p_cache_bytes(self, bytes: int) -> None: ...
    def shutdown(self, drain: float | None) -> bool: ...

def default_synthesizer() -> Synthesizer: ...
def prepare(arguments: Mapping[str, Any]) -> PreparedFields: ...
def look_in(folder: str | PathLike[str]) -> None: ...
def runtime_library() -> Path | None: ...
def phonemize(
    text: str,
    language: str,
    *,
    mode: str | None = None,
    fallback: str | None = None,
    symbols: str | None = None,
    lexicon: dict[str, str] | str | None = None,
) -> PronunciationFields: ...
def wav(samples: NDArray[np.float32], format: str) -> bytes: ...
def pcm(samples: NDArray[np.float32], format: str) -> bytes: ...
def srt(text: str, words: Sequence[WordFields]) -> str: ...
def webvtt(text: str, words: Sequence[WordFields]) -> str: ...
def find_model(name: str) -> tuple[Path, str]: ...
def find_voices() -> tuple[Path, str]: ...
def cache_dir() -> Path: ...
def catalogue() -> tuple[list[tuple[str, str, int]], list[tuple[VoiceFields, int]]]: ...
def plan(model: str | None, voices: list[str], runtime: bool) -> list[PlanFields]: ...
def fetch(
    model: str | None,
    voices: list[str],
    runtime: bool,
    strict: bool,
    progress: Callable[[str, int, int], object] | None,
) -> list[FetchedFields]: ...
def examine(digests: bool, speak: bool) -> tuple[bool, str, str]: ...
