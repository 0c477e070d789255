"""Sequences and optionals: made, changed and read again within one draw, because a graph's values are tensors."""

import numpy as np

from operators import operator
from operators.movement import SOME


@operator("Sequence")
def sequence(g):
    first = g.pick((np.float32, np.int64), min_rank=1, max_rank=3)
    parts = [first] + [g.pick((first.dtype.type,), shape=first.shape, rank=first.rank) for _ in range(g.integer(0, 2))]
    steps = [("SequenceConstruct", parts, ["s"], {})]
    length = len(parts)
    if g.chance(0.5):
        place = [g.ints(np.int64(g.integer(-length, length)))] if g.chance(0.7) else []
        steps.append(("SequenceInsert", ["s", g.choice(parts)] + place, ["t"], {}))
        length += 1
    else:
        steps.append(("Identity", ["s"], ["t"], {}))
    if length > 1 and g.chance(0.3):
        place = [g.ints(np.int64(g.integer(-length, length - 1)))] if g.chance(0.7) else []
        steps.append(("SequenceErase", ["t"] + place, ["u"], {}))
        length -= 1
    else:
        steps.append(("Identity", ["t"], ["u"], {}))
    draw = g.choice(["at", "length", "concat", "stack"])
    if draw == "at":
        steps.append(("SequenceAt", ["u", g.ints(np.int64(g.integer(-length, length - 1)))], ["y"], {}))
    elif draw == "length":
        steps.append(("SequenceLength", ["u"], ["y"], {}))
    else:
        axis = g.integer(-first.rank, first.rank - 1)
        steps.append(("ConcatFromSequence", ["u"], ["y"], {"axis": axis, "new_axis": 1 if draw == "stack" else 0}))
    return g.chain(steps, "y", grid=first.grid)


@operator("SplitToSequence")
def split_to_sequence(g):
    x = g.pick(SOME, min_rank=1, max_rank=3, nonempty=True)
    axis = g.integer(0, x.rank - 1)
    size = x.shape[axis]
    split = []
    if g.chance(0.6):
        cut = g.integer(0, size)
        split = [g.ints([cut, size - cut]) if g.chance(0.6) else g.ints(np.int64(g.integer(1, size)))]
    steps = [("SplitToSequence", [x] + split, ["s"], {"axis": axis}),
             ("ConcatFromSequence", ["s"], ["y"], {"axis": axis})]
    if g.chance(0.3):
        steps[1] = ("SequenceLength", ["s"], ["y"], {})
    return g.chain(steps, "y", grid=x.grid)


@operator("Optional")
def optional(g):
    x = g.pick((np.float32, np.int64))
    last = ("OptionalHasElement", ["o"], ["y"], {}) if g.chance(0.3) else ("OptionalGetElement", ["o"], ["y"], {})
    return g.chain([("Optional", [x], ["o"], {}), last], "y", grid=x.grid)
