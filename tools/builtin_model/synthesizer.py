"""The model: a formant synthesizer with the inputs and outputs of Kokoro, as one ONNX graph.

inputs   tokens int64 [1, N]    style float32 [1, 256]    speed float32 [1]
outputs  audio float32 [600 * sum(durations)], 24 kHz     durations int64 [N], frames of 25 ms
"""

from __future__ import annotations

import json

import onnx
import prosody
import timing
import tract
from graph import F32, I64, Graph
from onnx import helper
from vocabulary import MAX_TOKENS, TOKEN_COUNT, VOCABULARY

NAME = "kokoro-builtin"
VERSION = "1"


def metadata() -> dict[str, str]:
    """`kokoro_config` has the fields of Kokoro's config.json that a program needs to drive it."""
    config = {
        "n_token": TOKEN_COUNT,
        "style_dim": prosody.STYLE_WIDTH // 2,
        "multispeaker": True,
        "plbert": {"max_position_embeddings": MAX_TOKENS},
        "vocab": VOCABULARY,
    }
    return {
        "kokoro_config": json.dumps(config, ensure_ascii=False, separators=(",", ":")),
        "kokoro_builtin": VERSION,
    }


def build() -> onnx.ModelProto:
    g = Graph()
    tokens = timing.Tokens(g, g.input("tokens", I64))
    speaker = prosody.speaker(g, g.input("style", F32))
    frames = timing.durations(tokens, g.input("speed", F32))
    time = timing.timeline(tokens, frames)
    pitch = prosody.pitch(tokens, time, speaker)
    mouth = tract.articulation(tokens, time, speaker)
    audio = tract.speech(g, mouth, pitch, time, speaker)
    g.output(timing.early(g, audio, frames), "audio")
    g.output(frames, "durations")
    return g.model(
        NAME,
        inputs=[
            helper.make_tensor_value_info("tokens", I64, [1, "tokens"]),
            helper.make_tensor_value_info("style", F32, [1, prosody.STYLE_WIDTH]),
            helper.make_tensor_value_info("speed", F32, [1]),
        ],
        outputs=[
            helper.make_tensor_value_info("audio", F32, ["samples"]),
            helper.make_tensor_value_info("durations", I64, ["tokens"]),
        ],
        metadata=metadata(),
    )
