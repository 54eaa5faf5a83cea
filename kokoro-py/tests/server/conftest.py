import pytest
from server_process import Server


@pytest.fixture(scope="session")
def server():
    with Server() as running:
        yield running.ready()
