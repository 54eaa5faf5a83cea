"""What the server gives back to the system."""

import asyncio

import pytest
from kokoro_rs.server import Settings, service


def test_free_pages_are_given_back_when_no_request_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[bool] = []
    monkeypatch.setattr(service, "give_back_free_pages", lambda: given_back.append(True))
    monkeypatch.setattr(service, "_IDLE_SECONDS", 0.0)

    async def serve() -> None:
        admission = service.Service(Settings()).admission
        with admission.place(), admission.place():
            pass
        # The next one is there before the pause is over.
        with admission.place():
            await asyncio.sleep(0.05)
            assert not given_back
        while not given_back:
            await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(serve(), 60))
    assert given_back == [True]
