"""What the native half gives: plain values, whose meaning is told where they are shown. For type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

# Start and end in seconds, place in the text in characters.
WordFields = tuple[float, float, int, int]


class SpokenChunkFields(TypedDict):
    start_char: int
    end_char: int
    phonemes: str
    start_sample: int
    end_sample: int
    durations: list[int] | None


class SpeechStatsFields(TypedDict):
    text_bytes: int
    phoneme_symbols: int
    audio_seconds: float
    chunks: int
    queue_seconds: float
    g2p_seconds: float
    inference_seconds: float
    assembly_seconds: float
    first_audio_seconds: float
    total_seconds: float
    g2p_cache_hits: int
    unspoken: list[tuple[int, int]]
    unknown_symbols: list[str]


class SpeechFields(TypedDict):
    samples: NDArray[np.float32]
    words: list[WordFields] | None
    words_absent: str | None
    chunks: list[SpokenChunkFields]
    stats: SpeechStatsFields


class ChunkFields(TypedDict):
    index: int
    start_char: int
    end_char: int
    phonemes: str
    start_sample: int
    samples: NDArray[np.float32]
    words: list[WordFields] | None
    durations: list[int] | None
    is_last: bool


class VoiceFields(TypedDict):
    name: str
    language: str | None
    gender: str | None


class ModelFields(TypedDict):
    max_symbols: int
    has_durations: bool
    symbols: int
    steps: list[tuple[str, str]]


class HistogramFields(TypedDict):
    bounds_seconds: list[float]
    counts: list[int]
    sum_seconds: float


class CacheFields(TypedDict):
    hits: int
    misses: int
    waits: int
    evictions: int
    entries: int
    bytes: int
    capacity_bytes: int


class StatsFields(TypedDict):
    refused: int
    busy: int
    accepted: int
    finished: int
    failed: int
    cancelled: int
    dropped: int
    timed_out: int
    shut_down: int
    active_requests: int
    queued_requests: int
    running_requests: int
    chunks: int
    audio_seconds: float
    latency: HistogramFields
    first_audio: HistogramFields
    queue_wait: HistogramFields
    g2p_cache: CacheFields


class PronunciationFields(TypedDict):
    phonemes: str
    words: list[tuple[int, int, str, bool]]
    paragraph_starts: list[int]
    unspoken: list[tuple[int, int]]


class PreparedFields(TypedDict):
    folder: Path
    bytes: int
    is_new: bool
    model_sha256: str


class PlanFields(TypedDict):
    name: str
    address: str
    path: Path
    size: int
    is_present: bool


class FetchedFields(TypedDict):
    path: Path
    size: int
    sha256: str
    is_published: bool
    was_fetched: bool
