"""What the tests of the server use: one that runs."""

from collections.abc import Iterator

import pytest

from .server_process import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running.ready()
