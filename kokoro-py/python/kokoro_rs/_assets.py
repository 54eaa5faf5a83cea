"""Published models and voices: what there is, where it is on this machine, and fetching it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _native
from ._stats import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Found(NamedTuple):
    """A model file, or a folder or file of voices, on this machine."""

    path: Path
    """Where it is."""
    origin: str
    """Why it was looked for there: `environment variable`, `Kokoro cache` or `Hugging Face cache`."""


class PublishedModel(NamedTuple):
    """A published model."""

    name: str
    """What `Synthesizer(model=...)` takes, such as `kokoro-v1.0`."""
    precision: str
    """Such as `fp32`; `fetch` takes it as well."""
    bytes: int
    """Size of the file."""


class PublishedVoice(NamedTuple):
    """A published voice."""

    voice: Voice
    """Its name, language and gender."""
    bytes: int
    """Size of the file."""


@dataclass(frozen=True)
class Catalogue:
    """The published files that this version knows."""

    models: list[PublishedModel]
    """The models, those that are preferred first."""
    voices: list[PublishedVoice]
    """The voices."""


@dataclass(frozen=True)
class PlannedFile:
    """What `fetch` would do with a file."""

    name: str
    """The model, voice or wheel."""
    address: str
    """Where it would come from."""
    path: Path
    """Where it would be, or already is."""
    size: int
    """Size in bytes of what would be fetched."""
    is_present: bool
    """Whether a file of the right size is there. `fetch` looks at its digest, too."""


@dataclass(frozen=True)
class FetchedFile:
    """A file in its place."""

    path: Path
    """Where it is."""
    size: int
    """Size in bytes."""
    sha256: str
    """SHA-256, 64 hexadecimal digits."""
    is_published: bool
    """Whether it is the file of the catalogue; if not, the server has another version of it."""
    was_fetched: bool
    """Whether it was fetched now; if not, it was there."""


@dataclass(frozen=True)
class Report:
    """What `doctor` has found. `str()` of it is for people."""

    is_healthy: bool
    """Whether there is no problem."""
    text: str
    """The report for people."""
    data: dict[str, Any]
    """The report for programs: `version`, `healthy` and `findings`."""

    def __str__(self) -> str:
        return self.text


def catalogue() -> Catalogue:
    """The published models and voices."""
    models, voices = _native.catalogue()
    return Catalogue(
        [PublishedModel(*model) for model in models],
        [PublishedVoice(Voice(**voice), size) for voice, size in voices],
    )


def cache_dir() -> Path:
    """The folder of what is fetched and prepared: `KOKORO_HOME`, else `kokoro` in the user's cache folder."""
    return _native.cache_dir()


def find_model(name: str = "auto") -> Found:
    """Where a published model is on this machine. No network is used.

    Args:
        name: one of the catalogue, or `auto`: what `KOKORO_MODEL` names, else the first that is there.

    Raises:
        ModelNotFoundError: it is not on this machine; the message names the places that were searched.
        InvalidConfigError: no published model has that name.
    """
    return Found(*_native.find_model(name))


def find_voices() -> Found:
    """Where published voices are on this machine. No network is used.

    Raises:
        UnknownVoiceError: none are; the message names the places that were searched.
    """
    return Found(*_native.find_voices())


def plan_fetch(model: str | None = None, voices: Iterable[str] = (), *, runtime: bool = False) -> list[PlannedFile]:
    """What `fetch` would do. No network is used. Arguments and exceptions are those of `fetch`."""
    return [PlannedFile(**file) for file in _native.plan(model, _names(voices), runtime)]


def fetch(
    model: str | None = None,
    voices: Iterable[str] = (),
    *,
    runtime: bool = False,
    strict: bool = False,
    progress: Callable[[str, int, int], object] | None = None,
) -> list[FetchedFile]:
    """Fetches published files into the cache folder, where they are found from then on; what is there is left as it is.

    A file is put in place when it is whole and its SHA-256 is right. What came before an interruption is kept and
    completed by the next call. Ctrl-C ends it. `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`, `PIP_INDEX_URL` and proxies
    are honoured.

    Args:
        model: name or precision of a model, such as `kokoro-v1.0` or `fp16`.
        voices: names of voices, or `["all"]`.
        runtime: whether ONNX Runtime's library is fetched, too. It is not needed where `onnxruntime` is installed.
        strict: whether only the very files of the catalogue will do.
        progress: called with name, bytes that are there and bytes of the whole. What it raises ends the fetch.

    Raises:
        DownloadError: the server cannot be reached, refuses or does not have it.
        IntegrityMismatchError: it is not the file that it should be.
        OfflineError: `HF_HUB_OFFLINE` is set.
        InvalidConfigError, UnknownVoiceError: a name is not in the catalogue.
        IoError: it cannot be written.
    """
    return [FetchedFile(**file) for file in _native.fetch(model, _names(voices), runtime, strict, progress)]


def doctor(*, digests: bool = False, speak: bool = False) -> Report:
    """What a synthesizer would use on this machine and why, and each problem with its remedy.

    It reads files and loads libraries, writes nothing and uses no network.

    Args:
        digests: whether to compare published files with the catalogue byte by byte.
        speak: whether to load the model and speak a word.
    """
    is_healthy, text, data = _native.examine(digests, speak)
    return Report(is_healthy, text, json.loads(data))


def _names(voices: Iterable[str]) -> list[str]:
    if isinstance(voices, str):
        raise TypeError(f"voices = {voices!r}: give a list of names, such as [{voices!r}]")
    return list(voices)
