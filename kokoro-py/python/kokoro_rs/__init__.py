"""Speech synthesis with the open Kokoro-82M model, in Rust.

>>> import kokoro_rs
>>> synthesizer = kokoro_rs.Synthesizer("builtin")
>>> speech = synthesizer.synthesize("The bus stops in front of the school.")
>>> speech.save("speech.wav")

`builtin` is a small robotic voice inside the package. For real speech give the path of a Kokoro `.onnx` file and of its
voices, or fetch the published ones with `kokoro-rs fetch`.

* `Synthesizer` speaks: at once, in a stream, asynchronously, in batches.
* `Speech` is the result: samples, times of words, WAV, subtitles.
* `KokoroError` is the base of all exceptions, see `kokoro_rs.errors`.
* `phonemize` turns text into phonemes, without a model.
* `find_model`, `fetch` and `doctor` take care of models, voices and ONNX Runtime.
* `kokoro_rs.compat` has the interfaces of the packages `kokoro` and `kokoro-onnx`.
"""

from . import _runtime
from ._assets import (
    Catalogue,
    FetchedFile,
    Found,
    PlannedFile,
    PublishedModel,
    PublishedVoice,
    Report,
    cache_dir,
    catalogue,
    doctor,
    fetch,
    find_model,
    find_voices,
    plan_fetch,
)
from ._joins import Joins
from ._native import CancelToken, __version__
from ._phonemes import PronouncedWord, Pronunciation, phonemize
from ._speech import Speech, SpeechChunk, SpeechStats, SpokenChunk, Word
from ._stats import G2pCacheStats, Histogram, ModelInfo, PreparedModel, Stats, Voice
from ._streams import AsyncSpeechStream, Progress, SpeechStream
from ._synthesizer import Synthesizer
from .errors import (
    BusyError,
    CancelledError,
    InvalidInputError,
    KokoroError,
    ModelNotFoundError,
    ShutDownError,
    SpeechTimeoutError,
    StaleError,
)

default = Synthesizer.default

# Nothing is loaded by this; it is for the first model.
_runtime.announce()

__all__ = [
    "AsyncSpeechStream",
    "BusyError",
    "CancelToken",
    "CancelledError",
    "Catalogue",
    "FetchedFile",
    "Found",
    "G2pCacheStats",
    "Histogram",
    "InvalidInputError",
    "Joins",
    "KokoroError",
    "ModelInfo",
    "ModelNotFoundError",
    "PlannedFile",
    "PreparedModel",
    "Progress",
    "PronouncedWord",
    "Pronunciation",
    "PublishedModel",
    "PublishedVoice",
    "Report",
    "ShutDownError",
    "Speech",
    "SpeechChunk",
    "SpeechStats",
    "SpeechStream",
    "SpeechTimeoutError",
    "SpokenChunk",
    "StaleError",
    "Stats",
    "Synthesizer",
    "Voice",
    "Word",
    "__version__",
    "cache_dir",
    "catalogue",
    "default",
    "doctor",
    "fetch",
    "find_model",
    "find_voices",
    "phonemize",
    "plan_fetch",
]
