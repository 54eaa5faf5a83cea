#!/usr/bin/env python3
"""Compare this library with PyPI's onnxruntime: the same model file, the same phonemes, in turn, in one go.

Latency at one and two threads, accuracy, ten requests at once, start of the process, memory. The models are the real
graphs with pseudo-random weights, made by `make-model` where they are missing. The report is Markdown on standard
output; --write puts it into a file between the markers of its section.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
from reference import load_sequences, runtime_library

ROOT = pathlib.Path(__file__).parents[2]
BUILTIN_VOICES = ROOT / "kokoro-core" / "data" / "builtin" / "voices"
LENGTHS = {"short": 25, "medium": 120, "long": 480}
MARKERS = ("<!-- side by side: begin -->", "<!-- side by side: end -->")


class Worker:
    """A process that loads a model and speaks."""

    def __init__(self, command):
        environment = {"ORT_DYLIB_PATH": str(runtime_library()), **os.environ, "ORT_DISABLE_TELEMETRY": "1"}
        self.begin = time.perf_counter()
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, request, count=1, save=None):
        command = {**request, "count": count, "save": save and str(save)}
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args[0]} ended with code {self.process.wait()}")
        return {**json.loads(answer), "since_start": time.perf_counter() - self.begin}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.lines = []

    def python(self, model, threads=0, sessions=1):
        worker = pathlib.Path(__file__).with_name("onnxruntime_worker.py")
        return Worker([sys.executable, worker, model, self.arguments.voices, threads, sessions])

    def rust(self, model, threads, optimization="fast", sessions=1):
        worker = ROOT / "target" / "release" / "bench-worker"
        return Worker([worker, model, self.arguments.voices, threads, optimization, sessions])

    def say(self, line=""):
        self.lines.append(line)
        print(line, flush=True)

    def request(self, length, voice=None):
        """The first symbols of the longest of the fixed inputs."""
        longest = max(load_sequences(), key=lambda sequence: len(sequence["ids"]))
        symbols = LENGTHS[length]
        ids = [*longest["ids"][: symbols + 1], 0]
        voice = voice or self.arguments.voice[0]
        return {"phonemes": longest["phonemes"][:symbols], "ids": ids, "voice": voice, "speed": 1}

    def latency(self, graph, model):
        self.say(f"### Latency, `{graph}`")
        self.say()
        self.say("| threads | text | audio | onnxruntime | this library | times as fast |")
        self.say("| --- | --- | --- | --- | --- | --- |")
        for threads in self.arguments.threads:
            with self.python(model, threads) as theirs, self.rust(model, threads) as ours:
                for length in LENGTHS:
                    request = self.request(length)
                    for side in (theirs, ours):
                        side.ask(request)
                    pairs = [(theirs.ask(request), ours.ask(request)) for _ in range(self.arguments.rounds)]
                    audio = pairs[0][0]["samples"] / 24000
                    seconds = [[side["seconds"] for side in sides] for sides in zip(*pairs, strict=True)]
                    medians = [statistics.median(side) for side in seconds]
                    ratios = [a / b for a, b in zip(*seconds, strict=True)]
                    self.say(
                        f"| {threads} | {length} | {audio:.1f} s | {medians[0]:.3f} s | {medians[1]:.3f} s "
                        f"| **{medians[0] / medians[1]:.2f}** ({min(ratios):.2f} to {max(ratios):.2f}) |"
                    )
        self.say()

    def accuracy(self, graph, model):
        """Signal-to-noise ratios without noise in the model."""
        self.say(f"### Accuracy, `{graph}`, noise set to zero")
        self.say()
        self.say("| text | voice | `Fast` | `Fine` | durations |")
        self.say("| --- | --- | --- | --- | --- |")
        threads = max(self.arguments.threads)
        with (
            tempfile.TemporaryDirectory() as folder,
            self.python(model, threads) as theirs,
            self.rust(model, threads) as fast,
            self.rust(model, threads, "fine") as fine,
        ):
            for length in LENGTHS:
                for voice in self.arguments.voice:
                    request = self.request(length, voice)
                    path = pathlib.Path(folder) / "samples.npy"
                    answers, samples = [], []
                    for side in (theirs, fast, fine):
                        answers.append(side.ask(request, save=path))
                        samples.append(np.load(path).astype(np.float64))
                    told = [answer["durations"] for answer in answers if answer["durations"]]
                    same = len({len(one) for one in samples}) == 1 and all(one == told[0] for one in told)
                    ratios = [decibels(samples[0], one) if same else float("nan") for one in samples[1:]]
                    verdict = "the same" if same else "DIFFERENT"
                    self.say(f"| {length} | {voice} | {ratios[0]:.1f} dB | {ratios[1]:.1f} dB | {verdict} |")
        self.say()

    def spectra(self, graph, model):
        """With noise two runs are never the same; what must agree is how loud every band is."""
        threads = max(self.arguments.threads)
        with (
            tempfile.TemporaryDirectory() as folder,
            self.python(model, threads) as theirs,
            self.rust(model, threads) as ours,
        ):
            path = pathlib.Path(folder) / "samples.npy"
            bands = []
            for side in (theirs, theirs, ours):
                side.ask(self.request("long"), save=path)
                bands.append(loudness(np.load(path)))
        own, other = (np.abs(bands[0] - one).max() for one in bands[1:])
        self.say(
            f"With noise (`{graph}`, long): loudness of 40 bands from 0 to 12 kHz, largest difference between "
            f"onnxruntime and this library {other:.2f} dB, between two runs of onnxruntime {own:.2f} dB."
        )
        self.say()

    def at_once(self, graph, model):
        self.say(f"### Ten medium requests at once, `{graph}`")
        self.say()
        self.say("| arrangement | seconds | highest memory |")
        self.say("| --- | --- | --- |")
        threads = max(self.arguments.threads)
        request = self.request("medium")
        ways = [
            (f"onnxruntime, one session, {threads} threads", lambda: self.python(model, threads)),
            (f"onnxruntime, {threads} sessions, one thread each", lambda: self.python(model, 1, threads)),
            (f"this library, one session, {threads} threads", lambda: self.rust(model, threads)),
            (f"this library, {threads} sessions, one thread each", lambda: self.rust(model, threads, sessions=threads)),
        ]
        seconds = [[] for _ in ways]
        peaks = [0 for _ in ways]
        for _ in range(self.arguments.crowds):
            for index, (_, start) in enumerate(ways):
                with start() as side:
                    side.ask(request)
                    answer = side.ask(request, count=10)
                    seconds[index].append(answer["seconds"])
                    peaks[index] = max(peaks[index], answer["peak_bytes"])
        medians = [statistics.median(each) for each in seconds]
        for (name, _), median, peak in zip(ways, medians, peaks, strict=True):
            self.say(f"| {name} | {median:.2f} s | {peak / 1e6:.0f} MB |")
        self.say()
        ratios = [min(medians[:2]) / median for median in medians[2:]]
        self.say(
            f"Against the better arrangement of onnxruntime: **{ratios[0]:.2f}** times with one session, "
            f"{ratios[1]:.2f} times with {threads}."
        )
        self.say()

    def start(self, graph, model):
        self.say(f"### Start of the process to the first samples of a short text, `{graph}`")
        self.say()
        self.say("| side | seconds | highest memory |")
        self.say("| --- | --- | --- |")
        threads = max(self.arguments.threads)
        request = self.request("short")
        sides = [
            ("onnxruntime", lambda: self.python(model, threads)),
            ("this library", lambda: self.rust(model, threads)),
        ]
        answers = [[] for _ in sides]
        for _ in range(self.arguments.rounds):
            for index, (_, start) in enumerate(sides):
                with start() as side:
                    answers[index].append(side.ask(request))
        for (name, _), each in zip(sides, answers, strict=True):
            times = [answer["since_start"] for answer in each]
            spread = f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"
            peak = max(answer["peak_bytes"] for answer in each)
            self.say(f"| {name} | {spread} | {peak / 1e6:.0f} MB |")
        self.say()


def decibels(expected, samples):
    """Signal-to-noise ratio."""
    noise = np.square(expected - samples).sum()
    return 10 * np.log10(np.square(expected).sum() / noise) if noise else float("inf")


def loudness(samples, bands=40, window=1024):
    """Mean power of equal bands in dB."""
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), window)[:: window // 2]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(window), axis=1))).mean(axis=0)
    return 10 * np.log10([band.mean() for band in np.array_split(power, bands)])


def make_models(folder):
    folder.mkdir(parents=True, exist_ok=True)
    maker = ROOT / "target" / "release" / "make-model"
    models = {}
    for graph in ("tokens", "input_ids"):
        for silent in (False, True):
            path = folder / f"{graph}{'-silent' if silent else ''}.onnx"
            if not path.exists():
                subprocess.run([maker, "--graph", graph, *(["--silent"] if silent else []), path], check=True)
            models[graph, silent] = path
    return models


def machine():
    about = pathlib.Path("/proc/cpuinfo").read_text()
    names = (line.split(":")[1].strip() for line in about.splitlines() if line.startswith("model name"))
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in about), "no AVX2")
    vectors += ", AMX" if "amx_bf16" in about else ""
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return (
        f"{time.strftime('%Y-%m-%d')}, commit {commit.stdout.strip()}. {os.cpu_count()} cores of "
        f"{next(names, platform.machine())} ({vectors}), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, onnxruntime {onnxruntime.__version__} on both sides."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voices", type=pathlib.Path, default=BUILTIN_VOICES, help="NAME.bin with rows of 256 f32")
    parser.add_argument("--voice", nargs="+", help="names; the first is used where one is enough [the first three]")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--crowds", type=int, default=3, help="rounds of ten requests at once")
    parser.add_argument("--only", nargs="+", default=["latency", "accuracy", "spectra", "at_once", "start"])
    parser.add_argument("--graphs", nargs="+", default=["tokens", "input_ids"])
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / "target" / "bench", help="folder for the models")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE", help="put the report into FILE")
    arguments = parser.parse_args()
    arguments.voice = arguments.voice or sorted(path.stem for path in arguments.voices.glob("*.bin"))[:3]
    models = make_models(arguments.models)
    bench = Bench(arguments)
    bench.say(machine())
    bench.say()
    bench.say(
        f"Both sides in turn, medians of {arguments.rounds} after one run for warming up; spread of the ratios of the "
        f"rounds in brackets. Short, medium and long: {', '.join(map(str, LENGTHS.values()))} symbols, "
        f"voice {arguments.voice[0]}."
    )
    bench.say()
    for step in arguments.only:
        for graph in arguments.graphs:
            getattr(bench, step)(graph, models[graph, step == "accuracy"])
    if arguments.write:
        text = arguments.write.read_text(encoding="utf-8")
        before, rest = text.split(MARKERS[0])
        after = rest.split(MARKERS[1])[1]
        report = "\n".join(bench.lines).strip()
        arguments.write.write_text(f"{before}{MARKERS[0]}\n{report}\n{MARKERS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
