"""Shapes as data: Shape, arithmetic on it, and operators that take a shape."""

import numpy as np

from graph import Refused
from operators import operator
from values import ALL


@operator("Shape")
def shape(g):
    x = g.pick(ALL)
    start = g.integer(-x.rank - 1, x.rank) if g.chance(0.4) else None
    end = g.integer(-x.rank - 1, x.rank + 1) if g.chance(0.4) else None
    return g.add("Shape", [x], start=start, end=end, grid=0)


@operator("Size")
def size(g):
    return g.add("Size", [g.pick(ALL)], grid=0)


@operator("ConstantOfShape")
def constant_of_shape(g):
    dims = [g.integer(0, 5) for _ in range(g.integer(0, 4))]
    from onnx import numpy_helper
    value = np.array([g.integer(-4, 4)]).astype(g.choice([np.float32, np.int64, np.int32, np.bool_]))
    return g.add("ConstantOfShape", [g.ints(dims)], grid=0,
                 value=numpy_helper.from_array(value, "value") if g.chance(0.8) else None)


@operator("Range")
def arange(g):
    dtype = g.choice([np.float32, np.float64, np.int32, np.int64])
    start, limit, step = g.integer(-5, 5), g.integer(-5, 12), g.choice([1, 2, 3, -1, -2])
    return g.add("Range", [g.constant(dtype(number)) for number in (start, limit, step)], grid=0)


@operator("EyeLike")
def eye_like(g):
    x = g.pick((np.float32, np.int32, np.int64), rank=2)
    return g.add("EyeLike", [x], k=g.choice([None, 0, 1, -2]), grid=0)


def dim_of(g, x, axis):
    """One dimension of x as a vector of one, in one of the ways that exporters write."""
    whole = g.add("Shape", [x], grid=0)
    if g.chance(0.4):
        return g.add("Slice", [whole, g.ints([axis]), g.ints([axis + 1]), g.ints([0])], grid=0)
    scalar = g.add("Gather", [whole, g.new(np.array(axis, np.int64), "constant")], axis=0, grid=0)
    if g.chance(0.2):
        number = g.new(np.array(1, np.int64), "constant")
        scalar = g.add(g.choice(["Mul", "Div"]), [scalar, number], grid=0)
    return g.add("Unsqueeze", [scalar, g.ints([0])], grid=0)


@operator("ShapeChain")
def shape_chain(g):
    """A shape put together from another tensor's dimensions, and what is done with it."""
    x = g.pick((np.float32, np.int64), min_rank=1, max_rank=4)
    goal = g.choice(["reshape", "flatten", "expand", "fill", "tile", "resize"])
    if goal == "reshape" and x.array.size:
        parts = [dim_of(g, x, i) for i in range(x.rank)]
        merged = g.integer(0, x.rank - 1)
        parts[merged] = g.ints([-1])
        target = g.add("Concat", [parts[int(i)] for i in g.rng.permutation(x.rank)], axis=0, grid=0)
        return g.add("Reshape", [x, target], grid=x.grid)
    if goal == "flatten" and x.array.size:
        target = g.add("Concat", [dim_of(g, x, 0), g.ints([-1])], axis=0, grid=0)
        return g.add("Reshape", [x, target], grid=x.grid)
    if goal == "expand":
        target = g.add("Concat", [g.ints([g.integer(1, 3)]), g.add("Shape", [x], grid=0)], axis=0, grid=0)
        if x.array.size > 1000:
            raise Refused("too large")
        return g.add("Expand", [x, target], grid=x.grid)
    if goal == "fill":
        return g.add("ConstantOfShape", [g.add("Shape", [x], grid=0)], grid=0)
    if goal == "tile" and x.rank == 1 and x.array.size < 60:
        return g.add("Tile", [x, dim_of(g, x, 0)], grid=x.grid)
    flat = g.add("ReduceProd", [g.add("Shape", [x], grid=0)], keepdims=1, grid=0)
    return g.add("Reshape", [x, flat], grid=x.grid)
