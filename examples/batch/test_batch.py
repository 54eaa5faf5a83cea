"""On a local Ray cluster with two workers: `pytest examples/batch`. Needs Ray, and kokoro-rs."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import wave

import pytest

PROGRAM = pathlib.Path(__file__).with_name("batch.py")
SENTENCE = "The bus stops in front of the school. The old bridge was destroyed by fire.\n"


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"Number {number}. {SENTENCE * (number + 1)}")
    (folder / "deep" / "one.txt").write_text(SENTENCE)
    return folder


def start(texts, speech, *options):
    command = [sys.executable, PROGRAM, texts, speech, "--workers", "2", "--model", "builtin", *options]
    return subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(texts, speech, *options):
    with start(texts, speech, *options) as process:
        out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def seconds(path):
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        return file.getnframes() / 24_000


def test_a_folder_is_spoken_and_faults_stay_with_their_text(texts, tmp_path):
    speech = tmp_path / "speech"
    (texts / "blank.txt").write_text("  \n")
    (texts / "latin.txt").write_bytes("café".encode("latin-1"))
    code, out, err = run(texts, speech)
    assert code == 1, err
    assert "9 texts, 0 of them spoken already" in out
    assert "7 spoken, 2 failed" in out
    lengths = [seconds(speech / f"{number}.wav") for number in range(6)]
    assert lengths == sorted(lengths)
    assert lengths[0] > 3
    assert seconds(speech / "deep" / "one.wav") > 3
    assert json.loads((speech / "blank.json").read_text())["error"].startswith("empty_text: ")
    assert json.loads((speech / "latin.json").read_text())["error"].startswith("UnicodeDecodeError: ")
    assert not list(speech.rglob("*.part-*"))

    # What is there stays; what has changed, is gone or failed is made.
    before = {path: path.stat().st_mtime_ns for path in speech.rglob("*.wav")}
    (texts / "blank.txt").write_text(SENTENCE)
    (texts / "latin.txt").unlink()
    (texts / "1.txt").write_text(SENTENCE)
    (speech / "2.wav").unlink()
    with (speech / "3.wav").open("r+b") as file:
        file.truncate(1000)
    code, out, err = run(texts, speech)
    assert code == 0, err
    assert "8 texts, 4 of them spoken already" in out
    assert "4 spoken, 0 failed" in out
    changed = {path.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert changed == {"1.wav", "2.wav", "3.wav"}
    # Another manner is another speech.
    code, out, _ = run(texts, speech, "--speed", "1.5")
    assert code == 0
    assert "8 texts, 0 of them spoken already" in out


def test_a_run_that_was_killed_goes_on(texts, tmp_path):
    speech = tmp_path / "speech"
    for number in range(100, 110):
        (texts / f"{number}.txt").write_text(SENTENCE * 100)
    with start(texts, speech) as process:
        end = time.monotonic() + 120
        while not list(speech.rglob("1??.wav")):
            assert time.monotonic() < end
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    made = {path: path.stat().st_mtime_ns for path in speech.rglob("*.wav") if path.with_suffix(".json").exists()}
    code, out, err = run(texts, speech)
    assert code == 0, err
    # A worker may have finished one more after its driver was killed.
    already = int(re.search(r"17 texts, (\d+) of them spoken already", out)[1])
    assert len(made) <= already < 17
    assert len(list(speech.rglob("*.wav"))) == 17
    assert all(path.stat().st_mtime_ns == time for path, time in made.items())
