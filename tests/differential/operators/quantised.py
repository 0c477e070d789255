"""Quantised operators."""

import numpy as np

from operators import operator
from operators.network import image, window
from values import random_array

QUANTISED = (np.uint8, np.int8)


def scale(g, shape=()):
    """A power of two: dividing by it is exact, so that rounding is as well."""
    return g.new(np.asarray(2.0 ** g.rng.integers(-3, 2, shape)).astype(np.float32), None if g.chance(0.2) else "constant")


def zero_point(g, dtype, shape=()):
    return g.new(random_array(g.rng, dtype, shape, -8, 8), None if g.chance(0.2) else "constant")


def codes(g, dtype, shape):
    info = np.iinfo(dtype)
    return g.new(g.rng.integers(info.min, info.max + 1, shape).astype(dtype))


@operator("QuantizeLinear")
def quantize(g):
    x = g.pick((np.float32,), exact=True)
    dtype = g.choice(QUANTISED)
    if x.rank and g.chance(0.4):
        axis = g.integer(-x.rank, x.rank - 1)
        shape = (x.shape[axis],)
        return g.add("QuantizeLinear", [x, scale(g, shape), zero_point(g, dtype, shape)], axis=axis, grid=0)
    operands = [x, scale(g)] + ([zero_point(g, dtype)] if g.chance(0.7) else [])
    return g.add("QuantizeLinear", operands, grid=0)


@operator("DequantizeLinear")
def dequantize(g):
    x = g.pick(QUANTISED + (np.int32,), reuse=0.5)
    axis, shape = None, ()
    if x.rank and g.chance(0.4):
        axis = g.integer(-x.rank, x.rank - 1)
        shape = (x.shape[axis],)
    operands = [x, scale(g, shape)]
    if x.dtype != np.int32 and g.chance(0.7):
        operands.append(zero_point(g, x.dtype, shape))
    return g.add("DequantizeLinear", operands, axis=axis, grid=3)


@operator("DynamicQuantizeLinear")
def dynamic_quantize(g):
    x = g.pick((np.float32,), nonempty=True, exact=True)
    return g.add("DynamicQuantizeLinear", [x], results=3)


@operator("MatMulInteger")
def matmul_integer(g):
    rows, inner, columns = g.integer(1, 5), g.integer(1, 9), g.integer(1, 9)
    batch = tuple(g.integer(1, 2) for _ in range(g.integer(0, 2)))
    a_type, b_type = np.uint8, g.choice(QUANTISED)  # what ONNX Runtime has
    a, b = codes(g, a_type, batch + (rows, inner)), codes(g, b_type, (inner, columns))
    operands = [a, b]
    if g.chance(0.7):
        operands.append(zero_point(g, a_type))
        if g.chance(0.7):
            operands.append(zero_point(g, b_type, (columns,) if g.chance(0.4) else ()))
    return g.add("MatMulInteger", operands, grid=0)


@operator("ConvInteger")
def conv_integer(g):
    x = image(g, spatial=2, dtypes=(np.uint8,))
    kernel = [g.choice([1, 2, 3]) for _ in range(2)]
    attributes = window(g, x.shape[2:], kernel)
    w = codes(g, np.uint8, (g.integer(1, 5), x.shape[1], *kernel))
    operands = [x, w]
    if g.chance(0.7):
        operands.append(zero_point(g, x.dtype))
        if g.chance(0.5):
            operands.append(zero_point(g, w.dtype))
    return g.add("ConvInteger", operands, grid=0, **attributes)


@operator("QLinearMatMul")
def qlinear_matmul(g):
    rows, inner, columns = g.integer(1, 5), g.integer(1, 9), g.integer(1, 9)
    dtype = g.choice(QUANTISED)
    a, b = codes(g, dtype, (rows, inner)), codes(g, dtype, (inner, columns))
    return g.add("QLinearMatMul", [a, scale(g), zero_point(g, dtype), b, scale(g), zero_point(g, dtype),
                                   g.constant(np.float32(8.0)), zero_point(g, dtype)], grid=0)


@operator("QLinearConv")
def qlinear_conv(g):
    x = image(g, spatial=2, dtypes=(np.uint8,))
    kernel = [g.choice([1, 2, 3]) for _ in range(2)]
    attributes = window(g, x.shape[2:], kernel)
    outputs = g.integer(1, 5)
    w = codes(g, np.uint8, (outputs, x.shape[1], *kernel))
    operands = [x, g.constant(np.float32(0.5)), zero_point(g, np.uint8), w,
                g.constant(2.0 ** g.rng.integers(-3, 1, (outputs,)).astype(np.float32)) if g.chance(0.3)
                else g.constant(np.float32(0.25)), g.constant(np.uint8(g.integer(0, 8))),
                g.constant(np.float32(8.0)), zero_point(g, np.uint8)]
    if g.chance(0.5):
        operands.append(g.constant(random_array(g.rng, np.int32, (outputs,), -50, 50)))
    return g.add("QLinearConv", operands, grid=0, **attributes)


@operator("QDQ")
def qdq(g):
    """Quantise and dequantise again around a convolution-like operator, as quantised models are written."""
    x = g.pick((np.float32,), exact=True, min_rank=1)
    s, z = g.constant(np.float32(0.25)), g.constant(np.uint8(128))
    codes_of = g.add("QuantizeLinear", [x, s, z], grid=0)
    return g.add("DequantizeLinear", [codes_of, s, z], grid=3)
