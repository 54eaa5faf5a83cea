"""`Kokoro` as in the package `kokoro-onnx` 0.6, for programs that have `from kokoro_onnx import Kokoro`.

English is read by the rules and dictionaries that the model was trained with, not by espeak-ng. docs/python.md lists
what else is different.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._joins import Joins
from .._phonemes import phonemize
from .._synthesizer import Synthesizer
from ..errors import InvalidConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import numpy as np
    from numpy.typing import NDArray

    from .._types import RequestOptions

__all__ = ["SAMPLE_RATE", "EspeakConfig", "Kokoro", "VoiceStyle"]

SAMPLE_RATE = 24_000


@dataclass
class EspeakConfig:
    """Where espeak-ng is. Languages other than English need it."""

    lib_path: str | None = None
    """Absolute path of its library."""
    data_path: str | None = None
    """Must be `None`: the library knows where its data is."""


@dataclass(frozen=True)
class VoiceStyle:
    """A voice, or a mix of voices: `0.3 * a + 0.7 * b`. Weights count relative to each other."""

    weights: tuple[tuple[str, float], ...]
    """Names and weights."""

    def __str__(self) -> str:
        return "+".join(f"{name}*{weight:g}" for name, weight in self.weights)

    def __mul__(self, factor: float) -> VoiceStyle:
        return VoiceStyle(tuple((name, weight * float(factor)) for name, weight in self.weights))

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> VoiceStyle:
        return self * (1 / float(divisor))

    def __add__(self, other: VoiceStyle) -> VoiceStyle:
        return VoiceStyle(self.weights + other.weights)


class Tokenizer:
    """Turns text into phonemes."""

    def phonemize(self, text: str, lang: str = "en-us", norm: bool = True) -> str:
        """The phonemes of a text. `norm` means nothing here."""
        return phonemize(text, lang).phonemes


class Kokoro:
    """A loaded model with its voices.

    Args:
        model_path: path of a Kokoro `.onnx` file, or anything else that `Synthesizer` takes as `model`.
        voices_path: path of `voices-v1.0.bin`, or anything else that `Synthesizer` takes as `voices`.
        espeak_config: where espeak-ng is.
        vocab_config: must be `None`: the vocabulary comes from the model file, or from `config.json` beside it.
        settings: further settings of `Synthesizer`.

    Raises:
        FileNotFoundError: one of the files is not there.
    """

    def __init__(
        self,
        model_path: str | os.PathLike[str],
        voices_path: str | os.PathLike[str] | None = None,
        espeak_config: EspeakConfig | None = None,
        vocab_config: object = None,
        **settings: Any,
    ) -> None:
        if vocab_config is not None:
            raise InvalidConfigError("vocab_config: leave it out; place the file beside the model as config.json")
        if espeak_config is not None:
            if espeak_config.data_path is not None:
                raise InvalidConfigError("data_path: leave it out, and set ESPEAK_DATA_PATH if espeak-ng needs it")
            if espeak_config.lib_path is not None:
                settings["espeak_library"] = espeak_config.lib_path
        if voices_path is not None and not Path(voices_path).exists() and os.fspath(voices_path) != "auto":
            raise FileNotFoundError(f"no voices at {os.fspath(voices_path)!r}: docs/assets.md says how to get them")
        self.synthesizer = Synthesizer(model_path, voices_path, **settings)
        self.tokenizer = Tokenizer()

    @classmethod
    def from_session(
        cls,
        session: Any,
        voices_path: str | os.PathLike[str],
        espeak_config: EspeakConfig | None = None,
        vocab_config: object = None,
    ) -> Kokoro:
        """A model from the file of an `onnxruntime.InferenceSession`. The session itself is not used, only its path is;
        its provider must be the processor."""
        if list(session.get_providers()) != ["CPUExecutionProvider"]:
            raise InvalidConfigError("the session has another provider than the processor, which is not supported")
        return cls(session._model_path, voices_path, espeak_config, vocab_config)

    def create(
        self,
        text: str,
        voice: str | VoiceStyle,
        speed: float = 1.0,
        lang: str = "en-us",
        is_phonemes: bool = False,
        trim: bool = True,
        sentence_pause: float = 0.25,
        clause_pause: float = 0.1,
        continuous: bool = False,
    ) -> tuple[NDArray[np.float32], int]:
        """Speaks.

        Args:
            text: what to speak, or phonemes.
            voice: a voice or mix by name, or what `get_voice_style` gives.
            speed: 0.5 to 2.
            lang: language of the text, such as `en-us`.
            is_phonemes: whether the text is phonemes.
            trim: whether the silence around what is spoken is cut; pauses are as long as stated then.
            sentence_pause: seconds of pause where a long text is cut between sentences.
            clause_pause: seconds of pause where a sentence had to be cut at the end of a clause.
            continuous: must be `False`.

        Returns:
            The samples, shape `(n,)`, float32, and 24000.

        Raises:
            ValueError: the text, the voice or an option cannot be used.
        """
        if continuous:
            raise InvalidConfigError("continuous = True is not supported: chunks are cut at sentences and joined")
        options = _options(voice, speed, lang, is_phonemes, trim, sentence_pause, clause_pause)
        return self.synthesizer.synthesize(text, **options).samples, SAMPLE_RATE

    async def create_stream(
        self,
        text: str,
        voice: str | VoiceStyle,
        speed: float = 1.0,
        lang: str = "en-us",
        is_phonemes: bool = False,
        trim: bool = True,
        sentence_pause: float = 0.25,
        clause_pause: float = 0.1,
    ) -> AsyncIterator[tuple[NDArray[np.float32], int]]:
        """As `create`, chunk by chunk while they are made, the first few words first."""
        options = _options(voice, speed, lang, is_phonemes, trim, sentence_pause, clause_pause)
        async with self.synthesizer.stream_async(text, **options) as stream:
            async for chunk in stream:
                yield chunk.samples, SAMPLE_RATE

    def get_voices(self) -> list[str]:
        """The names of the voices, sorted."""
        return [voice.name for voice in self.synthesizer.voices()]

    def get_voice_style(self, name: str) -> VoiceStyle:
        """A voice, to be mixed with others."""
        if name not in self.get_voices():
            raise InvalidConfigError(f"there is no voice {name!r}: the voices are {', '.join(self.get_voices())}")
        return VoiceStyle(((name, 1.0),))


def _options(
    voice: object,
    speed: float,
    lang: str,
    is_phonemes: bool,
    trim: bool,
    sentence_pause: float,
    clause_pause: float,
) -> RequestOptions:
    if not 0.5 <= speed <= 2.0:
        raise InvalidConfigError(f"speed = {speed}: it must be 0.5 to 2.0")
    if not isinstance(voice, (str, VoiceStyle)):
        raise InvalidConfigError(
            f"voice is a {type(voice).__name__}: give the name of a voice, or mix what `get_voice_style` gives"
        )
    pauses = Joins(trim_ends=True, clause=clause_pause, sentence=sentence_pause, paragraph=sentence_pause)
    return {
        "voice": str(voice),
        "speed": speed,
        "language": lang,
        "phonemes": is_phonemes,
        "joins": pauses if trim else Joins(trim=False),
    }
