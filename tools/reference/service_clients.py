"""Servers in processes of their own, clients of them, and what both cost."""

import concurrent.futures
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

import httpx

TEXTS = (
    "We should buy some bread and milk before the shop closes, please.",
    "The old bridge was destroyed by fire. Nobody knows where they are hiding, and nobody has asked them.",
    "The bus stops in front of the school every twenty minutes, but in the winter it is often late.",
    "A summer morning in the garden is worth more than a week of rain.",
    "Many letters were written that winter. Few of them were answered, and those late. He kept them all in a box "
    "under the stairs, tied with a ribbon, and read them again whenever the evenings were long and the house quiet.",
    "Good morning.",
    "Your table will be ready in a few minutes. Would you like to wait at the bar, or shall we call you?",
)


class Server:
    """A command that serves at a port until the context ends."""

    def __init__(self, command, **environment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.base = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1", "HOST": "127.0.0.1", "PORT": port, **environment}
        self.begin = time.monotonic()
        command = [str(word).replace("{port}", port) for word in command]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def __enter__(self):
        with httpx.Client(base_url=self.base, trust_env=False) as client:
            while True:
                if self.process.poll() is not None:
                    sys.exit(f"{self.process.args} ended with code {self.process.returncode}")
                if time.monotonic() - self.begin > 120:
                    self.process.kill()
                    sys.exit(f"{self.process.args} was not ready after two minutes")
                try:
                    if client.get("/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        self.ready_seconds = time.monotonic() - self.begin
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def memory(self, name):
        """``VmRSS`` or ``VmHWM`` (the highest) of the process, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(name + ":"))


def crowd(base, bodies, clients):
    """Sends all bodies, each client its next one when it has an answer.

    Gives the seconds of the whole, and for each body those of the answer and its bytes.
    """

    def ask(body):
        begin = time.monotonic()
        answer = client.post("/v1/audio/speech", json=body)
        answer.raise_for_status()
        return time.monotonic() - begin, len(answer.content)

    limits = httpx.Limits(max_connections=clients)
    with (
        httpx.Client(base_url=base, timeout=600, trust_env=False, limits=limits) as client,
        concurrent.futures.ThreadPoolExecutor(clients) as pool,
    ):
        begin = time.monotonic()
        answers = list(pool.map(ask, bodies))
        return time.monotonic() - begin, answers


def percentile(values, percent):
    """Inclusive, between neighbours where it falls between them."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
