from cases.common import *

UNARY = {"ABS": 1, "CEIL": 3, "COS": 3, "EXP": 2, "FLOOR": 3, "LOGISTIC": 4, "NEG": 1, "ROUND": 3, "SIN": 3,
         "TANH": 2, "RELU": 2, "RELU6": 6, "RELU_N1_TO_1": 2, "RELU_0_TO_1": 2, "HARD_SWISH": 4, "ELU": 2, "SIGN": 1,
         "SQUARE": 2, "GELU": 2, "LEAKY_RELU": 2}
ACTIVATIONS = {"none": 0, "relu": 1, "relu_n1_to_1": 2, "relu6": 3}


def cases():
    for op, scale in UNARY.items():
        opts = {"GELU": options("Gelu", approximate=False), "LEAKY_RELU": options("LeakyRelu", alpha=0.2)}.get(op)
        yield op.lower(), single(op, [normal((2, 3, 4, 5), scale=scale)], [F32], opts)
    yield "gelu_tanh", single("GELU", [normal((2, 5), scale=2)], [F32], options("Gelu", approximate=True))
    for op in ("LOG", "SQRT", "RSQRT"):
        yield op.lower(), single(op, [np.abs(normal((3, 7))) + 0.1], [F32])
    for op, kind in (("ADD", "Add"), ("SUB", "Sub"), ("MUL", "Mul"), ("DIV", "Div")):
        for name, number in ACTIVATIONS.items():
            opts = options(kind, fusedActivationFunction=number)
            yield f"{op.lower()}_{name}", single(op, [normal((1, 4, 5, 3)), normal((1, 4, 5, 3), 1) * 3], [F32], opts)
        opts = options(kind)
        yield f"{op.lower()}_channels", single(op, [normal((2, 4, 5, 3)), const(normal(3, 1) + 2)], [F32], opts)
        yield f"{op.lower()}_broadcast", single(op, [normal((2, 1, 5, 3)), normal((4, 1, 1), 1) + 3], [F32], opts)
    yield "add_i32", single("ADD", [np.arange(6, dtype=I32), const(np.array([7], I32))], [I32], options("Add"))
    yield "mul_i32", single("MUL", [np.arange(6, dtype=I32), const(np.array([7], I32))], [I32], options("Mul"))
    a, b = normal((2, 3, 4)), normal((4,), 1)
    for op in ("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"):
        yield op.lower(), single(op, [a, b], [F32])
    yield "pow", single("POW", [np.abs(a) + 0.1, b], [F32])
    whole = random(2).integers(-3, 3, (2, 3, 4)).astype(I32)
    for op in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"):
        yield op.lower(), single(op, [a, np.where(whole > 0, a, 0).astype(F32)], [BOOL])
        yield op.lower() + "_i32", single(op, [whole, const(np.array([1], I32))], [BOOL])
    left, right = random(3).integers(0, 2, (2, 4)).astype(bool), random(4).integers(0, 2, (2, 4)).astype(bool)
    yield "logical_and", single("LOGICAL_AND", [left, right], [BOOL])
    yield "logical_or", single("LOGICAL_OR", [left, right], [BOOL])
    yield "logical_not", single("LOGICAL_NOT", [left], [BOOL])
    divisor = np.where(whole == 0, 2, whole).astype(I32)
    dividend = random(5).integers(-20, 20, (2, 3, 4)).astype(I32)
    yield "floor_div_i32", single("FLOOR_DIV", [dividend, divisor], [I32])
    yield "floor_mod_i32", single("FLOOR_MOD", [dividend, divisor], [I32])
    yield "floor_div", single("FLOOR_DIV", [a * 5, b], [F32])
    yield "floor_mod", single("FLOOR_MOD", [a * 5, b], [F32])
    yield "add_n", single("ADD_N", [a, a * 2, a * 3], [F32])
    yield "prelu", single("PRELU", [normal((1, 4, 5, 3)), const(np.array([[[0.1, -0.3, 2]]], F32))], [F32])
    yield "prelu_per_element", single("PRELU", [normal((2, 4, 5, 3)), const(normal((4, 5, 3), 1))], [F32])
    yield "zeros_like", single("ZEROS_LIKE", [a], [F32])
    for source, target in itertools.product((F32, I32, BOOL, I64, U8), repeat=2):
        x = (np.abs(a) * 3 if source in (F32, U8) else a * 3).astype(source)
        if source != target:
            yield f"cast_{np.dtype(source)}_{np.dtype(target)}", single("CAST", [x], [target], options("Cast"))
    yield "cast_negative_f32_i32", single("CAST", [a * 3], [I32], options("Cast"))
    yield "dequantize_f16", single("DEQUANTIZE", [const(a.astype(np.float16))], [F32])
    yield "fake_quant", single("FAKE_QUANT", [a], [F32], options("FakeQuant", min=-1.3, max=2.1, numBits=8))
