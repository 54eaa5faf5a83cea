"""Kokoro on Python's ONNX Runtime, as plainly as it can be: what the Rust library is measured against."""

import json
import os
import pathlib

# Before ONNX Runtime is loaded: its official builds report to their maker otherwise.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnxruntime

STYLE_SIZE = 256
SAMPLES_PER_FRAME = 600


def load_sequences():
    """The fixed inputs: `name`, `phonemes` and `ids`, pads included."""
    return json.loads(pathlib.Path(__file__).with_name("sequences.json").read_text(encoding="utf-8"))


def style_row(voices, voice, symbols):
    """The style for a text of `symbols` phonemes, unmapped ones included: row `symbols - 1`, or the only one."""
    pack = np.fromfile(pathlib.Path(voices) / f"{voice}.bin", "<f4").reshape(-1, STYLE_SIZE)
    row = min(symbols, len(pack)) - 1
    return pack[row : row + 1]


class Model:
    """A session on a model of any published form."""

    def __init__(self, path, threads=None):
        options = onnxruntime.SessionOptions()
        if threads is not None:
            options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        types = {value.name: value.type for value in self.session.get_inputs()}
        self.ids = next(name for name in types if name in ("input_ids", "tokens"))
        self.int_speed = types["speed"] != "tensor(float)"

    def run(self, ids, style, speed):
        """Samples and durations; the durations are None if the model does not tell them."""
        speed = np.array([speed], np.int32 if self.int_speed else np.float32)
        inputs = {self.ids: np.array([ids], np.int64), "style": style, "speed": speed}
        samples, *more = self.session.run(None, inputs)
        return samples.reshape(-1), np.rint(more[0]).astype(np.int64).reshape(-1) if more else None


def runtime_library():
    """The shared library of the installed ONNX Runtime, so that both sides can use the same one."""
    folder = pathlib.Path(onnxruntime.__file__).parent / "capi"
    names = ("libonnxruntime.so*", "libonnxruntime*.dylib", "onnxruntime.dll")
    return next((file for name in names for file in sorted(folder.glob(name))), None)


def relative_error(samples, expected):
    """The largest difference, as a part of the peak."""
    peak = np.abs(expected).max(initial=0)
    return float(np.abs(samples - expected).max(initial=0) / peak) if peak else float(np.abs(samples).max(initial=0))
