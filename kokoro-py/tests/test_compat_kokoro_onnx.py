"""What programs do with the package `kokoro-onnx`, with our import; the files are those of the small model."""

from __future__ import annotations

import asyncio
import types
from pathlib import Path

import kokoro_rs
import numpy as np
import pytest
from kokoro_rs.compat.kokoro_onnx import SAMPLE_RATE, EspeakConfig, Kokoro

DATA = Path(__file__).resolve().parents[2] / "kokoro-core" / "data" / "builtin"
LONG = "The old bridge was destroyed by fire. The bus stops in front of the school. " * 12


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model file, and voices in one NumPy archive, as they are published."""
    folder = tmp_path_factory.mktemp("model")
    model = folder / "kokoro-v1.0.onnx"
    model.write_bytes((DATA / "model.onnx").read_bytes())
    voices = {path.stem: np.fromfile(path, "<f4").reshape(-1, 1, 256) for path in (DATA / "voices").glob("*.bin")}
    with open(folder / "voices-v1.0.bin", "wb") as file:
        np.savez(file, **voices)  # type: ignore[arg-type]
    return model, folder / "voices-v1.0.bin"


@pytest.fixture(scope="module")
def kokoro(files: tuple[Path, Path]) -> Kokoro:
    return Kokoro(str(files[0]), str(files[1]))


def test_saving(kokoro: Kokoro) -> None:
    text = "Hello. This audio is made by a small voice!"
    samples, sample_rate = kokoro.create(text, voice="af_ada", speed=1.0, lang="en-us")
    assert sample_rate == SAMPLE_RATE == 24_000 and samples.dtype == np.float32 and samples.ndim == 1
    faster, _ = kokoro.create(text, "af_ada", 2.0)
    assert 24_000 < len(faster) < 0.7 * len(samples)


def test_streaming(kokoro: Kokoro) -> None:
    async def play() -> list[int]:
        stream = kokoro.create_stream(LONG, voice="am_otto", speed=1.0, lang="en-us")
        lengths = []
        async for samples, sample_rate in stream:
            assert sample_rate == 24_000 and samples.dtype == np.float32
            lengths.append(len(samples))
        return lengths

    lengths = asyncio.run(play())
    assert len(lengths) > 2 and lengths[0] < max(lengths)
    whole, _ = kokoro.create(LONG, voice="am_otto")
    assert sum(lengths) == pytest.approx(len(whole), rel=0.1)


def test_leaving_a_stream_ends_it(kokoro: Kokoro) -> None:
    async def leave() -> None:
        stream = kokoro.create_stream(LONG * 50, voice="am_otto")
        async for _ in stream:
            break
        await stream.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert kokoro.synthesizer.stats().active_requests == 0


def test_voices_and_mixes(kokoro: Kokoro) -> None:
    assert kokoro.get_voices() == ["af_ada", "af_iris", "am_hugo", "am_otto"]
    ada, otto = kokoro.get_voice_style("af_ada"), kokoro.get_voice_style("am_otto")
    mixed, _ = kokoro.create("Hello.", voice=np.add(ada * 0.5, 0.5 * otto))  # type: ignore[call-overload]
    by_name, _ = kokoro.create("Hello.", voice="af_ada,am_otto")
    assert np.array_equal(mixed, by_name)
    assert not np.array_equal(mixed, kokoro.create("Hello.", voice="af_ada")[0])
    assert np.array_equal(kokoro.create("Hello.", voice=(ada + ada) / 2)[0], kokoro.create("Hello.", voice=ada)[0])


def test_phonemes(kokoro: Kokoro) -> None:
    phonemes = kokoro.tokenizer.phonemize("Hello world!", "en-us")
    from_phonemes, _ = kokoro.create(phonemes, "af_ada", is_phonemes=True)
    from_text, _ = kokoro.create("Hello world!", "af_ada")
    assert np.array_equal(from_phonemes, from_text)


def test_trimming_and_pauses(kokoro: Kokoro) -> None:
    def seconds(**options: float) -> float:
        return len(kokoro.create(LONG, "af_ada", **options)[0]) / 24_000  # type: ignore[arg-type]

    assert seconds(trim=False) > seconds()
    chunks = len(kokoro.synthesizer.synthesize(LONG).chunks)
    assert seconds(sentence_pause=1.25) - seconds() == pytest.approx(chunks - 1, abs=0.1)


def test_from_a_session(files: tuple[Path, Path]) -> None:
    session = types.SimpleNamespace(_model_path=str(files[0]), get_providers=lambda: ["CPUExecutionProvider"])
    assert len(Kokoro.from_session(session, str(files[1])).get_voices()) == 4
    session.get_providers = lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"]
    with pytest.raises(ValueError, match="provider"):
        Kokoro.from_session(session, str(files[1]))


def test_what_cannot_be_honoured_is_refused(kokoro: Kokoro, files: tuple[Path, Path], tmp_path: Path) -> None:
    for options in (
        {"speed": 2.5},
        {"voice": "nobody"},
        {"voice": np.zeros((510, 1, 256), np.float32)},
        {"continuous": True},
        {"lang": "tlh"},
        {"sentence_pause": -1.0},
    ):
        with pytest.raises(ValueError):
            kokoro.create("Hello.", **{"voice": "af_ada", **options})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="af_ada"):
        kokoro.get_voice_style("nobody")
    with pytest.raises(FileNotFoundError, match="voices"):
        Kokoro(files[0], tmp_path / "no-voices.bin")
    with pytest.raises(FileNotFoundError, match=r"none\.onnx"):
        Kokoro(tmp_path / "none.onnx", files[1])
    with pytest.raises(ValueError, match=r"config\.json"):
        Kokoro(*files, vocab_config={})
    with pytest.raises(ValueError, match="data_path"):
        Kokoro(*files, EspeakConfig(data_path="/x"))
    with pytest.raises(kokoro_rs.errors.EspeakNotFoundError, match="/no/such"):
        Kokoro(*files, EspeakConfig(lib_path="/no/such.so")).create("Hola.", "af_ada", lang="es")
