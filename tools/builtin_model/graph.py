"""A small builder of ONNX graphs in which values are combined with Python operators.

Every operation appends one node; constants are stored once, however often they are used. There
is no shape inference here: `onnx.checker` does that for the finished model.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

F32 = TensorProto.FLOAT
I64 = TensorProto.INT64
I8 = TensorProto.INT8
BOOL = TensorProto.BOOL

_NUMPY = {F32: np.float32, I64: np.int64, I8: np.int8, BOOL: np.bool_}
_ELEMENT = {np.dtype(numpy_type): element for element, numpy_type in _NUMPY.items()}

OPSET = 17
IR_VERSION = 8  # the first one for opset 17; older runtimes refuse newer ones


class Value:
    """A tensor of the graph, with its element type."""

    # Make numpy leave `array * value` to `Value.__rmul__`.
    __array_priority__ = 1000

    def __init__(self, graph: Graph, name: str, element: int) -> None:
        self.graph = graph
        self.name = name
        self.element = element

    def _binary(self, op: str, other: Operand, swapped: bool = False, element: int = 0) -> Value:
        operand = self.graph.value(other, self.element)
        left, right = (operand, self) if swapped else (self, operand)
        return self.graph.op(op, left, right, element=element or self.element)

    def __add__(self, other: Operand) -> Value:
        return self._binary("Add", other)

    def __radd__(self, other: Operand) -> Value:
        return self._binary("Add", other, swapped=True)

    def __sub__(self, other: Operand) -> Value:
        return self._binary("Sub", other)

    def __rsub__(self, other: Operand) -> Value:
        return self._binary("Sub", other, swapped=True)

    def __mul__(self, other: Operand) -> Value:
        return self._binary("Mul", other)

    def __rmul__(self, other: Operand) -> Value:
        return self._binary("Mul", other, swapped=True)

    def __truediv__(self, other: Operand) -> Value:
        return self._binary("Div", other)

    def __rtruediv__(self, other: Operand) -> Value:
        return self._binary("Div", other, swapped=True)

    def __neg__(self) -> Value:
        return self.graph.op("Neg", self)

    def __matmul__(self, other: Operand) -> Value:
        return self._binary("MatMul", other)

    def __ge__(self, other: Operand) -> Value:
        return self._binary("GreaterOrEqual", other, element=BOOL)

    def __le__(self, other: Operand) -> Value:
        return self._binary("LessOrEqual", other, element=BOOL)

    def __gt__(self, other: Operand) -> Value:
        return self._binary("Greater", other, element=BOOL)

    def __lt__(self, other: Operand) -> Value:
        return self._binary("Less", other, element=BOOL)

    def __and__(self, other: Operand) -> Value:
        return self._binary("And", other)


Operand = Value | ArrayLike


class Graph:
    """Collects nodes and constants, in an order that depends on nothing but the calls made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], Value] = {}

    def input(self, name: str, element: int) -> Value:
        return Value(self, name, element)

    def constant(self, array: NDArray) -> Value:
        """A constant; the element type is the array's own."""
        array = np.asarray(array)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = f"c{len(self.initializers)}"
            # ascontiguousarray turns a scalar into a vector: restore the shape.
            flat = np.ascontiguousarray(array).reshape(array.shape)
            self.initializers.append(numpy_helper.from_array(flat, name))
            self._constants[key] = Value(self, name, _ELEMENT[array.dtype])
        return self._constants[key]

    def floats(self, array: ArrayLike) -> Value:
        return self.constant(np.asarray(array, np.float32))

    def ints(self, array: ArrayLike) -> Value:
        return self.constant(np.asarray(array, np.int64))

    def value(self, operand: Operand, element: int = F32) -> Value:
        """`operand` itself, or a constant of the given element type."""
        if isinstance(operand, Value):
            return operand
        return self.constant(np.asarray(operand, _NUMPY[element]))

    def op(self, op: str, *inputs: Operand, element: int = 0, output: str = "", **attrs) -> Value:
        """Appends a node; the result has the element type of the first input unless told."""
        values = [self.value(operand) for operand in inputs]
        name = output or f"v{len(self.nodes)}"
        # Nodes have names because a fusion of ONNX Runtime 1.19 derives new names from them, and
        # fails on a graph in which two of those coincide.
        node = helper.make_node(op, [v.name for v in values], [name], name=name, **attrs)
        self.nodes.append(node)
        return Value(self, name, element or values[0].element)

    def cast(self, x: Value, element: int) -> Value:
        return self.op("Cast", x, element=element, to=element)

    def truth(self, condition: Value) -> Value:
        """1.0 where the condition holds, else 0.0."""
        return self.cast(condition, F32)

    def gather(self, table: Value, index: Value) -> Value:
        """Rows of a table (or elements of a vector)."""
        return self.op("Gather", table, index, axis=0)

    def reshape(self, x: Value, shape: list[int]) -> Value:
        return self.op("Reshape", x, self.ints(shape))

    def column(self, x: Value) -> Value:
        """[T] -> [T, 1]"""
        return self.reshape(x, [-1, 1])

    def where(self, condition: Value, yes: Operand, no: Operand) -> Value:
        known = next((v for v in (yes, no) if isinstance(v, Value)), None)
        element = known.element if known else F32
        return self.op(
            "Where",
            condition,
            self.value(yes, element),
            self.value(no, element),
            element=element,
        )

    def minimum(self, a: Operand, b: Operand) -> Value:
        return self.op("Min", a, b)

    def maximum(self, a: Operand, b: Operand) -> Value:
        return self.op("Max", a, b)

    def clip(self, x: Value, low: float, high: float) -> Value:
        return self.op("Clip", x, low, high)

    def columns(self, x: Value, start: int, stop: int) -> Value:
        return self.op("Slice", x, self.ints([start]), self.ints([stop]), self.ints([1]))

    def rows(self, x: Value, start: int, stop: int) -> Value:
        return self.op("Slice", x, self.ints([start]), self.ints([stop]), self.ints([0]))

    def concat(self, *xs: Value, axis: int) -> Value:
        return self.op("Concat", *xs, axis=axis)

    def range(self, count: Value) -> Value:
        """0, 1, .. count - 1 as int64."""
        return self.op("Range", self.ints(0), count, self.ints(1))

    def running_sum(self, x: Value, exclusive: bool = False) -> Value:
        return self.op("CumSum", x, self.ints(0), exclusive=int(exclusive))

    def delayed(self, x: Value) -> Value:
        """The vector moved one place to the right, with a zero in front."""
        zero = self.value(np.zeros(1), x.element)
        return self.concat(zero, self.rows(x, 0, -1), axis=0)

    def smoothed(self, x: Value, kernel: NDArray, channels: int) -> Value:
        """[T, channels] convolved along time with a symmetric kernel of odd length."""
        half = len(kernel) // 2
        rows = self.reshape(self.op("Transpose", x, perm=[1, 0]), [1, channels, -1])
        weights = self.floats(np.tile(kernel, (channels, 1, 1)))
        rows = self.op("Conv", rows, weights, group=channels, pads=[half, half])
        return self.op("Transpose", self.reshape(rows, [channels, -1]), perm=[1, 0])

    def output(self, x: Value, name: str) -> None:
        self.op("Identity", x, output=name)

    def model(
        self,
        name: str,
        inputs: list[onnx.ValueInfoProto],
        outputs: list[onnx.ValueInfoProto],
        metadata: dict[str, str],
    ) -> onnx.ModelProto:
        """The checked model."""
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.initializers)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name=name
        )
        model.ir_version = IR_VERSION
        for key, text in metadata.items():
            model.metadata_props.add(key=key, value=text)
        onnx.checker.check_model(model, full_check=True)
        return model
