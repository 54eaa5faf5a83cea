#!/usr/bin/env python3
"""Can a speech recogniser understand these recordings?

    python tools/builtin_model/score.py FOLDER

FOLDER holds WAV files and `manifest.tsv` with the columns file, text, voice, speed and kind. Kind
is `speech`, or `control` for recordings that must not be understood: a test that cannot fail proves
nothing, and speech with its consonants exchanged (see control.py) has to fail this one.

Every recording is decoded by pocketsphinx twice:

closed  choosing among the sentences of the manifest. Lenient: it catches gross breakage only.
open    with the default language model of English and nothing known about the sentences; scored as
        the word error rate (WER).

The last line is `N passed, M failed`; the exit code is 1 if a check failed, 2 if the input is at
fault.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder
from scipy.signal import resample_poly
from wav import WavError, read_wav

RECOGNISER_RATE = 16000
# The recogniser fails on good speech that starts at once, or that comes out of digital silence.
SILENCE_SECONDS = 0.5
NOISE_FLOOR = 1e-3
LEVEL = 0.5
# Limits of the open decoder's search: a quarter less time, and a word error rate that differed by
# 0.02 on a sample of twenty recordings.
OPEN_SEARCH = {"maxhmmpf": 3000, "maxwpf": 10}
PCM_FULL_SCALE = 30000

MIN_CLOSED = 0.95
MAX_OPEN_WER = 0.40
MAX_CONTROL_CLOSED = 0.5
MIN_CONTROL_WER = 0.7

COLUMNS = ("file", "text", "voice", "speed", "kind")
KINDS = ("speech", "control")


class InputError(Exception):
    """Something is wrong with the folder, not with the speech."""


@dataclass(frozen=True)
class Recording:
    path: Path
    words: tuple[str, ...]
    voice: str
    speed: float
    kind: str


@dataclass(frozen=True)
class Outcome:
    recording: Recording
    closed: str
    open: str

    @property
    def closed_right(self) -> bool:
        return self.closed == " ".join(self.recording.words)

    @property
    def open_errors(self) -> int:
        return edit_distance(self.recording.words, self.open.split())


@dataclass
class Tally:
    """Sums over recordings."""

    right: int = 0
    total: int = 0
    errors: int = 0
    words: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Tally:
        tally = cls()
        for outcome in outcomes:
            tally.right += outcome.closed_right
            tally.total += 1
            tally.errors += outcome.open_errors
            tally.words += len(outcome.recording.words)
        return tally

    @property
    def closed(self) -> float:
        return self.right / self.total

    @property
    def wer(self) -> float:
        return self.errors / self.words


def normalised(text: str) -> tuple[str, ...]:
    """Lower case words without punctuation; apostrophes inside a word belong to it."""
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'"))
    return tuple(words)


def edit_distance(reference: Iterable[str], heard: list[str]) -> int:
    """Insertions, deletions and substitutions of words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(reference, 1):
        previous, row = row, [i]
        for k, other in enumerate(heard):
            row.append(min(previous[k] + (word != other), previous[k + 1] + 1, row[k] + 1))
    return row[-1]


def read_manifest(folder: Path) -> list[Recording]:
    path = folder / "manifest.tsv"
    if not path.is_file():
        raise InputError(f"{path}: not found")
    recordings = []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = set(COLUMNS) - set(rows.fieldnames or ())
        if missing:
            raise InputError(f"{path}: columns missing: {', '.join(sorted(missing))}")
        for row in rows:
            where = f"{path}:{rows.line_num}"
            words = normalised(row["text"] or "")
            if not words:
                raise InputError(f"{where}: no words in the text")
            if row["kind"] not in KINDS:
                raise InputError(f"{where}: kind must be one of {', '.join(KINDS)}")
            try:
                speed = float(row["speed"])
            except (TypeError, ValueError):
                raise InputError(f"{where}: speed is not a number: {row['speed']!r}") from None
            if not (folder / row["file"]).is_file():
                raise InputError(f"{where}: {row['file']} not found")
            recordings.append(
                Recording(folder / row["file"], words, row["voice"], speed, row["kind"])
            )
    if not recordings:
        raise InputError(f"{path}: no recordings")
    return recordings


def pcm(path: Path) -> bytes:
    """The recording as the recogniser wants it."""
    rate, samples = read_wav(path)
    samples = resample_poly(samples, RECOGNISER_RATE, rate)
    samples = np.pad(samples * LEVEL, int(SILENCE_SECONDS * RECOGNISER_RATE))
    samples = samples + np.random.default_rng(0).normal(0, NOISE_FLOOR, len(samples))
    return (np.clip(samples, -1, 1) * PCM_FULL_SCALE).astype("<i2").tobytes()


class Recogniser:
    """The two decoders, and the sentences that the closed one knows."""

    def __init__(self, sentences: list[str]) -> None:
        self._open = Decoder(loglevel="FATAL", **OPEN_SEARCH)
        unknown = sorted(
            {
                word
                for sentence in sentences
                for word in sentence.split()
                if self._open.lookup_word(word) is None
            }
        )
        if unknown:
            raise InputError(f"not in the dictionary of pocketsphinx: {', '.join(unknown)}")
        with tempfile.TemporaryDirectory() as folder:
            grammar = Path(folder) / "sentences.jsgf"
            rule = " | ".join(sentences)
            grammar.write_text(
                f"#JSGF V1.0;\ngrammar sentences;\npublic <sentence> = {rule};\n", "utf-8"
            )
            self._closed = Decoder(jsgf=str(grammar), loglevel="FATAL")

    @staticmethod
    def _decode(decoder: Decoder, speech: bytes) -> str:
        decoder.start_utt()
        decoder.process_raw(speech, full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        # The dictionary marks second pronunciations: "the(2)".
        return re.sub(r"\(\d+\)", "", best.hypstr) if best else ""

    def hear(self, recording: Recording) -> Outcome:
        speech = pcm(recording.path)
        return Outcome(
            recording, self._decode(self._closed, speech), self._decode(self._open, speech)
        )


def _hear_all(recordings: list[Recording], sentences: list[str]) -> list[Outcome]:
    recogniser = Recogniser(sentences)
    return [recogniser.hear(recording) for recording in recordings]


def recognise(recordings: list[Recording], jobs: int) -> list[Outcome]:
    sentences = sorted({" ".join(recording.words) for recording in recordings})
    if jobs == 1:
        return _hear_all(recordings, sentences)
    shares = [recordings[i::jobs] for i in range(jobs)]
    with ProcessPoolExecutor(jobs) as pool:
        results = list(pool.map(_hear_all, shares, [sentences] * jobs))
    return [outcome for result in results for outcome in result]


@dataclass(frozen=True)
class Check:
    what: str
    value: float
    relation: str
    limit: float

    @property
    def passed(self) -> bool:
        value, limit = self.value, self.limit
        return {
            ">=": value >= limit,
            "<=": value <= limit,
            "<": value < limit,
            ">": value > limit,
        }[self.relation]


def report(outcomes: list[Outcome], limits: argparse.Namespace) -> list[Check]:
    """Prints the table and returns the checks."""
    checks: list[Check] = []
    print(f"{'kind':8} {'voice':12} {'speed':>5} {'closed':>9} {'open WER':>9}")
    for kind in KINDS:
        mine = [o for o in outcomes if o.recording.kind == kind]
        for voice in sorted({o.recording.voice for o in mine}):
            of_voice = [o for o in mine if o.recording.voice == voice]
            for speed in sorted({o.recording.speed for o in of_voice}):
                tally = Tally.of(o for o in of_voice if o.recording.speed == speed)
                _print_row(kind, voice, f"{speed:g}", tally)
                if kind == "speech":
                    what = f"closed, {voice} at speed {speed:g}"
                    checks.append(Check(what, tally.closed, ">=", limits.min_closed))
            tally = Tally.of(of_voice)
            _print_row(kind, voice, "all", tally)
            if kind == "speech":
                what = f"open WER, {voice}"
                checks.append(Check(what, tally.wer, "<=", limits.max_wer))
        if kind == "control":
            # Without a control nothing shows that the other checks could fail.
            tally = Tally.of(mine) if mine else Tally(1, 1, 0, 1)
            checks.append(Check("closed, control", tally.closed, "<", limits.max_control_closed))
            checks.append(Check("open WER, control", tally.wer, ">", limits.min_control_wer))
        elif not mine:
            raise InputError("the manifest has no recording of kind speech")
    return checks


def _print_row(kind: str, voice: str, speed: str, tally: Tally) -> None:
    closed = f"{tally.right}/{tally.total}"
    print(f"{kind:8} {voice:12} {speed:>5} {closed:>9} {tally.wer:9.3f}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--min-closed", type=float, default=MIN_CLOSED)
    parser.add_argument("--max-wer", type=float, default=MAX_OPEN_WER)
    parser.add_argument("--max-control-closed", type=float, default=MAX_CONTROL_CLOSED)
    parser.add_argument("--min-control-wer", type=float, default=MIN_CONTROL_WER)
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=2, help="processes")
    parser.add_argument("--verbose", action="store_true", help="print what was heard")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    try:
        outcomes = recognise(read_manifest(options.folder), options.jobs)
        if options.verbose:
            for o in sorted(outcomes, key=lambda o: o.recording.path.name):
                said = " ".join(o.recording.words)
                print(f"{o.recording.path.name}: {said} | {o.open} | {o.closed_right}")
        checks = report(outcomes, options)
    except (InputError, WavError) as error:
        print(f"score.py: {error}", file=sys.stderr)
        return 2
    print()
    for check in checks:
        verdict = "ok" if check.passed else "FAILED"
        print(f"{verdict:6} {check.what}: {check.value:.3f} {check.relation} {check.limit:g}")
    failed = sum(not check.passed for check in checks)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
