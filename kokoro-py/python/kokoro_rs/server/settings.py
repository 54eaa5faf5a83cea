"""Settings of the server, read from environment variables."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# A character takes at most twelve bytes in JSON: a surrogate pair of escapes. The rest is for the other parameters.
_BYTES_FOR_A_CHARACTER = 12
_BYTES_FOR_PARAMETERS = 4096

_MODELS = "kokoro,tts-1,tts-1-hd,gpt-4o-mini-tts"
_VOICES = "alloy=af_alloy,echo=am_echo,fable=bm_fable,nova=af_nova,onyx=am_onyx"


class Settings(BaseSettings):
    """What the server may be told; every field names its environment variable.

    The synthesizer has variables of its own, such as ``KOKORO_MODEL``; see :func:`kokoro_rs.default`.

    Raises:
        pydantic.ValidationError: a variable is not what it must be; the message names it and the limit.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    host: str = Field(default="0.0.0.0", validation_alias="HOST", description="address to listen at")
    port: int = Field(default=8080, ge=0, le=65535, validation_alias="PORT", description="port to listen at; 0: any")
    workers: int = Field(
        default=1, ge=1, le=64, validation_alias="WORKERS", description="processes, each with a model of its own"
    )
    worker_connections: int = Field(
        default=64,
        ge=1,
        validation_alias="WORKER_CONNECTIONS",
        description="speech requests that a process serves at once; one more gets 503",
    )
    keep_alive: float = Field(
        default=75, ge=0, validation_alias="TIMEOUT", description="seconds that an idle connection is kept open"
    )
    request_timeout: float = Field(
        default=300,
        gt=0,
        validation_alias="KOKORO_REQUEST_TIMEOUT",
        description="seconds from a request to the last byte of its answer; then 504",
    )
    drain_seconds: float = Field(
        default=8,
        ge=0,
        validation_alias="KOKORO_DRAIN_SECONDS",
        description="seconds that active requests may go on after SIGTERM",
    )
    max_input_characters: int = Field(
        default=4096,
        ge=1,
        validation_alias="KOKORO_MAX_INPUT_CHARACTERS",
        description="longest `input`, in characters",
    )
    body_limit: int | None = Field(
        default=None,
        ge=1,
        validation_alias="KOKORO_MAX_BODY_BYTES",
        description="longest body of a request, in bytes; default: what the longest `input` can take as JSON",
    )
    models: Annotated[tuple[str, ...], NoDecode] = Field(
        default=tuple(_MODELS.split(",")),
        min_length=1,
        validation_alias="KOKORO_MODEL_NAMES",
        description="names of the model that requests may give, separated by commas; the first is its own",
    )
    voice_names: Annotated[dict[str, str], NoDecode] = Field(
        default=dict(pair.split("=") for pair in _VOICES.split(",")),
        validation_alias="KOKORO_VOICE_NAMES",
        description="further names of voices, `name=voice`, separated by commas; a voice of that name wins",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", validation_alias="KOKORO_LOG_FORMAT", description="`text` (key=value) or `json`, a line each"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", validation_alias="KOKORO_LOG_LEVEL", description="`debug`, `info`, `warning` or `error`"
    )

    @field_validator("models", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("voice_names", mode="before")
    @classmethod
    def _split_pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.split("=") for part in value.split(",") if part.strip()]
        if any(len(pair) != 2 or not all(side.strip() for side in pair) for pair in pairs):
            raise ValueError("give `name=voice` pairs, separated by commas")
        return {name.strip(): voice.strip() for name, voice in pairs}

    @property
    def max_body_bytes(self) -> int:
        """Longest body of a request, in bytes."""
        if self.body_limit is not None:
            return self.body_limit
        return self.max_input_characters * _BYTES_FOR_A_CHARACTER + _BYTES_FOR_PARAMETERS
