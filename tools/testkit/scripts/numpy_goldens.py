#!/usr/bin/env python3
"""Write tests/data/numpy.json: what NumPy draws and how it rounds to float16.

Made with NumPy 2.4.6 and onnx 1.23.2 (`pip install numpy onnx`). The streams of `default_rng` are stable by
NumPy's promise for the PCG64 bit generator; `random(dtype=float32)` has not changed since NumPy 1.17.
"""

import gzip
import json
import pathlib
import re
import zlib

import numpy as np
import onnx

HERE = pathlib.Path(__file__).parent.parent


def draw(seed, name, count, mean, std):
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    half = std * 3**0.5
    values = rng.random(count, dtype=np.float32)
    values *= np.float32(2 * half)
    values += np.float32(mean - half)
    return values


def draws():
    cases = [
        (1, "kmodel.bert.embeddings.word_embeddings.weight", 22784, 7.57528e-05, 0.0199112),
        (0, "onnx::Conv_8008", 1, 0.0, 1.0),
        (7, "weight", 1001, -0.5, 0.25),
        (2**32 - 1, "", 2, 1.0, 0.0),
        (2**32, "weight", 3, 0.0, 1.0),
        (2**63 + 12345, "Gewicht ə", 9, 1e-3, 1e-6),
    ]
    for seed, name, count, mean, std in cases:
        values = draw(seed, name, count, mean, std)
        yield {
            "seed": seed,
            "name": name,
            "count": count,
            "mean": mean,
            "std": std,
            "first": values[:8].view(np.uint32).tolist(),
            "crc32": zlib.crc32(values.tobytes()),
        }


def graph(path):
    model = onnx.ModelProto.FromString(gzip.decompress(path.read_bytes()))
    crc = values = 0
    for tensor in model.graph.initializer:
        data = tensor.raw_data
        if match := re.match(r"stripped: mean=(\S+) std=(\S+)", tensor.doc_string):
            mean, std = map(float, match.groups())
            data = draw(1, tensor.name, int(np.prod(tensor.dims)), mean, std).tobytes()
        crc = zlib.crc32(data, crc)
        values += len(data) // 4
    return {"values": values, "crc32": crc}


def halves():
    rng = np.random.default_rng(16)
    edges = [0.0, -0.0, 1.0, -2.5, 65504.0, 65519.99, 65520.0, 1e30, 6.1035156e-05, 6.103515e-05, 5.9604645e-08]
    edges += [2.9802322e-08, 2.98023259e-08, 1e-10, -1e-40, np.inf, -np.inf, 1.00048828125, 1.00146484375]
    scales = np.repeat(np.float32(10) ** np.arange(-9, 6), 12)
    drawn = rng.standard_normal(scales.size).astype(np.float32) * scales
    values = np.concatenate([np.array(edges, np.float32), drawn.astype(np.float32)])
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float16)
    return list(map(list, zip(values.view(np.uint32).tolist(), rounded.view(np.uint16).tolist(), strict=True)))


def main():
    graphs = {name: graph(HERE / "data" / f"kokoro-v1.0.{name}.skeleton.onnx.gz") for name in ("input_ids", "tokens")}
    goldens = {"draws": list(draws()), "graphs": graphs, "halves": halves()}
    text = json.dumps(goldens, ensure_ascii=False, indent=1)
    text = re.sub(r"\n\s+(-?\d+,?)(?=\n)", r" \1", text)  # short lists on one line
    text = re.sub(r"(\d)\n\s+\]", r"\1 ]", text)
    (HERE / "tests" / "data" / "numpy.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
