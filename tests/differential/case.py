"""A finished random graph: a model, its inputs, and what ONNX Runtime makes of them, with tolerances."""

from dataclasses import dataclass

import numpy as np
from onnx import numpy_helper

from graph import NEWEST_OPSET, Graph, Refused, model_of, session_of
from operators import TABLE
from values import NOISE

# Allowed beside the measured sensitivity: what single operations may round, relative and absolute.
RELATIVE = {np.dtype(np.float32): 2e-5, np.dtype(np.float64): 1e-9, np.dtype(np.float16): 4e-3}
ABSOLUTE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12, np.dtype(np.float16): 1e-4}
SENSITIVITY = 16


@dataclass
class Case:
    seed: tuple
    graph: Graph
    nodes: list
    outputs: list  # names
    fed: dict  # values that stand for nodes that shrinking took away
    symbolic: bool = True

    def values(self):
        return {value.name: value for value in self.graph.values}

    def parts(self):
        """inputs, constants and outputs that the nodes really use."""
        by_name, made, used, nodes = self.values(), set(), [], self.nodes
        for node in nodes:
            made.update(node.output)
        for node in nodes:
            used += [name for name in reads(node) if name in by_name and name not in made]
        used = [by_name[name] for name in dict.fromkeys(used)]
        return ([v for v in used if v.kind != "constant"], [v for v in used if v.kind == "constant"],
                [by_name[name] for name in self.outputs])

    def record(self):
        """Model, inputs, expected outputs and tolerances, each as bytes."""
        inputs, constants, outputs = self.parts()
        dims = [symbols(self, value) for value in inputs]
        model = model_of(self.nodes, inputs, constants, self.outputs, self.graph.opset, dims)
        return (model, [numpy_helper.from_array(v.array, v.name).SerializeToString() for v in inputs],
                [numpy_helper.from_array(v.array, v.name).SerializeToString() for v in outputs],
                [numpy_helper.from_array(tolerance(v), v.name).SerializeToString() for v in outputs])


def reads(node):
    """Names that a node reads, also in its blocks."""
    names = [name for name in node.input if name]
    for attribute in node.attribute:
        if attribute.HasField("g"):
            inner = attribute.g
            made = {name for n in inner.node for name in n.output} | {i.name for i in inner.input} \
                | {t.name for t in inner.initializer}
            read = [name for n in inner.node for name in reads(n)] + [o.name for o in inner.output]
            names += [name for name in read if name not in made]
    return names


def symbols(case, value):
    """Declared dimensions of an input: now and then a symbol; equal sizes may share it."""
    rng = np.random.default_rng([*case.seed, len(value.name), *value.shape])
    if not case.symbolic:
        return list(value.shape)
    return [f"n{d}" if d > 0 and rng.random() < 0.25 else d for d in value.shape]


def tolerance(value):
    """What an element may differ by; empty: it has to be equal."""
    if value.exact:
        return np.zeros(0, np.float32)
    with np.errstate(all="ignore"):
        want = value.array.astype(np.float64)
        allowed = SENSITIVITY * np.abs(want - value.noisy.astype(np.float64))
        if value.dtype in NOISE:
            largest = np.max(np.abs(want[np.isfinite(want)]), initial=0)  # of sums, terms that cancel leave their errors
            allowed = allowed + RELATIVE[value.dtype] * (np.abs(want) + 0.1 * largest) + ABSOLUTE[value.dtype]
    allowed = np.asarray(np.where(np.isfinite(allowed), allowed, np.inf))
    return np.minimum(allowed, 3e38).astype(np.float32)


def draw(seed, only=None):
    """The graph of a seed. only: names of operators to draw from."""
    rng = np.random.default_rng(seed)
    # Most graphs are of a new opset; some are old, for the rules that bring old forms up to date.
    graph = Graph(rng, opset=int(rng.choice([NEWEST_OPSET, 18, 17, 13, 12, 11, 10, 9], p=[0.72] + [0.04] * 7)))
    names = sorted(only or TABLE)
    size = int(rng.integers(1, 11))
    for _ in range(4 * size):
        if len(graph.nodes) >= size:
            break
        before, nodes = len(graph.values), len(graph.nodes)
        try:
            if graph.nodes and graph.chance(0.05):
                graph.again()
            else:
                TABLE[graph.choice(names)](graph)
        except Refused:
            del graph.values[before:]
            del graph.nodes[nodes:]
    return finish(seed, graph)


def finish(seed, graph):
    """Every value that nothing reads is an output, and some of the others."""
    read = {name for node in graph.nodes for name in reads(node)}
    tensors = {value.name for value in graph.values}
    made = [name for node in graph.nodes for name in node.output if name in tensors]
    outputs = [name for name in made if name not in read or graph.chance(0.15)]
    return Case(seed, graph, list(graph.nodes), outputs, {})


def check(case):
    """Runs the whole model in ONNX Runtime. Raises if it refuses it or gives other numbers than node by node."""
    model, _, _, _ = case.record()
    inputs, _, outputs = case.parts()
    arrays = session_of(model).run(None, {value.name: value.array for value in inputs})
    for value, array in zip(outputs, arrays):
        if not np.array_equal(value.array, array, equal_nan=array.dtype.kind == "f"):
            raise ValueError(f"{value.name} is not what its node alone gave")
