"""What is to be made, what was made, and whether the one is the other."""

import hashlib
import json
import os
import pathlib
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Order:
    """A text to speak, and how. Paths are absolute."""

    text: str
    speech: str
    model: str
    voice: str | None
    speed: float

    def row(self):
        """As Ray carries it."""
        return asdict(self)

    @property
    def record(self):
        """The file that says what was made."""
        return pathlib.Path(self.speech).with_suffix(".json")

    def digest(self, content):
        """Of everything that the speech depends on."""
        manner = json.dumps([self.model, self.voice, self.speed]).encode()
        return hashlib.sha256(manner + b"\n" + content).hexdigest()


def is_done(order):
    """Whether the speech is there, whole, and made of this text in this way."""
    try:
        record = json.loads(order.record.read_text(encoding="utf-8"))
        content = pathlib.Path(order.text).read_bytes()
        made = pathlib.Path(order.speech).stat().st_size
    except (OSError, ValueError):
        return False
    return record.get("digest") == order.digest(content) and record.get("bytes") == made


def part_of(path):
    """Where a file is written before it is whole. A worker that outlives its run must not meet its successor there."""
    return pathlib.Path(f"{path}.part-{os.getpid()}")


def write_record(order, record):
    """Puts the record in place as a whole."""
    part = part_of(order.record)
    part.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(part, order.record)
