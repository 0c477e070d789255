"""Models quantised by ONNX Runtime's tools: QDQ and QOperator, signed and unsigned, per tensor and per channel, dynamic."""

import logging
import os

import numpy as np
import onnxruntime
from onnx import TensorProto
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

import mobilenet
import resnet
import squeezenet
import transformers
from images import image
from writer import Writer

U8, S8 = QuantType.QUInt8, QuantType.QInt8


class Reader(CalibrationDataReader):
    def __init__(self):
        random = np.random.default_rng(3)
        self.feeds = iter([{"image": image(random, 1, 64, 64)} for _ in range(2)])

    def get_next(self):
        return next(self.feeds, None)


def folded(source, path):
    """The float model as exporters leave it: batch norms inside convolutions."""
    source(path + ".f32")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = path + ".folded"
    onnxruntime.InferenceSession(path + ".f32", options, providers=["CPUExecutionProvider"])
    os.remove(path + ".f32")
    return path + ".folded"


def static(source, form, activations=U8, weights=S8, per_channel=True):
    def write(path):
        logging.disable(logging.WARNING)
        whole = folded(source, path)
        quantize_static(whole, path, Reader(), quant_format=form, activation_type=activations, weight_type=weights,
                        per_channel=per_channel, extra_options={"WeightSymmetric": weights == S8})
        os.remove(whole)

    return write


def dynamic(source, weights):
    def write(path):
        logging.disable(logging.WARNING)
        whole = folded(source, path)
        quantize_dynamic(whole, path, weight_type=weights)
        os.remove(whole)

    return write


def integers(path):
    """Every integer operator on its own; what ONNX Runtime's integers are is exact."""
    g = Writer(14, opset=19)
    rng = g.random
    x, a = g.input("x", ["n", 8, "h", "w"], TensorProto.UINT8), g.input("a", ["m", 40], TensorProto.UINT8)
    f = g.input("f", ["m", 40])
    u8, s8 = (lambda v: g.constant(np.array(v, np.uint8))), (lambda v: g.constant(np.array(v, np.int8)))
    outputs = []

    def conv(op, dtype, channels, group=1, **attributes):
        w = g.constant(rng.integers(*((-127, 128) if dtype == np.int8 else (0, 256)), (channels, 8 // group, 3, 3)).astype(dtype))
        zero = g.constant(np.zeros(channels, np.int8)) if dtype == np.int8 else u8(117)
        if op == "ConvInteger":
            return g.node(op, [x, w, u8(131), zero if dtype != np.int8 else s8(0)], pads=[1, 1, 1, 1], group=group, **attributes)
        scale = g.weight(rng.uniform(0.002, 0.02, channels) if dtype == np.int8 else 0.011)
        bias = g.constant(rng.integers(-3000, 3000, channels).astype(np.int32))
        return g.node(op, [x, g.weight(0.021), u8(131), w, scale, zero, g.weight(0.19), u8(101), bias], pads=[1, 1, 1, 1],
                      group=group, **attributes)

    outputs += [conv("QLinearConv", np.int8, 12), conv("QLinearConv", np.uint8, 5, strides=[2, 2]),
                conv("QLinearConv", np.int8, 8, group=8), conv("QLinearConv", np.int8, 16, group=2, dilations=[2, 2]),
                conv("ConvInteger", np.uint8, 6)]
    b8 = g.constant(rng.integers(-127, 128, (40, 50)).astype(np.int8))
    bu = g.constant(rng.integers(0, 256, (40, 50)).astype(np.uint8))
    columns = g.weight(rng.uniform(0.002, 0.02, 50))
    outputs.append(g.node("QLinearMatMul", [a, g.weight(0.021), u8(131), b8, columns, g.constant(np.zeros(50, np.int8)),
                                            g.weight(0.23), u8(99)]))
    outputs.append(g.node("QLinearMatMul", [a, g.weight(0.021), u8(131), bu, g.weight(0.013), u8(88), g.weight(0.23), u8(99)]))
    outputs += [g.node("MatMulInteger", [a, b8, u8(131), s8(0)]), g.node("MatMulInteger", [a, bu, u8(131), u8(88)])]
    outputs += g.node("DynamicQuantizeLinear", [f], 3)
    outputs.append(g.node("QuantizeLinear", [f, g.weight(0.031), s8(-7)]))
    for i, y in enumerate(outputs):
        g.output(g.node("Cast", [y], to=1), f"y{i}", None)
    g.save(path)


def bytes_of(random):
    def case(n, size, m):
        return {"x": random.integers(0, 256, (n, 8, size, size + 3)).astype(np.uint8),
                "a": random.integers(0, 256, (m, 40)).astype(np.uint8), "f": random.normal(0, 1, (m, 40)).astype(np.float32)}

    return {"2x14": case(2, 14, 70), "small": case(1, 5, 3)}


def images(random):
    return {"96": {"image": image(random, 1, 96, 96)}, "small": {"image": image(random, 1, 32, 32)}}


def conv_images(random):
    return {"64": {"image": image(random, 1, 64, 64)}, "small": {"image": image(random, 1, 32, 32)}}


QDQ, OPERATOR = QuantFormat.QDQ, QuantFormat.QOperator
MODELS = {
    "integers": (integers, bytes_of),
    "mobilenet_v2_qdq": (static(mobilenet.v2, QDQ), images),
    "mobilenet_v3_qdq_s8": (static(mobilenet.v3_small, QDQ, activations=S8), images),
    "resnet18_qdq_u8_weights": (static(resnet.resnet18, QDQ, weights=U8, per_channel=False), images),
    "resnet18_qoperator": (static(resnet.resnet18, OPERATOR), images),
    "squeezenet_qoperator_s8": (static(squeezenet.squeezenet, OPERATOR, activations=S8, per_channel=False), images),
    "shufflenet_qdq": (static(squeezenet.shufflenet, QDQ), images),
    "resnet18_dynamic": (dynamic(resnet.resnet18, U8), conv_images),
    "minilm_dynamic": (dynamic(transformers.MODELS["minilm"][0], S8), transformers.tokens),
}
