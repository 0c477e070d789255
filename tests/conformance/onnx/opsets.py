"""opsets.py FOLDER: small models of every opset in which an operator changed its form, with ONNX Runtime's outputs."""

import numpy as np
from onnx import TensorProto

from written import write_cases

random = np.random.default_rng(7)


def floats(*dims):
    return random.standard_normal(dims).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


X3, X4 = floats(2, 3, 4), floats(2, 4, 6, 6)
REDUCTIONS = ["L1", "L2", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"]


def forms():
    """(operator, opsets, operands, attributes, number of results). Operands but the first are constants."""
    for op in ["Softmax", "LogSoftmax", "Hardmax"]:
        for axis in [{}, {"axis": 0}, {"axis": 1}, {"axis": 2}]:
            yield op, [7, 11, 12, 13], [X3], axis, 1
    norm = [X4, floats(4), floats(4), floats(4), np.abs(floats(4)) + 1]
    yield "BatchNormalization", [7, 9, 14, 15], norm, {"epsilon": 1e-3}, 1
    yield "Upsample", [7], [X4], {"scales": [1.0, 1.0, 2.0, 3.0], "mode": "nearest"}, 1
    for mode in ["nearest", "linear"]:
        scales = np.array([1, 1, 2, 2], np.float32)
        yield "Upsample", [9], [X4, scales], {"mode": mode}, 1
        yield "Resize", [10], [X4, scales], {"mode": mode}, 1
        yield "Resize", [11], [X4, np.zeros(0, np.float32), scales], {"mode": mode}, 1
        yield "Resize", [13, 18, 19], [X4, None, scales], {"mode": mode}, 1
        yield "Resize", [13, 18, 19], [X4, None, None, ints(2, 4, 9, 3)], {"mode": mode}, 1
    yield "Resize", [18, 19], [X4, None, None, ints(9, 3)], {"mode": "linear", "axes": [2, 3]}, 1
    yield "Dropout", [7, 10], [X3], {"ratio": 0.3}, 1
    yield "Dropout", [12, 13, 22], [X3, np.float32(0.3)], {}, 1
    pads = [0, 1, 2, 0, 0, 1]
    for mode in ["constant", "reflect", "edge"]:
        yield "Pad", [7, 10], [X3], {"pads": pads, "mode": mode}, 1
        yield "Pad", [11, 13, 18], [X3, ints(*pads)], {"mode": mode}, 1
    yield "Pad", [7, 10], [X3], {"pads": pads, "value": 2.5}, 1
    yield "Pad", [11, 13], [X3, ints(*pads), np.float32(2.5)], {}, 1
    yield "Pad", [18, 19], [X3, ints(1, 2, 0, 1), np.float32(2.5), ints(2, 0)], {}, 1
    yield "Pad", [19], [X3, ints(*pads)], {"mode": "wrap"}, 1
    yield "Slice", [7, 9], [X3], {"starts": [1, -3], "ends": [2, 1000], "axes": [0, 2]}, 1
    yield "Slice", [7, 9], [X3], {"starts": [0, 1], "ends": [2, 3]}, 1
    yield "Slice", [10, 11, 13], [X3, ints(1, -1), ints(2, -5), ints(0, 2), ints(1, -2)], {}, 1
    yield "TopK", [7], [X3], {"k": 2}, 2
    yield "TopK", [10], [X3, ints(2)], {"axis": 1}, 2
    yield "TopK", [11], [X3, ints(2)], {"axis": 2, "largest": 0}, 2
    yield "Clip", [7], [X3], {"min": -0.5, "max": 0.5}, 1
    yield "Clip", [7], [X3], {"max": 0.5}, 1
    yield "Clip", [11, 12, 13], [X3, np.float32(-0.5), np.float32(0.5)], {}, 1
    yield "Clip", [11, 12, 13], [X3, None, np.float32(0.5)], {}, 1
    one = floats(2, 1, 3, 1)
    yield "Squeeze", [7], [one], {"axes": [1]}, 1
    yield "Squeeze", [11], [one], {"axes": [-1]}, 1
    yield "Squeeze", [13, 21], [one, ints(1, -1)], {}, 1
    yield "Squeeze", [7, 11, 13], [one], {}, 1
    yield "Unsqueeze", [7], [X3], {"axes": [0, 4]}, 1
    yield "Unsqueeze", [11], [X3], {"axes": [-1]}, 1
    yield "Unsqueeze", [13, 21], [X3, ints(0, -1)], {}, 1
    for name in REDUCTIONS:
        newest = [13] if name == "Sum" else [18]
        older = [7, 11] if name == "Sum" else [7, 11, 13]
        for keep in [0, 1]:
            yield "Reduce" + name, older, [X3], {"axes": [1], "keepdims": keep}, 1
            yield "Reduce" + name, newest, [X3, ints(1)], {"keepdims": keep}, 1
        yield "Reduce" + name, older, [X3], {}, 1
        yield "Reduce" + name, newest, [X3], {}, 1
        yield "Reduce" + name, newest, [X3], {"noop_with_empty_axes": 1}, 1
    yield "Split", [7, 11], [X4], {"axis": 1, "split": [1, 3]}, 2
    yield "Split", [7, 11, 13], [X4], {"axis": 1}, 2
    yield "Split", [13, 18], [X4, ints(1, 3)], {"axis": 1}, 2
    yield "Split", [18], [X3], {"axis": 1, "num_outputs": 2}, 2
    at, updates = np.array([[0, 2, 1], [1, 0, 0]], np.int64), floats(2, 3)
    matrix = floats(3, 3)
    yield "Scatter", [9, 10], [matrix, at, updates], {}, 1
    yield "ScatterElements", [11, 13], [matrix, at, updates], {"axis": 0}, 1
    for how in ["add", "mul"]:
        yield "ScatterElements", [16, 18], [matrix, at, updates], {"reduction": how}, 1
    for how in ["max", "min"]:
        yield "ScatterElements", [18], [matrix, at, updates], {"reduction": how}, 1
    rows = np.array([[2], [0]], np.int64)
    yield "ScatterND", [11, 13], [matrix, rows, floats(2, 3)], {}, 1
    yield "ScatterND", [16, 18], [matrix, rows, floats(2, 3)], {"reduction": "add"}, 1
    for to in [TensorProto.INT32, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BOOL]:
        yield "Cast", [7, 9, 13, 19], [X3 * 3], {"to": to}, 1
    yield "GroupNormalization", [18], [X4, floats(2), floats(2)], {"num_groups": 2}, 1
    yield "GroupNormalization", [21], [X4, floats(4), floats(4)], {"num_groups": 2}, 1
    yield from more_forms()


def more_forms():
    a, b = floats(3, 4), floats(4, 5)
    yield "Gemm", [7, 9, 11, 13], [a, b, floats(5)], {"alpha": 0.5, "beta": 2.0}, 1
    yield "Gemm", [11, 13], [a, b], {}, 1
    yield "PRelu", [7, 9, 16], [X3, floats(3, 1)], {}, 1
    yield "Equal", [7, 11, 13, 19], [np.array([1, 2, 3], np.int32), np.array([1, 0, 3], np.int32)], {}, 1
    for op in ["Less", "Greater"]:
        yield op, [7, 9, 13], [X3, floats(4)], {}, 1
    for op in ["Max", "Min", "Sum", "Mean"]:
        yield op, [8, 13], [X3, floats(4), floats(3, 1)], {}, 1
    yield "Pow", [7, 12, 13, 15], [np.abs(X3), floats(4)], {}, 1
    yield "Pow", [12, 13, 15], [np.abs(X3), np.array([2, 0, 1, 3], np.int64)], {}, 1
    yield "Mod", [10, 13], [X3, floats(4)], {"fmod": 1}, 1
    kernel = {"kernel_shape": [3, 3], "strides": [2, 2]}
    yield "MaxPool", [7, 8, 10, 12], [X4], {**kernel, "pads": [1, 1, 1, 1]}, 1
    yield "MaxPool", [8, 10, 12], [X4], kernel, 2
    yield "MaxPool", [10, 11, 12, 22], [X4], {**kernel, "ceil_mode": 1, "dilations": [2, 1]}, 1
    yield "AveragePool", [7, 10, 11, 19], [X4], {**kernel, "pads": [1, 1, 1, 1], "count_include_pad": 1}, 1
    yield "AveragePool", [10, 11, 19], [X4], {**kernel, "pads": [1, 0, 1, 0], "ceil_mode": 1}, 1
    yield "AveragePool", [19], [X4], {**kernel, "dilations": [2, 2]}, 1
    yield "LpPool", [7, 11, 18], [np.abs(X4)], {**kernel, "p": 3}, 1
    yield "Flatten", [7, 9, 11, 13], [X4], {"axis": 2}, 1
    yield "Flatten", [11, 13], [X4], {"axis": -1}, 1
    yield "Gather", [7, 11, 13], [X3, np.array([[1, 0]], np.int64)], {"axis": 1}, 1
    yield "Gather", [11, 13], [X3, ints(-1, 0)], {"axis": -1}, 1
    for op in ["ArgMax", "ArgMin"]:
        yield op, [7, 11, 12, 13], [X3], {"axis": 1, "keepdims": 0}, 1
        yield op, [12, 13], [np.round(X3)], {"axis": 2, "select_last_index": 1}, 1
    yield "OneHot", [9, 11], [ints(1, 0, 2), ints(3), np.array([5, 7], np.float32)], {"axis": 0}, 1
    yield "CumSum", [11, 14], [X3, np.array(1, np.int32)], {"exclusive": 1, "reverse": 1}, 1
    yield "DepthToSpace", [7, 11, 13], [X4], {"blocksize": 2}, 1
    yield "DepthToSpace", [11, 13], [X4], {"blocksize": 2, "mode": "CRD"}, 1
    yield "Shape", [7, 13, 15], [X4], {}, 1
    yield "Shape", [15, 19], [X4], {"start": 1, "end": -1}, 1
    yield "Reshape", [7, 13, 14], [X3, ints(0, -1)], {}, 1
    yield "Reshape", [14, 19], [floats(0, 3), ints(3, 0)], {"allowzero": 1}, 1
    scale, zero = np.float32(0.1), np.uint8(128)
    yield "QuantizeLinear", [10, 13, 19, 21], [X3, scale, zero], {}, 1
    yield "QuantizeLinear", [13, 19, 21], [X3, np.abs(floats(3)) + 0.1, np.zeros(3, np.int8)], {"axis": 1}, 1
    bytes_ = random.integers(0, 255, (2, 3, 4)).astype(np.uint8)
    yield "DequantizeLinear", [10, 13, 19, 21], [bytes_, scale, zero], {}, 1
    yield "DequantizeLinear", [13, 19, 21], [bytes_, np.abs(floats(3)), np.zeros(3, np.uint8)], {"axis": 1}, 1
    yield "DequantizeLinear", [21], [bytes_, np.abs(floats(2, 3, 2))], {"axis": 2, "block_size": 2}, 1
    grid = np.clip(floats(2, 3, 3, 2), -1.2, 1.2)
    for border in ["zeros", "border", "reflection"]:
        for old, new in [("bilinear", "linear"), ("bicubic", "cubic"), ("nearest", "nearest")]:
            for align in [0, 1]:
                rest = {"padding_mode": border, "align_corners": align}
                yield "GridSample", [16], [X4, grid], {"mode": old, **rest}, 1
                yield "GridSample", [20], [X4, grid], {"mode": new, **rest}, 1
    regions = np.array([[0, 0, 4, 3], [1, 2, 5, 5], [-2, -1, 3, 9]], np.float32)
    for ratio in [0, 2]:
        size = {"output_height": 2, "output_width": 3, "sampling_ratio": ratio, "spatial_scale": 0.9}
        yield "RoiAlign", [10, 16], [X4, regions, ints(0, 1, 1)], size, 1
    empty = np.array([[1, 2, 1, 4], [3, 1.5, 4, 1.5]], np.float32)
    yield "RoiAlign", [10, 16], [X4, empty, ints(0, 1)], {"output_height": 2, "output_width": 2}, 1
    numbered = np.array([[0, 0, 0, 4, 3], [1, 1, 2, 5, 5], [1, 0, 1, 3, 3]], np.float32)
    yield "MaxRoiPool", [7], [X4, numbered], {"pooled_shape": [2, 3], "spatial_scale": 0.9}, 1
    for inverse in [0, 1]:
        yield "DFT", [17], [floats(2, 10, 2), np.int64(8)], {"axis": 1, "inverse": inverse}, 1
        yield "DFT", [20], [floats(2, 10, 2), np.int64(12), np.int64(1)], {"inverse": inverse}, 1
    yield "Gelu", [20], [X3], {"approximate": "tanh"}, 1
    yield "IsInf", [10, 20], [np.array([1, np.inf, -np.inf], np.float32)], {"detect_negative": 0}, 1
    yield "Trilu", [14], [X3, np.int64(1)], {"upper": 0}, 1
    yield "LayerNormalization", [17], [X3, floats(4), floats(4)], {"axis": 2}, 1
    weights = [floats(1, 20, 3), floats(1, 20, 5)]
    yield "LSTM", [7, 14, 22], [floats(4, 2, 3), *weights], {"hidden_size": 5}, 3
    long, both = floats(90, 2, 3), [floats(2, 20, 3), floats(2, 20, 5), floats(2, 40)]
    lengths, starts = np.array([90, 37], np.int32), [floats(2, 2, 5), floats(2, 2, 5)]
    yield "LSTM", [14], [long, *weights], {"hidden_size": 5, "direction": "reverse"}, 3
    bidirectional = {"hidden_size": 5, "direction": "bidirectional"}
    yield "LSTM", [14], [long, *both, lengths, *starts, floats(2, 15)], bidirectional, 3
    gru = [floats(1, 15, 3), floats(1, 15, 5), floats(1, 30)]
    for before in [0, 1]:
        yield "GRU", [7, 14, 22], [floats(4, 2, 3), *gru], {"hidden_size": 5, "linear_before_reset": before}, 2
        yield "GRU", [14], [long, *gru, lengths], {"hidden_size": 5, "linear_before_reset": before}, 2
    yield "RNN", [14], [long, floats(2, 5, 3), floats(2, 5, 5)], bidirectional, 2


write_cases(forms())
