#!/usr/bin/env python3
"""Whether a server's memory grows: many requests of all kinds, and clients that go away.

    KOKORO_MODEL=builtin python tools/reference/service_soak.py --requests 2000

The Python that runs this needs `kokoro-rs[server]` and httpx. Memory is read two seconds after every 200th request, at
rest: what requests need while they are served is in the highest ever. Fails if the memory after the last request is
more than --limit percent above that after the first 200.
"""

import argparse
import concurrent.futures
import random
import sys
import time

import httpx
from service_clients import TEXTS, Server

FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
STEP = 200


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast, so that a large model is done sooner")
    parser.add_argument("--limit", type=float, default=5.0, help="percent")
    arguments = parser.parse_args()
    with Server([sys.executable, "-m", "kokoro_rs.server"]) as server:
        with (
            httpx.Client(base_url=server.base, timeout=600, trust_env=False) as client,
            concurrent.futures.ThreadPoolExecutor(arguments.clients) as pool,
        ):
            sizes = []
            for begin in range(0, arguments.requests, STEP):
                count = min(STEP, arguments.requests - begin)
                numbers = range(begin, begin + count)
                outcomes = list(pool.map(lambda number: ask(client, number, arguments.speed), numbers))
                time.sleep(2)
                sizes.append(server.memory("VmRSS"))
                whole = outcomes.count("whole")
                print(f"{begin + count:6} requests  {sizes[-1] / 1e6:8.1f} MB  {whole} whole, {count - whole} left")
        growth = 100 * (sizes[-1] / sizes[0] - 1)
        print(f"growth after the first {STEP}: {growth:.1f} %, highest ever {server.memory('VmHWM') / 1e6:.1f} MB")
        if growth > arguments.limit:
            sys.exit(f"more than {arguments.limit} %")


def ask(client, number, speed):
    """One request: the number decides what it is, so that every run sends the same."""
    random_of = random.Random(number)
    body = {
        "input": " ".join(random_of.choices(TEXTS, k=random_of.randint(1, 3))),
        "response_format": random_of.choice(FORMATS),
        "speed": speed * random_of.choice((0.8, 1.0, 1.25)),
        "stream": random_of.random() < 0.7,
    }
    with client.stream("POST", "/v1/audio/speech", json=body) as response:
        response.raise_for_status()
        for _ in response.iter_raw():
            if random_of.random() < 0.1:
                return "left"
    return "whole"


if __name__ == "__main__":
    main()
