"""Reading and writing of WAV files: mono out; 16-bit PCM or 32-bit float in."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE


class WavError(Exception):
    """Not a WAV file that can be read here."""


def read_wav(path: Path) -> tuple[int, NDArray[np.float32]]:
    """Sample rate and samples in -1 .. 1; several channels are averaged.

    The `wave` module of the standard library refuses float samples, hence the parsing here.
    """
    content = path.read_bytes()
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise WavError(f"{path}: not a WAV file")
    form = data = None
    position = 12
    while position + 8 <= len(content) and data is None:
        name = content[position : position + 4]
        (size,) = struct.unpack_from("<I", content, position + 4)
        body = content[position + 8 : position + 8 + size]
        if name == b"fmt ":
            form = body
        elif name == b"data":
            data = body
        position += 8 + size + size % 2
    if form is None or len(form) < 16 or data is None:
        raise WavError(f"{path}: no format or no data")
    encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
    if encoding == EXTENSIBLE and len(form) >= 26:
        (encoding,) = struct.unpack_from("<H", form, 24)
    if (encoding, bits) == (PCM, 16):
        samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32768
    elif (encoding, bits) == (FLOAT, 32):
        samples = np.frombuffer(data[: len(data) // 4 * 4], "<f4").astype(np.float32)
    else:
        raise WavError(f"{path}: neither 16-bit PCM nor 32-bit float")
    if channels < 1 or rate < 1:
        raise WavError(f"{path}: {channels} channels at {rate} Hz")
    if not np.isfinite(samples).all():
        raise WavError(f"{path}: samples that are not finite")
    whole = len(samples) // channels * channels
    return rate, samples[:whole].reshape(-1, channels).mean(axis=1)


def write_wav(path: Path, samples: NDArray[np.float32], rate: int) -> None:
    """16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
