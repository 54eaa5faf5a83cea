"""Tests of the built-in model. Intelligibility is another matter: see score.py."""

from __future__ import annotations

import json

import build
import control
import numpy as np
import onnx
import onnxruntime
import pytest
from prosody import SLOT_LIVELINESS
from timing import FRAME, RATE
from vocabulary import MAX_TOKENS, PAD, TOKEN_COUNT, VOCABULARY, encode
from voices import VOICES

SENTENCE = "ðə bˈʌs stˈɑps ɪn fɹˈʌnt ʌv ðə skˈul."
VOWEL = VOCABULARY["a"]
# Alone these are silent by nature: punctuation, and marks without a neighbour to lend them sound.
SILENT_ALONE = set(';:,.!?—…"()“” ˈˌː↓→↗↘\u0303')


def session(threads: int = 1, optimised: bool = True) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])


FILES = build.files()
MODEL = FILES["model.onnx"]
SESSION = session()


def speak(tokens, voice="am_hugo", speed=1.0, style=None, by=SESSION):
    """(audio, durations), after the checks that hold for every input."""
    style = VOICES[voice].style() if style is None else style
    feed = {
        "tokens": np.array([tokens], np.int64),
        "style": style.astype(np.float32),
        "speed": np.array([speed], np.float32),
    }
    audio, durations = by.run(["audio", "durations"], feed)
    assert audio.dtype == np.float32 and audio.ndim == 1
    assert durations.dtype == np.int64 and durations.shape == (len(tokens),)
    assert durations.min() >= 1
    assert len(audio) == FRAME * durations.sum()
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() <= 1.0
    return audio, durations


def rms(x) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def test_interface():
    described = {i.name: (i.type, i.shape) for i in SESSION.get_inputs()}
    assert described == {
        "tokens": ("tensor(int64)", [1, "tokens"]),
        "style": ("tensor(float)", [1, 256]),
        "speed": ("tensor(float)", [1]),
    }
    described = {o.name: (o.type, o.shape) for o in SESSION.get_outputs()}
    assert described == {
        "audio": ("tensor(float)", ["samples"]),
        "durations": ("tensor(int64)", ["tokens"]),
    }


def test_metadata():
    metadata = SESSION.get_modelmeta().custom_metadata_map
    config = json.loads(metadata["kokoro_config"])
    assert config["vocab"] == VOCABULARY and len(VOCABULARY) == 114
    assert config["n_token"] == TOKEN_COUNT > max(VOCABULARY.values())
    assert config["plbert"]["max_position_embeddings"] == MAX_TOKENS
    assert metadata["kokoro_builtin"]


def test_graph_is_portable():
    model = onnx.load_from_string(MODEL)
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    used = {node.op_type for node in model.graph.node}
    assert not used & {"Loop", "Scan", "If"}
    assert not {op for op in used if op.startswith("Random")}
    assert len(MODEL) < 300_000


def test_build_is_deterministic_and_committed():
    assert build.files() == FILES
    assert build.check(build.DESTINATION) == []


def test_check_notices_a_difference(tmp_path):
    build.write(tmp_path)
    assert build.check(tmp_path) == []
    voice = tmp_path / "voices" / "af_ada.bin"
    voice.write_bytes(voice.read_bytes()[:-1] + b"\1")
    (tmp_path / "voices" / "zz_more.bin").write_bytes(b"")
    (tmp_path / "model.onnx").unlink()
    assert len(build.check(tmp_path)) == 3


def test_control_is_committed():
    source = control.SOURCE.read_text("utf-8").splitlines()
    committed = control.RESULT.read_text("utf-8").splitlines()
    assert committed == [control.exchanged(line) for line in source]
    texts = control.SOURCE.with_suffix(".txt").read_text("utf-8").splitlines()
    assert len(texts) == len(source) >= 24
    for line in committed:
        encode(line)


@pytest.mark.parametrize("voice", VOICES)
def test_every_symbol(voice):
    silent = set()
    for symbol, token in VOCABULARY.items():
        audio, _ = speak([PAD, token, PAD], voice)
        if rms(audio) < 1e-4:
            silent.add(symbol)
        speak([token], voice)
        speak([PAD, VOWEL, token, VOWEL, PAD], voice)
    assert silent <= SILENT_ALONE
    assert "a" not in silent and "s" not in silent


def test_ids_without_a_symbol_are_silence():
    for token in sorted(set(range(TOKEN_COUNT)) - set(VOCABULARY.values())):
        audio, _ = speak([PAD, token, PAD])
        assert rms(audio) < 1e-4


def test_sounds_differ():
    """Each English sound between vowels is unlike every other one."""
    spectra = {}
    for symbol in "pbtdkɡfvθðszʃʒʧʤmnŋlɹwjhiɪɛæɑɔʊuʌəɜAIOWY":
        audio, _ = speak([PAD, VOWEL, VOCABULARY[symbol], VOWEL, PAD])
        power = np.abs(np.fft.rfft(audio, 24000)[:8000]) ** 2
        spectra[symbol] = np.log(power.reshape(-1, 100).sum(1) + 1e-6)
    names = list(spectra)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert np.abs(spectra[a] - spectra[b]).mean() > 0.02, (a, b)


def test_pitch_follows_the_voice():
    """Without melody the sound repeats after the period of the voice, save for a slight flutter."""
    for name, voice in VOICES.items():
        style = voice.style()
        style[0, SLOT_LIVELINESS[0]] = -1
        audio, durations = speak([PAD, VOWEL, VOCABULARY["ː"], PAD], style=style)
        start = FRAME * int(durations[0])
        part = audio[start : start + FRAME * int(durations[1])]
        correlation = np.correlate(part, part, "full")[len(part) - 1 :]
        period = RATE / voice.pitch
        shortest, longest = int(0.75 * period), int(1.4 * period)
        found = shortest + int(correlation[shortest:longest].argmax())
        assert abs(found / period - 1) < 0.04, name


def test_level():
    for voice in VOICES:
        audio, _ = speak(encode(SENTENCE), voice)
        assert 0.1 < np.abs(audio).max() < 0.99
        assert 0.01 < rms(audio) < 0.3


def test_speed():
    normal = len(speak(encode(SENTENCE))[0])
    assert 1.5 < len(speak(encode(SENTENCE), speed=0.5)[0]) / normal < 2.5
    assert 0.4 < len(speak(encode(SENTENCE), speed=2.0)[0]) / normal < 0.7


def test_extreme_inputs():
    rng = np.random.default_rng(0)
    styles = [rng.normal(0, 1, (1, 256)), np.full((1, 256), 1e6), np.full((1, 256), -1e6)]
    styles.append(np.zeros((1, 256)))
    for style in styles:
        for speed in (1e-6, 0.1, 1.0, 10.0, 1e6):
            speak(encode("tˈɛst,"), style=style, speed=speed)
    speak([PAD])
    speak([PAD] * MAX_TOKENS)
    every = rng.choice([PAD, *VOCABULARY.values()], MAX_TOKENS)
    speak(every.tolist(), "af_iris")


def test_the_same_again():
    first, _ = speak(encode(SENTENCE))
    speak(encode("sˈʌmθɪŋ ˈɛls"), "af_iris", 1.3)
    again, _ = speak(encode(SENTENCE))
    assert np.array_equal(first, again)
    other, _ = speak(encode(SENTENCE), "am_otto")
    assert len(other) == len(first) and np.abs(other - first).max() > 0.01


def test_threads_and_optimisation_do_not_matter():
    long = encode(" ".join([SENTENCE] * 6))
    expected, frames = speak(long)
    for other in (session(threads=2), session(optimised=False)):
        audio, durations = speak(long, by=other)
        assert np.array_equal(durations, frames)
        assert np.abs(audio - expected).max() < 1e-4
