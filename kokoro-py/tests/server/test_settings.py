"""The settings, and the table that documents them."""

import pathlib
import re

import pytest
from kokoro_rs.server import Settings
from pydantic import ValidationError

ROOT = pathlib.Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "server.md"


def rows(heading: str) -> dict[str, list[str]]:
    text = DOCUMENT.read_text(encoding="utf-8").split(heading)[1].split("\n#")[0]
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_the_table_of_the_server_is_that_of_the_code() -> None:
    documented = rows("## Settings")
    fields = Settings.model_fields.values()
    assert list(documented) == [field.validation_alias for field in fields]
    for field in fields:
        meaning, default = documented[str(field.validation_alias)]
        assert meaning == field.description
        value = field.default
        if isinstance(value, dict):
            value = ",".join(f"{name}={voice}" for name, voice in value.items())
        elif isinstance(value, tuple):
            value = ",".join(value)
        assert default.strip("`") == (
            "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        )


def test_the_table_of_the_synthesizer_is_that_of_the_library() -> None:
    source = (ROOT / "kokoro-core" / "src" / "synthesizer" / "global.rs").read_text(encoding="utf-8")
    assert list(rows("### The synthesizer's")) == re.findall(r"^/// \| `(\w+)` \|", source, re.MULTILINE)


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_CONNECTIONS", "7")
    monkeypatch.setenv("TIMEOUT", "1.5")
    monkeypatch.setenv("KOKORO_MODEL_NAMES", "a, b,")
    monkeypatch.setenv("KOKORO_VOICE_NAMES", "alloy=af_ada, x = am_hugo")
    monkeypatch.setenv("KOKORO_MAX_INPUT_CHARACTERS", "10")
    settings = Settings()
    assert settings.worker_connections == 7
    assert settings.keep_alive == 1.5
    assert settings.models == ("a", "b")
    assert settings.voice_names == {"alloy": "af_ada", "x": "am_hugo"}
    assert settings.max_body_bytes == 10 * 12 + 4096


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "99999"),
        ("WORKERS", "many"),
        ("KOKORO_REQUEST_TIMEOUT", "0"),
        ("KOKORO_VOICE_NAMES", "alloy"),
        ("KOKORO_MODEL_NAMES", " , "),
        ("KOKORO_LOG_FORMAT", "xml"),
    ],
)
def test_wrong_values_name_their_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name):
        Settings()
