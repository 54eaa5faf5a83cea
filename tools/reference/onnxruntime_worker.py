#!/usr/bin/env python3
"""The other side: Kokoro on PyPI's onnxruntime, as kokoro-onnx runs it: one session with default options.

usage: onnxruntime_worker.py MODEL VOICES THREADS SESSIONS

THREADS 0 leaves the number to ONNX Runtime. With several sessions every request takes the next one. Commands and
answers are those of `bench-worker`, which is this library's side.
"""

import json
import pathlib
import queue
import sys
import threading
import time

import numpy as np
from reference import Model, style_row


def main():
    model, voices, threads, sessions = sys.argv[1:]
    pool = queue.Queue()
    for _ in range(int(sessions)):
        pool.put(Model(model, int(threads) or None))
    only = pool.queue[0] if pool.qsize() == 1 else None
    for line in sys.stdin:
        command = json.loads(line)
        style = style_row(voices, command["voice"], len(command["phonemes"]))
        results = []

        def speak(command=command, style=style, results=results):
            # One session takes several calls at a time.
            session = only or pool.get()
            results.append(session.run(command["ids"], style, command["speed"]))
            if not only:
                pool.put(session)

        callers = [threading.Thread(target=speak) for _ in range(command["count"])]
        begin = time.perf_counter()
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        seconds = time.perf_counter() - begin
        samples, durations = results[0]
        if command["save"]:
            np.save(command["save"], samples)
        answer = {
            "seconds": seconds,
            "samples": samples.size,
            "durations": None if durations is None else durations.tolist(),
            "resident_bytes": memory("VmRSS:"),
            "peak_bytes": memory("VmHWM:"),
        }
        print(json.dumps(answer), flush=True)


def memory(name):
    """A line of what Linux says about this process, in bytes."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {name} in the status of the process")


if __name__ == "__main__":
    main()
