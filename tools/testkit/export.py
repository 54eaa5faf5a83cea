#!/usr/bin/env python3
"""Export Kokoro's network with the installed PyTorch, simplify it, and keep what is left without the large weights.

usage: export.py CONFIG.json OUT_FOLDER

The weights are random: the graph is what counts. Made with torch 2.1.2, numpy 1.26.4, transformers 4.40.2, onnx 1.16.2,
onnxsim 0.8.1, kokoro 0.9.4 (installed without its dependencies, of which attrs, loguru and huggingface_hub are needed).
"""

import gzip
import importlib.machinery
import json
import pathlib
import sys
import tempfile
import types

import numpy as np
import onnx
import onnxsim
import torch

# Tensors with so few different values stay, and so do whole numbers: shapes, ones and zeros of normalisations, and the
# parameters of the activations, whose reciprocals a simplifier writes beside them.
DISTINCT_KEPT = 8


def network(config):
    """The package's model module without the package, which would load its text front end."""
    folder = importlib.machinery.PathFinder.find_spec("kokoro").submodule_search_locations[0]
    package = types.ModuleType("kokoro")
    package.__path__ = [folder]
    sys.modules["kokoro"] = package
    from kokoro.model import KModel, KModelForONNX

    torch.manual_seed(1)
    with tempfile.NamedTemporaryFile(suffix=".pth") as weights:
        torch.save({}, weights.name)
        model = KModel(repo_id="hexgrad/Kokoro-82M", config=config, model=weights.name, disable_complex=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Ones, as an untrained network has them, would be simplified away.
            if ".alpha1." in name or ".alpha2." in name:
                values = 0.5 + torch.arange(parameter.numel()) % DISTINCT_KEPT / DISTINCT_KEPT
                parameter.copy_(values.view_as(parameter))
    return KModelForONNX(model).eval()


def export(model, path):
    ids = torch.randint(16, 150, (1, 48))
    inputs = (ids, 0.2 * torch.randn(1, 256), torch.ones(1, dtype=torch.int))
    torch.onnx.export(
        model,
        inputs,
        str(path),
        input_names=["input_ids", "style", "speed"],
        output_names=["waveform", "duration"],
        dynamic_axes={"input_ids": {1: "tokens"}, "waveform": {0: "samples"}},
        # This version writes layer normalisations without weights that no checker accepts from 17 on.
        opset_version=16,
    )


def strip(model):
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and np.unique(values).size > DISTINCT_KEPT:
            tensor.doc_string = f"stripped: mean={values.mean():.6g} std={values.std():.6g}"
            tensor.ClearField("raw_data")
    for node in model.graph.node:
        # Where in the source it was made.
        node.ClearField("doc_string")


def main():
    config, folder = sys.argv[1:]
    model = network(json.loads(pathlib.Path(config).read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as temporary:
        path = pathlib.Path(temporary) / "model.onnx"
        export(model, path)
        exported = onnx.load(path)
        simplified, is_same = onnxsim.simplify(exported)
        if not is_same:
            sys.exit("the simplified model computes something else")
    for name, graph in (("torch-2.1.2", exported), ("torch-2.1.2.onnxsim", simplified)):
        strip(graph)
        packed = gzip.compress(graph.SerializeToString(), mtime=0)
        (pathlib.Path(folder) / f"{name}.skeleton.onnx.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
