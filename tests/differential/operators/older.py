"""Forms of operators that newer opsets have changed. They are drawn into graphs of an older opset alone."""

import numpy as np

from graph import Refused
from operators import operator
from operators.movement import SOME


def older(g, newest):
    """The graph's opset has to have the old form."""
    if g.opset > newest:
        raise Refused("needs an older opset")


@operator("Squeeze11", "Unsqueeze11")
def squeeze(g, op):
    older(g, 12)
    if op == "Squeeze11":
        x = g.pick(SOME, fits=lambda v: 1 in v.shape)
        return g.add("Squeeze", [x], axes=[x.shape.index(1)] if g.chance(0.7) else None, grid=x.grid)
    x = g.pick(SOME, max_rank=4)
    return g.add("Unsqueeze", [x], axes=[g.integer(0, x.rank)], grid=x.grid)


@operator("ReduceSum11", "ReduceMax17", "ReduceMean17", "ReduceL1_17")
def reduce(g, op):
    name, _, newest = op.replace("_", "").partition("1")
    name, newest = ("ReduceL1", "7") if op.startswith("ReduceL1") else (name, newest)
    older(g, 12 if newest == "1" else 17)
    x = g.pick((np.float32,), min_rank=1, nonempty=True, low=-2, high=2)
    axes = [int(a) for a in g.rng.permutation(x.rank)[:g.integer(1, x.rank)]] if g.chance(0.8) else None
    return g.add(name, [x], axes=axes, keepdims=g.choice([None, 0, 1]), exact=name == "ReduceMax")


@operator("Softmax11", "LogSoftmax11", "Hardmax11")
def softmax(g, op):
    older(g, 12)
    x = g.pick((np.float32,), min_rank=1, exact=True, nonempty=True)
    axis = g.integer(-x.rank if g.opset >= 11 else 0, x.rank - 1) if g.chance(0.8) else None
    if axis is None and x.rank < 2:
        raise Refused("the default axis is 1")
    return g.add(op[:-2], [x], axis=axis, exact=op == "Hardmax11", noise=8)


@operator("Split11")
def split(g):
    older(g, 12)
    x = g.pick(SOME, min_rank=1, fits=lambda v: v.shape[0] >= 2)
    first = g.integer(1, x.shape[0] - 1)
    sizes = [first, x.shape[0] - first] if g.chance(0.6) or x.shape[0] % 2 else None
    return g.add("Split", [x], results=2, axis=0, split=sizes, grid=x.grid)


@operator("Slice9")
def cut(g):
    older(g, 9)
    x = g.pick(SOME, min_rank=1)
    axes = sorted(int(a) for a in g.rng.permutation(x.rank)[:g.integer(1, x.rank)])
    return g.add("Slice", [x], starts=[g.integer(-x.shape[a], x.shape[a]) for a in axes],
                 ends=[g.choice([g.integer(-x.shape[a], x.shape[a]), 2**31 - 1]) for a in axes], axes=axes, grid=x.grid)


@operator("Pad9")
def pad(g):
    older(g, 10)
    mode = g.choice([None, "constant", "edge", "reflect"])
    x = g.pick((np.float32,), min_rank=1, max_rank=4, nonempty=True)
    most = [min(2, d - 1) if mode == "reflect" else 2 for d in x.shape]
    return g.add("Pad", [x], pads=[g.integer(0, m) for m in most * 2], mode=mode,
                 value=0.5 if mode in (None, "constant") and g.chance(0.5) else None, grid=x.grid)


@operator("Clip10")
def clip(g):
    older(g, 10)
    return g.add("Clip", [g.pick((np.float32,))], min=g.choice([None, -1.0, 0.0]), max=g.choice([None, 1.0, 2.5]))


@operator("TopK9")
def top_k(g):
    older(g, 10)
    x = g.pick((np.float32,), min_rank=1, nonempty=True, exact=True)
    axis = g.integer(0, x.rank - 1)
    k = g.new(np.array([g.integer(1, x.shape[axis])], np.int64), "constant")
    return g.add("TopK", [x, k], results=2, axis=axis)


@operator("Scatter9")
def scatter(g):
    older(g, 10)
    x = g.pick((np.float32, np.int64), rank=2, nonempty=True)
    where = np.argsort(g.rng.random(x.shape), axis=0).astype(np.int64)
    return g.add("Scatter", [x, g.new(where), g.random(x.dtype, x.shape)], axis=0, grid=x.grid)


@operator("Upsample9", "Resize10")
def upsample(g, op):
    older(g, 9 if op == "Upsample9" else 10)
    x = g.random(np.float32, (1, g.integer(1, 2), g.integer(1, 5), g.integer(1, 5)))
    scales = np.array([1, 1, g.choice([1, 2, 3]), g.choice([1, 2, 3])], np.float32)
    mode = g.choice([None, "nearest", "linear"])
    return g.add(op[:-1] if op == "Upsample9" else "Resize", [x, g.new(scales, "constant")], mode=mode,
                 exact=mode != "linear", noise=8)


@operator("Dropout7", "BatchNormalization7")
def inference(g, op):
    older(g, 11)
    x = g.pick((np.float32,), rank=4)
    if op == "Dropout7":
        return g.add("Dropout", [x], ratio=0.25, grid=x.grid)
    channels = (x.shape[1],)
    return g.add("BatchNormalization", [x] + [g.random(np.float32, channels) for _ in range(3)]
                 + [g.random(np.float32, channels, 0.25, 2)], epsilon=0.01, exact=False, noise=4)


@operator("Gemm7", "MatMul7")
def product(g, op):
    older(g, 10)
    a, b = g.random(np.float32, (g.integer(1, 4), 3), -2, 2), g.random(np.float32, (3, g.integer(1, 5)), -2, 2)
    if op == "MatMul7":
        return g.add("MatMul", [a, b], exact=False)
    return g.add("Gemm", [a, b, g.random(np.float32, (b.shape[1],))], exact=False, noise=2)


@operator("CastToBool9", "Equal7", "PRelu7", "Cast6")
def plain(g, op):
    older(g, 10)
    x = g.pick((np.float32, np.int32), exact=True)
    if op == "Equal7":
        a = g.pick((np.int32, np.int64))
        return g.add("Equal", [a, g.random(a.dtype, a.shape)])
    if op == "PRelu7":
        x = g.pick((np.float32,), min_rank=1)
        return g.add("PRelu", [x, g.random(np.float32, x.shape[-1:])])
    return g.add("Cast", [x], to=9 if op == "CastToBool9" else 7)
