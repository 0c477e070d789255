from cases.common import *

SAME = 0
IN, OUT = Quant(0.03, -5), Quant(0.05, 12)


def weights(shape, seed, axis=None):
    """int8 weights, per tensor or per channel, and their scale."""
    real = normal(shape, seed, 0.3)
    if axis is None:
        quant = Quant(np.abs(real).max() / 127)
    else:
        others = tuple(i for i in range(real.ndim) if i != axis)
        quant = Quant(np.abs(real).max(axis=others) / 127, 0, axis)
    return ("const", quant.store(real, I8), quant), quant


def bias(count, quant, source=IN, dtype=I32):
    scale = Quant(source.scale * quant.scale)
    return ("const", scale.store(normal(count, 9), dtype), scale)


def conv(op, kind, shape, weight_shape, axis, out=OUT, source=IN, dtype=I8, bias_type=I32, **fields):
    w, quant = weights(weight_shape, 1, axis)
    count = weight_shape[3] if kind == "DepthwiseConv2D" else weight_shape[0]
    opts = options(kind, **{"strideH": 1, "strideW": 1, "padding": SAME, **fields})
    inputs = [quantised(normal(shape), source, dtype), w, bias(count, quant, source, bias_type)]
    return single(op, inputs, [(dtype, out)], opts)


def cases():
    image = (1, 6, 7, 4)
    for name, axis in (("tensor", None), ("channel", 0)):
        yield f"int8_conv_2d_{name}", conv("CONV_2D", "Conv2D", image, (5, 3, 3, 4), axis, fusedActivationFunction=3)
        yield f"int8_fully_connected_{name}", single(
            "FULLY_CONNECTED", [quantised(normal((3, 8)), IN), weights((6, 8), 1)[0], None], [(I8, OUT)],
            options("FullyConnected"))
    yield "int8_depthwise_conv_2d", conv("DEPTHWISE_CONV_2D", "DepthwiseConv2D", image, (1, 3, 3, 8), 3,
                                         depthMultiplier=2, strideH=2, strideW=2)
    yield "int16_conv_2d", conv("CONV_2D", "Conv2D", image, (5, 3, 3, 4), 0, Quant(1e-4), Quant(1e-4), I16, I64)
    x = normal((2, 3, 4, 5))
    for dtype, name in ((I8, "int8"), (U8, "uint8")):
        a = Quant(0.03, -5 if dtype == I8 else 120)
        b = Quant(0.02, 3 if dtype == I8 else 131)
        c = Quant(0.05, 12 if dtype == I8 else 140)
        for op, kind in (("ADD", "Add"), ("SUB", "Sub"), ("MUL", "Mul")):
            yield f"{name}_{op.lower()}", single(op, [quantised(x, a, dtype), quantised(normal(x.shape, 1), b, dtype)],
                                                 [(dtype, c)], options(kind))
        unit = Quant(1 / 256, -128 if dtype == I8 else 0)
        yield f"{name}_softmax", single("SOFTMAX", [quantised(x, a, dtype)], [(dtype, unit)], options("Softmax", beta=1.0))
        yield f"{name}_logistic", single("LOGISTIC", [quantised(x, a, dtype)], [(dtype, unit)])
        yield f"{name}_tanh", single("TANH", [quantised(x, a, dtype)], [(dtype, Quant(1 / 128, 0 if dtype == I8 else 128))])
        yield f"{name}_relu", single("RELU", [quantised(x, a, dtype)], [(dtype, c)])
        yield f"{name}_concatenation", single("CONCATENATION", [quantised(x, a, dtype), quantised(-x, a, dtype)],
                                              [(dtype, a)], options("Concatenation", axis=3))
        yield f"{name}_reshape", single("RESHAPE", [quantised(x, a, dtype), const(np.array([6, 20], I32))], [(dtype, a)],
                                        options("Reshape", newShape=[6, 20]))
        yield f"{name}_pad", single("PAD", [quantised(x, a, dtype), const(np.array([[0, 0], [1, 1], [0, 2], [0, 0]], I32))],
                                    [(dtype, a)])
        yield f"{name}_resize_bilinear", single(
            "RESIZE_BILINEAR", [quantised(x, a, dtype), const(np.array([6, 7], I32))], [(dtype, a)],
            options("ResizeBilinear", halfPixelCenters=True))
        for op in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
            opts = options("Pool2D", strideH=2, strideW=2, filterHeight=2, filterWidth=2)
            yield f"{name}_{op.lower()}", single(op, [quantised(x, a, dtype)], [(dtype, a)], opts)
        yield f"{name}_mean", single("MEAN", [quantised(x, a, dtype), const(np.array([1, 2], I32))], [(dtype, c)],
                                     options("Reducer", keepDims=True))
        yield f"{name}_dequantize", single("DEQUANTIZE", [quantised(x, a, dtype)], [F32])
        yield f"{name}_quantize", single("QUANTIZE", [x], [(dtype, a)])
        yield f"{name}_requantize", single("QUANTIZE", [quantised(x, a, dtype)], [(dtype, c)])
        yield f"{name}_strided_slice", single(
            "STRIDED_SLICE", [quantised(x, a, dtype)] + [const(np.array(v, I32)) for v in ([0, 0, 1, 0], [2, 3, 4, 5], [1, 2, 1, 1])],
            [(dtype, a)], options("StridedSlice"))
    yield "int8_leaky_relu", single("LEAKY_RELU", [quantised(x, IN)], [(I8, OUT)], options("LeakyRelu", alpha=0.3))
    yield "int8_hard_swish", single("HARD_SWISH", [quantised(x * 3, Quant(0.05, 1))], [(I8, OUT)])
    yield "int8_prelu", single("PRELU", [quantised(x, IN), quantised(normal((1, 1, 5), 3, 0.3), Quant(0.01))], [(I8, OUT)])
    yield "int8_l2_normalization", single("L2_NORMALIZATION", [quantised(normal((3, 8)), Quant(0.03, 4))],
                                          [(I8, Quant(1 / 128))], options("L2Norm"))
    yield "int8_maximum", single("MAXIMUM", [quantised(x, IN), quantised(-x, IN)], [(I8, IN)])
    yield "int8_batch_matmul", single("BATCH_MATMUL", [quantised(normal((2, 3, 4)), IN), quantised(normal((2, 4, 5), 1), Quant(0.02))],
                                      [(I8, Quant(0.06, 3))], options("BatchMatMul"))
    w, quant = weights((2, 3, 3, 4), 1, 0)
    yield "int8_transpose_conv", single(
        "TRANSPOSE_CONV", [const(np.array([1, 8, 8, 2], I32)), w, quantised(normal((1, 4, 4, 4)), IN), bias(2, quant)],
        [(I8, OUT)], options("TransposeConv", strideH=2, strideW=2))
    yield "int8_argmax", single("ARG_MAX", [quantised(x, IN), const(np.array(3, I32))], [I64], options("ArgMax", outputType=4))
    yield "hybrid_conv_2d", single("CONV_2D", [normal(image), weights((5, 3, 3, 4), 1, 0)[0], const(normal(5, 2))], [F32],
                                   options("Conv2D", strideH=1, strideW=1))
    yield "hybrid_fully_connected", single("FULLY_CONNECTED", [normal((3, 8)), weights((6, 8), 1)[0], const(normal(6, 2))],
                                           [F32], options("FullyConnected"))
