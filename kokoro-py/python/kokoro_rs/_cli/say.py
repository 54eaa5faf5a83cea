"""`kokoro-rs say`: speaks into a file."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .._speech import Speech, SpeechChunk, joined
from ..errors import InvalidConfigError
from .common import Bar, add_json, add_model, add_reading, load, print_json, read_text, reading

if TYPE_CHECKING:
    import argparse

    from .._synthesizer import Synthesizer

EPILOG = 'Example: kokoro-rs say --model builtin --out hello.wav "Hello world."'


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("say", help="speak into a WAV file", description="Speaks.", epilog=EPILOG)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to speak; - or nothing: standard input")
    parser.add_argument("-o", "--out", metavar="FILE", default="speech.wav", help="or - (default: speech.wav)")
    parser.add_argument("--format", choices=["pcm16", "float32"], default="pcm16", help="samples (default: pcm16)")
    parser.add_argument("--srt", metavar="FILE", type=Path, help="also write subtitles, SubRip")
    parser.add_argument("--vtt", metavar="FILE", type=Path, help="also write subtitles, WebVTT")
    parser.add_argument("-v", "--voice", metavar="NAME", help="voice or mix (default: af_heart, else the first)")
    parser.add_argument("-l", "--lang", metavar="CODE", help="language of the text (default: that of the voice)")
    parser.add_argument("-s", "--speed", type=float, default=1.0, help="0.25 to 4 (default: 1)")
    parser.add_argument("--seed", type=int, metavar="N", help="repeat the noise of the voice")
    parser.add_argument("--phonemes", action="store_true", help="the text is phonemes")
    add_reading(parser)
    add_model(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.json and options.out == "-":
        raise InvalidConfigError("--json and --out - cannot both have standard output: name a file")
    text = read_text(options.text)
    synthesizer, loaded = load(options)
    speech = speak(synthesizer, text, options)
    if options.out == "-":
        sys.stdout.buffer.write(speech.wav(options.format))
    else:
        speech.save(options.out, options.format)
    if options.srt:
        options.srt.write_text(speech.srt(), encoding="utf-8")
    if options.vtt:
        options.vtt.write_text(speech.vtt(), encoding="utf-8")
    report(speech, loaded, options)
    return 0


def speak(synthesizer: Synthesizer, text: str, options: argparse.Namespace) -> Speech:
    """As `synthesize`, with a bar while it lasts."""
    bar = Bar("speaking")
    stream = synthesizer.stream(
        text,
        voice=options.voice,
        language=options.lang,
        speed=options.speed,
        seed=options.seed,
        phonemes=options.phonemes,
        first_chunk_symbols=0,
        **reading(options),
    )
    chunks: list[SpeechChunk] = []
    with closing(bar), stream:
        for chunk in stream:
            chunks.append(chunk)
            progress = stream.progress
            left = f", {progress.remaining_seconds:.0f} s left" if progress.remaining_seconds else ""
            bar.show(progress.share, f"{progress.audio_seconds:.0f} s of speech{left}")
        return joined(text, chunks, stream.stats)


def report(speech: Speech, loaded: float, options: argparse.Namespace) -> None:
    stats = speech.stats
    if options.json:
        words = None if speech.words is None else [word._asdict() for word in speech.words]
        print_json(
            {
                "file": options.out,
                "sample_rate": speech.sample_rate,
                "load_seconds": loaded,
                "real_time_factor": stats.real_time_factor,
                **asdict(stats),
                "phonemes": speech.phonemes,
                "words": words,
            }
        )
        return
    print(
        f"{options.out}: {speech.duration:.2f} s of speech, loaded in {loaded:.2f} s, "
        f"spoken in {stats.total_seconds:.2f} s (real-time factor {stats.real_time_factor:.4f})",
        file=sys.stderr,
    )
    for start, end in stats.unspoken:
        print(f"nothing was said for {speech.text[start:end]!r}", file=sys.stderr)
    if stats.unknown_symbols:
        print(f"the model does not know these phoneme symbols: {' '.join(stats.unknown_symbols)}", file=sys.stderr)
