"""Writes what `walle-model train` needs to learn scikit-learn's digits: an untrained network and the samples.

    digits.py DIGITS.csv.gz FOLDER

FOLDER/digits.onnx is a small convolutional network with random weights, FOLDER/train.npz and FOLDER/test.npz hold
pictures x (f32, n x 1 x 8 x 8, 0 to 1) and labels y (0 to 9).
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TEST_SAMPLES = 360


def samples(path: str) -> tuple[np.ndarray, np.ndarray]:
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    table = table[np.random.default_rng(0).permutation(len(table))]
    return table[:, :64].reshape(-1, 1, 8, 8) / 16, table[:, 64].astype(np.int64)


def network() -> onnx.ModelProto:
    random = np.random.default_rng(1)
    weights = []

    def weight(name: str, *dims: int) -> str:
        scale = np.sqrt(2 / np.prod(dims[1:])) if len(dims) > 1 else 0  # He et al.; biases start at 0
        weights.append(numpy_helper.from_array((random.normal(size=dims) * scale).astype(np.float32), name))
        return name

    def node(op: str, inputs: list[str], output: str, **attributes) -> onnx.NodeProto:
        return helper.make_node(op, inputs, [output], name=output, **attributes)

    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        node("Conv", ["x", weight("conv1.weight", 16, 1, 3, 3), weight("conv1.bias", 16)], "conv1", pads=[1] * 4),
        node("Relu", ["conv1"], "relu1"),
        node("MaxPool", ["relu1"], "pool1", **pool),
        node("Conv", ["pool1", weight("conv2.weight", 32, 16, 3, 3), weight("conv2.bias", 32)], "conv2", pads=[1] * 4),
        node("Relu", ["conv2"], "relu2"),
        node("MaxPool", ["relu2"], "pool2", **pool),
        node("Flatten", ["pool2"], "flat"),
        node("Gemm", ["flat", weight("head1.weight", 64, 128), weight("head1.bias", 64)], "head1", transB=1),
        node("Relu", ["head1"], "relu3"),
        node("Gemm", ["relu3", weight("head2.weight", 10, 64), weight("head2.bias", 10)], "scores", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 10])],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main() -> None:
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    x, y = samples(sys.argv[1])
    np.savez_compressed(folder / "train.npz", x=x[TEST_SAMPLES:], y=y[TEST_SAMPLES:])
    np.savez(folder / "test.npz", x=x[:TEST_SAMPLES], y=y[:TEST_SAMPLES])
    onnx.save(network(), folder / "digits.onnx")


main()
