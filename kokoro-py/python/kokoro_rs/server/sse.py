"""Events of OpenAI's stream of speech (``stream_format`` ``sse``)."""

from __future__ import annotations

import base64
import json
from typing import Any

MEDIA_TYPE = "text/event-stream"


def delta(part: bytes) -> bytes:
    """A part of the file."""
    return _event({"type": "speech.audio.delta", "audio": base64.b64encode(part).decode("ascii")})


def done(*, characters: int, frames: int) -> bytes:
    """The end. A token is a character of the input, and a frame of 25 ms of the output."""
    usage = {"input_tokens": characters, "output_tokens": frames, "total_tokens": characters + frames}
    return _event({"type": "speech.audio.done", "usage": usage})


def error(body: dict[str, Any]) -> bytes:
    """An error after the first part; no more events follow."""
    return _event({"type": "error", **body})


def _event(content: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
