"""Samples for programs that expect tensors."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InvalidConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class TensorLikeArray(np.ndarray[Any, np.dtype[np.float32]]):
    """An array that has the methods of tensors by which programs usually come to an array."""

    def numpy(self) -> NDArray[np.float32]:
        """A plain array of the same memory."""
        return np.asarray(self)

    def cpu(self) -> TensorLikeArray:
        """The array itself."""
        return self

    def detach(self) -> TensorLikeArray:
        """The array itself."""
        return self

    def clone(self) -> TensorLikeArray:
        """A copy."""
        copied: TensorLikeArray = self.copy().view(TensorLikeArray)
        return copied

    def unsqueeze(self, dim: int) -> NDArray[np.float32]:
        """A view with one more axis of length 1."""
        return np.expand_dims(self, dim)


def as_asked(samples: NDArray[np.float32], kind: str) -> Any:
    """The samples as a tensor or as an array, of the same memory."""
    if kind == "auto":
        # Importing torch takes seconds; who uses its functions has done so.
        kind = "torch" if "torch" in sys.modules else "numpy"
    if kind == "torch":
        return importlib.import_module("torch").from_numpy(samples)
    if kind == "numpy":
        return samples.view(TensorLikeArray)
    raise InvalidConfigError(f"audio = {kind!r}: it must be 'auto', 'numpy' or 'torch'")
