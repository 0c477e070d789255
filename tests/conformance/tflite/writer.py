"""Writes small TensorFlow Lite models, one or a few operators each, with the schema that LiteRT's package brings."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32, np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int32): schema.TensorType.INT32, np.dtype(np.int64): schema.TensorType.INT64,
    np.dtype(np.int8): schema.TensorType.INT8, np.dtype(np.uint8): schema.TensorType.UINT8,
    np.dtype(np.int16): schema.TensorType.INT16, np.dtype(np.bool_): schema.TensorType.BOOL,
}

# Operators whose first version is no longer registered.
VERSIONS = {"BROADCAST_TO": 2}
# Operators without a reference kernel of their own, or with one that leaves out an element (LRN: the last of its window).
OPTIMISED = {"CEIL", "ROUND", "ELU", "LOCAL_RESPONSE_NORMALIZATION"}


class Quant:
    """real = scale * (stored - zero), per tensor or along `axis`."""

    def __init__(self, scale, zero=0, axis=0):
        self.scale = np.atleast_1d(np.asarray(scale, np.float32))
        self.zero = np.broadcast_to(np.asarray(zero, np.int64), self.scale.shape)
        self.axis = axis

    def store(self, real, dtype):
        shape = [1] * np.ndim(real)
        if self.scale.size > 1:
            shape[self.axis] = -1
        scale, zero = self.scale.reshape(shape), self.zero.reshape(shape)
        limits = np.iinfo(dtype)
        return np.clip(np.round(real / scale) + zero, limits.min, limits.max).astype(dtype)


class Graph:
    """A subgraph under construction. Tensors are numbers; ops return those of their results."""

    def __init__(self, model):
        self.model = model
        self.sub = schema.SubGraphT()
        self.sub.tensors, self.sub.operators, self.sub.inputs, self.sub.outputs = [], [], [], []
        self.feeds = {}

    def tensor(self, name, shape, dtype, quant=None, data=None, signature=None, variable=False, sparsity=None):
        t = schema.TensorT()
        t.name, t.shape, t.hasRank = name, list(shape), True
        t.type = schema.TensorType.RESOURCE if dtype == "resource" else TYPES[np.dtype(dtype)]
        t.buffer = self.model.buffer(data) if data is not None else 0
        t.isVariable, t.sparsity = variable, sparsity
        if signature is not None:
            t.shapeSignature = list(signature)
        if quant is not None:
            q = schema.QuantizationParametersT()
            q.scale, q.zeroPoint, q.quantizedDimension = list(quant.scale), list(quant.zero), quant.axis
            t.quantization = q
        self.sub.tensors.append(t)
        return len(self.sub.tensors) - 1

    def input(self, array, quant=None, signature=None):
        array = np.asarray(array)
        name = f"in{len(self.sub.inputs)}"
        at = self.tensor(name, array.shape, array.dtype, quant, signature=signature)
        self.sub.inputs.append(at)
        self.feeds[name] = array
        return at

    def const(self, array, quant=None):
        array = np.asarray(array)
        return self.tensor(f"const{len(self.sub.tensors)}", array.shape, array.dtype, quant, array.tobytes())

    def state(self, shape, dtype=np.float32):
        return self.tensor(f"state{len(self.sub.tensors)}", shape, dtype, variable=True)

    def op(self, name, inputs, results, options=None, custom=None, custom_options=None):
        """results: (shape, dtype) or (shape, dtype, Quant) each."""
        outputs = [self.tensor(f"{name.lower()}{len(self.sub.tensors)}", *r) for r in results]
        o = schema.OperatorT()
        o.opcodeIndex = self.model.code(name, custom)
        o.inputs, o.outputs = list(inputs), outputs
        if options is not None:
            kind = type(options).__name__[:-1]
            o.builtinOptionsType, o.builtinOptions = getattr(schema.BuiltinOptions, kind), options
        if custom_options is not None:
            o.customOptions = list(custom_options)
        self.sub.operators.append(o)
        return outputs[0] if len(outputs) == 1 else outputs

    def output(self, *tensors):
        self.sub.outputs += tensors


class Model:
    def __init__(self):
        self.root = schema.ModelT()
        self.root.version, self.root.description = 3, "a test"
        self.root.buffers, self.root.operatorCodes, self.root.subgraphs = [schema.BufferT()], [], []
        self.codes = {}
        self.expected = None  # what the outputs have to be, where LiteRT itself is not to be asked
        self.main = self.graph()

    def graph(self):
        made = Graph(self)
        self.root.subgraphs.append(made.sub)
        return made

    def buffer(self, data):
        b = schema.BufferT()
        b.data = np.frombuffer(data, np.uint8)
        self.root.buffers.append(b)
        return len(self.root.buffers) - 1

    def code(self, name, custom):
        key = (name, custom)
        if key not in self.codes:
            c = schema.OperatorCodeT()
            c.builtinCode = getattr(schema.BuiltinOperator, name)
            c.deprecatedBuiltinCode = min(c.builtinCode, 127)
            c.customCode, c.version = custom, VERSIONS.get(name, 1)
            self.codes[key] = len(self.root.operatorCodes)
            self.root.operatorCodes.append(c)
        return self.codes[key]

    def plain(self):
        """True if reference kernels can run it."""
        return not any(name in OPTIMISED for name, _ in self.codes)

    def bytes(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.root.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def options(kind, **fields):
    made = getattr(schema, kind + "OptionsT")()
    for name, value in fields.items():
        if not hasattr(made, name):
            raise AttributeError(f"{kind}Options has no {name}")
        setattr(made, name, value)
    return made
