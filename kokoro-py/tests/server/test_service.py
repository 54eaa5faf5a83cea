"""Many clients, clients that go away, limits, the end."""

import concurrent.futures
import json
import signal
import subprocess
import time
from os import environ
from sys import executable
from typing import Any

import httpx
import pytest

from .server_process import LONG_TEXT, TEXT, Server, wait_until

DROPPED = 'kokoro_requests_total{outcome="dropped"}'
FINISHED = 'kokoro_requests_total{outcome="finished"}'
TIMED_OUT = 'kokoro_requests_total{outcome="timeout"}'


def test_audio_is_sent_while_it_is_made(server: Server) -> None:
    finished = server.metric(FINISHED)
    with server.stream(LONG_TEXT, response_format="pcm") as response:
        assert response.status_code == 200
        # The iterator must be kept: without it the connection is closed.
        parts = response.iter_bytes()
        assert len(next(parts)) > 0
        assert server.active() >= 1, "the first sound is here, the rest is not made"
        assert server.metric(FINISHED) == finished


def test_ten_clients_at_once_get_what_each_would_get_alone(server: Server) -> None:
    texts = [f"This is what client number {number} wants to hear. {TEXT}" for number in range(10)]

    def speak(text: str) -> bytes:
        return server.speak(text, response_format="pcm", seed=1).content

    alone = [speak(text) for text in texts]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        together = list(pool.map(speak, texts))
    assert together == alone
    assert len({len(audio) for audio in alone}) > 1


@pytest.mark.parametrize("parameters", [{}, {"stream_format": "sse"}, {"response_format": "pcm"}])
def test_a_client_that_disconnects_ends_its_synthesis(server: Server, parameters: dict[str, Any]) -> None:
    before = server.metric(DROPPED)
    with server.stream(LONG_TEXT, **parameters) as response:
        parts = response.iter_bytes()
        next(parts)
        assert server.active() >= 1
    wait_until(lambda: server.metric(DROPPED) == before + 1, "the synthesis is dropped")
    wait_until(lambda: server.active() == 0, "nothing is active")


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/v1/audio/speech/words"])
def test_a_client_that_disconnects_before_the_first_byte(server: Server, path: str) -> None:
    before = server.metric(DROPPED)
    body = {"input": LONG_TEXT} if path.endswith("words") else {"input": LONG_TEXT, "stream": False}
    with pytest.raises(httpx.ReadTimeout):
        server.client.post(path, json=body, timeout=0.5)
    wait_until(lambda: server.metric(DROPPED) == before + 1, "the synthesis is dropped")
    wait_until(lambda: server.active() == 0, "nothing is active")


def test_times_of_words(server: Server) -> None:
    body = {"input": TEXT, "response_format": "wav", "voice": "af_ada"}
    answer = server.client.post("/v1/audio/speech/words", json=body).json()
    words = answer["words"]
    assert [word["word"] for word in words[:3]] == ["The", "bus", "stops"]
    assert all(TEXT[word["start_char"] : word["end_char"]] == word["word"] for word in words)
    times = [time for word in words for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[-1] <= answer["duration"]
    assert answer["sample_rate"] == 24_000


def test_voices(server: Server) -> None:
    voices = server.client.get("/v1/audio/voices").json()["data"]
    assert "af_ada" in [voice["id"] for voice in voices]
    assert {voice["object"] for voice in voices} == {"audio.voice"}


def test_request_ids_and_times(server: Server) -> None:
    response = server.client.get("/healthz", headers={"x-request-id": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"
    assert 0 <= float(response.headers["x-process-time"]) < 60
    forged = server.client.get("/healthz", headers={"x-request-id": "a b=c"})
    assert len(forged.headers["x-request-id"]) == 32


def test_metrics_of_the_library_and_of_http(server: Server) -> None:
    server.speak()
    response = server.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert server.metric('kokoro_http_requests_total{route="/v1/audio/speech",status="200"}') >= 1
    assert server.metric(FINISHED) >= 1
    assert server.metric("process_resident_memory_bytes") > 1e6
    families = [line for line in response.text.splitlines() if line.startswith("# TYPE")]
    assert len(families) == len(set(families))


def test_overload_is_refused_and_passes() -> None:
    with Server(WORKER_CONNECTIONS="2") as server:
        server.ready()
        with server.stream(LONG_TEXT) as first, server.stream(LONG_TEXT) as second:
            assert (first.status_code, second.status_code) == (200, 200)
            refused = server.speak()
            assert refused.status_code == 503
            assert refused.json()["error"]["code"] == "busy"
            assert int(refused.headers["retry-after"]) >= 1
            assert server.client.get("/healthz").status_code == 200, "probes are not speech"
        wait_until(lambda: server.active() == 0, "nothing is active")
        assert server.speak().status_code == 200


def test_overload_of_the_library() -> None:
    with Server(KOKORO_MAX_REQUESTS="1") as server:
        server.ready()
        with server.stream(LONG_TEXT) as first:
            assert first.status_code == 200
            refused = server.speak()
            assert refused.status_code == 503
            assert refused.json()["error"]["code"] == "busy"
            assert int(refused.headers["retry-after"]) >= 1
            assert server.metric('kokoro_requests_total{outcome="busy"}') == 1


def test_deadline() -> None:
    with Server(KOKORO_REQUEST_TIMEOUT="2") as server:
        server.ready()
        late = server.speak(LONG_TEXT, stream=False)
        assert late.status_code == 504
        assert late.json()["error"]["code"] == "timeout"
        assert server.metric(TIMED_OUT) == 1
        # After the first byte there is no other status: the connection is cut, and the client sees it.
        with pytest.raises(httpx.RemoteProtocolError), server.stream(LONG_TEXT) as response:
            assert response.status_code == 200
            for _ in response.iter_bytes():
                pass
        # Events can tell.
        with server.stream(LONG_TEXT, stream_format="sse") as response:
            events = [json.loads(line[6:]) for line in response.iter_lines() if line]
        assert events[-1]["type"] == "error"
        assert events[-1]["error"]["code"] == "timeout"
        assert server.active() == 0
        assert server.speak("Hello.").status_code == 200


def test_a_client_that_takes_no_bytes_is_cut_off() -> None:
    with Server(KOKORO_REQUEST_TIMEOUT="2", WORKER_CONNECTIONS="1") as server:
        server.ready()
        with server.stream(LONG_TEXT, response_format="pcm") as response:
            assert response.status_code == 200
            wait_until(lambda: server.speak("Hello.").status_code == 200, "the place is free again")


def test_the_log_has_one_line_for_a_request() -> None:
    with Server(KOKORO_LOG_FORMAT="json") as server:
        server.ready()
        server.client.post("/v1/audio/speech", json={"input": TEXT}, headers={"x-request-id": "the-one"})
        server.wait_for_line("the-one")
        server.client.get("/no%0Away", headers={"x-request-id": "forger"})
        server.wait_for_line("forger")
        entries = [json.loads(line) for line in server.lines]
        requests = [entry for entry in entries if entry["message"] == "request"]
        assert [entry["request_id"] for entry in requests] == ["the-one", "forger"], "probes are not logged"
        entry = requests[0]
        assert entry["severity"] == "INFO"
        assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v1/audio/speech", 200)
        assert entry["outcome"] == "complete"
        assert entry["seconds"] >= entry["first_byte_seconds"] > 0
        assert entry["audio_seconds"] > 3
        assert entry["characters"] == len(TEXT)
        assert TEXT not in "\n".join(server.lines), "texts are not logged"


def test_a_termination_lets_requests_end() -> None:
    text = " ".join([TEXT] * 60)
    with Server() as server:
        server.ready()
        whole = server.speak(text, response_format="pcm", seed=3).content
        with server.stream(text, response_format="pcm", seed=3) as response:
            parts = response.iter_bytes()
            received = [next(parts)]
            server.process.send_signal(signal.SIGTERM)
            server.wait_for_line("Shutting down")
            with pytest.raises(httpx.ConnectError), httpx.Client(base_url=server.base, trust_env=False) as late:
                late.get("/healthz")
            received += parts
        assert b"".join(received) == whole
        server.process.wait(30)
        assert server.process.returncode in (0, -signal.SIGTERM)
        server.wait_for_line(r"kokoro_rs\.server stopped")


def test_a_termination_does_not_wait_for_ever() -> None:
    with Server(KOKORO_DRAIN_SECONDS="1") as server:
        server.ready()
        with server.stream(LONG_TEXT, response_format="pcm") as response:
            parts = response.iter_bytes()
            next(parts)
            begin = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(30)
            assert time.monotonic() - begin < 15


def test_the_port_is_open_while_the_model_is_loaded() -> None:
    with Server() as server:
        assert server.client.get("/healthz").status_code == 200
        # A request that comes too early waits for the model.
        assert server.speak().status_code == 200
        assert server.client.get("/readyz").json() == {"status": "ready"}


def test_two_workers() -> None:
    with Server(WORKERS="2") as server:
        wait_until(lambda: len([line for line in server.lines if "ready after" in line]) == 2, "both are ready")
        assert server.speak().status_code == 200
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
        assert len([line for line in server.lines if line.endswith("kokoro_rs.server stopped")]) == 2


def test_wrong_settings_are_told() -> None:
    command = [executable, "-m", "kokoro_rs.server"]
    ended = subprocess.run(command, env={**environ, "WORKERS": "0"}, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert ended.stderr == "kokoro-rs serve: WORKERS: Input should be greater than or equal to 1\n"
