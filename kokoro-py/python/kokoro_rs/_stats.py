"""What a synthesizer is and has done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ._fields import StatsFields


@dataclass(frozen=True)
class Voice:
    """A voice."""

    name: str
    """Such as `af_heart`."""
    language: str | None
    """Such as `en-us`, by the first letter of its name; `None` if its name does not tell."""
    gender: str | None
    """`female` or `male`, by the second letter of its name; `None` if its name does not tell."""


@dataclass(frozen=True)
class ModelInfo:
    """A loaded model."""

    max_symbols: int
    """Phoneme symbols that one run takes at most."""
    has_durations: bool
    """Whether it tells when words are spoken."""
    symbols: int
    """Phoneme symbols that it knows."""
    steps: list[tuple[str, str]]
    """What was done to its graph when it was loaded: steps, and what became of each."""


@dataclass(frozen=True)
class Histogram:
    """How many of something took how long."""

    bounds_seconds: list[float]
    """Upper bounds of the counts; the last count has none."""
    counts: list[int]
    """How many were within each bound and above the one before."""
    sum_seconds: float
    """All of them together."""

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)


@dataclass(frozen=True)
class G2pCacheStats:
    """The cache of pronunciations."""

    hits: int
    """Look-ups that were answered from the cache."""
    misses: int
    """Look-ups whose pronunciation had to be made."""
    waits: int
    """Hits that another caller was just making."""
    evictions: int
    """Entries that were put out, or are too large to be taken in."""
    entries: int
    """Entries that are kept now."""
    bytes: int
    """What these weigh."""
    capacity_bytes: int
    """What they may weigh."""


@dataclass(frozen=True)
class Stats:
    """Counters of a `Synthesizer` since it was made, and its state at one moment.

    Every request is refused, or busy, or active, or has exactly one outcome.
    """

    refused: int
    """Requests that were refused for what they are, before any work."""
    busy: int
    """Requests that found no place."""
    accepted: int
    """Requests that were taken in."""
    finished: int
    """Of these, requests all of whose audio was made."""
    failed: int
    """Requests that ended with an error of the model or of this library."""
    cancelled: int
    """Requests that were cancelled by their token."""
    dropped: int
    """Requests whose stream or task was closed before its end."""
    timed_out: int
    """Requests that took longer than they might."""
    shut_down: int
    """Requests that a shutdown cut short."""
    active_requests: int
    """Requests that have not ended."""
    queued_requests: int
    """Of these, requests in line for a worker."""
    running_requests: int
    """Of these, requests that are being worked on."""
    chunks: int
    """Chunks that were made."""
    audio_seconds: float
    """Their audio."""
    latency: Histogram
    """From the call to the last audio, of requests that finished."""
    first_audio: Histogram
    """From the call to the first audio."""
    queue_wait: Histogram
    """From being ready to being worked on, of every chunk."""
    g2p_cache: G2pCacheStats
    """The cache of pronunciations."""


@dataclass(frozen=True)
class PreparedModel:
    """What `Synthesizer.prepare` made or found."""

    folder: Path
    """Where it is."""
    bytes: int
    """What it takes on disk."""
    is_new: bool
    """Whether it was made now."""
    model_sha256: str
    """SHA-256 of the model file, 64 hexadecimal digits."""


def stats_of(fields: StatsFields) -> Stats:
    """Statistics from what the native half gives."""
    rest = dict(fields)
    for name in ("latency", "first_audio", "queue_wait"):
        rest[name] = Histogram(**rest[name])  # type: ignore[arg-type]
    rest["g2p_cache"] = G2pCacheStats(**fields["g2p_cache"])
    return Stats(**rest)  # type: ignore[arg-type]
