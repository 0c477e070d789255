"""Operators that work element by element, with NumPy's broadcasting where they have several operands."""

import numpy as np

from graph import Refused
from operators import operator
from values import ALL, FLOATS, INTS, NUMBERS, SIGNED, is_float, random_array, random_shape, stays_exact

TYPES = {"float32": np.float32, "float64": np.float64, "float16": np.float16}


def broadcast_shape(g, shape):
    """A shape that broadcasts with this one."""
    made = [1 if g.chance(0.3) else d for d in shape]
    made = made[g.integer(0, len(made)):] if made and g.chance(0.4) else made
    if g.chance(0.1) and len(made) == len(shape) and len(shape) < 5:
        made = list(random_shape(g.rng, rank=1, nonempty=True)) + made
    return tuple(made)


def broadcasts(a, b):
    return all(x == y or x == 1 or y == 1 for x, y in zip(reversed(a), reversed(b)))


def partner(g, first, **more):
    """A second operand of the same type for a broadcasting operator."""
    def fits(value):
        if not broadcasts(value.shape, first.shape):
            return False
        return np.prod(np.broadcast_shapes(value.shape, first.shape), dtype=np.int64) <= 4096
    if g.chance(0.5):
        try:
            return g.pick((first.dtype.type,), fits=fits, reuse=1.0, **more)
        except Refused:
            pass
    low, high = more.get("low", -4), more.get("high", 4)
    return g.random(first.dtype, broadcast_shape(g, first.shape), low, high)


def shuffled(g, *operands):
    return list(operands) if g.chance(0.5) else list(reversed(operands))


@operator("Add", "Sub", "Mul")
def arithmetic(g, op):
    a = g.pick(NUMBERS)
    a, b = shuffled(g, a, partner(g, a))
    if not is_float(a.dtype):
        return g.add(op, [a, b], grid=0)
    both = a.grid is not None and b.grid is not None
    if op == "Mul":
        grid = a.grid + b.grid if both else None
        bound = a.largest * b.largest
    else:
        grid = max(a.grid, b.grid) if both else None
        bound = a.largest + b.largest
    exact = stays_exact(a.dtype, grid, bound)
    return g.add(op, [a, b], exact=exact, grid=grid if exact else None)


def nonzero(g, dtype, shape):
    array = random_array(g.rng, dtype, shape, 1, 5)
    if np.dtype(dtype).kind != "u":
        array = np.asarray(array * np.asarray(g.rng.choice([-1, 1], shape), dtype))
    return g.new(array)


@operator("Div")
def div(g):
    a = g.pick(tuple(t for t in NUMBERS if t not in (np.int8, np.int16, np.uint16)))
    divisor = nonzero(g, a.dtype, broadcast_shape(g, a.shape))
    return g.add("Div", [a, divisor], exact=not is_float(a.dtype), grid=0 if not is_float(a.dtype) else None)


@operator("Mod")
def mod(g):
    fmod = g.chance(0.4)
    a = g.pick(FLOATS if fmod and g.chance(0.5) else INTS, exact=True)
    divisor = nonzero(g, a.dtype, broadcast_shape(g, a.shape))
    return g.add("Mod", [a, divisor], fmod=1 if fmod else None, grid=a.grid)


@operator("Pow")
def power(g):
    a = g.pick((np.float32, np.float64, np.int32, np.int64), low=0.25, high=3, reuse=0.2,
               fits=lambda v: v.array.size == 0 or (np.min(v.array) > 0.01 and v.largest < 10))
    b = g.random(g.choice([a.dtype, np.int64, np.float32]), broadcast_shape(g, a.shape), 0, 3)
    return g.add("Pow", [a, b], exact=not is_float(a.dtype), noise=4)


@operator("Max", "Min", "Sum", "Mean")
def several(g, op):
    floats = op in ("Sum", "Mean")
    types = {"Mean": (np.float32,), "Sum": (np.float32, np.float64)}
    first = g.pick(types.get(op, (np.float32, np.float64, np.int32, np.int64, np.uint64)))
    operands = [first]
    for _ in range(g.integer(0, 3)):
        operands.append(partner(g, g.choice(operands)))
        if not all(broadcasts(operands[-1].shape, other.shape) for other in operands):
            operands.pop()
    return g.add(op, operands, exact=not floats, grid=None if floats else max((v.grid or 0) for v in operands)
                 if all(v.grid is not None for v in operands) else None)


UNARY = {  # operator: types, lowest, highest operand, exact, noise
    "Abs": (NUMBERS, -4, 4, True, 1), "Neg": (FLOATS + SIGNED, -4, 4, True, 1),
    "Relu": (FLOATS + (np.int8, np.int32), -4, 4, True, 1), "Sign": (NUMBERS, -4, 4, True, 1),
    "Ceil": (FLOATS, -4, 4, True, 1), "Floor": (FLOATS, -4, 4, True, 1), "Round": (FLOATS, -4, 4, True, 1),
    "Sqrt": (FLOATS, 0, 9, False, 1), "Exp": (FLOATS, -4, 4, False, 2), "Log": (FLOATS, 0.125, 9, False, 2),
    "Reciprocal": (FLOATS, 0.25, 4, False, 1), "Sigmoid": (FLOATS, -8, 8, False, 2),
    "Tanh": (FLOATS, -4, 4, False, 2), "Erf": ((np.float32,), -4, 4, False, 4),
    "Softplus": ((np.float32,), -8, 8, False, 2), "Softsign": ((np.float32,), -4, 4, False, 2),
    "Sin": ((np.float32, np.float64), -4, 4, False, 2), "Cos": ((np.float32,), -4, 4, False, 2),
    "Tan": ((np.float32,), -1.25, 1.25, False, 4), "Sinh": ((np.float32,), -3, 3, False, 4),
    "Cosh": ((np.float32,), -3, 3, False, 4), "Asin": ((np.float32,), -1, 1, False, 4),
    "Acos": ((np.float32,), -1, 1, False, 4), "Atan": ((np.float32,), -4, 4, False, 2),
    "Asinh": ((np.float32,), -4, 4, False, 4), "Acosh": ((np.float32,), 1, 6, False, 4),
    "Atanh": ((np.float32,), -0.875, 0.875, False, 4), "HardSwish": ((np.float32,), -4, 4, False, 2),
    "Mish": ((np.float32,), -4, 4, False, 4),
}
JUMPS = ("Sign", "Ceil", "Floor", "Round")
NARROW = ("Sqrt", "Log", "Reciprocal", "Tan", "Asin", "Acos", "Acosh", "Atanh", "Exp", "Sinh", "Cosh")


@operator(*UNARY)
def unary(g, op):
    types, low, high, exact, noise = UNARY[op]
    fits = None
    if op in NARROW:  # not where it is steep or not defined
        def fits(value):
            return value.array.size == 0 or (np.min(value.array) >= low and np.max(value.array) <= high)
    x = g.pick(types, low=low, high=high, fits=fits, exact=op in JUMPS or low > 0 or op == "Sqrt")
    return g.add(op, [x], exact=exact, noise=noise, grid=x.grid if exact else None)


@operator("LeakyRelu", "Elu", "Selu", "Celu", "HardSigmoid", "ThresholdedRelu", "Shrink", "Gelu")
def shaped(g, op):
    x = g.pick((np.float32,), exact=op in ("ThresholdedRelu", "Shrink"))
    number = float(g.integer(1, 12)) / 8
    attributes = {
        "LeakyRelu": {"alpha": -number if g.chance(0.3) else number}, "Elu": {"alpha": number},
        "Selu": {"alpha": number, "gamma": 1.25}, "Celu": {"alpha": number},
        "HardSigmoid": {"alpha": number / 4, "beta": 0.25}, "ThresholdedRelu": {"alpha": number},
        "Shrink": {"lambd": number, "bias": number / 2}, "Gelu": {"approximate": g.choice(["none", "tanh"])},
    }[op]
    if op != "Gelu" and g.chance(0.3):
        attributes = {}
    return g.add(op, [x], exact=False, noise=4, **attributes)


@operator("PRelu")
def prelu(g):
    x = g.pick((np.float32,))
    slope = broadcast_shape(g, x.shape)[-x.rank:] if x.rank else ()
    return g.add("PRelu", [x, g.random(x.dtype, slope)], exact=not is_float(x.dtype))


@operator("Clip")
def clip(g):
    x = g.pick((np.float32, np.float64, np.int8, np.int32, np.int64, np.uint8))
    low, high = sorted((g.integer(0, 3), g.integer(0, 5)))
    low = -low if x.dtype.kind != "u" and g.chance(0.5) else low
    ends = [g.random(x.dtype, (), number, number) if g.chance(0.7) else None for number in (low, high)]
    return g.add("Clip", [x] + ends, grid=x.grid)


@operator("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual")
def compare(g, op):
    types = (np.float32, np.float64, np.int32, np.int64)
    a = g.pick(types + ((np.bool_,) if op == "Equal" else ()), exact=True)
    return g.add(op, shuffled(g, a, partner(g, a, exact=True)), grid=0)


@operator("And", "Or", "Xor")
def logic(g, op):
    a = g.pick((np.bool_,))
    return g.add(op, shuffled(g, a, partner(g, a)), grid=0)


@operator("BitwiseAnd", "BitwiseOr", "BitwiseXor")
def bits(g, op):
    a = g.pick(INTS)
    return g.add(op, shuffled(g, a, partner(g, a)), grid=0)


@operator("Not")
def negation(g):
    return g.add("Not", [g.pick((np.bool_,))], grid=0)


@operator("BitwiseNot")
def bitwise_not(g):
    return g.add("BitwiseNot", [g.pick(INTS)], grid=0)


@operator("BitShift")
def shift(g):
    x = g.pick((np.uint8, np.uint32, np.uint64))
    return g.add("BitShift", [x, g.random(x.dtype, broadcast_shape(g, x.shape), 0, 7)],
                 direction=g.choice(["LEFT", "RIGHT"]), grid=0)


@operator("IsNaN", "IsInf")
def special(g, op):
    shape = random_shape(g.rng)
    array = np.asarray(g.rng.choice([1.5, np.nan, np.inf, -np.inf, 0, -0.0], shape)).astype(g.choice(FLOATS[:2]))
    attributes = {}
    if op == "IsInf" and g.chance(0.5):
        attributes = {"detect_negative": g.integer(0, 1), "detect_positive": g.integer(0, 1)}
    return g.add(op, [g.new(array)], grid=0, **attributes)


@operator("Where")
def where(g):
    a = g.pick((np.float32, np.int32, np.int64, np.uint8))
    b = partner(g, a)
    shape = np.broadcast_shapes(a.shape, b.shape)
    condition = g.pick((np.bool_,), fits=lambda v: broadcasts(v.shape, shape) and v.rank <= len(shape)) \
        if g.chance(0.3) else g.random(np.bool_, broadcast_shape(g, shape))
    grid = max(a.grid, b.grid) if a.grid is not None and b.grid is not None else None
    return g.add("Where", [condition, a, b], grid=grid)


def castable(value, dtype):
    """Out of range, a cast's result is not defined."""
    if value.array.size == 0 or value.dtype == np.bool_ or is_float(dtype) or dtype == np.bool_:
        return value.largest < 6e4
    low, high = (0, 1) if dtype == np.bool_ else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return float(np.min(value.array)) >= low and float(np.max(value.array)) <= min(high, 2.0**31)


@operator("Cast", "CastLike")
def cast(g, op):
    to = g.choice(ALL)
    x = g.pick(ALL, exact=True, fits=lambda v: castable(v, to))
    grid = 0 if not is_float(to) or not is_float(x.dtype) else x.grid if stays_exact(to, x.grid, x.largest) else None
    if op == "CastLike":
        return g.add("CastLike", [x, g.random(to, random_shape(g.rng, 0, 2))], grid=grid)
    from onnx import helper
    return g.add("Cast", [x], to=int(helper.np_dtype_to_tensor_dtype(np.dtype(to))), grid=grid)


@operator("Identity", "Dropout")
def identity(g, op):
    x = g.pick((np.float32, np.float64) if op == "Dropout" else ALL)
    return g.add(op, [x], grid=x.grid)
