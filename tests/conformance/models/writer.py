"""A small writer of ONNX graphs with seeded random weights, scaled so that activations stay near one."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


class Writer:
    def __init__(self, seed, opset=17):
        self.random = np.random.default_rng(seed)
        self.opset = opset
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []

    def input(self, name, shape, dtype=FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, value, name, shape, dtype=FLOAT):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weight(self, array):
        return self.constant(np.asarray(array, np.float32))

    def normal(self, deviation, *shape):
        return self.weight(self.random.normal(0, deviation, shape))

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def node(self, op, inputs, outputs=1, **attributes):
        name = f"{op}_{len(self.nodes)}"
        names = [name] if outputs == 1 else [f"{name}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=name, **attributes))
        return name if outputs == 1 else names

    def save(self, path):
        graph = helper.make_graph(self.nodes, "g", self.inputs, self.outputs, self.weights)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), path)

    # Convolutional networks.

    def conv(self, x, cin, cout, kernel, stride=1, group=1, act=None, norm=True, pad=None, gain=2):
        fan = cin // group * kernel * kernel
        w = self.normal((gain / fan) ** 0.5, cout, cin // group, kernel, kernel)
        pads = [kernel // 2 if pad is None else pad] * 4
        bias = [] if norm else [self.normal(0.05, cout)]
        x = self.node("Conv", [x, w] + bias, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads, group=group)
        if norm:
            u = self.random.uniform
            x = self.node("BatchNormalization", [x, self.weight(u(0.8, 1.2, cout)), self.normal(0.05, cout),
                                                 self.normal(0.05, cout), self.weight(u(0.8, 1.2, cout))])
        return act(self, x) if act else x

    def relu(self, x):
        return self.node("Relu", [x])

    def relu6(self, x):
        return self.node("Clip", [x, self.weight(0), self.weight(6)])

    def silu(self, x):
        return self.node("Mul", [x, self.node("Sigmoid", [x])])

    def hard_swish(self, x):
        return self.node("HardSwish", [x])

    def hard_sigmoid(self, x):
        return self.node("HardSigmoid", [x], alpha=1 / 6)

    def sigmoid(self, x):
        return self.node("Sigmoid", [x])

    def squeeze(self, x, channels, middle, inner, gate):
        """Squeeze and excitation: each channel by a gate that is computed from all their means."""
        y = self.node("GlobalAveragePool", [x])
        y = self.conv(y, channels, middle, 1, act=inner, norm=False)
        return self.node("Mul", [x, self.conv(y, middle, channels, 1, act=gate, norm=False, gain=0.1)])

    def classify(self, x, channels, classes=1000):
        x = self.node("Flatten", [self.node("GlobalAveragePool", [x])])
        w, b = self.normal(channels ** -0.5, classes, channels), self.normal(0.1, classes)
        self.output(self.node("Gemm", [x, w, b], transB=1), "logits", ["n", classes])

    # Transformers.

    def linear(self, x, cin, cout, bias=True):
        y = self.node("MatMul", [x, self.normal(cin ** -0.5, cin, cout)])
        return self.node("Add", [y, self.normal(0.05, cout)]) if bias else y

    def layer_norm(self, x, width):
        """Spelled out, as older exporters do."""
        d = self.node("Sub", [x, self.node("ReduceMean", [x], axes=[-1])])
        v = self.node("ReduceMean", [self.node("Pow", [d, self.weight(2)])], axes=[-1])
        y = self.node("Div", [d, self.node("Sqrt", [self.node("Add", [v, self.weight(1e-5)])])])
        y = self.node("Mul", [y, self.weight(self.random.uniform(0.8, 1.2, width))])
        return self.node("Add", [y, self.normal(0.05, width)])

    def rms_norm(self, x, width):
        v = self.node("ReduceMean", [self.node("Mul", [x, x])], axes=[-1])
        y = self.node("Div", [x, self.node("Sqrt", [self.node("Add", [v, self.weight(1e-6)])])])
        return self.node("Mul", [y, self.weight(self.random.uniform(0.8, 1.2, width))])

    def gelu(self, x):
        e = self.node("Erf", [self.node("Div", [x, self.weight(2 ** 0.5)])])
        y = self.node("Mul", [x, self.node("Add", [e, self.weight(1)])])
        return self.node("Mul", [y, self.weight(0.5)])

    def gelu_tanh(self, x):
        cube = self.node("Mul", [self.node("Pow", [x, self.weight(3)]), self.weight(0.044715)])
        t = self.node("Tanh", [self.node("Mul", [self.node("Add", [x, cube]), self.weight((2 / np.pi) ** 0.5)])])
        return self.node("Mul", [self.node("Mul", [x, self.weight(0.5)]), self.node("Add", [t, self.weight(1)])])

    def heads(self, x, heads, size):
        """[n, t, heads * size] → [n, heads, t, size]."""
        return self.node("Transpose", [self.node("Reshape", [x, self.ints(0, -1, heads, size)])], perm=[0, 2, 1, 3])

    def attend(self, q, k, v, size, mask=None):
        """softmax(q kᵀ / √size + mask) v of [n, heads, t, size] → [n, t, heads * size]."""
        scores = self.node("MatMul", [q, self.node("Transpose", [k], perm=[0, 1, 3, 2])])
        scores = self.node("Div", [scores, self.weight(size ** 0.5)])
        if mask:
            scores = self.node("Add", [scores, mask])
        y = self.node("MatMul", [self.node("Softmax", [scores], axis=-1), v])
        return self.node("Reshape", [self.node("Transpose", [y], perm=[0, 2, 1, 3]), self.ints(0, 0, -1)])

    def self_attention(self, x, width, heads, mask=None):
        q, k, v = (self.heads(self.linear(x, width, width), heads, width // heads) for _ in range(3))
        return self.linear(self.attend(q, k, v, width // heads, mask), width, width)
