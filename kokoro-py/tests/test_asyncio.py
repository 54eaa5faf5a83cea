"""Speech for `asyncio`."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import kokoro_rs
import numpy as np
import pytest
from kokoro_rs import Synthesizer


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def threads() -> int:
    """Threads of this process, where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 0


async def idle(synthesizer: Synthesizer) -> None:
    for _ in range(2000):
        if synthesizer.stats().active_requests == 0:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("a request is still active")


def test_the_same_as_blocking(small: Synthesizer) -> None:
    async def work() -> None:
        text = "The old bridge was destroyed by fire. " * 5
        speech = await small.synthesize_async(text, seed=1)
        assert np.array_equal(speech.samples, small.synthesize(text, seed=1).samples)
        async with small.stream_async(text, seed=1) as stream:
            chunks = [chunk async for chunk in stream]
            assert stream.progress.share == 1.0
        expected = list(small.stream(text, seed=1))
        assert [chunk.text for chunk in chunks] == [chunk.text for chunk in expected]
        assert np.array_equal(chunks[-1].samples, expected[-1].samples)
        stream = small.stream_async(text, seed=1)
        first = await stream.__anext__()
        rest = await stream.collect()
        assert len(first.samples) + len(rest.samples) == sum(len(chunk.samples) for chunk in chunks)

    run(work())


def test_the_loop_keeps_ticking(synthesizer: Synthesizer, book: str) -> None:
    async def work() -> None:
        longest, last, ticks = 0.0, time.perf_counter(), 0
        speech = asyncio.create_task(synthesizer.synthesize_async(book[:5_000]))
        while not speech.done():
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last, ticks = max(longest, now - last), now, ticks + 1
        assert (await speech).duration > 100 and ticks > 20
        # The exact number is measured by tools/python_bench; a loop that waits for the model would stall for seconds.
        assert longest < 0.5

    run(work())


def test_many_tasks_of_one_loop(synthesizer: Synthesizer) -> None:
    async def work() -> None:
        await synthesizer.synthesize_async("Hello.")
        before = threads()
        tasks = [asyncio.create_task(synthesizer.synthesize_async(f"Number {n}.")) for n in range(40)]
        await asyncio.sleep(0)
        assert threads() == before, "a request must not have a thread"
        for n, speech in enumerate(await asyncio.gather(*tasks)):
            assert speech.text == f"Number {n}." and speech.phonemes == synthesizer.phonemize(speech.text).phonemes

    run(work())


def test_cancelling_a_task_ends_its_request(small: Synthesizer, book: str) -> None:
    async def read(text: str) -> None:
        async for _ in small.stream_async(text):
            pass

    async def work() -> None:
        for started in (small.synthesize_async(book), read(book)):
            task = asyncio.create_task(started)
            await asyncio.sleep(0.05)
            assert small.stats().active_requests == 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await idle(small)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(small.synthesize_async(book), 0.05)
        await idle(small)
        assert small.stats().dropped == 3

    run(work())


def test_errors_are_raised_where_they_are_awaited(small: Synthesizer, book: str) -> None:
    async def work() -> None:
        with pytest.raises(kokoro_rs.errors.EmptyTextError):
            await small.synthesize_async("")
        with pytest.raises(kokoro_rs.errors.NothingToSpeakError):
            await small.synthesize_async("漢字")
        with pytest.raises(kokoro_rs.SpeechTimeoutError) as timeout:
            await small.synthesize_async(book, timeout=0.05)
        assert isinstance(timeout.value, TimeoutError)
        streams = [small.stream_async(book) for _ in range(4)]
        with pytest.raises(kokoro_rs.BusyError) as busy:
            small.stream_async("Hello.")
        assert busy.value.retry_after is not None and busy.value.retry_after > 0
        with pytest.raises(kokoro_rs.BusyError):
            await small.synthesize_async("Hello.")
        for stream in streams:
            await stream.aclose()
        await small.synthesize_async("Hello.")

    run(work())


def test_a_loop_that_was_closed_meanwhile_is_no_trouble(small: Synthesizer, book: str) -> None:
    async def leave() -> None:
        stream = small.stream_async(book)
        await stream.__anext__()
        waiting = stream.__anext__()
        # One step: it waits for news of this loop.
        waiting.send(None)
        left.append((stream, waiting))

    left: list[Any] = []
    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave())
    loop.close()
    time.sleep(0.3)
    for _, waiting in left:
        waiting.close()
    left.clear()
    gc.collect()

    async def after() -> None:
        assert (await small.synthesize_async("Hello.")).duration > 0.3

    run(after())


def test_a_stream_is_for_one_task(small: Synthesizer, book: str) -> None:
    async def work() -> None:
        async with small.stream_async(book) as stream:
            first = asyncio.ensure_future(stream.__anext__())
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="another task"):
                await stream.__anext__()
            assert (await first).index == 0 and (await stream.__anext__()).index == 1

    run(work())


def test_loops_in_several_threads(synthesizer: Synthesizer) -> None:
    lengths: list[int] = []

    async def speak() -> None:
        lengths.append(len((await synthesizer.synthesize_async("Five apples.", seed=1)).samples))

    threads = [threading.Thread(target=run, args=(speak(),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lengths) == 6 and len(set(lengths)) == 1


def test_without_a_loop_it_says_so(synthesizer: Synthesizer) -> None:
    stream = synthesizer.stream_async("Hello.")
    with pytest.raises(RuntimeError, match="no running event loop"):
        stream.__anext__().send(None)
