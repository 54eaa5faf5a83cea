"""A picture of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 600
"""Columns of the picture, in pixels."""
HEIGHT = 60
"""Height of the picture, in pixels; full scale fills it."""


def waveform(samples: NDArray[np.float32]) -> str:
    """An SVG in which each column spans the lowest and the highest of its samples."""
    middle = HEIGHT / 2
    columns = min(WIDTH, len(samples))
    edges = np.linspace(0, len(samples), columns + 1).astype(np.intp)
    path = []
    if columns:
        clipped = np.clip(np.nan_to_num(samples), -1.0, 1.0)
        lows = np.minimum.reduceat(clipped, edges[:-1])
        highs = np.maximum.reduceat(clipped, edges[:-1])
        for column, (low, high) in enumerate(zip(lows, highs)):
            top, bottom = middle - high * middle, middle - low * middle
            path.append(f"M{column + 0.5:.1f} {top:.1f}V{max(bottom, top + 0.5):.1f}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="waveform">'
        f'<path d="{"".join(path)}" stroke="currentColor" fill="none"/></svg>'
    )
