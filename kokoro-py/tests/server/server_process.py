"""The real server, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

TEXT = "The bus stops in front of the school. The old bridge was destroyed by fire."

LONG_TEXT = "\n".join(
    f"Number {number} of many sentences is spoken here, and after it comes another one." for number in range(4000)
)
"""Hours of speech: nobody reads it to its end."""


class Server:
    """``python -m kokoro_rs.server`` with the built-in model, at a free port, until the context ends."""

    def __init__(self, **environment: str) -> None:
        self.environment = {
            **os.environ,
            "KOKORO_MODEL": "builtin",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "KOKORO_MAX_INPUT_CHARACTERS": "1000000",
            **environment,
        }
        self.lines: list[str] = []
        self.base = ""
        self._announced = threading.Event()

    def __enter__(self) -> Server:
        command = [sys.executable, "-W", "error", "-m", "kokoro_rs.server"]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        self._output = self.process.stdout
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        if not self._announced.wait(60) or not self.base:
            self.__exit__()
            raise AssertionError("the server did not start:\n" + "\n".join(self.lines))
        self.client = httpx.Client(base_url=self.base, timeout=60, trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self._output.close()
        if self.base:
            self.client.close()

    def _read(self) -> None:
        for line in self._output:
            self.lines.append(line.rstrip("\n"))
            found = re.search(r"running on (http://[\w.]+:\d+)", line)
            if found:
                self.base = found[1]
                self._announced.set()
        self._announced.set()

    def ready(self) -> Server:
        """Waits until the model is loaded and warm."""
        wait_until(lambda: self.client.get("/readyz").status_code == 200, "the server is ready")
        return self

    def speak(self, text: str = TEXT, **parameters: Any) -> httpx.Response:
        return self.client.post("/v1/audio/speech", json={"input": text, **parameters})

    def stream(self, text: str = TEXT, **parameters: Any) -> AbstractContextManager[httpx.Response]:
        return self.client.stream("POST", "/v1/audio/speech", json={"input": text, **parameters})

    def metrics(self) -> dict[str, float]:
        """All metrics at one moment."""
        lines = self.client.get("/metrics").text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def metric(self, name: str) -> float:
        """The value of a metric with its labels, such as ``kokoro_requests_total{outcome="busy"}``."""
        return self.metrics()[name]

    def active(self) -> float:
        """Requests that the synthesizer works on or holds. A request goes from one state to another at any time."""
        metrics = self.metrics()
        return sum(metrics[f'kokoro_requests{{state="{state}"}}'] for state in ("queued", "running", "unread"))

    def wait_for_line(self, pattern: str) -> str:
        """A line of the log."""
        return wait_until(lambda: next((line for line in self.lines if re.search(pattern, line)), ""), pattern)


def wait_until(condition: Callable[[], T], what: str, seconds: float = 30) -> T:
    """What `condition` gives, as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{seconds} s were not enough until: {what}")
