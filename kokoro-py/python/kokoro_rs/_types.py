"""The types of arguments that several functions take."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Literal, TypedDict, Union

if TYPE_CHECKING:
    from ._joins import Joins
    from ._native import CancelToken

# Python 3.9 evaluates these when it imports them, so `|` cannot be used.
Path = Union[str, "PathLike[str]"]
Lexicon = Union[Mapping[str, str], str, "PathLike[str]"]
SampleFormat = Literal["pcm16", "float32"]
Mode = Literal["spoken", "reference"]
Fallback = Literal["rules", "espeak", "none"]
Symbols = Literal["speak", "skip"]
Optimization = Literal["exact", "fast", "fine"]
Prepared = Literal["off", "use", "make"]


class ReadingOptions(TypedDict, total=False):
    """How text is turned into phonemes. `None` is the default."""

    mode: Mode | None
    """`spoken` reads as a reader would; `reference` as Python's misaki 0.9.4 does, with its omissions."""
    fallback: Fallback | None
    """What reads words that no dictionary has: the library's `rules`, an installed `espeak`-ng, or `none`."""
    symbols: Symbols | None
    """Whether symbols and emoji are spoken by their names: `speak` or `skip`."""
    lexicon: Lexicon | None
    """Pronunciations of words in Kokoro's alphabet, which win over the dictionaries; or a `.tsv` or `.json` file of
    them."""


class RequestOptions(ReadingOptions, total=False):
    """How to speak. `None` is the default."""

    voice: str | None
    """A voice by name, or a mix: `af_heart`, `af_heart,am_adam`, `af_heart*0.7+am_adam*0.3`. Default: `af_heart` if it
    is there, else the first."""
    language: str | None
    """Such as `en-us`, `en-gb` or `a`. Default: that of the voice, by the first letter of its name."""
    speed: float
    """How fast to speak, 0.25 to 4: 2 takes half the time. Default 1."""
    seed: int | None
    """Repeats the noise of the voice: the same request then gives the same samples. Default: fresh noise."""
    timeout: float | None
    """Seconds that the request may take; then it ends with `SpeechTimeoutError`. Default: no limit."""
    phonemes: bool
    """Whether the text is phonemes in Kokoro's alphabet. Default no."""
    first_chunk_symbols: int | None
    """About how many phoneme symbols the first chunk shall have; 12 are a second. 0: no shorter one. Default: 20 for
    streams, 0 otherwise."""
    joins: Joins | None
    """Pauses between the chunks of a long text. Default: `Joins()`."""
    cancel: CancelToken | None
    """What stops the synthesis from another thread or task. Default: nothing does."""


class SynthesizerOptions(TypedDict, total=False):
    """The settings of a `Synthesizer` besides its model, see there. `None` is the default."""

    voices: Path | None
    threads: int | None
    sessions: int | None
    spinning: bool | None
    runtime_library: Path | None
    optimization: Optimization | None
    verify: bool | None
    prepared: Prepared | None
    max_text_bytes: int | None
    chunk_symbols: int | None
    max_requests: int | None
    stream_buffer: int | None
    g2p_cache_bytes: int | None
    mode: Mode | None
    fallback: Fallback | None
    symbols: Symbols | None
    lexicon: Lexicon | None
    espeak_library: Path | None
