"""Tests of the scoring program, without decoding speech."""

from __future__ import annotations

import argparse
import struct

import numpy as np
import pytest
import score
from wav import WavError, read_wav, write_wav

LIMITS = argparse.Namespace(
    min_closed=score.MIN_CLOSED,
    max_wer=score.MAX_OPEN_WER,
    max_control_closed=score.MAX_CONTROL_CLOSED,
    min_control_wer=score.MIN_CONTROL_WER,
)


def test_normalised():
    assert score.normalised("Don't stop — it's “8 o’clock”!") == (
        *("don't", "stop", "it's", "8", "o'clock"),
    )


@pytest.mark.parametrize(
    ("heard", "errors"),
    [("a b c", 0), ("a c", 1), ("a x c", 1), ("a b c d", 1), ("", 3), ("c b a", 2)],
)
def test_edit_distance(heard, errors):
    assert score.edit_distance(("a", "b", "c"), heard.split()) == errors


def test_wav(tmp_path):
    path = tmp_path / "x.wav"
    samples = np.array([0, 0.5, -0.5, 1, -1], np.float32)
    write_wav(path, samples, 24000)
    rate, read = read_wav(path)
    assert rate == 24000 and np.abs(read - samples).max() < 1e-4
    body = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, 22050, 88200, 4, 32)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    rate, read = read_wav(path)
    assert rate == 22050 and np.array_equal(read, samples)
    path.write_bytes(b"not a recording")
    with pytest.raises(WavError):
        read_wav(path)


@pytest.mark.parametrize(
    "row",
    [
        "missing.wav\thello\tv\t1\tspeech",
        "x.wav\t...\tv\t1\tspeech",
        "x.wav\thello\tv\tfast\tspeech",
        "x.wav\thello\tv\t1\tother",
    ],
)
def test_bad_manifest(tmp_path, row):
    write_wav(tmp_path / "x.wav", np.zeros(10, np.float32), 24000)
    (tmp_path / "manifest.tsv").write_text("\t".join(score.COLUMNS) + "\n" + row + "\n", "utf-8")
    with pytest.raises(score.InputError):
        score.read_manifest(tmp_path)


def outcome(heard, kind="speech", speed=1.0):
    recording = score.Recording(None, ("red", "box"), "v", speed, kind)
    return score.Outcome(recording, heard, heard)


def failures(outcomes):
    return [check.what for check in score.report(outcomes, LIMITS) if not check.passed]


def test_checks():
    good, bad = outcome("red box"), outcome("blue fox")
    control = outcome("blue fox", "control")
    assert failures([good, control]) == []
    assert failures([bad, control]) == ["closed, v at speed 1", "open WER, v"]
    understood = outcome("red box", "control")
    assert failures([good, understood]) == ["closed, control", "open WER, control"]
    # No control: nothing shows that the checks can fail, so they do.
    assert failures([good]) == ["closed, control", "open WER, control"]
    # One speed that is not understood is enough to fail.
    assert failures([good, good, outcome("", speed=0.8), control]) == ["closed, v at speed 0.8"]


def test_unknown_words_are_an_error():
    with pytest.raises(score.InputError, match="xyzzyq"):
        score.Recogniser(["the xyzzyq"])
