#!/usr/bin/env python3
"""Convert raw .bin voices to the other formats the library reads, with NumPy and PyTorch themselves.

    python tools/voices/convert.py SOURCE TARGET [NAME ...]

SOURCE is a folder of raw NAME.bin files (little-endian f32, rows of 256). TARGET gets, for the names given or all:

    npy/NAME.npy  pt/NAME.pt                       one voice a file, shape (rows, 1, 256)
    voices.npz  voices_compressed.npz  voices.bin  many voices a file; the last is the first under another extension,
                                                   as `voices-v1.0.bin` is distributed

The library's tests compare them with SOURCE when KOKORO_TEST_VOICES names SOURCE and KOKORO_TEST_VOICES_COPIES names
TARGET or one thing inside it.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np

STYLE_LEN = 256


def main() -> None:
    parser = argparse.ArgumentParser(description="Convert raw .bin voices to .npy, .npz and .pt.")
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("names", nargs="*", help="voices to convert, all if none is given")
    parser.add_argument("--no-pt", action="store_true", help="do without PyTorch")
    args = parser.parse_args()

    names = args.names or sorted(path.stem for path in args.source.glob("*.bin"))
    if not names:
        parser.error(f"no .bin files in {args.source}")
    voices = {
        name: np.fromfile(args.source / f"{name}.bin", dtype="<f4").reshape(-1, 1, STYLE_LEN) for name in names
    }

    (args.target / "npy").mkdir(parents=True, exist_ok=True)
    for name, voice in voices.items():
        np.save(args.target / "npy" / f"{name}.npy", voice)
    np.savez(args.target / "voices.npz", **voices)
    np.savez_compressed(args.target / "voices_compressed.npz", **voices)
    shutil.copyfile(args.target / "voices.npz", args.target / "voices.bin")
    if not args.no_pt:
        import torch

        (args.target / "pt").mkdir(exist_ok=True)
        for name, voice in voices.items():
            torch.save(torch.from_numpy(voice), args.target / "pt" / f"{name}.pt")


if __name__ == "__main__":
    main()
