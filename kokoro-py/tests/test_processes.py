"""Things that happen to whole processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

posix = pytest.mark.skipif(os.name != "posix", reason="signals and forks are POSIX")


def python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=60,
    )


@posix
@pytest.mark.parametrize(
    "call",
    [
        "synthesizer.synthesize(book)",
        "list(synthesizer.stream(book))",
        "list(synthesizer.synthesize_batch([book]))",
        "asyncio.run(synthesizer.synthesize_async(book))",
    ],
)
def test_ctrl_c_stops_at_once(call: str) -> None:
    code = f"""
    import asyncio, signal, sys, kokoro_rs
    # Ignored where the tests run in the background of a shell.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    synthesizer = kokoro_rs.Synthesizer("builtin")
    synthesizer.warm_up()
    book = "The old bridge was destroyed by fire. " * 20000
    print("ready", flush=True)
    try:
        {call}
    except KeyboardInterrupt:
        print("interrupted", synthesizer.stats().active_requests, flush=True)
        sys.exit(3)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as process:
        # It would go on for minutes.
        limit = threading.Timer(30, process.kill)
        limit.start()
        try:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            time.sleep(0.3)
            begin = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.stdout.readline() == "interrupted 0\n"
            assert time.monotonic() - begin < 5.0
            assert process.wait(10) == 3
        finally:
            limit.cancel()
            process.kill()


@posix
def test_a_fork_is_told_that_its_synthesizer_is_stale() -> None:
    done = python(
        """
        import asyncio, os, sys, kokoro_rs
        synthesizer = kokoro_rs.Synthesizer("builtin")
        synthesizer.synthesize("Hello.")
        asyncio.run(synthesizer.synthesize_async("Hello."))
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            for speak in (
                lambda: synthesizer.synthesize("Hello."),
                lambda: list(synthesizer.stream("Hello.")),
                lambda: asyncio.run(synthesizer.synthesize_async("Hello.")),
            ):
                try:
                    speak()
                except kokoro_rs.StaleError as error:
                    assert "after the fork" in str(error)
                else:
                    os._exit(1)
            del synthesizer
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
        print(synthesizer.synthesize("Hello.").sample_rate)
        """.replace("import asyncio, os", "import warnings; warnings.simplefilter('ignore'); import asyncio, os")
    )
    assert (done.returncode, done.stdout) == (0, "24000\n"), done.stderr


def test_nothing_is_printed_and_no_file_is_left(tmp_path: Path) -> None:
    done = python(
        """
        import kokoro_rs
        speech = kokoro_rs.Synthesizer("builtin").synthesize("Hello.")
        """,
        HOME=str(tmp_path),
        XDG_CACHE_HOME="",
        CI="",
        ORT_DISABLE_TELEMETRY="",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.rglob("*")) == []


def test_the_library_of_the_package_is_found_without_importing_it() -> None:
    done = python(
        """
        import sys, kokoro_rs
        from kokoro_rs import _native
        assert _native.runtime_library() is None
        kokoro_rs.Synthesizer("builtin")
        assert "onnxruntime" not in sys.modules
        print(_native.runtime_library().parent.name, _native.runtime_library().parent.parent.name)
        """,
        ORT_DYLIB_PATH="",
        VIRTUAL_ENV="",
    )
    assert (done.returncode, done.stdout) == (0, "capi onnxruntime\n"), done.stderr


def test_a_library_that_the_user_names_wins() -> None:
    done = python(
        """
        import kokoro_rs
        try:
            kokoro_rs.Synthesizer("builtin")
        except kokoro_rs.errors.RuntimeNotFoundError as error:
            print(error.kind, "ORT_DYLIB_PATH" in str(error), isinstance(error, FileNotFoundError))
        """,
        ORT_DYLIB_PATH="/no/such/libonnxruntime.so",
    )
    assert done.stdout == "runtime_not_found True True\n", done.stderr


def test_leaving_in_the_middle_is_clean() -> None:
    for end in ("", "import os; os._exit(0)", "raise SystemExit(0)"):
        done = python(
            f"""
            import threading, kokoro_rs
            synthesizer = kokoro_rs.Synthesizer("builtin")
            book = "The old bridge was destroyed by fire. " * 20000
            stream = synthesizer.stream(book)
            next(stream)
            threading.Thread(target=lambda: list(synthesizer.stream(book)), daemon=True).start()
            {end}
            """
        )
        assert (done.returncode, done.stderr) == (0, ""), end


def test_onnxruntime_itself_can_be_used_beside_it() -> None:
    done = python(
        """
        import onnxruntime, kokoro_rs
        assert onnxruntime.get_available_providers()
        print(kokoro_rs.Synthesizer("builtin").synthesize("Hello.").sample_rate)
        """
    )
    assert done.stdout == "24000\n", done.stderr
