#!/usr/bin/env python3
"""Renders a list of sentences into a folder that score.py can read.

    python tools/builtin_model/render.py FOLDER [--list heldout] [--model model.onnx]

The phonemes come from LIST.phonemes, so this needs neither the library nor its text processing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
from build import DESTINATION
from control import exchanged
from timing import RATE
from vocabulary import encode
from wav import write_wav

FOLDER = Path(__file__).resolve().parent
SPEEDS = (0.8, 1.0, 1.25)
CONTROL_SPEED = 1.0


class Synthesizer:
    """The model in ONNX Runtime, on one thread."""

    def __init__(self, model: Path | bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model),
            options,
            providers=["CPUExecutionProvider"],
        )

    def speak(self, phonemes: str, style: np.ndarray, speed: float) -> np.ndarray:
        feed = {
            "tokens": np.array([encode(phonemes)], np.int64),
            "style": style,
            "speed": np.array([speed], np.float32),
        }
        return self.session.run(["audio"], feed)[0]


def render(
    synthesizer: Synthesizer,
    voices: dict[str, np.ndarray],
    texts: list[str],
    phonemes: list[str],
    folder: Path,
    speeds: tuple[float, ...] = SPEEDS,
) -> None:
    """Speech of every voice at every speed, and the control of each sentence by one voice."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = ["file\ttext\tvoice\tspeed\tkind"]

    def add(text: str, sounds: str, voice: str, speed: float, kind: str) -> None:
        name = f"{len(manifest):04}.wav"
        audio = synthesizer.speak(sounds, voices[voice], speed)
        write_wav(folder / name, audio, RATE)
        manifest.append(f"{name}\t{text}\t{voice}\t{speed:g}\t{kind}")

    names = list(voices)
    for i, (text, sounds) in enumerate(zip(texts, phonemes, strict=True)):
        for voice in names:
            for speed in speeds:
                add(text, sounds, voice, speed, "speech")
        add(text, exchanged(sounds), names[i % len(names)], CONTROL_SPEED, "control")
    (folder / "manifest.tsv").write_text("\n".join(manifest) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", default="sentences", help="sentences or heldout")
    parser.add_argument("--model", type=Path, default=DESTINATION / "model.onnx")
    options = parser.parse_args()
    styles = {
        path.stem: np.fromfile(path, "<f4").reshape(1, -1)
        for path in sorted((DESTINATION / "voices").glob("*.bin"))
    }
    texts, phonemes = (
        (FOLDER / f"{options.list}.{kind}").read_text("utf-8").splitlines()
        for kind in ("txt", "phonemes")
    )
    render(Synthesizer(options.model), styles, texts, phonemes, options.folder)


if __name__ == "__main__":
    main()
