"""How Python goes on while speech is made: stalls of an event loop, and the speed of another thread.

    python tools/python/responsive.py [--model MODEL] [--voices PATH] [--voice NAME] [--runs 3] [--seconds 5]

Each is measured three times in turn: while nothing is spoken; while another process speaks, which takes as much of the
processors and nothing else; and while this process speaks. The difference between the last two is what Python's lock
costs. The model computes with one thread less than there are processors.

Prints the longest and the 99th percentile of the time between two ticks of `asyncio`, and how far a thread of plain
Python counts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import kokoro_rs

TEXT = "The old bridge was destroyed by fire, and nobody knows where the engineers are hiding. " * 10
WHERE = ("idle", "other process", "this process")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--voices")
    parser.add_argument("--voice")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--speak", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    threads = max(len(os.sched_getaffinity(0)) - 1, 1)
    synthesizer = kokoro_rs.Synthesizer(options.model, options.voices, threads=threads)
    synthesizer.warm_up()
    if options.speak:
        print("ready", flush=True)
        while True:
            synthesizer.synthesize(TEXT, voice=options.voice)
    print(f"{threads} threads for the model, {len(os.sched_getaffinity(0))} processors")
    for _ in range(options.runs):
        for where in WHERE:
            with other_process() if where == WHERE[1] else contextlib.nullcontext():
                gaps = asyncio.run(ticks(synthesizer, options, where == WHERE[2]))
            p99 = statistics.quantiles(gaps, n=100)[98]
            print(f"loop,   {where:>13}: longest {max(gaps) * 1e3:6.2f} ms, p99 {p99 * 1e3:6.2f} ms, {len(gaps)} ticks")
        for where in WHERE:
            with other_process() if where == WHERE[1] else contextlib.nullcontext():
                speed = counted(synthesizer, options, where == WHERE[2])
            print(f"thread, {where:>13}: {speed:8.0f} steps a second")


@contextlib.contextmanager
def other_process() -> Iterator[None]:
    """Speaks in another process meanwhile."""
    command = [sys.executable, __file__, *sys.argv[1:], "--speak"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            process.kill()


async def ticks(synthesizer: kokoro_rs.Synthesizer, options: argparse.Namespace, busy: bool) -> list[float]:
    """Times between ticks of 1 ms."""

    async def speak() -> None:
        while True:
            await synthesizer.synthesize_async(TEXT, voice=options.voice)

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
    """Steps a second of a thread of plain Python, while the main thread waits."""
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
            synthesizer.synthesize(TEXT, voice=options.voice)
        else:
            time.sleep(0.05)
    done.set()
    thread.join()
    return steps / (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
