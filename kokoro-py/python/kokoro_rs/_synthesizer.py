"""A loaded model with its voices."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

from . import _native
from ._arguments import given
from ._audio import SAMPLE_RATE
from ._phonemes import Pronunciation, pronunciation_of
from ._speech import Speech, speech_of
from ._stats import ModelInfo, PreparedModel, Stats, Voice, stats_of
from ._streams import AsyncSpeechStream, SpeechStream, finish
from .errors import BusyError, KokoroError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from typing_extensions import Unpack

    from ._types import (
        Fallback,
        Lexicon,
        Mode,
        Optimization,
        Path,
        Prepared,
        RequestOptions,
        Symbols,
        SynthesizerOptions,
    )

AHEAD = 3
"""Requests of a batch that are active at a time, so that the model never waits for the next one."""


class Synthesizer:
    """A loaded model with its voices.

    One serves all threads and tasks of a process. Requests are spoken in chunks, and chunks of different requests take
    turns, so that a sentence does not wait for a book. While it works, Python runs: its lock is released, and no
    request has a thread of its own. Ctrl-C ends what the main thread waits for.

    A synthesizer does not survive a fork: make one in each process. One that was made before says `StaleError`.

    Without `model`, all settings that are not given are those of the `KOKORO_*` variables (docs/python.md). With it,
    they have the defaults below, and only `KOKORO_NUM_THREADS`, `KOKORO_ISA` and `ORT_DYLIB_PATH` count.

    Args:
        model: path of a Kokoro `.onnx` file; the name of a published one that is on this machine, such as
            `kokoro-v1.0`, or `auto` for the first that is found; or `builtin` for the small robotic voice inside the
            package. A model is never put in place of another one.
        voices: a folder of `.bin`, `.npy`, `.npz` or `.pt` files, or one such file. Default: beside the model; with a
            published model, the published voices that are found.
        threads: threads to compute with. Default: as many as the process may use.
        sessions: requests computed at the same time. Default 1, which uses all threads.
        spinning: whether waiting threads spin for a moment before they sleep. Default no.
        runtime_library: absolute path of ONNX Runtime's shared library. Default: `ORT_DYLIB_PATH`, else that of the
            installed package `onnxruntime`, among others.
        optimization: how far the model's graph may be changed for speed: `exact`, `fast` (default) or `fine`.
        verify: whether to compare the changed model with the original when it is loaded. Default no.
        prepared: whether files that were prepared for loading are used: `off`, `use` (default) or `make`.
        max_text_bytes: longest text of a request, in bytes of UTF-8. Default 1,048,576.
        chunk_symbols: phoneme symbols in one run of the model. Default 250.
        max_requests: requests that may be active at once; one more is a `BusyError`. Default 64.
        stream_buffer: chunks of a stream that are made ahead. Default 2.
        g2p_cache_bytes: memory for pronunciations of past text; 0 switches it off. Default 4,194,304.
        mode, fallback, symbols, lexicon: how text is read unless a request says otherwise, see `phonemize`.
        espeak_library: absolute path of espeak-ng's library. Default: it is looked for when it is needed.

    Raises:
        ModelNotFoundError, InvalidModelError, InvalidVoiceFileError, UnknownVoiceError: the files.
        RuntimeNotFoundError, RuntimeIncompatibleError: ONNX Runtime.
        InvalidConfigError, InvalidLexiconError, IoError: the settings.
    """

    def __init__(
        self,
        model: Path | None = None,
        voices: Path | None = None,
        *,
        threads: int | None = None,
        sessions: int | None = None,
        spinning: bool | None = None,
        runtime_library: Path | None = None,
        optimization: Optimization | None = None,
        verify: bool | None = None,
        prepared: Prepared | None = None,
        max_text_bytes: int | None = None,
        chunk_symbols: int | None = None,
        max_requests: int | None = None,
        stream_buffer: int | None = None,
        g2p_cache_bytes: int | None = None,
        mode: Mode | None = None,
        fallback: Fallback | None = None,
        symbols: Symbols | None = None,
        lexicon: Lexicon | None = None,
        espeak_library: Path | None = None,
    ) -> None:
        self._native = _native.Synthesizer(
            _settings(
                model=model,
                voices=voices,
                threads=threads,
                sessions=sessions,
                spinning=spinning,
                runtime_library=runtime_library,
                optimization=optimization,
                verify=verify,
                prepared=prepared,
                max_text_bytes=max_text_bytes,
                chunk_symbols=chunk_symbols,
                max_requests=max_requests,
                stream_buffer=stream_buffer,
                g2p_cache_bytes=g2p_cache_bytes,
                mode=mode,
                fallback=fallback,
                symbols=symbols,
                lexicon=lexicon,
                espeak_library=espeak_library,
            )
        )

    @staticmethod
    def default() -> Synthesizer:
        """The synthesizer of this process, loaded at the first call from the `KOKORO_*` variables (docs/python.md).

        Callers that come while it loads wait for the same load. A failed load is an error now and is tried afresh by
        the next call.
        """
        synthesizer = Synthesizer.__new__(Synthesizer)
        synthesizer._native = _native.default_synthesizer()
        return synthesizer

    def synthesize(self, text: str, **options: Unpack[RequestOptions]) -> Speech:
        """Speaks, and returns when all of it is done.

        >>> speech = Synthesizer("builtin").synthesize("Hello world.", speed=1.1)
        >>> speech.samples.dtype, speech.sample_rate
        (dtype('float32'), 24000)

        Args:
            text: what to speak. Line breaks end a paragraph; `[word](/phonemes/)` gives a word's pronunciation;
                `[pause:0.5s]` is a pause.
            options: voice, language, speed and so on, see `RequestOptions`.

        Raises:
            InvalidInputError: the request cannot be spoken; its subclasses say why.
            BusyError, SpeechTimeoutError, CancelledError, ShutDownError, StaleError: it depends on the moment.
            InferenceError, InternalError, IoError, EspeakNotFoundError, InvalidVoiceFileError: something is broken.
        """
        return speech_of(text, self._native.synthesize(_request(text, options)).wait())

    def stream(self, text: str, **options: Unpack[RequestOptions]) -> SpeechStream:
        """Speaks chunk by chunk: the first few words are there as soon as they are spoken.

        Arguments and exceptions are those of `synthesize`. What is wrong with a request is raised here if it can be
        told without reading text and voice, else by the first chunk.
        """
        return SpeechStream(self._native.stream(_request(text, options)), text)

    async def synthesize_async(self, text: str, **options: Unpack[RequestOptions]) -> Speech:
        """As `synthesize`, for `asyncio`: the loop goes on. If the task is cancelled, so is the request."""
        return await finish(self._native.synthesize(_request(text, options)), text)

    def stream_async(self, text: str, **options: Unpack[RequestOptions]) -> AsyncSpeechStream:
        """As `stream`, for `asyncio`: to be used with `async for`. If the task is cancelled, so is the request."""
        return AsyncSpeechStream(self._native.stream(_request(text, options)), text)

    def synthesize_batch(
        self, requests: Iterable[str | Mapping[str, Any]], **options: Unpack[RequestOptions]
    ) -> Iterator[Speech | KokoroError]:
        """Speaks many texts. Results come in the order of the requests, each as soon as it is done; an error is a
        result, too.

        Requests are taken as they are needed, so that there may be more than fit into memory. They share the
        synthesizer with other callers; where there is no place for one, it waits.

        Args:
            requests: texts, or mappings with `text` and the options that this request has of its own.
            options: for all requests, see `synthesize`.
        """
        waiting: deque[tuple[_native.Request, str, _native.Whole] | KokoroError] = deque()
        for request in requests:
            own: dict[str, Any] = {"text": request} if isinstance(request, str) else dict(request)
            text = own.pop("text")
            try:
                made = _request(text, {**options, **own})
                waiting.append((made, text, self._native.synthesize(made)))
            except KokoroError as error:
                waiting.append(error)
            if len(waiting) >= AHEAD:
                yield self._result(waiting.popleft())
        while waiting:
            yield self._result(waiting.popleft())

    def _result(self, active: tuple[_native.Request, str, _native.Whole] | KokoroError) -> Speech | KokoroError:
        if isinstance(active, KokoroError):
            return active
        request, text, whole = active
        while True:
            try:
                return speech_of(text, whole.wait())
            except BusyError as error:
                time.sleep(min(error.retry_after or 0.1, 1.0))
                whole = self._native.synthesize(request)
            except KokoroError as error:
                return error

    def phonemize(self, text: str, **options: Unpack[RequestOptions]) -> Pronunciation:
        """The phonemes that `synthesize` would speak. They share its cache."""
        return pronunciation_of(text, self._native.phonemize(_request(text, options)))

    def voices(self) -> list[Voice]:
        """The voices, sorted by name. None is loaded by this."""
        return [Voice(**voice) for voice in self._native.voices()]

    def stats(self) -> Stats:
        """What was done so far, and the state of the cache of pronunciations."""
        return stats_of(self._native.stats())

    def prometheus(self) -> str:
        """`stats` as the text that Prometheus reads, to be served as `text/plain; version=0.0.4`."""
        return self._native.prometheus()

    def warm_up(self) -> None:
        """Speaks a sentence and forgets it, so that the first request does not pay for what happens once. To be called
        when a service starts, before it is sent requests."""
        self._native.warm_up()

    def set_g2p_cache_bytes(self, bytes: int) -> None:
        """Changes the capacity of the cache of pronunciations; 0 switches it off."""
        self._native.set_g2p_cache_bytes(bytes)

    def shutdown(self, drain: float | None = 30.0) -> bool:
        """Ends the service: new requests are refused with `ShutDownError`, active ones are spoken to their end.

        Args:
            drain: seconds that the active ones may take; those that are not done by then end with `ShutDownError`.
                `None`: they end at once.

        Returns:
            Whether none was cut short.
        """
        return self._native.shutdown(drain)

    @staticmethod
    def prepare(model: Path | None = None, **settings: Unpack[SynthesizerOptions]) -> PreparedModel:
        """Prepares a model for loading: its changed graph and packed weights are written to a folder beside it, or to
        the cache folder. Later a `Synthesizer` with the same settings finds them, and loads in a fraction of the time.

        A preparation fits the model file, this version of the package, ONNX Runtime's build, the processor and the
        optimization. If one that fits is there, it is checked and left as it is. Voices are not needed.
        """
        return PreparedModel(**_native.prepare(_settings(model=model, **settings)))

    @property
    def sample_rate(self) -> int:
        """24,000 samples a second."""
        return SAMPLE_RATE

    @property
    def model(self) -> ModelInfo:
        """What the model takes and gives, and what was done to it when it was loaded."""
        return ModelInfo(**self._native.model())

    @property
    def report(self) -> list[tuple[str, str]]:
        """What was done to the model's graph when it was loaded: steps, and what became of each."""
        return self.model.steps

    def __repr__(self) -> str:
        stats = self.stats()
        return f"Synthesizer({len(self.voices())} voices, {stats.active_requests} active requests)"


def _settings(**settings: Any) -> dict[str, Any]:
    return {"model": None, **given(**settings)}


def _request(text: str, options: Mapping[str, Any]) -> _native.Request:
    return _native.Request(text, **given(**options))
