"""The real server, in a process of its own."""

import os
import re
import subprocess
import sys
import threading
import time

import httpx

TEXT = "The bus stops in front of the school. The old bridge was destroyed by fire."

LONG_TEXT = "\n".join(
    f"Number {number} of many sentences is spoken here, and after it comes another one." for number in range(4000)
)
"""Hours of speech: nobody reads it to its end."""


class Server:
    """``python -m kokoro_rs.server`` with the built-in model, at a free port, until the context ends."""

    def __init__(self, **environment):
        self.environment = {
            **os.environ,
            "KOKORO_MODEL": "builtin",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "KOKORO_MAX_INPUT_CHARACTERS": "1000000",
            **environment,
        }
        self.lines = []
        self.base = None
        self._announced = threading.Event()

    def __enter__(self):
        command = [sys.executable, "-W", "error", "-m", "kokoro_rs.server"]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        if not self._announced.wait(60) or self.base is None:
            self.__exit__()
            raise AssertionError("the server did not start:\n" + "\n".join(self.lines))
        self.client = httpx.Client(base_url=self.base, timeout=60, trust_env=False)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        if self.base is not None:
            self.client.close()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            found = re.search(r"running on (http://[\w.]+:\d+)", line)
            if found:
                self.base = found[1]
                self._announced.set()
        self._announced.set()

    def ready(self):
        """Waits until the model is loaded and warm."""
        wait_until(lambda: self.client.get("/readyz").status_code == 200, "the server is ready")
        return self

    def speak(self, text=TEXT, **parameters):
        return self.client.post("/v1/audio/speech", json={"input": text, **parameters})

    def stream(self, text=TEXT, **parameters):
        return self.client.stream("POST", "/v1/audio/speech", json={"input": text, **parameters})

    def metric(self, name):
        """The value of a metric with its labels, such as ``kokoro_requests_total{outcome="busy"}``."""
        for line in self.client.get("/metrics").text.splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        raise AssertionError(f"no metric {name}")

    def active(self):
        """Requests that the synthesizer works on or holds."""
        return sum(self.metric(f'kokoro_requests{{state="{state}"}}') for state in ("queued", "running", "unread"))

    def wait_for_line(self, pattern):
        """A line of the log."""
        return wait_until(lambda: next((line for line in self.lines if re.search(pattern, line)), None), pattern)


def wait_until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{seconds} s were not enough until: {what}")
