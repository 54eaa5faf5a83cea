"""The exceptions of this package.

All of them are `KokoroError`. Its `kind` is stable and the same in every language that the library has bindings for;
there is one class for each kind. Those that have a relative among Python's own exceptions are that as well:
`ValueError` for bad input, `FileNotFoundError`, `OSError`, `TimeoutError`.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BusyError",
    "CancelledError",
    "DownloadError",
    "EmptyTextError",
    "EspeakNotFoundError",
    "InferenceError",
    "IntegrityMismatchError",
    "InternalError",
    "InvalidConfigError",
    "InvalidInputError",
    "InvalidLexiconError",
    "InvalidModelError",
    "InvalidSpeedError",
    "InvalidVoiceFileError",
    "InvalidVoiceNameError",
    "IoError",
    "KokoroError",
    "ModelNotFoundError",
    "NothingToSpeakError",
    "OfflineError",
    "RuntimeIncompatibleError",
    "RuntimeNotFoundError",
    "ShutDownError",
    "SpeechTimeoutError",
    "StaleError",
    "TextTooLongError",
    "UnknownLanguageError",
    "UnknownVoiceError",
]


class KokoroError(Exception):
    """What went wrong, and what to do about it.

    The message is for people: it names the value, the limit that it broke and the remedy. `kind` is for programs.
    """

    kind: ClassVar[str] = "internal"
    """The stable name of the kind of error, such as `busy`."""

    retry_after: float | None = None
    """Of `BusyError`: after how many seconds a place will probably be free."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    def __str__(self) -> str:
        # Those that are OSError, too, would show their arguments in another way.
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[type[KokoroError], tuple[str, float | None]]:
        return type(self), (str(self), self.retry_after)


class InvalidInputError(KokoroError, ValueError):
    """What was asked for cannot be spoken as it is; the same request will fail again."""

    kind = "invalid_config"


class EmptyTextError(InvalidInputError):
    """The text is empty or blank."""

    kind = "empty_text"


class TextTooLongError(InvalidInputError):
    """The text is longer than the configured limit."""

    kind = "text_too_long"


class NothingToSpeakError(InvalidInputError):
    """The text holds nothing that has a sound, such as only symbols."""

    kind = "nothing_to_speak"


class UnknownLanguageError(InvalidInputError):
    """The language code is not known, or no pronunciation is available for it."""

    kind = "unknown_language"


class InvalidSpeedError(InvalidInputError):
    """The speed is not finite, out of range, or a fraction for a model that takes whole numbers only."""

    kind = "invalid_speed"


class InvalidVoiceNameError(InvalidInputError):
    """A voice name or mix cannot be parsed."""

    kind = "invalid_voice_name"


class UnknownVoiceError(InvalidInputError):
    """No voice of that name is there."""

    kind = "unknown_voice"


class InvalidLexiconError(InvalidInputError):
    """A pronunciation lexicon holds something that cannot be used."""

    kind = "invalid_lexicon"


class InvalidConfigError(InvalidInputError):
    """A setting, an argument or an environment variable is not what it must be."""

    kind = "invalid_config"


class InvalidVoiceFileError(KokoroError):
    """A voice file is damaged or of the wrong shape."""

    kind = "invalid_voice_file"


class ModelNotFoundError(KokoroError, FileNotFoundError):
    """No model file at the given path, or none on this machine."""

    kind = "model_not_found"


class InvalidModelError(KokoroError):
    """The file is not an ONNX model, or not one with Kokoro's inputs and outputs."""

    kind = "invalid_model"


class RuntimeNotFoundError(KokoroError, FileNotFoundError):
    """ONNX Runtime's shared library was not found."""

    kind = "runtime_not_found"


class RuntimeIncompatibleError(KokoroError):
    """A library was found but cannot be used: too old, for another platform, or damaged."""

    kind = "runtime_incompatible"


class EspeakNotFoundError(KokoroError, FileNotFoundError):
    """espeak-ng's shared library, which the language or the settings ask for, was not found."""

    kind = "espeak_not_found"


class CancelledError(KokoroError):
    """The request was cancelled by its token, or its stream was closed."""

    kind = "cancelled"


class BusyError(KokoroError):
    """As many requests are active as may be. `retry_after` says in how many seconds to try again."""

    kind = "busy"


class SpeechTimeoutError(KokoroError, TimeoutError):
    """The request took longer than it may."""

    kind = "timeout"


class ShutDownError(KokoroError):
    """The synthesizer was shut down."""

    kind = "shut_down"


class StaleError(KokoroError):
    """The synthesizer was made before this process was forked, and its threads are in the parent."""

    kind = "stale"


class InferenceError(KokoroError):
    """ONNX Runtime failed while running the model."""

    kind = "inference"


class DownloadError(KokoroError, OSError):
    """A file could not be fetched: the server cannot be reached, refuses it or does not have it."""

    kind = "download"


class IntegrityMismatchError(KokoroError):
    """A fetched file is not the one that it should be; it was not put in place."""

    kind = "integrity_mismatch"


class OfflineError(KokoroError):
    """A file would have to be fetched, and `HF_HUB_OFFLINE` forbids it."""

    kind = "offline"


class IoError(KokoroError, OSError):
    """Reading or writing a file failed."""

    kind = "io"


class InternalError(KokoroError):
    """A defect of this library or of one below it. Please report it."""

    kind = "internal"


def _classes() -> dict[str, type[KokoroError]]:
    exported = (globals()[name] for name in __all__)
    return {cls.kind: cls for cls in exported if cls not in (KokoroError, InvalidInputError)}


_CLASSES = _classes()


def of_kind(kind: str, message: str, retry_after: float | None) -> KokoroError:
    """The exception for a kind of error; the native half calls this."""
    return _CLASSES.get(kind, KokoroError)(message, retry_after)
