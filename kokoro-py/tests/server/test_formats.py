"""Every format is a file that a player plays from beginning to end."""

import io
import wave

import numpy as np
import pytest

from .decoding import Samples, decode, from_pcm
from .server_process import TEXT, Server

# What a codec may add at the ends: a frame or two of delay and padding, in seconds.
FORMATS = {
    "mp3": ("audio/mpeg", 24_000, 0.1),
    "opus": ("audio/ogg", 48_000, 0.001),
    "aac": ("audio/aac", 24_000, 0.1),
    "flac": ("audio/flac", 24_000, 0.0),
    "wav": ("audio/wav", 24_000, 0.0),
}


@pytest.fixture(scope="module")
def reference(server: Server) -> Samples:
    """The samples that the whole text has as such, without a short first chunk."""
    return from_pcm(server.speak(response_format="pcm", seed=7, stream=False).content)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_played_whole(server: Server, name: str, stream: bool) -> None:
    media_type, rate, padding = FORMATS[name]
    pcm = from_pcm(server.speak(response_format="pcm", seed=7, stream=stream).content)
    response = server.speak(response_format=name, seed=7, stream=stream)
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert ("content-length" in response.headers) is not stream
    samples, decoded_rate = decode(response.content)
    assert decoded_rate == rate
    seconds = len(pcm) / 24_000
    assert seconds > 3
    assert seconds - 0.001 <= len(samples) / rate <= seconds + padding + 0.001
    # The same sound, by its loudness in windows of 20 ms; codecs begin up to 100 ms later.
    ours, theirs = loudness(pcm, 480), loudness(samples, rate // 50)
    assert max(np.corrcoef(ours, np.resize(theirs[late:], len(ours)))[0, 1] for late in range(6)) > 0.95


@pytest.mark.parametrize("name", ["flac", "wav"])
def test_lossless_formats_are_lossless(server: Server, reference: Samples, name: str) -> None:
    samples, _ = decode(server.speak(response_format=name, seed=7, stream=False).content)
    assert np.array_equal(np.rint(samples * 32768), np.rint(reference * 32768))


def test_pcm_is_what_is_promised(server: Server, reference: Samples) -> None:
    response = server.speak(response_format="pcm", seed=7)
    assert response.headers["content-type"] == "audio/pcm; rate=24000; channels=1"
    assert len(response.content) % 2 == 0
    assert abs(len(response.content) / 2 - len(reference)) < 24_000
    assert np.abs(reference).max() > 0.05


def test_a_streamed_wav_has_the_length_that_means_until_the_end(server: Server) -> None:
    streamed = server.speak(response_format="wav").content
    assert streamed[:44] == (
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0data\xff\xff\xff\xff"
    )
    with wave.open(io.BytesIO(streamed)) as file:
        assert len(file.readframes(1 << 30)) == len(streamed) - 44


def test_a_whole_wav_has_its_length(server: Server) -> None:
    whole = server.speak(response_format="wav", stream=False).content
    assert int.from_bytes(whole[4:8], "little") == len(whole) - 8
    with wave.open(io.BytesIO(whole)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        assert file.getnframes() * 2 == len(whole) - 44


def test_mp3_is_the_default(server: Server) -> None:
    assert server.client.post("/v1/audio/speech", json={"input": TEXT}).headers["content-type"] == "audio/mpeg"


def loudness(samples: Samples, window: int) -> Samples:
    count = len(samples) // window
    return np.asarray(np.sqrt(np.square(samples[: count * window].reshape(count, window)).mean(axis=1)))
