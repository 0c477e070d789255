"""Writes MobileNetV2 with seeded random weights as an ONNX file."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Expansion, channels, repetitions, first stride: table 2 of the MobileNetV2 paper.
ROWS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


class Writer:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes = []
        self.weights = []

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(array.astype(np.float32), name))
        return name

    def node(self, op, inputs, **attributes):
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def conv(self, x, cin, cout, kernel, stride=1, group=1, relu6=True):
        fan = cin // group * kernel * kernel
        w = self.weight(self.random.normal(0, (2 / fan) ** 0.5, (cout, cin // group, kernel, kernel)))
        pad = kernel // 2
        y = self.node("Conv", [x, w], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, group=group)
        statistics = [self.random.uniform(0.8, 1.2, cout), self.random.normal(0, 0.05, cout),
                      self.random.normal(0, 0.05, cout), self.random.uniform(0.8, 1.2, cout)]
        y = self.node("BatchNormalization", [y] + [self.weight(s) for s in statistics])
        if not relu6:
            return y
        return self.node("Clip", [y, self.weight(np.float32(0)), self.weight(np.float32(6))])


def write(path):
    g = Writer(1)
    x, cin = g.conv("image", 3, 32, 3, stride=2), 32
    for expand, cout, repeat, first in ROWS:
        for i in range(repeat):
            stride, middle, y = (first if i == 0 else 1), cin * expand, x
            if expand != 1:
                y = g.conv(y, cin, middle, 1)
            y = g.conv(y, middle, middle, 3, stride=stride, group=middle)
            y = g.conv(y, middle, cout, 1, relu6=False)
            x = g.node("Add", [x, y]) if stride == 1 and cin == cout else y
            cin = cout
    x = g.node("GlobalAveragePool", [g.conv(x, cin, 1280, 1)])
    x = g.node("Flatten", [x])
    w, b = g.weight(g.random.normal(0, 0.03, (1000, 1280))), g.weight(g.random.normal(0, 0.1, 1000))
    g.nodes.append(helper.make_node("Gemm", [x, w, b], ["logits"], transB=1))
    graph = helper.make_graph(
        g.nodes, "mobilenet_v2", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1000])], g.weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
