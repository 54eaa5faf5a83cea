"""Speaks from a language that has only a foreign-function interface: Python's ctypes, without any package.

    python speak.py path/to/libkokoro.so "The bus stops here." speech.wav

A package with types is kokoro_rs; this shows how any other language does it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import POINTER, Structure, byref, c_char_p, c_double, c_float, c_int32, c_size_t, c_uint64, c_void_p

OK, DONE, ABSENT, FIRST_ERROR = 0, 1, 3, 100
NUL_TERMINATED = c_size_t(-1).value
ABI_VERSION = 0


class Range(Structure):
    _fields_ = (("start", c_size_t), ("end", c_size_t))


class Word(Structure):
    _fields_ = (("text", Range), ("characters", Range), ("start_seconds", c_double), ("end_seconds", c_double))


class KokoroError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Kokoro:
    """The functions of the library that are needed here, with the types of their arguments."""

    def __init__(self, path: str) -> None:
        self.library = ctypes.CDLL(path)
        self.library.kokoro_abi_version.restype = c_int32
        if self.library.kokoro_abi_version() != ABI_VERSION:
            raise RuntimeError(f"{path} has another interface than this program")
        self.library.kokoro_last_error.restype = c_char_p
        # Handles and pointers are c_void_p: they must not be cut to 32 bits.
        self.declare("config_from_environment", POINTER(c_void_p))
        self.declare("config_set_model", c_void_p, c_char_p)
        self.declare("config_build", c_void_p, POINTER(c_void_p))
        self.declare("request_new", c_char_p, c_size_t, POINTER(c_void_p))
        self.declare("request_set_speed", c_void_p, c_float)
        self.declare("request_set_seed", c_void_p, c_uint64)
        self.declare("synthesizer_speak", c_void_p, c_void_p, POINTER(c_void_p))
        self.declare("synthesizer_stream", c_void_p, c_void_p, POINTER(c_void_p))
        self.declare("stream_next", c_void_p, POINTER(c_void_p))
        self.declare("speech_words", c_void_p, POINTER(POINTER(Word)), POINTER(c_size_t))
        self.declare("speech_write_wav", c_void_p, c_char_p, c_int32)
        for kind in ("synthesizer", "request", "speech", "stream"):
            self.declare(f"{kind}_free", c_void_p)
        self.library.kokoro_speech_samples.argtypes = [c_void_p, POINTER(c_size_t)]
        self.library.kokoro_speech_samples.restype = POINTER(c_float)

    def declare(self, name: str, *types: type) -> None:
        function = getattr(self.library, f"kokoro_{name}")
        function.argtypes = types
        function.restype = c_int32

    def call(self, name: str, *arguments: object) -> int:
        status = getattr(self.library, f"kokoro_{name}")(*arguments)
        if status >= FIRST_ERROR:
            raise KokoroError(status, self.library.kokoro_last_error().decode())
        return status

    def make(self, name: str, *arguments: object) -> c_void_p:
        handle = c_void_p()
        self.call(name, *arguments, byref(handle))
        return handle

    def samples(self, speech: c_void_p) -> list[float]:
        count = c_size_t()
        samples = self.library.kokoro_speech_samples(speech, byref(count))
        return samples[: count.value]


def main() -> None:
    library, text, wav = sys.argv[1:4]
    kokoro = Kokoro(library)
    config = kokoro.make("config_from_environment")
    if "KOKORO_MODEL" not in os.environ:
        kokoro.call("config_set_model", config, b"builtin")
    synthesizer = kokoro.make("config_build", config)

    # Places in bytes are those of this, places in characters those of `text`.
    encoded = text.encode()
    request = kokoro.make("request_new", encoded, len(encoded))
    kokoro.call("request_set_speed", request, 1.1)
    kokoro.call("request_set_seed", request, 1)

    speech = kokoro.make("synthesizer_speak", synthesizer, request)
    words, count = POINTER(Word)(), c_size_t()
    if kokoro.call("speech_words", speech, byref(words), byref(count)) != ABSENT:
        for word in words[: count.value]:
            print(f"{word.start_seconds:6.2f} s  {text[word.characters.start : word.characters.end]}")
    kokoro.call("speech_write_wav", speech, os.fsencode(wav), 0)

    stream = kokoro.make("synthesizer_stream", synthesizer, request)
    chunk, streamed = c_void_p(), 0
    while kokoro.call("stream_next", stream, byref(chunk)) != DONE:
        streamed += len(kokoro.samples(chunk))
        kokoro.call("speech_free", chunk)
    print(f"{streamed} samples in chunks")

    try:
        kokoro.make("request_new", b"\xff", 1)
    except KokoroError as error:
        print(f"{error.status}: {error}")

    for kind, handle in (("stream", stream), ("speech", speech), ("request", request), ("synthesizer", synthesizer)):
        kokoro.call(f"{kind}_free", handle)


if __name__ == "__main__":
    main()
