"""A random graph under construction. Each node is run by ONNX Runtime the moment it is added, so that whatever is drawn
next knows the shapes and the numbers that are there."""

import collections

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from values import ALL, MOST_ELEMENTS, Value, is_float, on_grid, random_array, random_shape, with_noise

onnxruntime.set_default_logger_severity(4)
NEWEST_OPSET = 21


def session_of(model_bytes):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model_bytes, options, providers=["CPUExecutionProvider"])


def element_type(dtype):
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


def model_of(nodes, inputs, constants, outputs, opset, dims=None):
    """A model's bytes. dims: for each input, its declared dimensions (numbers or symbols)."""
    infos = []
    for i, value in enumerate(inputs):
        shape = list(value.shape) if dims is None else dims[i]
        infos.append(helper.make_tensor_value_info(value.name, element_type(value.dtype), shape))
    graph = helper.make_graph(
        nodes, "random", infos, [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(value.array, value.name) for value in constants])
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()


class Refused(Exception):
    """ONNX Runtime does not take the node."""


class Graph:
    refused = collections.Counter()  # operators that ONNX Runtime refused, with its reason

    def __init__(self, rng, opset=NEWEST_OPSET, outer=None):
        self.rng = rng
        self.opset = opset
        self.outer = outer  # of a block: the graph around it, whose values it may read
        self.nodes = []
        self.values = []
        self.captured = {}  # of a block: values of outer graphs that it reads
        self.prefix = "" if outer is None else f"{outer.prefix}b{len(outer.values)}_{rng.integers(1 << 30)}_"

    # Choices.

    def chance(self, probability):
        return bool(self.rng.random() < probability)

    def choice(self, items):
        items = list(items)
        return items[int(self.rng.integers(len(items)))]

    def integer(self, low, high):
        return int(self.rng.integers(low, high + 1))

    # Values.

    def name(self):
        return f"{self.prefix}v{len(self.values)}"

    def keep(self, value):
        self.values.append(value)
        return value

    def new(self, array, kind=None, grid=0):
        """A constant or an input with this value."""
        array = np.asarray(array)
        if kind is None:
            kind = "constant" if self.outer is not None or self.chance(0.4) else "input"
        if is_float(array.dtype) and grid == 0:
            grid = 3 if on_grid(array, 3) else None
        return self.keep(Value(self.name(), array, None, grid, kind))

    def constant(self, array):
        return self.new(array, "constant")

    def ints(self, numbers, dtype=np.int64):
        return self.constant(np.asarray(numbers, dtype))

    def random(self, dtype, shape, low=-4, high=4, kind=None):
        return self.new(random_array(self.rng, dtype, shape, low, high), kind)

    def candidates(self):
        seen = list(self.values)
        if self.outer is not None:
            seen += self.outer.candidates()
        return seen

    def pick(self, dtypes=ALL, rank=None, min_rank=0, max_rank=5, nonempty=False, exact=False, shape=None, fits=None,
             reuse=0.7, low=-4, high=4, kind=None):
        """A value that is there, or a new one. `exact`: needed where a rounding error would change everything."""

        def suits(value):
            ranks = value.rank == rank if rank is not None else min_rank <= value.rank <= max_rank
            return (value.dtype.type in dtypes and ranks and (not nonempty or value.array.size > 0)
                    and (not exact or value.exact) and (shape is None or value.shape == tuple(shape))
                    and value.array.size <= MOST_ELEMENTS and value.finite and value.largest < 1e4
                    and (kind is None or value.kind == kind) and (fits is None or fits(value)))

        if self.chance(reuse):
            there = [value for value in self.candidates() if suits(value)]
            if there:
                newest = there[-1 - min(int(self.rng.exponential(2)), len(there) - 1)]
                return self.read(newest if self.chance(0.7) else self.choice(there))
        for _ in range(50):
            made = shape if shape is not None else random_shape(self.rng, min_rank, max_rank, rank, nonempty)
            dtype = self.favourite(dtypes)
            value = Value("", random_array(self.rng, dtype, made, low, high))
            if fits is None or fits(value):
                return self.new(value.array, kind)
        raise Refused("nothing fits")

    def favourite(self, dtypes):
        if np.float32 in dtypes and self.chance(0.7):
            return np.float32
        return self.choice(dtypes)

    def read(self, value):
        if self.outer is not None and value not in self.values:
            self.captured[value.name] = self.outer.read(value)
        return value

    # Nodes.

    def add(self, op, operands, results=1, exact=True, grid=None, blocks=(), noise=1.0, **attributes):
        """Adds a node and returns its results (one: itself). exact: False if its arithmetic rounds. grid: of float
        results. noise: how much less exact than one rounding the results are. Raises Refused."""
        names = [f"{self.name()}_{i}" if results > 1 else self.name() for i in range(results)]
        attributes = {key: value for key, value in attributes.items() if value is not None}
        node = helper.make_node(op, [value.name if value is not None else "" for value in operands], names,
                                name=f"{op}_{names[0]}", **attributes)
        given = {value.name: value for value in operands if value is not None}
        for block in blocks:
            given.update(block.captured)
        session, arrays = self.evaluate([node], given, names)
        inexact = not exact or any(not value.exact for value in given.values())
        noisy = self.run_noisy(session, given, exact, noise) if inexact else [None] * results
        self.nodes.append(node)
        made = []
        for name, array, other in zip(names, arrays, noisy):
            if array.dtype.kind != "f" and (other is None or np.array_equal(array, other)):
                other = None  # whole numbers are right or wrong
            made.append(self.keep(Value(name, array, other, grid)))
        return made[0] if results == 1 else made

    def chain(self, steps, result, grid=None):
        """Nodes of which only the last result is a tensor. steps: (operator, operands, names of results, attributes),
        where an operand is a value or a name of an earlier step. Exact. Raises Refused."""
        prefix, given, nodes = f"{self.name()}_", {}, []
        for op, operands, names, attributes in steps:
            given.update({v.name: v for v in operands if isinstance(v, Value)})
            reads = [v.name if isinstance(v, Value) else prefix + v for v in operands]
            nodes.append(helper.make_node(op, reads, [prefix + n for n in names], name=prefix + names[0], **attributes))
        name = prefix + result
        session, arrays = self.evaluate(nodes, given, [name])
        inexact = any(not value.exact for value in given.values())
        noisy = self.run_noisy(session, given, True, 1) if inexact else [None]
        self.nodes += nodes
        return self.keep(Value(name, arrays[0], noisy[0], grid if arrays[0].dtype.kind == "f" else 0))

    def evaluate(self, nodes, given, names):
        """The nodes alone, with their constants as constants."""
        inputs = [value for value in given.values() if value.kind != "constant"]
        constants = [value for value in given.values() if value.kind == "constant"]
        try:
            session = session_of(model_of(nodes, inputs, constants, names, self.opset))
            arrays = session.run(None, {value.name: value.array for value in inputs})
        except Exception as error:  # ONNX Runtime's exceptions have no common base
            Graph.refused[f"{nodes[-1].op_type}: {str(error).splitlines()[0][-100:]}"] += 1
            raise Refused(nodes[-1].op_type) from error
        if sum(array.size for array in arrays) > 4 * MOST_ELEMENTS:
            raise Refused("too large")
        return session, [np.asarray(array) for array in arrays]

    def run_noisy(self, session, given, exact, noise):
        """The results with the operands' errors, and with one more of its own if the node rounds."""
        feeds = {}
        for value in given.values():
            if value.kind == "constant":
                continue
            known = value.array if value.noisy is None else value.noisy
            feeds[value.name] = known if exact else with_noise(self.rng, known, 0.25 * noise)
        arrays = [np.asarray(array) for array in session.run(None, feeds)]
        return arrays if exact else [with_noise(self.rng, array, noise) for array in arrays]

    def again(self):
        """A node that is there already, once more: an equal subexpression."""
        tensors = {value.name for value in self.values}
        plain = [n for n in self.nodes
                 if tensors.issuperset(n.output) and not any(a.HasField("g") for a in n.attribute)]
        if not plain:
            raise Refused("nothing to repeat")
        copy = onnx.NodeProto()
        copy.CopyFrom(self.choice(plain))
        by_name = {value.name: value for value in self.values}
        originals = [by_name[name] for name in copy.output]
        copy.name += f"_again{len(self.nodes)}"
        del copy.output[:]
        for original in originals:
            again = self.keep(Value(self.name(), original.array, original.noisy, original.grid))
            copy.output.append(again.name)
        self.nodes.append(copy)
