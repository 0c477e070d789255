"""Spectra and windows, losses, and what detectors use."""

import numpy as np
from onnx import numpy_helper

from operators import operator
from values import random_shape


@operator("HannWindow", "HammingWindow", "BlackmanWindow")
def cosine_window(g, op):
    size = g.new(np.array(g.integer(2, 20), np.int64), "constant")
    return g.add(op, [size], exact=False, noise=8, periodic=g.choice([None, 0, 1]))


@operator("DFT")
def dft(g):
    shape = (g.integer(1, 2), g.integer(1, 9), g.integer(1, 5), g.choice([1, 2]))
    x = g.random(np.float32, shape)
    axis = g.choice([1, 2, -2, -3])
    inverse = shape[-1] == 2 and g.chance(0.3)
    operands = [x, None, g.new(np.array(axis, np.int64), "constant")]
    if g.chance(0.3):
        operands[1] = g.new(np.array(g.integer(1, 10), np.int64), "constant")
    onesided = 1 if not inverse and shape[-1] == 1 and g.chance(0.4) else None
    return g.add("DFT", operands, exact=False, noise=32, inverse=1 if inverse else None, onesided=onesided)


@operator("STFT")
def stft(g):
    length, step = g.choice([4, 8, 16]), g.integer(1, 5)
    x = g.random(np.float32, (g.integer(1, 2), length + g.integer(0, 20), 1))
    window = g.random(np.float32, (length,)) if g.chance(0.6) else None
    operands = [x, g.new(np.array(step, np.int64), "constant"), window, g.new(np.array(length, np.int64), "constant")]
    return g.add("STFT", operands, exact=False, noise=32, onesided=g.choice([None, 0, 1]))


@operator("MelWeightMatrix")
def mel(g):
    numbers = [np.int64(g.integer(2, 8)), np.int64(g.choice([16, 32])), np.int64(8000), np.float32(0.0), np.float32(4000)]
    return g.add("MelWeightMatrix", [g.constant(number) for number in numbers], exact=False, noise=8)


@operator("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
def loss(g, op):
    classes = g.integer(1, 5)
    rest = random_shape(g.rng, 0, 2, nonempty=True, limit=20)
    batch = g.integer(1, 3)
    scores = g.random(np.float32, (batch, classes, *rest))
    labels = g.new(g.rng.integers(0, classes, (batch, *rest)).astype(np.int64))
    operands = [scores, labels]
    if g.chance(0.5):
        operands.append(g.random(np.float32, (classes,), 0.25, 2))
    return g.add(op, operands, exact=False, noise=8, reduction=g.choice([None, "none", "sum", "mean"]),
                 ignore_index=g.choice([None, None, 0]))


@operator("Det")
def det(g):
    size = g.integer(1, 4)
    x = g.random(np.float32, random_shape(g.rng, 0, 2, nonempty=True, limit=10) + (size, size))
    return g.add("Det", [x], exact=False, noise=64)


@operator("GridSample")
def grid_sample(g):
    x = g.random(np.float32, (g.integer(1, 2), g.integer(1, 3), g.integer(1, 5), g.integer(1, 5)))
    grid = g.random(np.float32, (x.shape[0], g.integer(1, 4), g.integer(1, 4), 2), -1.5, 1.5)
    return g.add("GridSample", [x, grid], exact=False, noise=16, mode=g.choice([None, "linear", "nearest", "cubic"]),
                 padding_mode=g.choice([None, "zeros", "border", "reflection"]), align_corners=g.choice([None, 0, 1]))


@operator("RoiAlign")
def roi_align(g):
    x = g.random(np.float32, (g.integer(1, 2), g.integer(1, 2), g.integer(3, 8), g.integer(3, 8)))
    count = g.integer(1, 3)
    corners = (np.sort(g.rng.integers(0, 49, (count, 2, 2)), axis=1).reshape(count, 4) / 8).astype(np.float32)
    batch = g.rng.integers(0, x.shape[0], count).astype(np.int64)
    # Of "max", ONNX Runtime leaves out samples with a weight of 0, which ONNX's reference counts.
    return g.add("RoiAlign", [x, g.new(corners), g.new(batch)], exact=False, noise=16,
                 mode=g.choice([None, "avg"]), output_height=g.integer(1, 3), output_width=g.integer(1, 3),
                 sampling_ratio=g.choice([None, 0, 1, 2]), spatial_scale=g.choice([None, 0.5]),
                 coordinate_transformation_mode=g.choice([None, "half_pixel", "output_half_pixel"]))


@operator("MaxUnpool")
def max_unpool(g):
    x = g.random(np.float32, (1, g.integer(1, 2), 2 * g.integer(1, 3), 2 * g.integer(1, 3)))
    values, places = g.add("MaxPool", [x], results=2, kernel_shape=[2, 2], strides=[2, 2], grid=x.grid)
    return g.add("MaxUnpool", [values, places], kernel_shape=[2, 2], strides=[2, 2], grid=x.grid)


@operator("Constant")
def constant(g):
    draw = g.choice(["value", "value_float", "value_int", "value_floats", "value_ints"])
    value = {"value": numpy_helper.from_array(np.asarray(g.rng.integers(-4, 5, random_shape(g.rng))).astype(np.float32), "c"),
             "value_float": 1.5, "value_int": 7, "value_floats": [0.5, 2.0], "value_ints": [3, -1]}[draw]
    return g.add("Constant", [], grid=3, **{draw: value})


@operator("NonZero")
def non_zero(g):
    return g.add("NonZero", [g.pick((np.float32, np.int32, np.int64, np.bool_), exact=True, min_rank=1)], grid=0)


@operator("Unique")
def unique(g):
    x = g.pick((np.float32, np.int64), exact=True, min_rank=1, max_rank=3, nonempty=True)
    axis = g.integer(-x.rank, x.rank - 1) if g.chance(0.4) else None
    return g.add("Unique", [x], results=4, axis=axis, sorted=g.choice([None, 0, 1]), grid=x.grid)


@operator("NonMaxSuppression")
def non_max_suppression(g):
    batch, classes, boxes = g.integer(1, 2), g.integer(1, 2), g.integer(1, 6)
    corners = (g.rng.integers(0, 9, (batch, boxes, 4)) / 8).astype(np.float32)
    scores = (g.rng.permutation(batch * classes * boxes).reshape(batch, classes, boxes) / 32).astype(np.float32)
    operands = [g.new(corners), g.new(scores), g.ints([g.integer(1, 4)]), g.constant(np.array([0.5], np.float32))]
    if g.chance(0.4):
        operands.append(g.constant(np.array([0.1], np.float32)))
    return g.add("NonMaxSuppression", operands, grid=0, center_point_box=g.choice([None, 0, 1]))
