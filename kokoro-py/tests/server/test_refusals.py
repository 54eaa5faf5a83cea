"""What is wrong is refused with the right status, in OpenAI's form, and nothing of the machine is told."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from .server_process import TEXT, Server

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({}, 422, "missing_parameter", "input"),
        ({"input": ""}, 422, "invalid_value", "input"),
        ({"input": 3}, 422, "invalid_value", "input"),
        ({"input": "a" * 1_000_001}, 422, "text_too_long", "input"),
        ({"input": "   "}, 400, "empty_text", "input"),
        ({"input": "\ud800"}, 422, "invalid_value", "input"),
        ({"input": TEXT, "voice": "af_nobody"}, 400, "unknown_voice", "voice"),
        ({"input": TEXT, "voice": "a*b*c"}, 400, "invalid_voice_name", "voice"),
        ({"input": TEXT, "voice": "../../etc/passwd"}, 400, "invalid_voice_name", "voice"),
        ({"input": TEXT, "voice": 3}, 422, "invalid_value", "voice"),
        ({"input": TEXT, "voice": {"name": "x"}}, 422, "invalid_value", "voice"),
        ({"input": TEXT, "language": "xx"}, 400, "unknown_language", "language"),
        ({"input": TEXT, "model": "whisper-1"}, 404, "model_not_found", "model"),
        ({"input": TEXT, "response_format": "midi"}, 422, "invalid_value", "response_format"),
        ({"input": TEXT, "stream_format": "zip"}, 422, "invalid_value", "stream_format"),
        ({"input": TEXT, "speed": 0.1}, 422, "invalid_value", "speed"),
        ({"input": TEXT, "speed": float("nan")}, 422, "invalid_value", "speed"),
        ({"input": TEXT, "seed": -1}, 422, "invalid_value", "seed"),
        ({"input": TEXT, "pitch": 2}, 422, "unknown_parameter", "pitch"),
        ([TEXT], 422, "invalid_body", None),
    ],
)
@pytest.mark.parametrize("path", ["/v1/audio/speech", "/v1/audio/speech/words"])
def test_parameters(server: Server, path: str, body: Any, status: int, code: str, param: str | None) -> None:
    if path.endswith("words") and isinstance(body, dict) and "stream_format" in body:
        code = "unknown_parameter"
    response = server.client.post(path, content=json.dumps(body), headers=JSON)
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert (error["code"], error["param"]) == (code, param)
    assert error["type"] == "invalid_request_error"
    assert error["message"]


@pytest.mark.parametrize("content", [b'{"input": ', b"\xff\xfe\xff", b"[" * 50_000, b""])
def test_bodies_that_are_no_json(server: Server, content: bytes) -> None:
    response = server.client.post("/v1/audio/speech", content=content, headers=JSON)
    assert response.status_code in (400, 422)
    assert response.json()["error"]["code"] in ("invalid_json", "bad_request", "invalid_body", "missing_parameter")


def test_a_body_without_its_type(server: Server) -> None:
    response = server.client.post("/v1/audio/speech", content=b'{"input": "Hello"}')
    assert response.status_code in (200, 422)


@pytest.mark.parametrize("told", [True, False])
def test_long_bodies_are_not_read(server: Server, told: bool) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1_000_000
            yield b"a" * 1_000_000

    headers = {**JSON, "content-length": "1000000000"} if told else JSON
    response = server.client.post("/v1/audio/speech", content=endless(), headers=headers)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"
    assert sent < 100_000_000


def test_other_paths_and_methods(server: Server) -> None:
    assert server.client.get("/nothing").json()["error"]["code"] == "not_found"
    assert server.client.get("/v1/audio/speech").status_code == 405
    assert server.client.get("/v1/audio/speech").json()["error"]["code"] == "method_not_allowed"


def test_nothing_of_the_machine_is_told(tmp_path: pathlib.Path) -> None:
    """Voices from a folder with a telling name, and no model at all."""
    model = tmp_path / "secret-place.onnx"
    with Server(KOKORO_MODEL=str(model)) as server:
        server.wait_for_line("could not be loaded")
        ready = server.client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "failed"})
        assert server.client.get("/healthz").status_code == 200
        response = server.speak()
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "not_ready"
        assert "secret-place" not in response.text
        assert any("secret-place" in line for line in server.lines), "the log says what the client is not told"
        assert server.client.get("/v1/audio/voices").status_code == 503
