#!/usr/bin/env python3
"""Compare the Rust library with Python's ONNX Runtime on the same model.

For fixed phoneme strings of 25 to 510 symbols, at several speeds, the durations must be the same, and so must the
length of the waveform. Where the model has no noise in it (`make-model --silent`), the waveforms must agree to 1e-5
of their peak. Without --speak-ids, only Python's own runs are compared: one thread against the default options.
"""

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from reference import SAMPLES_PER_FRAME, Model, load_sequences, relative_error, runtime_library, style_row

TOLERANCE = 1e-5
# Longer ones are spoken at the natural speed only: they would take minutes.
LONGEST_AT_OTHER_SPEEDS = 120
QUICK = 60


def main():
    arguments = parse_arguments()
    model = Model(arguments.model, threads=1)
    sequences = [s for s in load_sequences() if not arguments.quick or len(s["phonemes"]) <= QUICK + 2]
    requests = list(make_requests(sequences, arguments.voice, model.int_speed))

    expected = run_python(model, requests, arguments.voices)
    again = run_python(model, requests[:1], arguments.voices)
    silent = np.array_equal(expected[0][0], again[0][0])
    nature = "gives equal waveforms for equal inputs" if silent else "has noise: waveforms are not compared"
    print(f"The model {nature}.")
    del model

    sides = {"python, default options": run_python(Model(arguments.model), requests, arguments.voices)}
    if arguments.speak_ids:
        sides["rust"] = run_rust(arguments, requests)

    failures = 0
    for side, results in sides.items():
        print(f"\n{side}, against python with one thread:")
        for request, result, reference in zip(requests, results, expected, strict=True):
            verdict, details = judge(result, reference, silent)
            failures += not verdict
            label = f"{request['name']:>8} at speed {request['speed']:<5g}"
            print(f"  {'ok  ' if verdict else 'FAIL'} {label} {details}")
    print(f"\n{failures} of {len(sides) * len(requests)} results differ")
    return 1 if failures else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL.onnx")
    parser.add_argument("voices", type=pathlib.Path, metavar="VOICES_DIR", help="with NAME.bin, raw f32, 510 x 256")
    parser.add_argument("--speak-ids", type=pathlib.Path, metavar="PROGRAM", help="the program infer-ids")
    parser.add_argument("--voice", default="af_heart")
    parser.add_argument("--quick", action="store_true", help="only the short strings")
    return parser.parse_args()


def make_requests(sequences, voice, int_speed):
    others = (2,) if int_speed else (0.8, 1.37)
    for sequence, speed in itertools.product(sequences, (1, *others)):
        if speed == 1 or len(sequence["phonemes"]) <= LONGEST_AT_OTHER_SPEEDS:
            yield {**sequence, "voice": voice, "speed": speed}


def run_python(model, requests, voices):
    styles = (style_row(voices, request["voice"], len(request["phonemes"])) for request in requests)
    return [model.run(request["ids"], style, request["speed"]) for request, style in zip(requests, styles, strict=True)]


def run_rust(arguments, requests):
    lines = [json.dumps({key: request[key] for key in ("phonemes", "voice", "speed")}) for request in requests]
    environment = dict(os.environ)
    if library := runtime_library():
        environment.setdefault("ORT_DYLIB_PATH", str(library))
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.speak_ids, "--model", arguments.model, "--voices", arguments.voices, "--out", folder]
        done = subprocess.run(
            [str(word) for word in command],
            input="\n".join(lines) + "\n",
            env=environment,
            encoding="utf-8",
            stdout=subprocess.PIPE,
        )
        if done.returncode != 0:
            sys.exit(f"{arguments.speak_ids} ended with code {done.returncode}")
        return [load_result(pathlib.Path(folder), index) for index in range(len(requests))]


def load_result(folder, index):
    durations = folder / f"{index}.durations.npy"
    samples = np.load(folder / f"{index}.samples.npy")
    return samples, np.load(durations) if durations.exists() else None


def judge(result, reference, silent):
    """Whether a result equals the reference, and a line about it."""
    (samples, durations), (expected, expected_durations) = result, reference
    if (durations is None) != (expected_durations is None):
        return False, "only one side has durations"
    if durations is not None:
        if not np.array_equal(durations, expected_durations):
            if durations.shape != expected_durations.shape:
                return False, f"{durations.size} durations, not {expected_durations.size}"
            where = np.flatnonzero(durations != expected_durations)
            return False, f"{where.size} durations differ, first at token {where[0]}"
        if samples.size != SAMPLES_PER_FRAME * durations.sum():
            return False, f"{samples.size} samples do not belong to {durations.sum()} frames"
    if samples.size != expected.size:
        return False, f"{samples.size} samples, not {expected.size}"
    if not np.isfinite(samples).all():
        return False, "not every sample is a number"
    details = f"{samples.size / 24000:6.2f} s"
    if not silent:
        return True, details
    error = relative_error(samples, expected)
    return error <= TOLERANCE, f"{details}, error {error:.1e} of peak"


if __name__ == "__main__":
    sys.exit(main())
