"""What is sent and received, as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]


class VoiceId(BaseModel):
    """A voice, as OpenAI's service names one of the user's own."""

    model_config = ConfigDict(extra="forbid")

    id: str


class WordsRequest(BaseModel):
    """Text to speak at once, with the times of its words."""

    # A name with `model_` is nothing special here, and what is not known is refused rather than passed over.
    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    input: str = Field(min_length=1, description="text to speak; `[Kokoro](/kˈOkəɹO/)` gives a pronunciation")
    model: str = Field(default="kokoro", description="one of `GET /v1/models`")
    voice: str | VoiceId | None = Field(
        default=None, description="a voice, or a mix such as `af_heart*0.7+af_bella*0.3`; default: the library's"
    )
    response_format: Format = Field(default="mp3", description="how the audio is encoded")
    speed: float = Field(default=1.0, ge=0.25, le=4.0, description="2 takes half the time")
    instructions: str | None = Field(default=None, description="accepted and passed over, as `tts-1` does")
    language: str | None = Field(default=None, description="such as `en-gb`; default: that of the voice")
    seed: int | None = Field(default=None, ge=0, lt=2**64, description="the same seed gives the same samples")

    @property
    def voice_name(self) -> str | None:
        """The voice as a name or a mix."""
        return self.voice.id if isinstance(self.voice, VoiceId) else self.voice


class SpeechRequest(WordsRequest):
    """Text to speak while it is sent: the parameters of OpenAI's `createSpeech`, and a few more."""

    stream_format: Literal["audio", "sse"] = Field(
        default="audio", description="`audio`: bytes of the file; `sse`: events with parts of it in base64"
    )
    stream: bool = Field(default=True, description="false: answer when all is made, with lengths in the headers")


class SpokenWord(BaseModel):
    """A word of `input` and when it is heard."""

    word: str
    start: float = Field(description="seconds")
    end: float = Field(description="seconds")
    start_char: int = Field(description="where it begins in `input`, in characters")
    end_char: int = Field(description="where it ends in `input`, in characters")


class WordsResponse(BaseModel):
    """Audio with the times of its words."""

    audio: str = Field(description="the file, in base64")
    response_format: Format
    sample_rate: int = Field(description="samples a second")
    duration: float = Field(description="seconds")
    words: list[SpokenWord] | None = Field(description="null if the model cannot tell")


class VoiceEntry(BaseModel):
    """A voice."""

    id: str
    object: Literal["audio.voice"] = "audio.voice"
    name: str
    language: str | None
    gender: str | None


class VoiceList(BaseModel):
    """All voices."""

    object: Literal["list"] = "list"
    data: list[VoiceEntry]


class ModelEntry(BaseModel):
    """A name of the model."""

    id: str
    object: Literal["model"] = "model"
    created: int = Field(default=0, description="not known")
    owned_by: str = "hexgrad"


class ModelList(BaseModel):
    """All names that `model` may have."""

    object: Literal["list"] = "list"
    data: list[ModelEntry]
