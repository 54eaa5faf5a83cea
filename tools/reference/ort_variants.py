#!/usr/bin/env python3
"""Check that ONNX Runtime accepts every form of model that make-model can make, and that each computes the same.

usage: ort_variants.py MAKE_MODEL VOICES_DIR

MAKE_MODEL is the program make-model. With the package `onnx` installed, its checker looks at the models too.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from reference import Model, load_sequences, style_row

try:
    import onnx
except ImportError:
    onnx = None

FORMS = {
    "input_ids": [
        "",
        "--f32-speed",
        "--f32-speed --f32-durations",
        "--f32-speed --no-durations",
        "--waveform-rank 2",
        "--rename-input input_ids=tokens --rename-output waveform=audio",
        "--metadata a=b",
        "--fp16",
    ],
    "tokens": [
        "",
        "--int-speed",
        "--durations",
        "--f32-durations",
        "--waveform-rank 3",
        "--durations --rename-input tokens=input_ids --rename-output audio=waveform",
        "--fp16",
        "--fp16 --f32-durations --int-speed --waveform-rank 2",
    ],
}


def main():
    make_model, voices = sys.argv[1:]
    sequence = load_sequences()[0]
    style = style_row(voices, "af_heart", len(sequence["phonemes"]))
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.onnx"

        def speak(graph, options):
            subprocess.run([make_model, "--graph", graph, *options.split(), str(path)], check=True)
            if onnx:
                onnx.checker.check_model(onnx.load(path))
            model = Model(path, threads=1)
            first = model.run(sequence["ids"], style, 1)
            return *first, np.array_equal(first[0], model.run(sequence["ids"], style, 1)[0])

        for graph, forms in FORMS.items():
            noisy, _, is_equal = speak(graph, "")
            failures += not report(graph, "", not is_equal, "noise differs from run to run")
            expected, expected_durations, _ = speak(graph, "--silent --durations")
            for options in forms:
                samples, durations, is_equal = speak(graph, f"--silent {options}")
                if "--fp16" in options:
                    # Rounded weights may move a duration by a frame, and move the phase of the voice.
                    ok = is_equal and abs(samples.size / expected.size - 1) < 0.05
                    details = f"{samples.size} samples, {expected.size} with f32"
                else:
                    ok = is_equal and np.array_equal(samples, expected) and samples.size == noisy.size
                    ok = ok and (durations is None or np.array_equal(durations, expected_durations))
                    details = "same waveform" if ok else "differs"
                failures += not report(graph, f"--silent {options}", ok, details)
    return 1 if failures else 0


def report(graph, options, ok, details):
    print(f"{'ok  ' if ok else 'FAIL'} {graph} {options} ({details})", flush=True)
    return ok


if __name__ == "__main__":
    sys.exit(main())
