"""What all tests of the package use: a synthesizer with the model that the package carries."""

from __future__ import annotations

from collections.abc import Iterator

import kokoro_rs
import pytest

SENTENCES = "The bus stops in front of the school. The old bridge was destroyed by fire, and nobody knows where. "


@pytest.fixture(scope="session")
def synthesizer() -> Iterator[kokoro_rs.Synthesizer]:
    made = kokoro_rs.Synthesizer("builtin", threads=2)
    yield made
    made.shutdown(None)


@pytest.fixture
def small() -> Iterator[kokoro_rs.Synthesizer]:
    """One that a test has to itself: one thread, short chunks, few places."""
    made = kokoro_rs.Synthesizer("builtin", threads=1, chunk_symbols=60, max_requests=4)
    yield made
    made.shutdown(None)


@pytest.fixture(scope="session")
def book() -> str:
    """A text that takes seconds to speak."""
    return SENTENCES * 2000
