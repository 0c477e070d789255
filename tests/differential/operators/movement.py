"""Operators that only move data."""

import numpy as np

from graph import Refused
from operators import operator
from operators.elementwise import broadcast_shape
from values import ALL, random_shape

SOME = (np.float32, np.float64, np.int32, np.int64, np.uint8, np.int8, np.bool_)


def axis_of(g, rank):
    return g.integer(-rank, rank - 1)


def dtype_for_indices(g):
    return g.choice([np.int32, np.int64])


@operator("Transpose")
def transpose(g):
    x = g.pick(ALL, max_rank=6)
    perm = [int(i) for i in g.rng.permutation(x.rank)]
    return g.add("Transpose", [x], perm=perm if x.rank and g.chance(0.9) else None, grid=x.grid)


def split_into(g, count, pieces):
    """Dimensions whose product is `count`."""
    dims = []
    for _ in range(pieces - 1):
        divisors = [d for d in range(1, min(count, 64) + 1) if count % d == 0] or [1]
        dims.append(g.choice(divisors))
        count //= max(dims[-1], 1)
    return dims + [count]


@operator("Reshape")
def reshape(g):
    x = g.pick(SOME, max_rank=6)
    count = x.array.size
    rank = g.integer(1, 5)
    if count == 0:
        dims = [0 if i == 0 else g.integer(0, 4) for i in range(rank)]
        return g.add("Reshape", [x, g.ints(dims)], allowzero=1, grid=x.grid)
    dims = split_into(g, count, rank) if count != 1 or g.chance(0.7) else []
    if dims and g.chance(0.4):
        dims[g.integer(0, len(dims) - 1)] = -1
    for i in range(min(len(dims), x.rank)):
        if g.chance(0.3) and dims[i] == x.shape[i]:
            dims[i] = 0
    return g.add("Reshape", [x, g.ints(dims)], grid=x.grid)


@operator("Flatten")
def flatten(g):
    x = g.pick(SOME, min_rank=1)
    return g.add("Flatten", [x], axis=g.integer(-x.rank, x.rank) if g.chance(0.8) else None, grid=x.grid)


@operator("Squeeze")
def squeeze(g):
    x = g.pick(SOME, fits=lambda v: 1 in v.shape)
    ones = [i for i, d in enumerate(x.shape) if d == 1]
    if g.chance(0.3):
        return g.add("Squeeze", [x], grid=x.grid)
    chosen = [i - x.rank if g.chance(0.5) else i for i in ones if g.chance(0.7)]
    return g.add("Squeeze", [x, g.ints(chosen or [ones[0]])], grid=x.grid)


@operator("Unsqueeze")
def unsqueeze(g):
    x = g.pick(SOME, max_rank=4)
    count = g.integer(1, 2)
    rank = x.rank + count
    axes = [int(a) for a in g.rng.permutation(rank)[:count]]
    return g.add("Unsqueeze", [x, g.ints([a - rank if g.chance(0.4) else a for a in axes])], grid=x.grid)


@operator("Concat")
def concat(g):
    first = g.pick(SOME, min_rank=1, max_rank=6)
    axis = g.integer(0, first.rank - 1)
    def fits(value):
        same = all(i == axis or value.shape[i] == first.shape[i] for i in range(first.rank))
        return same and value.array.size <= 1500
    operands = [first]
    for _ in range(g.integer(0, 3)):
        shape = list(first.shape)
        shape[axis] = g.integer(0, 4)
        if g.chance(0.4):
            operands.append(first if g.chance(0.2) else g.pick((first.dtype.type,), rank=first.rank, fits=fits))
        else:
            operands.append(g.random(first.dtype, shape))
    operands = [operands[int(i)] for i in g.rng.permutation(len(operands))]
    grids = [v.grid for v in operands]
    return g.add("Concat", operands, axis=axis - first.rank if g.chance(0.4) else axis,
                 grid=None if None in grids else max(grids))


@operator("Split")
def split(g):
    x = g.pick(SOME, min_rank=1)
    axis = g.integer(0, x.rank - 1)
    size = x.shape[axis]
    parts = g.integer(1, 3)
    spelled = axis - x.rank if g.chance(0.4) else axis
    if g.chance(0.5):
        cuts = sorted(g.integer(0, size) for _ in range(parts - 1))
        sizes = [b - a for a, b in zip([0] + cuts, cuts + [size])]
        result = g.add("Split", [x, g.ints(sizes)], results=parts, axis=spelled, grid=x.grid)
    else:
        if parts > max(size, 1):
            raise Refused("too many parts")
        result = g.add("Split", [x], results=parts, axis=spelled, num_outputs=parts, grid=x.grid)
    return result


@operator("Slice")
def cut(g):
    x = g.pick(SOME, min_rank=1, max_rank=6)
    axes = [int(a) for a in g.rng.permutation(x.rank)[:g.integer(1, x.rank)]]
    starts, ends, steps = [], [], []
    for axis in axes:
        size = x.shape[axis]
        steps.append(g.choice([1, 1, 1, 2, 3, -1, -1, -2, 100, -100]))
        starts.append(g.choice([g.integer(-size - 1, size + 1), -(2**31), 2**31 - 1, 0]))
        furthest = 2**63 - 1 if steps[-1] > 0 else 2**62  # backwards, ONNX Runtime takes the largest number for 0
        ends.append(g.choice([g.integer(-size - 1, size + 1), -(2**63), furthest, size, -size - 1]))
    dtype = np.int64
    operands = [x, g.ints(starts, dtype), g.ints(ends, dtype)]
    plain = axes == list(range(len(axes)))
    if not plain or g.chance(0.7):
        operands.append(g.ints([a - x.rank if g.chance(0.4) else a for a in axes], dtype))
    if any(step != 1 for step in steps):
        operands += [None] * (4 - len(operands)) + [g.ints(steps, dtype)]
    return g.add("Slice", operands, grid=x.grid)


@operator("Pad")
def pad(g):
    mode = g.choice(["constant", "constant", "reflect", "edge", "wrap"])
    x = g.pick((np.float32, np.float64, np.int32, np.int64, np.uint8, np.int8), min_rank=1, max_rank=5,
               nonempty=mode != "constant")
    axes = list(range(x.rank))
    if g.chance(0.3):
        axes = [int(a) for a in g.rng.permutation(x.rank)[:g.integer(1, x.rank)]]
    def amount(axis):
        size = x.shape[axis]
        most = {"constant": 3, "edge": 3, "reflect": size - 1, "wrap": size}[mode]
        least = -1 if mode == "constant" and size > 2 and g.chance(0.3) else 0
        return g.integer(least, max(min(most, 3), 0))
    pads = [amount(a) for a in axes] + [amount(a) for a in axes]
    operands = [x, g.ints(pads)]
    if mode == "constant" and g.chance(0.5):
        operands.append(g.random(x.dtype, ()))
    if axes != list(range(x.rank)) or g.chance(0.2):
        operands += [None] * (3 - len(operands))
        operands.append(g.ints([a - x.rank if g.chance(0.4) else a for a in axes]))
    return g.add("Pad", operands, mode=mode if mode != "constant" or g.chance(0.5) else None, grid=x.grid)


@operator("Tile")
def tile(g):
    x = g.pick((np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_), min_rank=1, max_rank=4,
               fits=lambda v: v.array.size <= 200)
    return g.add("Tile", [x, g.ints([g.choice([1, 1, 2, 3, 0]) for _ in range(x.rank)])], grid=x.grid)


@operator("Expand")
def expand(g):
    x = g.pick(SOME, max_rank=4, fits=lambda v: v.array.size <= 100)
    shape = [g.choice([d, 1]) if d != 1 else g.integer(0, 4) for d in x.shape]
    shape = shape[g.integer(0, len(shape)):] if shape and g.chance(0.2) else shape
    if g.chance(0.4) and len(shape) == x.rank:
        shape = [g.integer(1, 3)] + shape
    return g.add("Expand", [x, g.ints(shape)], grid=x.grid)


@operator("DepthToSpace", "SpaceToDepth")
def blocks(g, op):
    size = g.integer(1, 3)
    if op == "DepthToSpace":
        shape = (g.integer(0, 2), size * size * g.integer(1, 3), g.integer(1, 3), g.integer(1, 3))
        mode = g.choice([None, "DCR", "CRD"])
    else:
        shape = (g.integer(0, 2), g.integer(1, 3), size * g.integer(1, 3), size * g.integer(1, 3))
        mode = None
    x = g.pick((np.float32, np.float64), shape=shape, rank=4)
    return g.add(op, [x], blocksize=size, mode=mode, grid=x.grid)


@operator("Trilu")
def trilu(g):
    x = g.pick((np.float32, np.float64, np.int64, np.bool_), min_rank=2)
    operands = [x] + ([g.new(np.array(g.integer(-4, 4), np.int64))] if g.chance(0.7) else [])
    return g.add("Trilu", operands, upper=g.choice([None, 0, 1]), grid=x.grid)


@operator("Gather")
def gather(g):
    x = g.pick(SOME, min_rank=1, max_rank=4, nonempty=True)
    axis = g.integer(0, x.rank - 1)
    indices = random_shape(g.rng, 0, 2, limit=20)
    size = x.shape[axis]
    where = np.asarray(g.rng.integers(-size, size, indices)).astype(dtype_for_indices(g))
    return g.add("Gather", [x, g.new(where)], axis=axis - x.rank if g.chance(0.4) else axis, grid=x.grid)


@operator("GatherElements")
def gather_elements(g):
    x = g.pick(SOME, min_rank=1, max_rank=4, nonempty=True)
    axis = g.integer(0, x.rank - 1)
    shape = [g.integer(0, 5) if i == axis else g.integer(1, d) for i, d in enumerate(x.shape)]
    size = x.shape[axis]
    where = np.asarray(g.rng.integers(-size, size, shape)).astype(dtype_for_indices(g))
    return g.add("GatherElements", [x, g.new(where)], axis=axis - x.rank if g.chance(0.4) else axis, grid=x.grid)


def nd_indices(g, shape, outer, unique):
    """Index tuples into the first axes of `shape`; `unique`: no place twice (the order of writes is not defined)."""
    places = int(np.prod(shape, dtype=np.int64))
    count = int(np.prod(outer, dtype=np.int64))
    if unique and count > places:
        raise Refused("more indices than places")
    flat = g.rng.permutation(places)[:count] if unique else g.rng.integers(0, places, count)
    tuples = np.stack(np.unravel_index(flat, shape), axis=-1) if count else np.zeros((0, len(shape)), np.int64)
    tuples = np.where(g.rng.random(tuples.shape) < 0.3, tuples - np.array(shape), tuples)
    return tuples.reshape(*outer, len(shape)).astype(np.int64)


@operator("GatherND")
def gather_nd(g):
    x = g.pick((np.float32, np.int32, np.int64, np.bool_), min_rank=1, max_rank=4, nonempty=True)
    batch = g.integer(0, min(x.rank - 1, 2)) if g.chance(0.4) else 0
    depth = g.integer(1, x.rank - batch)
    inner = random_shape(g.rng, 0, 2, limit=12)
    outer = x.shape[:batch] + inner
    where = nd_indices(g, x.shape[batch:batch + depth], outer, False)
    return g.add("GatherND", [x, g.new(where)], batch_dims=batch or None, grid=x.grid)


@operator("ScatterND")
def scatter_nd(g):
    x = g.pick((np.float32, np.int32, np.int64), min_rank=1, max_rank=4, nonempty=True)
    depth = g.integer(1, x.rank)
    outer = random_shape(g.rng, 1, 2, limit=12)
    reduction = g.choice([None, "none", "add", "mul", "max", "min"])
    where = nd_indices(g, x.shape[:depth], outer, reduction in (None, "none"))
    updates = g.random(x.dtype, outer + x.shape[depth:])
    exact = x.dtype.kind != "f" or reduction not in ("add", "mul")
    return g.add("ScatterND", [x, g.new(where), updates], reduction=reduction, exact=exact,
                 grid=x.grid if exact and x.grid is not None else None)


@operator("ScatterElements")
def scatter_elements(g):
    x = g.pick((np.float32, np.int32, np.int64), min_rank=1, max_rank=4, nonempty=True)
    axis = g.integer(0, x.rank - 1)
    reduction = g.choice([None, "none", "add", "mul", "max", "min"])
    plain = reduction in (None, "none")
    shape = [g.integer(0, d) for d in x.shape]
    where = np.zeros(shape, np.int64)
    if where.size:
        size = x.shape[axis]
        rows = np.argsort(g.rng.random([size if i == axis else d for i, d in enumerate(shape)]), axis=axis)
        where = np.take(rows, range(shape[axis]), axis=axis) if plain else g.rng.integers(0, size, shape)
        where = np.where(g.rng.random(shape) < 0.3, where - size, where)
    exact = x.dtype.kind != "f" or reduction not in ("add", "mul")
    return g.add("ScatterElements", [x, g.new(where.astype(dtype_for_indices(g))), g.random(x.dtype, shape)],
                 axis=axis - x.rank if g.chance(0.4) else axis, reduction=reduction, exact=exact,
                 grid=x.grid if exact else None)


@operator("ReverseSequence")
def reverse_sequence(g):
    x = g.pick((np.float32, np.int32, np.int64), min_rank=2, max_rank=4, nonempty=True)
    time = g.integer(0, 1)
    lengths = g.rng.integers(1, x.shape[time] + 1, x.shape[1 - time])
    return g.add("ReverseSequence", [x, g.new(np.asarray(lengths, np.int64))], time_axis=time, batch_axis=1 - time,
                 grid=x.grid)


@operator("OneHot")
def one_hot(g):
    indices = g.pick((np.int64,), min_rank=1, max_rank=3, nonempty=True)  # ONNX Runtime divides by its size
    dtype = g.choice([np.float32, np.int64])
    depth = g.new(np.array(g.integer(1, 5), np.int64), "constant")
    return g.add("OneHot", [indices, depth, g.random(dtype, (2,))], axis=g.integer(-indices.rank - 1, indices.rank),
                 grid=3)


@operator("CenterCropPad")
def center_crop_pad(g):
    x = g.pick((np.float32, np.int32), min_rank=1, max_rank=4)
    axes = [int(a) for a in g.rng.permutation(x.rank)[:g.integer(1, x.rank)]]
    return g.add("CenterCropPad", [x, g.ints([g.integer(1, 6) for _ in axes])], axes=axes, grid=x.grid)


@operator("Compress")
def compress(g):
    x = g.pick(SOME, min_rank=1, max_rank=4, nonempty=True)
    axis = g.choice([None, axis_of(g, x.rank)])
    size = x.array.size if axis is None else x.shape[axis]
    condition = g.new(g.rng.integers(0, 2, g.integer(1, size)).astype(np.bool_), "constant")
    return g.add("Compress", [x, condition], axis=axis, grid=x.grid)


@operator("Broadcast")
def broadcast_chain(g):
    """Transpose, Expand and Slice one after the other: what raster merging has to get right."""
    x = g.pick((np.float32, np.int64), min_rank=2, max_rank=4, fits=lambda v: v.array.size <= 300)
    for _ in range(g.integer(2, 4)):
        draw = g.choice(["transpose", "slice", "expand", "reshape"])
        if draw == "transpose":
            x = g.add("Transpose", [x], perm=[int(i) for i in g.rng.permutation(x.rank)], grid=x.grid)
        elif draw == "slice" and x.rank:
            axis = g.integer(0, x.rank - 1)
            step = g.choice([1, 2, -1, -2])
            ends = (0, 2**62) if step > 0 else (2**62, -(2**62))
            x = g.add("Slice", [x, g.ints([ends[0]]), g.ints([ends[1]]), g.ints([axis]), g.ints([step])], grid=x.grid)
        elif draw == "expand" and x.array.size <= 400:
            x = g.add("Expand", [x, g.ints(broadcast_shape(g, (g.integer(1, 2),) + x.shape))], grid=x.grid)
        elif x.array.size:
            x = g.add("Reshape", [x, g.ints(split_into(g, x.array.size, g.integer(1, 4)))], grid=x.grid)
    return x
