#!/usr/bin/env python3
"""Compare two services on one model file: kokoro_rs.server, and a FastAPI app around the package kokoro-onnx.

Both get the same texts from the same number of clients, in turn, and answer with whole WAV files. Each service has a
Python of its own, since kokoro-onnx brings espeak-ng, which is GPL:

    python -m venv peer && peer/bin/pip install kokoro-onnx==0.6.1 fastapi uvicorn onnxruntime==1.31.1
    python tools/reference/service_side_by_side.py --model tokens.onnx --voices VOICES_DIR --theirs peer/bin/python

The Python that runs this needs `kokoro-rs[server]` and httpx. What is made is Markdown on standard output.
"""

import argparse
import pathlib
import statistics
import sys
import tempfile

import numpy as np
from service_clients import TEXTS, Server, crowd, percentile

SERVICE = pathlib.Path(__file__).with_name("kokoro_onnx_service.py")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--voices", required=True, type=pathlib.Path, help="folder with NAME.bin, 510 x 256 f32")
    parser.add_argument("--theirs", required=True, type=pathlib.Path, help="Python with kokoro-onnx, fastapi, uvicorn")
    parser.add_argument("--ours", default=sys.executable, help="Python with kokoro-rs[server] [this one]")
    parser.add_argument("--voice", default="af_heart")
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--requests", type=int, default=30, help="in each round, of each service")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    bodies = [
        {"input": TEXTS[index % len(TEXTS)], "voice": arguments.voice, "response_format": "wav", "stream": False}
        for index in range(arguments.requests)
    ]
    with tempfile.TemporaryDirectory() as folder:
        voices = pathlib.Path(folder) / "voices.npz"
        styles = np.fromfile(arguments.voices / f"{arguments.voice}.bin", dtype="<f4").reshape(-1, 1, 256)
        np.savez(voices, **{arguments.voice: styles})
        with (
            Server([arguments.theirs, SERVICE, arguments.model, voices, "{port}"]) as theirs,
            Server(
                [arguments.ours, "-m", "kokoro_rs.server"],
                KOKORO_MODEL=str(arguments.model),
                KOKORO_VOICES=str(arguments.voices),
            ) as ours,
        ):
            report(arguments, bodies, {"kokoro-onnx": theirs, "kokoro-rs": ours})


def report(arguments, bodies, services):
    for service in services.values():
        crowd(service.base, bodies[: len(TEXTS)], arguments.clients)
    rounds = [
        {name: crowd(service.base, bodies, arguments.clients) for name, service in services.items()}
        for _ in range(arguments.rounds)
    ]
    print(
        f"{arguments.clients} clients, {arguments.requests} requests a round, {arguments.rounds} rounds in turn; "
        f"medians of the rounds. `{arguments.model.name}`, voice {arguments.voice}.\n"
    )
    print("| service | requests a second | audio a second | p50 | p95 | memory | highest memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, service in services.items():
        walls = [each[name][0] for each in rounds]
        latencies = [seconds for each in rounds for seconds, _ in each[name][1]]
        audio = [sum(size for _, size in each[name][1]) / 48_000 for each in rounds]
        speech = statistics.median(made / wall for made, wall in zip(audio, walls, strict=True))
        print(
            f"| {name} | {len(bodies) / statistics.median(walls):.2f} | {speech:.2f} s "
            f"| {percentile(latencies, 50):.2f} s | {percentile(latencies, 95):.2f} s "
            f"| {service.memory('VmRSS') / 1e6:.0f} MB | {service.memory('VmHWM') / 1e6:.0f} MB |"
        )
    ratios = [each["kokoro-onnx"][0] / each["kokoro-rs"][0] for each in rounds]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"\nThroughput, times that of kokoro-onnx: **{statistics.median(ratios):.2f}** ({spread}).")


if __name__ == "__main__":
    main()
