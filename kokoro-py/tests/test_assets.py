"""Finding and fetching published files; the server is one of this test."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import kokoro_rs
import numpy as np
import pytest
from kokoro_rs import errors

CONTENT = np.full((510, 256), 0.25, "<f4").tobytes()


class Hub(BaseHTTPRequestHandler):
    """Every voice is the same here, which the hub says of it, and the catalogue does not."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.send_header("X-Linked-ETag", f'"{hashlib.sha256(CONTENT).hexdigest()}"')
        self.end_headers()
        try:
            self.wfile.write(CONTENT)
        except OSError:
            self.close_connection = True

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hub, and an empty Kokoro cache."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    for name in (
        "KOKORO_MODEL",
        "KOKORO_VOICES",
        "HF_HUB_OFFLINE",
        "HF_TOKEN",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("KOKORO_HOME", str(tmp_path / "kokoro"))
    monkeypatch.setenv("NO_PROXY", "*")
    yield tmp_path / "kokoro"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_catalogue() -> None:
    catalogue = kokoro_rs.catalogue()
    assert catalogue.models[0] == ("kokoro-v1.0", "fp32", 325_532_232)
    assert len(catalogue.voices) == 54 and all(voice.bytes == 522_240 for voice in catalogue.voices)


def test_what_is_missing_says_where_it_was_looked_for(hub: Path) -> None:
    assert kokoro_rs.cache_dir() == hub
    with pytest.raises(kokoro_rs.ModelNotFoundError, match=str(hub)):
        kokoro_rs.find_model()
    with pytest.raises(errors.UnknownVoiceError, match=str(hub)):
        kokoro_rs.find_voices()
    with pytest.raises(errors.InvalidConfigError, match="kokoro-v9"):
        kokoro_rs.find_model("kokoro-v9")
    (hub / "kokoro-v1.0").mkdir(parents=True)
    (hub / "kokoro-v1.0" / "kokoro-v1.0.onnx").write_bytes(b"")
    found = kokoro_rs.find_model()
    assert found.path == hub / "kokoro-v1.0" / "kokoro-v1.0.onnx" and found.origin == "Kokoro cache"


def test_a_voice_is_fetched_and_found(hub: Path) -> None:
    (planned,) = kokoro_rs.plan_fetch(voices=["af_heart"])
    assert planned.size == 522_240 and not planned.is_present and planned.address.startswith("http://127.0.0.1:")
    pieces: list[tuple[str, int, int]] = []
    (fetched,) = kokoro_rs.fetch(voices=["af_heart"], progress=lambda *piece: pieces.append(piece))
    assert fetched.path == planned.path and fetched.path.read_bytes() == CONTENT
    assert fetched.was_fetched and not fetched.is_published
    assert pieces[-1] == ("af_heart", 522_240, 522_240)
    assert kokoro_rs.find_voices().path == fetched.path.parent


def test_what_progress_raises_ends_the_fetch(hub: Path) -> None:
    def stop(name: str, done: int, total: int) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        kokoro_rs.fetch(voices=["all"], progress=stop)
    assert len(list(hub.rglob("*.bin"))) < 54


def test_refusals(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.IntegrityMismatchError):
        kokoro_rs.fetch(voices=["af_heart"], strict=True)
    with pytest.raises(errors.UnknownVoiceError):
        kokoro_rs.fetch(voices=["af_nobody"])
    with pytest.raises(TypeError, match="list"):
        kokoro_rs.fetch(voices="af_heart")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(errors.OfflineError):
        kokoro_rs.fetch("fp32")
    assert list(hub.rglob("*.bin")) == []


def test_the_doctor_names_problems(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = kokoro_rs.doctor()
    assert not report.is_healthy and not report.data["healthy"] and str(report) == report.text
    assert "model: problem" in report.text and str(hub) in report.text
    monkeypatch.setenv("KOKORO_MODEL", "builtin")
    report = kokoro_rs.doctor(speak=True)
    assert report.is_healthy, report.text
