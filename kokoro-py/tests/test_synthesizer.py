"""Speaking, and what comes out."""

from __future__ import annotations

import gc
import io
import pickle
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import kokoro_rs
import numpy as np
import pytest
from kokoro_rs import CancelToken, Joins, Speech, Synthesizer

TEXT = "Grüße! The bus stops in front of the school."


def test_samples_are_an_array_of_their_own(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize("Hello world.")
    samples = speech.samples
    assert samples.dtype == np.float32 and samples.ndim == 1 and samples.flags.c_contiguous and samples.flags.writeable
    # The memory is that of the library, handed over.
    assert not samples.flags.owndata and samples.base is not None
    assert 0.05 < np.abs(samples).max() <= 1.0
    assert speech.sample_rate == 24_000 and speech.duration == len(samples) / 24_000
    total = float(samples.sum())
    del speech
    gc.collect()
    synthesizer.synthesize("Something else.")
    assert float(samples.sum()) == total


def test_words_are_those_of_the_text(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize(TEXT)
    assert speech.words is not None and speech.words_absent is None
    assert [word.text for word in speech.words][1:4] == ["The", "bus", "stops"]
    for word in speech.words:
        assert TEXT[word.start_char : word.end_char] == word.text
        assert 0 <= word.start < word.end <= speech.duration + 0.05
    assert sorted(word.start for word in speech.words) == [word.start for word in speech.words]


def test_chunks_are_places_in_text_and_samples() -> None:
    text = "ä€😀 One, two, three. " * 30
    with_short_chunks = Synthesizer("builtin", chunk_symbols=40)
    speech = with_short_chunks.synthesize(text)
    assert len(speech.chunks) > 5 and speech.chunks[0].start_char <= 4
    assert speech.chunks[0].start_sample == 0 and speech.chunks[-1].end_sample == len(speech.samples)
    for chunk, after in zip(speech.chunks, speech.chunks[1:], strict=False):
        assert chunk.end_sample == after.start_sample and chunk.end_char <= after.start_char
        assert text[chunk.end_char - 1] in ".,e"
    assert speech.stats.chunks == len(speech.chunks) and speech.stats.real_time_factor > 0


def test_a_seed_repeats_and_options_matter(synthesizer: Synthesizer) -> None:
    def speak(**options: object) -> Speech:
        return synthesizer.synthesize("Hello world.", **options)  # type: ignore[arg-type]

    assert np.array_equal(speak(seed=7).samples, speak(seed=7).samples)
    assert speak(speed=2.0).duration < 0.7 * speak().duration
    assert not np.array_equal(speak(seed=7, voice="am_hugo").samples, speak(seed=7).samples)
    assert speak(language="en-gb").phonemes != speak(language="en-us").phonemes
    phonemes = speak(phonemes=False).phonemes
    assert synthesizer.synthesize(phonemes, phonemes=True).phonemes == phonemes
    assert speak(lexicon={"world": "wˈɪn"}).phonemes.endswith("wˈɪn.")
    assert np.array_equal(speak(seed=7, voice=None, timeout=None).samples, speak(seed=7).samples)


def test_joins_set_the_pauses(small: Synthesizer) -> None:
    def seconds(joins: Joins | None) -> float:
        return small.synthesize("One.\nTwo.\nThree.", joins=joins, seed=1).duration

    assert seconds(Joins()) == pytest.approx(seconds(None), abs=0.1)
    assert seconds(Joins(paragraph=2.0)) == pytest.approx(seconds(None) + 2.6, abs=0.1)
    assert seconds(Joins(trim_ends=True)) < seconds(None) - 0.1
    with pytest.raises(kokoro_rs.InvalidInputError, match="paragraph"):
        seconds(Joins(paragraph=-1.0))


def test_files_hold_the_samples(synthesizer: Synthesizer, tmp_path: Path) -> None:
    speech = synthesizer.synthesize("Hello world.")
    speech.save(tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        stored = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    expected = np.round(np.clip(speech.samples, -1, 1) * 32767)
    assert np.abs(stored - expected).max() <= 1 and speech.pcm16() == stored.tobytes()
    floats = speech.wav("float32")
    assert floats[-4 * len(speech.samples) :] == speech.samples.tobytes() == speech.pcm("float32")
    with pytest.raises(OSError, match="nowhere"):
        speech.save(tmp_path / "nowhere" / "a.wav")
    with pytest.raises(ValueError, match="pcm16"):
        speech.wav("mp3")  # type: ignore[arg-type]


def test_changed_samples_are_what_is_written(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize("Hello world.")
    speech.samples[:] = 0.5
    with wave.open(io.BytesIO(speech.wav())) as file:
        assert set(np.frombuffer(file.readframes(9999), "<i2").tolist()) == {16384}


def test_subtitles(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize("Ünïcode first. The bus stops in front of the school.")
    assert speech.srt().startswith("1\n00:00:00,") and "in front" in speech.srt()
    assert speech.vtt().startswith("WEBVTT\n") and "Ünïcode first." in speech.vtt()


def test_a_speech_survives_pickling(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize("Hello world.")
    again = pickle.loads(pickle.dumps(speech))
    assert np.array_equal(again.samples, speech.samples)
    assert (again.words, again.stats, again.text) == (speech.words, speech.stats, speech.text)
    assert again.vtt() == speech.vtt()


def test_notebooks_show_a_player_and_a_picture(synthesizer: Synthesizer) -> None:
    import base64
    import xml.etree.ElementTree as ElementTree

    speech = synthesizer.synthesize("Hello <world> & more.")
    html = ElementTree.fromstring(speech._repr_html_().replace("<br>", "<br/>").replace(" controls ", ' controls="" '))
    svg = html.find("{http://www.w3.org/2000/svg}svg")
    audio = html.find("audio")
    assert svg is not None and audio is not None and svg[0].get("d", "").count("M") == 600
    assert base64.b64decode(audio.get("src", "").removeprefix("data:audio/wav;base64,")) == speech.wav()
    assert repr(speech) == f"Speech({speech.duration:.2f} s, 4 words, 'Hello <world> & more.')"
    empty = kokoro_rs.SpeechChunk(0, speech.samples[:0], 0, "", 0, 0, "", None, None, True)
    assert "<svg" in empty._repr_html_()


def test_a_batch_keeps_order_and_errors(small: Synthesizer) -> None:
    fast: dict[str, object] = {"text": "Three.", "speed": 2.0}
    texts: list[str | dict[str, object]] = ["One.", "", fast, "Four.", "Five.", "漢字", "Seven."]
    results = list(small.synthesize_batch(texts, voice="am_otto"))
    kinds = [getattr(result, "kind", None) for result in results]
    assert kinds == [None, "empty_text", None, None, None, "nothing_to_speak", None]
    assert [result.text for result in results if isinstance(result, Speech)] == [
        "One.",
        "Three.",
        "Four.",
        "Five.",
        "Seven.",
    ]


def test_a_batch_waits_for_a_place_and_takes_requests_as_needed(small: Synthesizer, book: str) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "A short one."

    streams = [small.stream(book) for _ in range(4)]
    timers = [threading.Timer(0.5, stream.close) for stream in streams]
    for timer in timers:
        timer.start()
    batch = small.synthesize_batch(endless())
    for _ in range(5):
        assert isinstance(next(batch), Speech)
    assert taken < 10 and small.stats().busy > 0
    for timer in timers:
        timer.join()


def test_a_token_cancels_from_another_thread(synthesizer: Synthesizer, book: str) -> None:
    token = CancelToken()
    threading.Timer(0.1, token.cancel).start()
    with pytest.raises(kokoro_rs.CancelledError):
        synthesizer.synthesize(book, cancel=token)
    assert token.cancelled


def test_settings_reach_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "names.tsv").write_text("Nguyen\twˈɪn\n", encoding="utf-8")
    made = Synthesizer("builtin", max_text_bytes=20, g2p_cache_bytes=0, lexicon=tmp_path / "names.tsv")
    assert made.phonemize("Nguyen").phonemes == "wˈɪn"
    assert made.stats().g2p_cache.capacity_bytes == 0
    made.set_g2p_cache_bytes(1000)
    assert made.stats().g2p_cache.capacity_bytes == 1000
    with pytest.raises(kokoro_rs.errors.TextTooLongError):
        made.synthesize("This is more than twenty bytes.")
    for wrong in ({"sessions": 0}, {"optimization": "slow"}, {"mode": "sung"}, {"runtime_library": "relative.so"}):
        with pytest.raises(kokoro_rs.InvalidInputError):
            Synthesizer("builtin", **wrong)
    monkeypatch.delenv("KOKORO_MODEL", raising=False)
    with pytest.raises(kokoro_rs.InvalidInputError, match="KOKORO_MODEL"):
        Synthesizer()
    monkeypatch.setenv("KOKORO_MODEL", "builtin")
    monkeypatch.setenv("KOKORO_MAX_TEXT_BYTES", "10")
    with pytest.raises(kokoro_rs.errors.TextTooLongError):
        Synthesizer().synthesize("This is more than ten bytes.")
    Synthesizer("builtin").synthesize("With a model given, variables do not count.")
    monkeypatch.setenv("KOKORO_LEXICON", str(tmp_path / "names.tsv"))
    assert Synthesizer(symbols="skip").phonemize("Nguyen").phonemes == "wˈɪn"
    assert Synthesizer("builtin", symbols="skip").phonemize("Nguyen").phonemes != "wˈɪn"


def test_default_is_one_for_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOKORO_MODEL", raising=False)
    with pytest.raises(kokoro_rs.InvalidInputError):
        kokoro_rs.default()
    monkeypatch.setenv("KOKORO_MODEL", "builtin")
    one, other = kokoro_rs.default(), Synthesizer.default()
    before = one.stats().accepted
    other.synthesize("Hello.")
    assert one.stats().accepted == before + 1


def test_what_a_synthesizer_tells(small: Synthesizer) -> None:
    small.warm_up()
    names = [voice.name for voice in small.voices()]
    assert names == ["af_ada", "af_iris", "am_hugo", "am_otto"]
    assert small.voices()[0] == kokoro_rs.Voice("af_ada", "en-us", "female")
    assert small.sample_rate == 24_000 and small.model.has_durations and small.model.max_symbols == 510
    assert ("durations", "already there") in small.report
    stats = small.stats()
    assert stats.finished == stats.accepted == stats.latency.count == 2 and stats.active_requests == 0
    assert len(stats.latency.counts) == len(stats.latency.bounds_seconds) + 1
    assert 'kokoro_requests_total{outcome="finished"} 2' in small.prometheus()
    assert "4 voices" in repr(small)


def test_shutting_down(book: str) -> None:
    made = Synthesizer("builtin")
    stream = made.stream(book)
    next(stream)
    assert made.shutdown(None) is False
    with pytest.raises(kokoro_rs.ShutDownError):
        list(stream)
    with pytest.raises(kokoro_rs.ShutDownError):
        made.synthesize("Hello.")
    made = Synthesizer("builtin")
    results: list[Speech] = []
    thread = threading.Thread(target=lambda: results.append(made.synthesize("One. " * 200)))
    thread.start()
    while not made.stats().active_requests and not results:
        pass
    assert made.shutdown(30.0) is True
    thread.join()
    assert len(results) == 1


def test_phonemes_without_a_model() -> None:
    pronunciation = kokoro_rs.phonemize("ä The old bridge.\nTwo.", "b")
    assert str(pronunciation).endswith("\ntˈuː.") and len(pronunciation.paragraph_starts) == 1
    for word in pronunciation.words:
        assert pronunciation.text[word.start_char : word.end_char] == word.text
    assert kokoro_rs.phonemize("x 漢字 y").unspoken == [(2, 4)]
    assert str(kokoro_rs.phonemize("5 → 6", symbols="skip")) != str(kokoro_rs.phonemize("5 → 6"))
    with pytest.raises(kokoro_rs.errors.UnknownLanguageError):
        kokoro_rs.phonemize("Hello", "tlh")


def test_a_model_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(kokoro_rs.KokoroError):
        Synthesizer.prepare(tmp_path / "none.onnx")
