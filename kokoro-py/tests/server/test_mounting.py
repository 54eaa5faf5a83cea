"""The router in an app that has routes of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import kokoro_rs
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
from fastapi.testclient import TestClient
from kokoro_rs.server import Settings, TimingMiddleware, create_router
from pydantic import BaseModel

from .decoding import decode
from .server_process import TEXT, wait_until


class Item(BaseModel):
    name: str


@pytest.fixture(scope="module")
def synthesizer() -> kokoro_rs.Synthesizer:
    return kokoro_rs.Synthesizer(model="builtin")


def host(router: APIRouter, **options: Any) -> FastAPI:
    app = FastAPI(**options)

    @app.post("/items")
    async def items(item: Item) -> Item:
        return item

    app.include_router(router, prefix="/speech")
    app.add_middleware(TimingMiddleware)
    return app


def test_both_keep_their_ways(synthesizer: kokoro_rs.Synthesizer) -> None:
    told = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        told.append("begin")
        yield
        told.append("end")

    with TestClient(host(create_router(synthesizer=synthesizer), lifespan=lifespan)) as client:
        assert told == ["begin"]
        wait_until(lambda: client.get("/speech/readyz").status_code == 200, "ready")
        assert client.post("/items", json={"name": "a"}).json() == {"name": "a"}
        assert "detail" in client.post("/items", json={}).json(), "the host's errors stay the host's"
        assert "x-process-time" in client.post("/items", json={}).headers
        response = client.post("/speech/v1/audio/speech", json={"input": TEXT, "response_format": "flac"})
        assert len(decode(response.content)[0]) > 3 * 24_000
        refused = client.post("/speech/v1/audio/speech", json={})
        assert refused.json()["error"]["code"] == "missing_parameter"
    assert told == ["begin", "end"]
    # One that was given is its owner's.
    assert synthesizer.synthesize("Still here.").duration > 0.3


def test_without_a_lifespan_the_first_request_loads(synthesizer: kokoro_rs.Synthesizer) -> None:
    # Only as a context would the client run it.
    client = TestClient(host(create_router(synthesizer=synthesizer)))
    response = client.post("/speech/v1/audio/speech", json={"input": TEXT, "response_format": "wav"})
    assert response.status_code == 200


def test_settings_can_be_given(synthesizer: kokoro_rs.Synthesizer) -> None:
    settings = Settings(models=("mine",), max_input_characters=10, voice_names={"alloy": "af_ada"})
    with TestClient(host(create_router(settings, synthesizer))) as client:
        path = "/speech/v1/audio/speech"
        assert client.post(path, json={"input": "a" * 11, "model": "mine"}).status_code == 422
        assert client.post(path, json={"input": "Hello", "model": "kokoro"}).status_code == 404
        body = {"model": "mine", "input": "Hello", "seed": 1, "response_format": "pcm"}
        named, own, other = (
            client.post(path, json={**body, "voice": voice}).content for voice in ("alloy", "af_ada", "am_hugo")
        )
        assert named == own != other


def test_a_dependency_of_the_host_guards_the_routes(synthesizer: kokoro_rs.Synthesizer) -> None:
    def guard(authorization: str = Header("")) -> None:
        if authorization != "Bearer right":
            raise HTTPException(401, "who are you?", {"WWW-Authenticate": "Bearer"})

    app = FastAPI()
    app.include_router(create_router(synthesizer=synthesizer), dependencies=[Depends(guard)])
    with TestClient(app) as client:
        refused = client.post("/v1/audio/speech", json={"input": TEXT})
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")
        assert refused.headers["www-authenticate"] == "Bearer"
        right = {"authorization": "Bearer right"}
        assert client.post("/v1/audio/speech", json={"input": TEXT}, headers=right).status_code == 200
