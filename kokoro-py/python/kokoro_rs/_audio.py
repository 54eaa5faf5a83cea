"""Samples, and what can be made of them."""

from __future__ import annotations

import base64
from os import PathLike, fspath
from typing import TYPE_CHECKING

import numpy as np

from . import _native
from ._picture import waveform
from ._types import SampleFormat

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_RATE = 24_000
"""Samples a second of every Kokoro model."""


class Audio:
    """Samples with what can be made of them: the base of `Speech` and `SpeechChunk`."""

    samples: NDArray[np.float32]
    sample_rate: int = SAMPLE_RATE

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    def _flat(self) -> NDArray[np.float32]:
        return np.ascontiguousarray(self.samples, dtype=np.float32)

    def wav(self, format: SampleFormat = "pcm16") -> bytes:
        """A WAV file in memory.

        Args:
            format: `pcm16`, 16-bit integers, which every player reads, or `float32`, the samples as they are.

        Raises:
            IoError: more than 4 GiB, which the format cannot hold.
        """
        return _native.wav(self._flat(), format)

    def pcm(self, format: SampleFormat = "pcm16") -> bytes:
        """The samples alone, little-endian and without a header.

        Args:
            format: `pcm16`, 16-bit integers, clipped at full scale, or `float32`.
        """
        return _native.pcm(self._flat(), format)

    def pcm16(self) -> bytes:
        """The samples as 16-bit little-endian integers, without a header: `pcm("pcm16")`."""
        return self.pcm("pcm16")

    def save(self, path: str | PathLike[str], format: SampleFormat = "pcm16") -> None:
        """Writes a WAV file, replacing one that is there.

        Args:
            path: where to; the name's ending does not matter.
            format: as for `wav`.

        Raises:
            OSError: the file cannot be written.
        """
        content = self.wav(format)
        with open(fspath(path), "wb") as file:
            file.write(content)

    def _repr_html_(self) -> str:
        """What notebooks show: a waveform and a player."""
        source = base64.b64encode(self.wav()).decode("ascii")
        return (
            f"<div>{waveform(self.samples)}<br>"
            f'<audio controls src="data:audio/wav;base64,{source}"></audio> {self.duration:.2f} s</div>'
        )
