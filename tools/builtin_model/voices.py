"""The four voices. A voice is one style vector, which serves inputs of every length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from prosody import (
    NEUTRAL_PITCH,
    SLOT_BREATH,
    SLOT_LIVELINESS,
    SLOT_PITCH,
    SLOT_SCALE,
    SLOT_TILT,
    STYLE_WIDTH,
)


@dataclass(frozen=True)
class Voice:
    pitch: float  # Hz
    liveliness: float  # 1: the pitch movements of the tables
    formant_scale: float  # 1: an adult man's vocal tract
    breath: float  # 0: none
    tilt: float  # octaves; more is softer

    def style(self) -> NDArray[np.float32]:
        """[1, 256]"""
        style = np.zeros((1, STYLE_WIDTH), np.float32)
        style[0, SLOT_PITCH[0]] = np.log2(self.pitch / NEUTRAL_PITCH)
        style[0, SLOT_LIVELINESS[0]] = self.liveliness - 1
        style[0, SLOT_SCALE[0]] = np.log(self.formant_scale)
        style[0, SLOT_BREATH[0]] = self.breath
        style[0, SLOT_TILT[0]] = self.tilt
        return style


VOICES: dict[str, Voice] = {
    "af_ada": Voice(195, 1.1, 1.16, 0.04, 0.3),
    "af_iris": Voice(225, 1.3, 1.20, 0.06, 0.6),
    "am_hugo": Voice(112, 1.0, 1.00, 0.02, 0.0),
    "am_otto": Voice(92, 0.8, 0.95, 0.015, 0.3),
}
