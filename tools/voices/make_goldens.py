#!/usr/bin/env python3
"""Write the small voices under kokoro-core/tests/data/voices: one ramp of 3 rows in every format the library reads.

    pip install numpy torch
    python tools/voices/make_goldens.py kokoro-core/tests/data/voices

Element i of the ramp is ((i * 2654435761) mod 2^24) / 2^23 - 1, exact in f32 and computed again by the tests. Running
the script twice with the same NumPy and PyTorch gives the same bytes.

    ramp.bin             raw little-endian f32, shape (3, 256)
    ramp.npy             shape (3, 1, 256)
    ramp_stored.npz      keys `ramp` (the same) and `first` (its first row, shape (256,)), not compressed
    ramp_deflated.npz    the same, compressed
    ramp.pt              torch.save of a tensor of shape (3, 1, 256)
    ramp_view.pt         the same, as a view that starts 256 elements into a larger storage
"""

import argparse
from pathlib import Path

import numpy as np
import torch

ROWS, STYLE_LEN = 3, 256


def ramp() -> np.ndarray:
    index = np.arange(ROWS * STYLE_LEN, dtype=np.uint64)
    value = (index * 2654435761) % 2**24
    return (value.astype(np.float64) / 2**23 - 1).astype("<f4").reshape(ROWS, 1, STYLE_LEN)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the golden voices of the tests.")
    parser.add_argument("folder", type=Path, help="where to write them")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)

    voice = ramp()
    voice.tofile(folder / "ramp.bin")
    np.save(folder / "ramp.npy", voice)
    keys = {"ramp": voice, "first": voice[0, 0]}
    np.savez(folder / "ramp_stored.npz", **keys)
    np.savez_compressed(folder / "ramp_deflated.npz", **keys)

    tensor = torch.from_numpy(voice)
    torch.save(tensor.clone(), folder / "ramp.pt")
    larger = torch.zeros(ROWS + 2, 1, STYLE_LEN)
    larger[1 : ROWS + 1] = tensor
    torch.save(larger[1 : ROWS + 1], folder / "ramp_view.pt")


if __name__ == "__main__":
    main()
