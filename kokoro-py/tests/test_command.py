"""The command `kokoro-rs`, as a process of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import wave
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, without any variable of ours."""
    for name in [name for name in os.environ if name.startswith(("KOKORO_", "HF_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kokoro(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "kokoro_rs", *arguments], input=given, capture_output=True, timeout=60
    )


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def seconds(content: bytes) -> float:
    with wave.open(io.BytesIO(content)) as file:
        assert file.getframerate() == 24_000
        return float(file.getnframes() / 24_000)


def test_say_writes_a_file(home: Path) -> None:
    done = kokoro("say", "--model", "builtin", "--vtt", "a.vtt", "Hello", "world.")
    assert said(done) == ""
    assert b"speech.wav: 1.60 s of speech" in done.stderr and b"\x1b" not in done.stderr
    assert seconds((home / "speech.wav").read_bytes()) == pytest.approx(1.6, abs=0.1)
    assert "Hello world." in (home / "a.vtt").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
def test_a_terminal_sees_how_far_it_is() -> None:
    import pty

    terminal, its_end = pty.openpty()
    command = [sys.executable, "-m", "kokoro_rs", "say", "--model", "builtin", "-"]
    text = b"The old bridge was destroyed by fire. " * 60
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=its_end, timeout=60)
    os.close(its_end)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert done.returncode == 0 and done.stdout == b""
    assert "speaking [#" in shown and "s left" in shown and "real-time factor" in shown


def test_say_reads_standard_input_and_writes_standard_output() -> None:
    text = "The old bridge was destroyed by fire. " * 20
    done = kokoro("say", "--model", "builtin", "--out", "-", "--speed", "2", given=text.encode())
    assert done.returncode == 0 and 10 < seconds(done.stdout) < 60
    bad_bytes = kokoro("say", "--model", "builtin", "--out", "-", "-", given=b"Hello \xff world.")
    assert bad_bytes.returncode == 0 and seconds(bad_bytes.stdout) > 0.5


def test_say_tells_programs(home: Path) -> None:
    arguments = ["--model", "builtin", "--voice", "am_otto", "--json", "--out", "b.wav"]
    told = json.loads(said(kokoro("say", *arguments, "Hello 漢字 world.")))
    assert told["file"] == "b.wav" and told["unspoken"] == [[6, 8]] and told["chunks"] == 1
    assert [word["text"] for word in told["words"]] == ["Hello", "world"]
    assert told["audio_seconds"] == pytest.approx(seconds((home / "b.wav").read_bytes()))


def test_without_a_model_the_remedy_is_told(home: Path) -> None:
    done = kokoro("say", "Hello")
    assert done.returncode == 1 and not (home / "speech.wav").exists()
    message = done.stderr.decode()
    assert "none of the published models is on this machine" in message and str(home) in message
    assert "kokoro-rs fetch --model fp32 --voices af_heart" in message and "--model builtin" in message


def test_variables_choose_the_model(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("KOKORO_MODEL", "builtin")
    said(kokoro("say", "Hello."))
    monkeypatch.setenv("KOKORO_MODEL", "/no/such.onnx")
    monkeypatch.setenv("KOKORO_VOICES", "/no/such")
    assert kokoro("say", "Hello.").returncode == 1
    said(kokoro("say", "--model", "builtin", "Hello."))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["say", "--model", "builtin", ""], "empty"),
        (["say", "--model", "builtin", "--speed", "9", "Hi"], "0.25 to 4"),
        (["say", "--model", "builtin", "--voice", "af_heart", "Hi"], "af_heart"),
        (["say", "--model", "builtin", "--out", "no/such/folder.wav", "Hi"], "no/such/folder.wav"),
        (["say", "--model", "builtin", "--json", "--out", "-", "Hi"], "standard output"),
        (["phonemize", "--lang", "tlh", "Hi"], "tlh"),
        (["fetch"], "nothing to fetch"),
        (["fetch", "--model", "fp1", "--dry-run"], "fp1"),
        (["prepare", "--model", "no/such.onnx"], "no/such.onnx"),
    ],
)
def test_failures_are_one_line_without_a_trace(arguments: list[str], message: str) -> None:
    done = kokoro(*arguments)
    assert done.returncode == 1 and done.stdout == b""
    text = done.stderr.decode()
    assert text.startswith("kokoro-rs: ") and message in text and "Traceback" not in text


@pytest.mark.parametrize("arguments", [[], ["sing"], ["say", "--loud", "Hi"], ["say", "--speed", "fast", "Hi"]])
def test_wrong_command_lines(arguments: list[str]) -> None:
    done = kokoro(*arguments)
    assert done.returncode == 2 and b"usage: kokoro-rs" in done.stderr


def test_voices() -> None:
    assert said(kokoro("voices", "--model", "builtin")).splitlines()[0] == "af_ada\ten-us\tfemale"
    published = json.loads(said(kokoro("voices", "--published", "--json")))
    assert len(published) == 54 and {"name": "bm_george", "language": "en-gb", "gender": "male"} in published


def test_phonemize() -> None:
    assert said(kokoro("phonemize", "The", "old", "bridge.")) == "ði ˈOld bɹˈɪʤ.\n"
    assert said(kokoro("phonemize", "-l", "en-gb", given=b"One.\r\n\nTwo.")).count("\n") == 3
    told = json.loads(said(kokoro("phonemize", "--json", "Two.")))
    assert told[0]["phonemes"] == "tˈu." and told[0]["words"][0]["text"] == "Two"


def test_a_reader_that_has_had_enough_is_no_failure() -> None:
    command = f"{sys.executable} -m kokoro_rs phonemize | head -n 1"
    done = subprocess.run(command, shell=True, input=b"Two.\n" * 50_000, capture_output=True, timeout=60)
    assert done.stdout.decode() == "tˈu.\n" and done.stderr == b""


def test_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    done = kokoro("doctor", "--json")
    report = json.loads(done.stdout)
    topics = {finding["topic"]: finding for finding in report["findings"]}
    assert done.returncode == 1 and topics["model"]["status"] == "problem" and topics["runtime"]["status"] == "good"
    monkeypatch.setenv("KOKORO_MODEL", "builtin")
    done = kokoro("doctor", "--speak")
    assert done.returncode == 0 and b"seconds of speech" in done.stdout


def test_bench() -> None:
    told = json.loads(said(kokoro("bench", "--model", "builtin", "--runs", "1", "--json")))
    assert set(told["texts"]) == {"sentence", "paragraph", "page"} and told["load_seconds"] > 0
    assert all(0 < text["real_time_factor"] < 1 for text in told["texts"].values())


def test_a_server_without_its_packages_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    # Whether the packages are installed or not: these cannot be imported.
    for name in ("fastapi", "uvicorn"):
        (home / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')")
    monkeypatch.setenv("PYTHONPATH", str(home))
    done = kokoro("serve", "--port", "1")
    assert done.returncode == 1 and b'pip install "kokoro-rs[server]"' in done.stderr


def test_serve_speaks_until_it_is_told_to_end() -> None:
    pytest.importorskip("fastapi", reason="the server needs further packages")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kokoro_rs", "serve", "--model", "builtin", "--host", "127.0.0.1"]
    with subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(400):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                        assert answer.status == 200
                        break
                except OSError:
                    assert process.poll() is None
                    time.sleep(0.05)
            else:
                raise AssertionError("it is not ready after 20 s")
        finally:
            process.terminate()
        assert process.wait(20) in (0, -signal.SIGTERM)


def test_the_server_explains_its_options() -> None:
    pytest.importorskip("fastapi", reason="the server needs further packages")
    assert "KOKORO_REQUEST_TIMEOUT" in said(kokoro("serve", "--help"))
    wrong = kokoro("serve", "--port", "many")
    assert wrong.returncode == 2 and b"PORT" in wrong.stderr
