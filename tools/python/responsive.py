"""How Python goes on while speech is made: stalls of an event loop, and the speed of another thread.

    python tools/python/responsive.py [--model MODEL] [--voices PATH] [--voice NAME] [--runs 3] [--seconds 5]

The model computes with one thread less than there are processors, so that one is left for what is measured: this is
about Python's lock, not about who gets a processor. Prints the longest and the 99th percentile of the time between
two ticks of `asyncio`, idle and beside a synthesis; and how much a thread of plain Python counts beside a synthesis
that the main thread waits for, as a part of what it counts while that thread sleeps.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import threading
import time

import kokoro_rs

TEXT = "The old bridge was destroyed by fire, and nobody knows where the engineers are hiding. " * 40


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--voices")
    parser.add_argument("--voice")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    threads = max(len(os.sched_getaffinity(0)) - 1, 1)
    synthesizer = kokoro_rs.Synthesizer(options.model, options.voices, threads=threads)
    synthesizer.warm_up()
    print(f"{threads} threads for the model, {len(os.sched_getaffinity(0))} processors")
    for _ in range(options.runs):
        for label, busy in (("idle", False), ("speaking", True)):
            gaps = asyncio.run(ticks(synthesizer, options, busy))
            p99 = statistics.quantiles(gaps, n=100)[98]
            print(f"loop,   {label:>8}: longest {max(gaps) * 1e3:6.2f} ms, p99 {p99 * 1e3:5.2f} ms, {len(gaps)} ticks")
        idle, speaking = counted(synthesizer, options, False), counted(synthesizer, options, True)
        print(f"thread, speaking: {speaking / idle:.3f} of the idle speed")


async def ticks(synthesizer: kokoro_rs.Synthesizer, options: argparse.Namespace, busy: bool) -> list[float]:
    """Times between ticks of 1 ms."""

    async def speak() -> None:
        while True:
            async for _ in synthesizer.stream_async(TEXT, voice=options.voice):
                pass

    task = asyncio.create_task(speak() if busy else asyncio.sleep(options.seconds + 60))
    await asyncio.sleep(0.2)
    gaps = []
    begin = last = time.perf_counter()
    while last - begin < options.seconds:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now
    assert not task.done(), "it spoke all the time"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return gaps


def counted(synthesizer: kokoro_rs.Synthesizer, options: argparse.Namespace, busy: bool) -> float:
    """Steps a second of a thread of plain Python."""
    steps, done = 0, threading.Event()

    def count() -> None:
        nonlocal steps
        while not done.is_set():
            for _ in range(1000):
                pass
            steps += 1

    thread = threading.Thread(target=count)
    begin = time.perf_counter()
    thread.start()
    while time.perf_counter() - begin < options.seconds:
        if busy:
            synthesizer.synthesize(TEXT[:800], voice=options.voice)
        else:
            time.sleep(0.05)
    done.set()
    thread.join()
    return steps / (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
