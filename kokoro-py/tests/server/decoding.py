"""What players make of a file."""

import io

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def decode(data: bytes) -> tuple[Samples, int]:
    """Samples from -1 to 1, and samples a second."""
    with av.open(io.BytesIO(data)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono")
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        assert container.streams.audio[0].channels == 1
        return np.concatenate([frame.to_ndarray()[0] for frame in frames]), frames[0].sample_rate


def from_pcm(data: bytes) -> Samples:
    """Samples from -1 to 1."""
    return np.asarray(np.frombuffer(data, dtype="<i2") / 32768, dtype=np.float32)
