#!/usr/bin/env python3
"""How accurate the reference itself is: onnxruntime beside itself with normalisations in double precision.

ONNX Runtime adds up the squares of a channel in float, which loses digits with the length of the signal. A copy of
the model computes every normalisation after the voice source in double; it is compared with onnxruntime on the
original, and with this library. The model must be without noise, as `make-model --silent` writes it.
"""

import argparse
import pathlib
import tempfile

import numpy as np
import onnx
from onnx import helper
from side_by_side import BUILTIN_VOICES, LENGTHS, ROOT, Bench, decibels


def upstream(graph, values):
    """Indices of the nodes that values depend on."""
    makers = {output: index for index, node in enumerate(graph.node) for output in node.output}
    found, pending = set(), list(values)
    while pending:
        index = makers.get(pending.pop())
        if index is not None and index not in found:
            found.add(index)
            node = graph.node[index]
            pending += node.input
            pending += [name for body in node.attribute for inner in body.g.node for name in inner.input]
    return found


def in_double(node, number):
    """The nodes for one `InstanceNormalization`, whose input is [1, channels, time]."""
    x, scale, bias = node.input
    (epsilon,) = [attribute.f for attribute in node.attribute if attribute.name == "epsilon"] or [1e-5]
    name = f"double_{number}_"
    one = [helper.make_tensor(f"{name}epsilon", onnx.TensorProto.DOUBLE, [], [epsilon])]
    nodes = [
        helper.make_node("Cast", [x], [name + "x"], to=onnx.TensorProto.DOUBLE),
        helper.make_node("ReduceMean", [name + "x"], [name + "mean"], axes=[2]),
        helper.make_node("Sub", [name + "x", name + "mean"], [name + "centred"]),
        helper.make_node("Mul", [name + "centred", name + "centred"], [name + "squares"]),
        helper.make_node("ReduceMean", [name + "squares"], [name + "variance"], axes=[2]),
        helper.make_node("Add", [name + "variance", name + "epsilon"], [name + "sum"]),
        helper.make_node("Sqrt", [name + "sum"], [name + "deviation"]),
        helper.make_node("Div", [name + "centred", name + "deviation"], [name + "quotient"]),
        helper.make_node("Cast", [name + "quotient"], [name + "float"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Unsqueeze", [scale, "double_axes"], [name + "scale"]),
        helper.make_node("Unsqueeze", [bias, "double_axes"], [name + "bias"]),
        helper.make_node("Mul", [name + "float", name + "scale"], [name + "scaled"]),
        helper.make_node("Add", [name + "scaled", name + "bias"], list(node.output)),
    ]
    return nodes, one


def precise(path, target):
    model = onnx.load(path)
    graph = model.graph
    columns = {output for node in graph.node if node.op_type == "Transpose" for output in node.output}
    phases = [node.input[0] for node in graph.node if node.op_type == "Sin" and node.input[0] in columns]
    fixed = upstream(graph, phases)
    nodes, count = [], 0
    for index, node in enumerate(graph.node):
        if node.op_type == "InstanceNormalization" and index not in fixed:
            made, constants = in_double(node, count)
            nodes += made
            graph.initializer.extend(constants)
            count += 1
        else:
            nodes.append(node)
    graph.initializer.append(helper.make_tensor("double_axes", onnx.TensorProto.INT64, [1], [1]))
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, target)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "target" / "bench" / "tokens-silent.onnx")
    parser.add_argument("--voices", type=pathlib.Path, default=BUILTIN_VOICES, help="NAME.bin with rows of 256 f32")
    parser.add_argument("--voice", nargs="+", help="names [the first]")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    arguments.voice = arguments.voice or sorted(path.stem for path in arguments.voices.glob("*.bin"))[:1]
    bench = Bench(arguments)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        count = precise(arguments.model, folder / "precise.onnx")
        bench.say(f"{count} normalisations in double precision.")
        bench.say()
        bench.say("| text | voice | onnxruntime | `Fine` | `Fast` | `Fine` against onnxruntime |")
        bench.say("| --- | --- | --- | --- | --- | --- |")
        with (
            bench.python(folder / "precise.onnx", arguments.threads) as truth,
            bench.python(arguments.model, arguments.threads) as theirs,
            bench.rust(arguments.model, arguments.threads, "fine") as fine,
            bench.rust(arguments.model, arguments.threads, "fast") as fast,
        ):
            for length in LENGTHS:
                for voice in arguments.voice:
                    samples = []
                    for side in (truth, theirs, fine, fast):
                        side.ask(bench.request(length, voice), save=folder / "samples.npy")
                        samples.append(np.load(folder / "samples.npy").astype(np.float64))
                    exact, theirs_samples, fine_samples, fast_samples = samples
                    ratios = [decibels(exact, one) for one in (theirs_samples, fine_samples, fast_samples)]
                    ratios.append(decibels(theirs_samples, fine_samples))
                    bench.say(f"| {length} | {voice} | {' | '.join(f'{ratio:.1f} dB' for ratio in ratios)} |")


if __name__ == "__main__":
    main()
