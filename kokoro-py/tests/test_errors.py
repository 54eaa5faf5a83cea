"""The tree of exceptions."""

from __future__ import annotations

import pickle
from pathlib import Path

import kokoro_rs
import numpy as np
import pytest
from kokoro_rs import _native, errors

BASES = (errors.KokoroError, errors.InvalidInputError)
CLASSES = [getattr(errors, name) for name in errors.__all__]


def test_there_is_one_class_for_each_kind_of_the_library() -> None:
    kinds = [cls.kind for cls in CLASSES if cls not in BASES]
    assert sorted(kinds) == sorted(_native.ERROR_KINDS)
    for kind in _native.ERROR_KINDS:
        error = errors.of_kind(kind, "message", None)
        assert error.kind == kind and str(error) == "message" and isinstance(error, kokoro_rs.KokoroError)
    # A newer library may have more.
    assert type(errors.of_kind("brand_new", "message", None)) is errors.KokoroError


@pytest.mark.parametrize("cls", CLASSES)
def test_each_shows_its_message_and_survives_pickling(cls: type[errors.KokoroError]) -> None:
    error = cls("what, limit, remedy", 1.5)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is cls and str(again) == str(error) == "what, limit, remedy" and again.retry_after == 1.5
    assert cls.__doc__


def test_relatives_among_pythons_own() -> None:
    assert issubclass(errors.UnknownVoiceError, ValueError)
    assert issubclass(errors.ModelNotFoundError, FileNotFoundError)
    assert issubclass(errors.SpeechTimeoutError, TimeoutError)
    assert issubclass(errors.IoError, OSError) and not issubclass(errors.BusyError, OSError)


def test_messages_come_from_the_library(tmp_path: Path) -> None:
    np.ones((510, 256), "<f4").tofile(tmp_path / "af_test.bin")
    with pytest.raises(errors.ModelNotFoundError, match=r"/no/such/model\.onnx") as error:
        kokoro_rs.Synthesizer("/no/such/model.onnx", tmp_path)
    assert error.value.kind == "model_not_found"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"speed": float("nan")}, "invalid_speed"),
        ({"voice": "af_ada*"}, "invalid_voice_name"),
        ({"voice": "nobody"}, "unknown_voice"),
        ({"language": "tlh"}, "unknown_language"),
        ({"timeout": -1.0}, "invalid_config"),
        ({"timeout": 0.0}, "timeout"),
        ({"mode": "sung"}, "invalid_config"),
        ({"lexicon": {"": "x"}}, "invalid_lexicon"),
        ({"lexicon": "/no/such.tsv"}, "io"),
    ],
)
def test_bad_options(synthesizer: kokoro_rs.Synthesizer, options: dict[str, object], kind: str) -> None:
    with pytest.raises(kokoro_rs.KokoroError) as error:
        synthesizer.synthesize("Hello.", **options)  # type: ignore[arg-type]
    assert error.value.kind == kind


@pytest.mark.parametrize("text", [None, 5, b"Hello", "lone \ud800 surrogate"])
def test_what_is_no_text_is_no_crash(synthesizer: kokoro_rs.Synthesizer, text: object) -> None:
    with pytest.raises((TypeError, UnicodeEncodeError)):
        synthesizer.synthesize(text)  # type: ignore[arg-type]


def test_unknown_options_are_refused(synthesizer: kokoro_rs.Synthesizer) -> None:
    with pytest.raises(TypeError, match="pitch"):
        synthesizer.synthesize("Hello.", pitch=2)  # type: ignore[call-arg]
