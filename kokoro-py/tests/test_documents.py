"""What the documents show works."""

from __future__ import annotations

import asyncio
import doctest
import importlib
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import kokoro_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "docs/python.md"])
def test_the_python_of_a_document(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One block after the other, as one program; coroutines that it defines are run as well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KOKORO_MODEL", "builtin")
    namespace: dict[str, object] = {}
    code = blocks(document, "python")
    assert code
    for block in code:
        exec(compile(block, document, "exec"), namespace)
    assert (tmp_path / "speech.wav").stat().st_size > 100_000
    for coroutine in [value for value in namespace.values() if asyncio.iscoroutinefunction(value)]:
        asyncio.run(coroutine("A text to speak."))


@pytest.mark.parametrize("document", ["README.md", "docs/python.md"])
def test_the_commands_of_a_document(document: str, tmp_path: Path) -> None:
    """Those that need no network and no server."""
    lines = [line for block in blocks(document, "sh") for line in block.splitlines() if line.startswith("kokoro-rs ")]
    run = [line for line in lines if not re.match(r"kokoro-rs (fetch(?!.*--dry-run)|doctor|serve|prepare)", line)]
    assert run
    for line in run:
        arguments = shlex.split(line, comments=True)[1:]
        command = [sys.executable, "-m", "kokoro_rs", *arguments]
        done = subprocess.run(command, input=b"A text to speak.", cwd=tmp_path, capture_output=True)
        assert done.returncode == 0, (line, done.stderr.decode())


def modules() -> list[str]:
    found = pkgutil.walk_packages(kokoro_rs.__path__, "kokoro_rs.")
    # What needs further packages, and what runs when it is imported.
    return [module.name for module in found if not re.search(r"\.server(\.|$)|__main__$|_native$", module.name)]


def test_the_examples_of_docstrings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = [doctest.testmod(importlib.import_module(name)) for name in ["kokoro_rs", *modules()]]
    assert sum(result.attempted for result in results) > 4 and all(result.failed == 0 for result in results)


def test_everything_public_is_documented() -> None:
    for name in kokoro_rs.__all__:
        if name == "__version__":
            continue
        item = getattr(kokoro_rs, name)
        assert item.__doc__, name
        for member, value in vars(item).items() if isinstance(item, type) else ():
            if not member.startswith("_") and callable(value) and item.__module__.startswith("kokoro_rs."):
                assert getattr(value, "__doc__", None), f"{name}.{member}"
