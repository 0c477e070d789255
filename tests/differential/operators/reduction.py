"""Reductions, softmaxes, norms, scans and sorting."""

import numpy as np

from operators import operator
from values import FLOATS, is_float, stays_exact

REDUCED = (np.float32, np.float64, np.int32, np.int64)


def some_axes(g, x):
    axes = [int(a) for a in g.rng.permutation(x.rank)[:g.integer(1, x.rank)]] if x.rank else []
    if x.array.size == 0:
        return axes  # of an empty tensor, ONNX Runtime forgets negative axes
    return [a - x.rank if g.chance(0.4) else a for a in axes]


def product_fits(x):
    """No product of whole numbers leaves their type: what it is then is not defined."""
    return is_float(x.dtype) or np.prod(np.maximum(np.abs(x.array.astype(np.float64)), 1)) < 2**31


@operator("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare",
          "ReduceLogSum", "ReduceLogSumExp")
def reduce(g, op):
    types = REDUCED
    if op in ("ReduceMax", "ReduceMin"):
        types += (np.uint8, np.int8)
    if op in ("ReduceLogSum", "ReduceLogSumExp", "ReduceMean", "ReduceL2"):
        types = FLOATS[:2]
    narrow = op in ("ReduceLogSum", "ReduceProd")
    x = g.pick(types, low=0.25 if narrow else -4, high=2 if narrow else 4,
               nonempty=op in ("ReduceMax", "ReduceMin", "ReduceMean"),
               fits={"ReduceLogSum": lambda v: v.array.size == 0 or np.min(v.array) > 0,
                     "ReduceProd": product_fits}.get(op))
    operands = [x]
    if x.rank and g.chance(0.75):
        operands.append(g.ints(some_axes(g, x)))
    elif x.array.size and g.chance(0.3):
        operands.append(g.ints([]))
    exact, grid = True, x.grid
    if is_float(x.dtype) and op not in ("ReduceMax", "ReduceMin"):
        grid = x.grid if op in ("ReduceSum", "ReduceL1") else 2 * x.grid if x.grid is not None else None
        bound = x.largest * max(x.array.size, 1) * (x.largest if op == "ReduceSumSquare" else 1)
        exact = op in ("ReduceSum", "ReduceL1", "ReduceSumSquare") and stays_exact(x.dtype, grid, bound)
    return g.add(op, operands, exact=exact, grid=grid if exact else None, noise=2,
                 keepdims=g.choice([None, 0, 1]), noop_with_empty_axes=1 if x.array.size and g.chance(0.15) else None)


@operator("ArgMax", "ArgMin")
def arg(g, op):
    x = g.pick((np.float32, np.float64, np.int32, np.int8, np.uint8), min_rank=1, nonempty=True, exact=True)
    return g.add(op, [x], axis=g.integer(-x.rank, x.rank - 1), keepdims=g.choice([None, 0, 1]),
                 select_last_index=g.choice([None, 0, 1]), grid=0)


@operator("Softmax", "LogSoftmax", "Hardmax")
def softmax(g, op):
    x = g.pick((np.float32, np.float64) if op != "Hardmax" else (np.float32,), min_rank=1, exact=op == "Hardmax")
    return g.add(op, [x], exact=op == "Hardmax", noise=8, grid=0 if op == "Hardmax" else None,
                 axis=g.integer(-x.rank, x.rank - 1) if x.rank < 2 or g.chance(0.8) else None)  # 1 in older opsets


@operator("CumSum")
def cum_sum(g):
    x = g.pick(REDUCED, min_rank=1)
    axis = g.new(np.array(g.integer(-x.rank, x.rank - 1), g.choice([np.int32, np.int64])), "constant")
    exact = not is_float(x.dtype) or stays_exact(x.dtype, x.grid, x.largest * max(x.array.size, 1))
    return g.add("CumSum", [x, axis], exclusive=g.choice([None, 0, 1]), reverse=g.choice([None, 0, 1]), exact=exact,
                 grid=x.grid if exact else None)


@operator("TopK")
def top_k(g):
    x = g.pick((np.float32, np.float64, np.int32, np.int64), min_rank=1, exact=True, nonempty=True)  # as OneHot
    axis = g.integer(-x.rank, x.rank - 1)
    k = g.integer(0, x.shape[axis])
    return g.add("TopK", [x, g.ints([k])], results=2, axis=axis, largest=g.choice([None, 0, 1]), grid=x.grid)


def weights(g, dtype, shape, low=0.25, high=2):
    return g.random(dtype, shape, low, high)


def cancellation(x, axis, epsilon):
    """How many times larger the squared mean is than the variance: ONNX Runtime subtracts it from the mean square."""
    axes = tuple(range(axis % x.rank, x.rank))
    values = x.array.astype(np.float64)
    return float(np.max(np.mean(values, axes) ** 2 / (np.var(values, axes) + epsilon)))


@operator("LayerNormalization")
def layer_norm(g):
    x = g.pick((np.float32,), min_rank=1, nonempty=True)
    axis = g.integer(-x.rank, x.rank - 1)
    inner = x.shape[axis:]
    operands = [x, weights(g, np.float32, inner)]
    if g.chance(0.6):
        operands.append(g.random(np.float32, inner))
    epsilon = 0.125 if g.chance(0.5) else 1e-3
    return g.add("LayerNormalization", operands, axis=axis, epsilon=epsilon, exact=False,
                 noise=8 + 0.5 * cancellation(x, axis, epsilon))


@operator("InstanceNormalization")
def instance_norm(g):
    x = g.pick((np.float32,), min_rank=3, max_rank=5, nonempty=True)
    channels = (x.shape[1],)
    return g.add("InstanceNormalization", [x, weights(g, np.float32, channels), g.random(np.float32, channels)],
                 epsilon=0.01, exact=False, noise=8)


@operator("GroupNormalization")
def group_norm(g):
    groups = g.integer(1, 3)
    channels = groups * g.integer(1, 3)
    shape = (g.integer(1, 2), channels) + tuple(g.integer(1, 4) for _ in range(g.integer(1, 2)))
    x = g.pick((np.float32,), shape=shape, rank=len(shape))
    return g.add("GroupNormalization", [x, weights(g, np.float32, (channels,)), g.random(np.float32, (channels,))],
                 num_groups=groups, epsilon=0.01, exact=False, noise=8)


@operator("BatchNormalization")
def batch_norm(g):
    x = g.pick((np.float32, np.float64), min_rank=2, max_rank=5)
    channels = (x.shape[1],)
    dtype = x.dtype
    return g.add("BatchNormalization", [x, g.random(dtype, channels), g.random(dtype, channels),
                                        g.random(dtype, channels), weights(g, dtype, channels)],
                 epsilon=g.choice([None, 0.01]), exact=False, noise=4)


@operator("LpNormalization")
def lp_norm(g):
    x = g.pick((np.float32,), min_rank=1, nonempty=True, exact=True, low=0.5, high=4,
               fits=lambda v: v.array.size and np.min(np.abs(v.array)) > 0)
    return g.add("LpNormalization", [x], axis=g.integer(-x.rank, x.rank - 1), p=g.choice([1, 2]), exact=False, noise=4)


@operator("MeanVarianceNormalization")
def mvn(g):
    x = g.pick((np.float32,), rank=4, nonempty=True, exact=True)
    return g.add("MeanVarianceNormalization", [x], axes=g.choice([None, [0, 2, 3], [1], [2, 3]]), exact=False, noise=8)


@operator("LRN")
def lrn(g):
    x = g.pick((np.float32,), rank=4, nonempty=True)
    return g.add("LRN", [x], size=g.choice([1, 3, 5]), alpha=0.25, beta=g.choice([0.5, 0.75]), bias=1.5, exact=False,
                 noise=8)


def attention(g):
    """Products, scaling, mask and softmax, as models write attention."""
    batch, heads, rows, columns, width = (g.integer(1, 2), g.integer(1, 3), g.integer(1, 6), g.integer(1, 7),
                                          g.choice([1, 4, 8]))
    if g.chance(0.2):  # more than one panel of queries and one block of keys
        rows, columns = g.integer(40, 70), g.integer(180, 230)
    q = g.random(np.float32, (batch, heads, rows, width), -1, 1)
    k = g.random(np.float32, (batch, heads, columns, width), -1, 1)
    v = g.random(np.float32, (batch, heads, columns, g.choice([1, 3, 8])), -1, 1)
    turned = g.add("Transpose", [k], perm=[0, 1, 3, 2], grid=3)
    scores = g.add("MatMul", [q, turned], exact=False)
    scaled = g.add(g.choice(["Mul", "Div"]), [scores, g.new(np.array(1.5, np.float32), "constant")], exact=False)
    if g.chance(0.5):
        scaled = g.add("Add", [scaled, g.random(np.float32, (batch, 1, g.choice([1, rows]), columns))], exact=False)
    elif g.chance(0.5):
        seen = g.random(np.bool_, (g.choice([1, batch]), 1, g.choice([1, rows]), columns))
        fill = g.new(np.array(-1024, np.float32), "constant")
        scaled = g.add("Where", [seen, *((fill, scaled) if g.chance(0.5) else (scaled, fill))], exact=False)
    return g.add("MatMul", [g.add("Softmax", [scaled], axis=-1, exact=False, noise=8), v], exact=False, noise=2)


def norm_by_hand(g):
    """A layer norm or an RMS norm out of its parts."""
    x = g.pick((np.float32,), min_rank=2, max_rank=4, nonempty=True)
    axes = g.ints([-1])
    centred = g.add("Sub", [x, g.add("ReduceMean", [x, axes], exact=False)], exact=False) if g.chance(0.7) else x
    square = g.add("Pow", [centred, g.new(np.array(2, np.float32), "constant")], exact=False) if g.chance(0.5) \
        else g.add("Mul", [centred, centred], exact=False)
    mean = g.add("ReduceMean", [square, axes], exact=False)
    root = g.add("Sqrt", [g.add("Add", [mean, g.new(np.array(0.125, np.float32), "constant")], exact=False)],
                 exact=False)
    y = g.add("Div", [centred, root], exact=False)
    y = g.add("Mul", [y, weights(g, np.float32, x.shape[-1:])], exact=False)
    return g.add("Add", [y, g.random(np.float32, x.shape[-1:])], exact=False, noise=4)


def gelu_by_hand(g):
    x = g.pick((np.float32,), nonempty=True)
    number = lambda v: g.new(np.array(v, np.float32), "constant")  # noqa: E731
    e = g.add("Erf", [g.add("Div", [x, number(1.4142135)], exact=False)], exact=False, noise=4)
    half = g.add("Mul", [x, g.add("Add", [e, number(1)], exact=False)], exact=False)
    return g.add("Mul", [half, number(0.5)], exact=False)


@operator("Patterns")
def patterns(g):
    return g.choice([attention, norm_by_hand, gelu_by_hand])(g)
