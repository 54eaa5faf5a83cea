"""OpenAI's own client, as its users use it."""

import asyncio
import base64
import json
import pathlib
from collections.abc import Iterator
from typing import Any, Literal

import openai
import pytest

from .decoding import decode
from .server_process import TEXT, Server

Format = Literal["mp3", "opus", "aac", "flac", "wav"]


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.base}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.mark.parametrize("name", ["mp3", "opus", "aac", "flac", "wav"])
def test_create(client: openai.OpenAI, name: Format) -> None:
    response = client.audio.speech.create(model="tts-1", voice="af_ada", input=TEXT, response_format=name)
    samples, rate = decode(response.content)
    assert rate == (48_000 if name == "opus" else 24_000)
    assert len(samples) / rate > 3


def test_write_to_file(client: openai.OpenAI, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "speech.wav"
    client.audio.speech.create(model="kokoro", voice="am_hugo", input=TEXT, response_format="wav").write_to_file(path)
    assert decode(path.read_bytes())[1] == 24_000


@pytest.mark.parametrize("name", ["mp3", "opus", "aac", "flac", "wav"])
def test_streaming_response(client: openai.OpenAI, tmp_path: pathlib.Path, name: Format) -> None:
    path = tmp_path / "speech"
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="af_ada", input=TEXT, response_format=name
    ) as response:
        response.stream_to_file(path)
    samples, rate = decode(path.read_bytes())
    assert len(samples) / rate > 3


def test_pcm(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="af_ada", input=TEXT, response_format="pcm"
    ) as response:
        parts = list(response.iter_bytes(chunk_size=4800))
    assert sum(map(len, parts)) > 3 * 48_000


def test_server_sent_events(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="af_ada", input=TEXT, response_format="flac", stream_format="sse"
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line]
    *deltas, done = events
    assert len(deltas) > 1
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    samples, rate = decode(b"".join(base64.b64decode(event["audio"]) for event in deltas))
    assert done["type"] == "speech.audio.done"
    usage = done["usage"]
    assert usage["input_tokens"] == len(TEXT)
    assert usage["output_tokens"] == round(len(samples) / rate / 0.025)
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_speed_and_a_voice_object(client: openai.OpenAI) -> None:
    def seconds(**parameters: Any) -> float:
        whole = client.audio.speech.create(model="tts-1", input=TEXT, response_format="pcm", **parameters)
        return len(whole.content) / 48_000

    slow, fast = seconds(voice={"id": "af_ada"}, speed=0.5), seconds(voice="af_ada", speed=2.0)
    assert 3 < slow / fast < 5


def test_errors_are_those_of_the_client(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.speech.create(model="tts-1", voice="af_nobody", input=TEXT)
    assert (caught.value.code, caught.value.param) == ("unknown_voice", "voice")
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id
    with pytest.raises(openai.UnprocessableEntityError) as unprocessable:
        client.audio.speech.create(model="tts-1", voice="af_ada", input=TEXT, speed=9)
    assert unprocessable.value.param == "speed"
    with pytest.raises(openai.NotFoundError) as not_found:
        client.audio.speech.create(model="whisper-1", voice="af_ada", input=TEXT)
    assert not_found.value.code == "model_not_found"


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()][:2] == ["kokoro", "tts-1"]
    assert client.models.retrieve("kokoro").id == "kokoro"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("whisper-1")


async def _stream(client: openai.AsyncOpenAI) -> bytes:
    async with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="af_ada", input=TEXT, response_format="opus"
    ) as response:
        return b"".join([part async for part in response.iter_bytes()])


def test_asynchronous_client(server: Server) -> None:
    async def main() -> list[bytes]:
        async with openai.AsyncOpenAI(base_url=f"{server.base}/v1", api_key="none", max_retries=0) as client:
            return await asyncio.gather(*(_stream(client) for _ in range(3)))

    for data in asyncio.run(main()):
        assert len(decode(data)[0]) > 3 * 48_000
