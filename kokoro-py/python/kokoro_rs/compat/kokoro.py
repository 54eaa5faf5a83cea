"""`KPipeline` and `KModel` as in the package `kokoro` 0.9, for programs that have `from kokoro import KPipeline`.

Text is read and cut as the reference does it; each piece is spoken in one run of the model, and no silence is cut or
added. docs/python.md lists what is different.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Union

from .._joins import Joins
from .._phonemes import PronouncedWord, phonemize
from .._synthesizer import Synthesizer
from ..errors import InvalidConfigError
from ._audio import as_asked
from ._tokens import MOST_SYMBOLS, Token, graphemes_of, phonemes_of, pieces, set_times

if TYPE_CHECKING:
    from .._types import Fallback, Mode

__all__ = ["KModel", "KPipeline"]

REPOSITORY = "hexgrad/Kokoro-82M"
LANGUAGES = {
    "a": "en-us",
    "b": "en-gb",
    "e": "es",
    "f": "fr-fr",
    "h": "hi",
    "i": "it",
    "p": "pt-br",
    "j": "ja",
    "z": "zh",
}
"""The reference's letters and the codes of languages."""

Speed = Union[float, Callable[[int], float]]
AudioType = Literal["auto", "numpy", "torch"]


class KModel:
    """The model. One of them can serve several pipelines.

    Args:
        repo_id: only the repository of v1.0, `hexgrad/Kokoro-82M`.
        config: not supported: the vocabulary comes from the model file, or from `config.json` beside it.
        model: path of a Kokoro `.onnx` file, the name of a published model that is on this machine, or `builtin`.
            Default: what `KOKORO_MODEL` names, else the first published model on this machine. Nothing is fetched.
        disable_complex: means nothing here.

    Raises:
        ModelNotFoundError: there is none; `kokoro-rs fetch --model fp32 --voices all` brings it.
    """

    device = "cpu"

    def __init__(
        self,
        repo_id: str | None = None,
        config: object = None,
        model: str | os.PathLike[str] | None = None,
        disable_complex: bool = False,
    ) -> None:
        if repo_id not in (None, REPOSITORY):
            raise InvalidConfigError(f"repo_id = {repo_id!r}: only {REPOSITORY!r}; name another file with `model`")
        if config is not None:
            raise InvalidConfigError(
                "config: leave it out; the vocabulary is that of the model file, or in config.json"
            )
        # Each piece is one run of the model, as in the reference.
        if model is None and not os.environ.get("KOKORO_MODEL"):
            model = "auto"
        self.synthesizer = Synthesizer(model, chunk_symbols=MOST_SYMBOLS)

    def to(self, device: object) -> KModel:
        """The model itself. Only the processor can be used."""
        _check_device(device)
        return self

    def eval(self) -> KModel:
        """The model itself."""
        return self

    @dataclass
    class Output:
        """What a run of the model gives."""

        audio: Any
        """The samples, 24,000 a second, shape `(n,)`, float32."""
        pred_dur: list[int] | None = None
        """Frames of every token, the pads at both ends included; 40 frames are a second."""


class KPipeline:
    """Text to speech in one language, piece by piece.

    Args:
        lang_code: a letter of the reference, `a` for American English, or a code such as `en-us`.
        repo_id: see `KModel`.
        model: `True` for one that all pipelines of the process share, `False` for phonemes only, or a `KModel` or
            `Synthesizer`.
        trf: must be `False`: there is one front end.
        en_callable: must be `None`.
        device: `None` or `cpu`.
        mode, fallback, lexicon: how text is read, see `kokoro_rs.phonemize`. Default: as the reference reads it,
            unknown words by the library's rules.
        audio: what `Result.audio` is: `numpy`, an array that has the most used methods of tensors; `torch`, a tensor of
            the same memory; `auto` (default), a tensor if the program has imported torch, else an array.
    """

    def __init__(
        self,
        lang_code: str,
        repo_id: str | None = None,
        model: KModel | Synthesizer | bool = True,
        trf: bool = False,
        en_callable: object = None,
        device: object = None,
        *,
        mode: Mode = "reference",
        fallback: Fallback = "rules",
        lexicon: Mapping[str, str] | None = None,
        audio: AudioType = "auto",
    ) -> None:
        code = lang_code.lower()
        code = next((letter for letter, language in LANGUAGES.items() if language == code), code)
        if code not in LANGUAGES:
            raise InvalidConfigError(f"lang_code = {lang_code!r}: it must be one of {', '.join(LANGUAGES)}")
        if trf or en_callable is not None:
            raise InvalidConfigError("trf, en_callable: leave them out; there is one front end for each language")
        _check_device(device)
        self.lang_code = code
        self.repo_id = repo_id or REPOSITORY
        self.lexicon = dict(lexicon or {})
        self.audio: AudioType = audio
        self._mode: Mode = mode
        self._fallback: Fallback = fallback
        self.model: KModel | Synthesizer | None = None
        if isinstance(model, (KModel, Synthesizer)):
            self.model = model
        elif model:
            self.model = _shared(repo_id)

    @dataclass
    class Result:
        """A piece of text that was spoken. It unpacks as (graphemes, phonemes, audio)."""

        graphemes: str
        """The text, without markup."""
        phonemes: str
        """What was spoken, in Kokoro's alphabet."""
        tokens: list[Token] | None = None
        """Its words and punctuation marks, with times from the start of the piece; `None` if phonemes were given."""
        output: KModel.Output | None = None
        """What the model gave; `None` without a model."""
        text_index: int | None = None
        """Of which part of the text it is a piece."""

        @property
        def audio(self) -> Any:
            """The samples, 24,000 a second; `None` without a model."""
            return None if self.output is None else self.output.audio

        @property
        def pred_dur(self) -> list[int] | None:
            """Frames of every token; 40 frames are a second."""
            return None if self.output is None else self.output.pred_dur

        def __iter__(self) -> Iterator[Any]:
            return iter((self.graphemes, self.phonemes, self.audio))

        def __getitem__(self, index: int) -> Any:
            return (self.graphemes, self.phonemes, self.audio)[index]

        def __len__(self) -> int:
            return 3

    def __call__(
        self,
        text: str | Iterable[str],
        voice: str | None = None,
        speed: Speed = 1,
        split_pattern: str | None = r"\n+",
        model: KModel | Synthesizer | None = None,
    ) -> Iterator[KPipeline.Result]:
        """Speaks, one piece at a time, each when it is asked for.

        Args:
            text: what to speak, or several such.
            voice: a voice by name, or several with commas between them, which are averaged.
            speed: 0.25 to 4, or what gives the speed for a number of phonemes.
            split_pattern: where a text is split, a regular expression; `None` for nowhere.
            model: in place of the pipeline's own.
        """
        model = self._model_for(voice, model)
        if isinstance(text, str):
            text = re.split(split_pattern, text.strip()) if split_pattern else [text]
        for index, part in enumerate(text):
            if not part.strip():
                continue
            for tokens in pieces(self._read(part)):
                result = self._speak(tokens, voice, speed, model)
                result.text_index = index
                yield result

    def generate_from_tokens(
        self,
        tokens: str | Sequence[Token],
        voice: str | None = None,
        speed: Speed = 1,
        model: KModel | Synthesizer | None = None,
    ) -> Iterator[KPipeline.Result]:
        """Speaks phonemes, or the tokens of a result.

        Raises:
            InvalidConfigError: more than 510 phonemes in a string.
        """
        model = self._model_for(voice, model)
        if isinstance(tokens, str):
            if len(tokens) > MOST_SYMBOLS:
                raise InvalidConfigError(f"the phonemes are {len(tokens)} symbols: they must be {MOST_SYMBOLS} at most")
            yield self.Result("", tokens, output=self._run(tokens, voice, speed, model))
            return
        for piece in pieces(tokens):
            yield self._speak(piece, voice, speed, model)

    def load_voice(self, voice: str, delimiter: str = ",") -> str:
        """A voice, or several averaged, in the form that `voice` takes. It is not looked for until it is used."""
        return ",".join(name.strip() for name in voice.split(delimiter))

    def _model_for(self, voice: object, model: KModel | Synthesizer | None) -> KModel | Synthesizer | None:
        model = model or self.model
        if model is not None and voice is None:
            raise InvalidConfigError('no voice: name one, such as voice="af_heart"')
        if voice is not None and not isinstance(voice, str):
            raise InvalidConfigError(
                f"voice is a {type(voice).__name__}: give the name of a voice; a tensor that was saved as NAME.pt in "
                "the folder of voices is one"
            )
        return model

    def _read(self, text: str) -> list[Token]:
        pronunciation = phonemize(
            text, LANGUAGES[self.lang_code], mode=self._mode, fallback=self._fallback, lexicon=self.lexicon
        )
        tokens = [_token(word) for word in pronunciation.words]
        for start in pronunciation.paragraph_starts:
            tokens[start - 1].whitespace = " "
        return tokens

    def _speak(
        self, tokens: list[Token], voice: str | None, speed: Speed, model: KModel | Synthesizer | None
    ) -> KPipeline.Result:
        phonemes = phonemes_of(tokens)
        output = self._run(phonemes, voice, speed, model)
        if output is not None and output.pred_dur is not None:
            set_times(tokens, output.pred_dur)
        return self.Result(graphemes_of(tokens), phonemes, tokens, output)

    def _run(
        self, phonemes: str, voice: str | None, speed: Speed, model: KModel | Synthesizer | None
    ) -> KModel.Output | None:
        if model is None:
            return None
        synthesizer = model.synthesizer if isinstance(model, KModel) else model
        speech = synthesizer.synthesize(
            phonemes,
            phonemes=True,
            voice=voice,
            speed=speed(len(phonemes)) if callable(speed) else float(speed),
            joins=Joins(trim=False),
        )
        durations = speech.chunks[0].durations if len(speech.chunks) == 1 else None
        return KModel.Output(as_asked(speech.samples, self.audio), durations)


_lock = threading.Lock()
_models: dict[str | None, KModel] = {}


def _shared(repo_id: str | None) -> KModel:
    """The model of all pipelines that do not bring their own."""
    with _lock:
        if repo_id not in _models:
            _models[repo_id] = KModel(repo_id)
        return _models[repo_id]


def _check_device(device: object) -> None:
    if device is not None and str(device) != "cpu":
        raise InvalidConfigError(f"device = {device!r}: only the processor can be used, 'cpu' or None")


def _token(word: PronouncedWord) -> Token:
    return Token(word.text, word.phonemes, " " if word.space_after else "")
