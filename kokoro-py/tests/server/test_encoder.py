"""What encoders hold of memory, in the process itself."""

import pathlib

import numpy as np
from kokoro_rs.server.encoder import open_encoder
from numpy.typing import NDArray


class Tone:
    """Three seconds of it."""

    samples: NDArray[np.float32] = np.sin(np.arange(72_000) * 0.1, dtype=np.float32) / 2

    def pcm16(self) -> bytes:
        return (self.samples * 32767).astype("<i2").tobytes()


def resident_bytes() -> int:
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_encoders_that_nobody_finishes_give_back_what_they_hold() -> None:
    """Left to the collector of cycles, these hold 300 MB."""
    tone = Tone()

    def abandon(count: int) -> None:
        for _ in range(count):
            encoder = open_encoder("flac", streaming=True)
            encoder.encode(tone)
            encoder.close()
            encoder.close()

    abandon(10)
    before = resident_bytes()
    abandon(300)
    assert resident_bytes() - before < 60_000_000
