"""What programs do with the package `kokoro`, with our import; the model is the small one."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kokoro_rs
import numpy as np
import pytest
from kokoro_rs import Synthesizer
from kokoro_rs.compat import kokoro
from kokoro_rs.compat._audio import as_asked
from kokoro_rs.compat._tokens import Token, phonemes_of, pieces, set_times
from kokoro_rs.compat.kokoro import KModel, KPipeline

TEXT = """
[Kokoro](/kˈOkəɹO/) is a small voice with many words. It is fast, and it costs little.
The old bridge was destroyed by fire.
"""
LONG = "The old bridge was destroyed by fire, and nobody knows where the engineers are hiding. " * 20


@pytest.fixture
def with_builtin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`KPipeline` without a model takes what the variable names."""
    monkeypatch.setenv("KOKORO_MODEL", "builtin")
    monkeypatch.setattr(kokoro, "_models", {})
    yield


def write(path: Path, audio: object) -> float:
    """As soundfile does: whatever becomes an array of floats."""
    samples = np.asarray(audio, dtype=np.float64)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return len(samples) / 24_000


@pytest.mark.usefixtures("with_builtin")
def test_the_loop_of_the_readme(tmp_path: Path) -> None:
    pipeline = KPipeline(lang_code="a")
    generator = pipeline(TEXT, voice="af_ada")
    seen = []
    for i, (gs, ps, audio) in enumerate(generator):
        seen.append((i, gs, ps))
        assert write(tmp_path / f"{i}.wav", audio) > 1
    assert [gs for _, gs, _ in seen] == [
        "Kokoro is a small voice with many words. It is fast, and it costs little.",
        "The old bridge was destroyed by fire.",
    ]
    assert seen[0][2].startswith("kˈOkəɹO ɪz ɐ smˈɔl") and "[" not in seen[0][2]


@pytest.mark.usefixtures("with_builtin")
def test_the_advanced_loop_of_the_readme() -> None:
    pipeline = KPipeline(lang_code="a")
    results = list(pipeline(TEXT * 2, voice="af_ada", speed=1, split_pattern=r"\n+"))
    assert [result.text_index for result in results] == [0, 1, 2, 3]
    result = results[0]
    assert len(result) == 3 and result[0] == result.graphemes and result[1] == result.phonemes
    assert result.output is not None and result[2] is result.audio is result.output.audio
    assert result.pred_dur is not None and len(result.pred_dur) == len(result.phonemes) + 2
    # The whole is what the durations say: 40 frames a second.
    assert len(result.audio) == 600 * sum(result.pred_dur)
    (other,) = pipeline("The old bridge was destroyed by fire.", voice="af_ada", speed=2)
    assert len(other.audio) < 0.7 * len(results[1].audio)


@pytest.mark.usefixtures("with_builtin")
def test_what_callers_do_with_audio() -> None:
    (result,) = KPipeline("a")("Hello world.", voice="af_ada")
    audio = result.audio
    assert type(audio.numpy()) is np.ndarray and audio.numpy().dtype == np.float32
    pcm = (audio.numpy() * 32767).astype(np.int16).tobytes()
    assert len(pcm) == 2 * len(audio) and audio.detach().cpu().clone().shape == audio.shape
    assert np.concatenate([audio, audio]).shape == (2 * audio.shape[0],) and audio.unsqueeze(0).shape[0] == 1
    with pytest.raises(kokoro_rs.InvalidInputError, match="numpy"):
        as_asked(audio, "mp3")


def test_a_program_that_uses_torch_gets_tensors() -> None:
    # Not installed for the tests, for its size: a module that does what is asked of it here stands in its place.
    code = """
    import sys, types
    torch = types.ModuleType("torch")
    torch.from_numpy = lambda samples: ("tensor", samples)
    sys.modules["torch"] = torch
    from kokoro_rs.compat.kokoro import KModel, KPipeline
    pipeline = KPipeline("a", model=KModel(model="builtin"))
    (result,) = pipeline("Hello.", voice="af_ada")
    assert result.audio[0] == "tensor" and result.audio[1].flags.writeable
    (result,) = KPipeline("a", model=pipeline.model, audio="numpy")("Hello.", voice="af_ada")
    assert result.audio.numpy().ndim == 1
    """
    subprocess.run([sys.executable, "-W", "error", "-c", textwrap.dedent(code)], check=True, timeout=60)


def test_tokens_have_the_times_of_the_library() -> None:
    synthesizer = Synthesizer("builtin", chunk_symbols=510)
    text = "The bus stops, in front of the school."
    (result,) = KPipeline("a", model=synthesizer)(text, voice="af_ada")
    assert result.tokens is not None
    timed: dict[str, Any] = {
        token.text: (token.start_ts, token.end_ts) for token in result.tokens if token.text.isalpha()
    }
    words = synthesizer.synthesize(text, voice="af_ada", mode="reference").words
    assert words is not None and len(timed) == len(words)
    for word in words:
        assert timed[word.text] == (pytest.approx(word.start, abs=1e-6), pytest.approx(word.end, abs=1e-6))


def test_without_a_model_it_reads() -> None:
    pipeline = KPipeline("a", model=False)
    results = list(pipeline(LONG))
    assert len(results) > 2 and all(result.audio is None and result.pred_dur is None for result in results)
    assert all(len(result.phonemes) <= 510 and result.phonemes[-1] in ".," for result in results[:-1])
    assert " ".join(result.graphemes for result in results) == LONG.strip()
    assert [result.text_index for result in pipeline(["One.", " ", "Two."])] == [0, 2]
    (one,) = pipeline("One.\nTwo.", split_pattern=None)
    assert one.graphemes == "One. Two." and one.phonemes == "wˈʌn. tˈu."


def test_phonemes_and_tokens_can_be_spoken() -> None:
    pipeline = KPipeline("b", model=KModel(model="builtin").to("cpu").eval())
    (result,) = pipeline.generate_from_tokens("həlˈO wˈɜɹld.", voice=pipeline.load_voice("af_ada, am_otto"))
    assert result.graphemes == "" and len(result.audio) > 10_000 and result.tokens is None
    (first,) = pipeline("Hello world.", voice="af_ada", speed=lambda length: 2.0 if length > 5 else 1.0)
    assert first.tokens is not None
    (again,) = pipeline.generate_from_tokens(first.tokens, voice="af_ada", speed=2.0)
    assert np.array_equal(first.audio, again.audio)
    with pytest.raises(ValueError, match="511"):
        list(pipeline.generate_from_tokens("a" * 511, voice="af_ada"))


def test_lexicons_and_modes() -> None:
    pipeline = KPipeline("en-us", model=False, lexicon={"Nguyen": "wˈɪn"})
    assert next(pipeline("Nguyen"))[1] == "wˈɪn"
    pipeline.lexicon["Nguyen"] = "nwˈɪn"
    assert next(pipeline("Nguyen"))[1] == "nwˈɪn"
    spoken = next(KPipeline("a", model=False, mode="spoken")("5 km"))[1]
    assert spoken != next(KPipeline("a", model=False)("5 km"))[1]


def test_what_cannot_be_honoured_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for arguments in (
        {"lang_code": "q"},
        {"lang_code": "a", "trf": True},
        {"lang_code": "z", "en_callable": str},
        {"lang_code": "a", "device": "cuda"},
        {"lang_code": "a", "repo_id": "hexgrad/Kokoro-82M-v1.1-zh"},
    ):
        with pytest.raises(ValueError):
            KPipeline(**arguments)
    with pytest.raises(ValueError, match="config"):
        KModel(config={})
    pipeline = KPipeline("a", model=Synthesizer("builtin"))
    with pytest.raises(ValueError, match="voice"):
        next(pipeline("Hello."))
    with pytest.raises(ValueError, match=r"NAME\.pt"):
        next(pipeline("Hello.", voice=np.zeros((510, 1, 256))))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="af_heart"):
        next(pipeline("Hello.", voice="af_heart"))
    with pytest.raises(kokoro_rs.errors.UnknownLanguageError):
        next(KPipeline("j", model=False)("こんにちは"))
    monkeypatch.delenv("KOKORO_MODEL", raising=False)
    monkeypatch.setenv("KOKORO_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(kokoro_rs.ModelNotFoundError):
        KPipeline("a")


@pytest.mark.usefixtures("with_builtin")
def test_pipelines_share_one_model() -> None:
    assert KPipeline("a").model is KPipeline("b").model


def token(phonemes: str, whitespace: str = " ") -> Token:
    return Token(phonemes, phonemes, whitespace)


def test_pieces_end_where_the_reference_ends_them() -> None:
    def lengths(tokens: list[Token]) -> list[int]:
        cut = list(pieces(tokens))
        assert [token for piece in cut for token in piece] == tokens
        return [len(piece) for piece in cut]

    word = "x" * 9
    # 51 words and their spaces are 509 symbols.
    assert lengths([token(word)] * 51) == [51]
    assert lengths([token(word)] * 52) == [51, 1]
    sentence = [token(word)] * 30 + [token(word, ""), token(".")]
    # At the sentence, although more would fit.
    assert lengths([*sentence, *[token(word)] * 40]) == [32, 40]
    # A clause that closes a bracket takes the bracket along.
    clause = [token(word)] * 30 + [token(word, ""), token(",", ""), token(")")]
    assert lengths([*clause, *[token(word)] * 40]) == [33, 40]
    # What would be left for the next piece must fit into it.
    early = [token(word, ""), token("."), *[token(word)] * 50]
    assert lengths([*early, token(word)]) == [2, 51] and lengths([*early, token("y" * 20)]) == [52, 1]
    assert lengths([token("y" * 600)]) == [1]
    assert list(pieces([token("", " ")])) == []


def test_times_share_spaces_half_and_half() -> None:
    # Worked by hand from the reference's loop: pad 5; "ab" 4+6; space 3; "c" 7; "." 2; pad 9.
    tokens = [token("ab"), token("c", ""), token(".", "")]
    set_times(tokens, [5, 4, 6, 3, 7, 2, 9])
    assert [(t.start_ts, t.end_ts) for t in tokens] == [(4 / 80, 27 / 80), (27 / 80, 44 / 80), (44 / 80, 48 / 80)]
    untimed = [token("ab", "")]
    set_times(untimed, [5, 4, 9])
    assert untimed[0].start_ts is None and phonemes_of(untimed) == "ab"
