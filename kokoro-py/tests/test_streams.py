"""Speech while it is made, by blocking calls."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable

import kokoro_rs
import numpy as np
import pytest
from kokoro_rs import Synthesizer


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def test_chunks_are_the_speech(small: Synthesizer) -> None:
    text = "ä The old bridge was destroyed by fire. " * 5
    with small.stream(text, seed=3) as stream:
        assert stream.progress.chunks == 0 and stream.progress.remaining_seconds is None
        chunks = list(stream)
        assert stream.progress.share == 1.0 and stream.stats.chunks == len(chunks)
    whole = small.synthesize(text, seed=3, first_chunk_symbols=20)
    assert np.array_equal(np.concatenate([chunk.samples for chunk in chunks]), whole.samples)
    assert [word for chunk in chunks for word in chunk.words or []] == whole.words
    assert [chunk.index for chunk in chunks] == list(range(len(chunks))) and chunks[-1].is_last
    for chunk in chunks:
        assert text[chunk.start_char : chunk.end_char] == chunk.text
        assert chunk.start == chunk.start_sample / 24_000 and len(chunk.pcm16()) == 2 * len(chunk.samples)
    assert chunks[0].duration < chunks[-1].duration


def test_the_rest_as_one(small: Synthesizer) -> None:
    text = "The old bridge was destroyed by fire. " * 5
    with small.stream(text, seed=3) as stream:
        first = next(stream)
        rest = stream.collect()
        with pytest.raises(kokoro_rs.CancelledError):
            stream.collect()
        assert list(stream) == [] and stream.stats.chunks == 1
    whole = small.synthesize(text, seed=3, first_chunk_symbols=20)
    assert np.array_equal(np.concatenate([first.samples, rest.samples]), whole.samples)
    assert whole.words is not None and rest.words == whole.words[len(first.words or []) :]


def test_closing_and_forgetting_end_a_request(small: Synthesizer, book: str) -> None:
    with small.stream(book) as stream:
        next(stream)
        taken = stream.progress
    assert list(stream) == [] and stream.progress == taken
    stream = small.stream(book)
    next(stream)
    del stream
    gc.collect()
    wait_until(lambda: small.stats().active_requests == 0)
    assert small.stats().dropped == 2


def test_bad_requests(small: Synthesizer) -> None:
    with pytest.raises(kokoro_rs.errors.EmptyTextError):
        small.stream(" ")
    with pytest.raises(kokoro_rs.errors.InvalidSpeedError):
        small.stream("Hello.", speed=40.0)
    stream = small.stream("漢字")
    with pytest.raises(kokoro_rs.errors.NothingToSpeakError):
        next(stream)
    with pytest.raises(kokoro_rs.errors.UnknownVoiceError):
        next(small.stream("Hello.", voice="af_nobody"))


def test_a_stream_that_is_closed_meanwhile_ends(small: Synthesizer, book: str) -> None:
    stream = small.stream(book)
    threading.Timer(0.1, stream.close).start()
    count = sum(1 for _ in stream)
    assert count < 2000


def test_many_threads_share_one_synthesizer(synthesizer: Synthesizer) -> None:
    expected = synthesizer.synthesize("Five apples.", seed=5).samples
    failures: list[object] = []

    def speak() -> None:
        for _ in range(5):
            if not np.array_equal(synthesizer.synthesize("Five apples.", seed=5).samples, expected):
                failures.append("different")

    threads = [threading.Thread(target=speak) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_python_goes_on_meanwhile(synthesizer: Synthesizer, book: str) -> None:
    """Another thread counts while the main one waits for speech: it has Python to itself."""
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1

    thread = threading.Thread(target=count)
    thread.start()
    with pytest.raises(kokoro_rs.SpeechTimeoutError):
        synthesizer.synthesize(book, timeout=0.5)
    done.set()
    thread.join()
    assert counted > 20_000
