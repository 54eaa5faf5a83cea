#!/usr/bin/env python3
"""What the settings of a server are worth: each variant is started, warmed up, and asked by a crowd, in turn.

    python tools/reference/service_settings.py --model kokoro-v1.0.onnx --voices VOICES_DIR

The Python that runs this needs `kokoro-rs[server]` and httpx. What is made is Markdown on standard output. Memory is
the proportional set size (`Pss`) of all processes of the server: what they share is counted once.
"""

import argparse
import concurrent.futures
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

import httpx
from service_clients import TEXTS, Server, crowd, percentile

SERVE = [sys.executable, "-m", "kokoro_rs.server"]

# Names and environments.
VARIANTS = {
    "as it comes": {},
    "1 thread": {"KOKORO_NUM_THREADS": "1"},
    "2 workers": {"WORKERS": "2"},
    "2 workers, 1 thread each": {"WORKERS": "2", "KOKORO_NUM_THREADS": "1"},
    "2 sessions": {"KOKORO_SESSIONS": "2"},
    "no cache of pronunciations": {"KOKORO_G2P_CACHE_BYTES": "0"},
    "chunks of 120 symbols": {"KOKORO_CHUNK_SYMBOLS": "120"},
    "not prepared": {"KOKORO_PREPARED": "off"},
    "not optimized": {"KOKORO_OPTIMIZATION": "exact", "KOKORO_PREPARED": "off"},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--voices", required=True, type=pathlib.Path, help="folder with NAME.bin, 510 x 256 f32")
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 10, 20], help="crowds for the first variant")
    parser.add_argument("--only", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # A copy, so that what is prepared for this goes when it ends.
        model = pathlib.Path(folder) / arguments.model.name
        shutil.copy2(arguments.model, model)
        shared = {"KOKORO_MODEL": str(model), "KOKORO_VOICES": str(arguments.voices), "KOKORO_HOME": folder}
        with Server(SERVE, **shared, KOKORO_PREPARED="make"):
            pass
        variants = {(name, 10): VARIANTS[name] for name in arguments.only}
        variants |= {("as it comes", clients): {} for clients in arguments.clients if "as it comes" in arguments.only}
        runs = {key: [] for key in variants}
        for _ in range(arguments.rounds):
            for (name, clients), environment in variants.items():
                runs[name, clients].append(measure({**shared, **environment}, clients, arguments.requests))
    print(f"{arguments.requests} requests, {arguments.rounds} rounds in turn, medians.\n")
    print("| setting | clients | requests a second | p50 | p95 | first sound, p50 | memory | start to ready |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for (name, clients), each in sorted(runs.items(), key=lambda item: (list(VARIANTS).index(item[0][0]), item[0][1])):
        rate, p50, p95, first, memory, ready = (statistics.median(values) for values in zip(*each, strict=True))
        print(
            f"| {name} | {clients} | {rate:.2f} | {p50:.2f} s | {p95:.2f} s | {first:.2f} s "
            f"| {memory / 1e6:.0f} MB | {ready:.2f} s |"
        )


def measure(environment, clients, requests):
    bodies = [{"input": TEXTS[index % len(TEXTS)], "response_format": "wav"} for index in range(requests)]
    with Server(SERVE, **environment) as server:
        crowd(server.base, bodies[: len(TEXTS)], clients)
        seconds, answers = crowd(server.base, [{**body, "stream": False} for body in bodies], clients)
        latencies = [latency for latency, _ in answers]
        first = first_sounds(server.base, bodies, clients)
        memory = sum(pss(pid) for pid in family(server.process.pid))
        return (
            requests / seconds,
            percentile(latencies, 50),
            percentile(latencies, 95),
            statistics.median(first),
            memory,
            server.ready_seconds,
        )


def first_sounds(base, bodies, clients):
    """Seconds to the first bytes of audio, of streams that are read to their end."""

    def ask(body):
        begin = time.monotonic()
        with client.stream("POST", "/v1/audio/speech", json=body) as response:
            response.raise_for_status()
            chunks = response.iter_raw()
            next(chunks)
            seconds = time.monotonic() - begin
            for _ in chunks:
                pass
        return seconds

    with (
        httpx.Client(base_url=base, timeout=600, trust_env=False) as client,
        concurrent.futures.ThreadPoolExecutor(clients) as pool,
    ):
        return list(pool.map(ask, bodies))


def family(pid):
    """A process and those that it started."""
    members = [pid]
    for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            members += family(int(child))
    return members


def pss(pid):
    """Bytes."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
