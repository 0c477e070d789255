"""Convolutions, pools, products, interpolation and recurrent layers."""

import numpy as np

from graph import Refused
from operators import operator
from values import is_float, stays_exact


def sum_of_products(g, op, operands, terms, noise=1, **attributes):
    """Exact as long as every partial sum fits."""
    a, b = operands[0], operands[1]
    if not is_float(a.dtype):
        return g.add(op, operands, grid=0, **attributes)
    both = a.grid is not None and b.grid is not None
    grid = a.grid + b.grid if both else None
    more = sum(v.largest for v in operands[2:] if v is not None)
    simple = all(v is None or v.grid is not None and v.grid <= (grid or 0) for v in operands[2:])
    exact = simple and stays_exact(a.dtype, grid, a.largest * b.largest * max(terms, 1) + more)
    return g.add(op, operands, exact=exact, grid=grid if exact else None, noise=noise * 2, **attributes)


@operator("MatMul")
def matmul(g):
    a = g.pick((np.float32, np.float64, np.int32, np.int64), min_rank=1, max_rank=4)
    rows = a.shape[-1]
    if a.rank == 1 or g.chance(0.2):
        shape = (rows,) if g.chance(0.5) else (rows, g.integer(1, 17))
    else:
        batch = tuple(1 if g.chance(0.3) else d for d in a.shape[:-2])
        batch = batch[g.integer(0, len(batch)):] if batch and g.chance(0.4) else batch
        shape = batch + (rows, g.integer(0, 4) if g.chance(0.2) else g.integer(1, 20))
    b = g.pick((a.dtype.type,), shape=shape, rank=len(shape), max_rank=6)
    return sum_of_products(g, "MatMul", [a, b], rows)


@operator("Gemm")
def gemm(g):
    a = g.pick((np.float32, np.float64), rank=2)
    turned = g.choice([None, 0, 1]), g.choice([None, 0, 1])
    rows, inner = (a.shape[1], a.shape[0]) if turned[0] else a.shape
    columns = g.integer(1, 18)
    b = g.pick((a.dtype.type,), shape=(columns, inner) if turned[1] else (inner, columns), rank=2)
    operands = [a, b]
    if g.chance(0.7):
        shape = g.choice([(), (columns,), (1, columns), (rows, 1), (rows, columns), (1,)])
        operands.append(g.random(a.dtype, shape))
    alpha, beta = g.choice([None, 0.5, -1.0, 0.0]), g.choice([None, 2.0, 0.0, 0.25])
    plain = alpha is None and beta is None or inner == 0  # without terms, ONNX Runtime forgets beta
    if plain:
        return sum_of_products(g, "Gemm", operands, inner, transA=turned[0], transB=turned[1])
    return g.add("Gemm", operands, exact=False, noise=2, transA=turned[0], transB=turned[1], alpha=alpha, beta=beta)


def window(g, spatial, kernel, dilated=True):
    """Strides, dilations and pads (some uneven) for a window over these sizes."""
    attributes = {}
    dilations = [g.choice([1, 1, 2]) if dilated else 1 for _ in kernel]
    if g.chance(0.6):
        attributes["strides"] = [g.choice([1, 1, 2, 3]) for _ in kernel]
    if g.chance(0.15):  # without dilations, which ONNX Runtime forgets there
        attributes["auto_pad"] = g.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
        if attributes["auto_pad"] == "VALID" and any(k > size for k, size in zip(kernel, spatial)):
            raise Refused("the window is larger than what it moves over")
        if any(s > k for s, k in zip(attributes.get("strides", kernel), kernel)):
            raise Refused("ONNX Runtime pads by a negative number")
        return attributes
    if dilated and g.chance(0.5):
        attributes["dilations"] = dilations
    else:
        dilations = [1] * len(kernel)
    pads = [g.integer(0, max(0, min(2, k - 1))) for k in list(kernel) * 2]
    for i, (size, k, d) in enumerate(zip(spatial, kernel, dilations)):
        if size + pads[i] + pads[i + len(kernel)] < d * (k - 1) + 1:
            raise Refused("the window is larger than what it moves over")
    if any(pads) or g.chance(0.3):
        attributes["pads"] = pads
    return attributes


def image(g, channels=None, spatial=None, dtypes=(np.float32,), most=9, batch=None):
    rank = spatial or g.choice([1, 2, 2, 2, 3])
    channels = channels or g.integer(1, 6)
    if channels >= 1 and g.chance(0.3):
        try:
            return g.pick(dtypes, rank=rank + 2, reuse=1.0, nonempty=True, fits=lambda v: v.shape[1] == channels)
        except Refused:
            pass
    batch = batch or g.integer(1, 2)
    shape = (batch, channels) + tuple(g.integer(1, most) for _ in range(rank))
    return g.random(g.favourite(dtypes), shape)


@operator("Conv")
def conv(g):
    group = g.choice([1, 1, 1, 2, 3, 4])
    each = g.integer(1, 4)
    x = image(g, group * each)
    x = g.pick((np.float32,), rank=x.rank, reuse=1.0, nonempty=True, fits=lambda v: v.shape[1] == group * each)
    outputs = group * g.choice([1, 1, 2, 3, 8, 17])
    kernel = [g.choice([1, 2, 3, 3, 5]) for _ in x.shape[2:]]
    attributes = window(g, x.shape[2:], kernel)
    w = g.random(np.float32, (outputs, each, *kernel), kind=None if g.chance(0.3) else "constant")
    operands = [x, w]
    if g.chance(0.5):
        operands.append(g.random(np.float32, (outputs,)))
    if g.chance(0.5):
        attributes["kernel_shape"] = kernel
    y = sum_of_products(g, "Conv", operands, each * int(np.prod(kernel)), group=group if group > 1 else None,
                        **attributes)
    return epilogue(g, y) if g.chance(0.4) else y


def epilogue(g, y):
    """What fusion takes into the convolution or product before it."""
    draw = g.choice(["Relu", "Clip", "Add", "Mul", "Sigmoid", "HardSwish", "BatchNormalization", "residual"])
    number = lambda v: g.new(np.array(v, np.float32), "constant")  # noqa: E731
    if draw == "Relu":
        return g.add("Relu", [y], grid=y.grid)
    if draw == "Clip":
        return g.add("Clip", [y, number(0), number(6)], grid=y.grid)
    if draw in ("Add", "Mul"):
        shape = (y.shape[1],) + (1,) * (y.rank - 2) if g.chance(0.7) else ()
        return g.add(draw, [y, g.random(np.float32, shape)], exact=False)
    if draw == "BatchNormalization":
        channels = (y.shape[1],)
        return g.add(draw, [y] + [g.random(np.float32, channels, kind="constant") for _ in range(3)]
                     + [g.random(np.float32, channels, 0.25, 2, kind="constant")], exact=False, noise=4)
    if draw == "residual":
        return g.add("Relu", [g.add("Add", [g.pick((np.float32,), shape=y.shape, rank=y.rank), y], exact=False)])
    return g.add(draw, [y], exact=False, noise=2)


@operator("ConvTranspose")
def conv_transpose(g):
    group = g.choice([1, 1, 2, 3])
    each = g.integer(1, 3)
    x = image(g, group * each, g.choice([1, 2, 2, 3]), most=5)
    outputs = g.choice([1, 2, 5])
    kernel = [g.choice([1, 2, 3, 4]) for _ in x.shape[2:]]
    strides = [g.choice([1, 2, 3]) for _ in kernel]
    dilations = [g.choice([1, 1, 2]) for _ in kernel]
    attributes = {"strides": strides, "dilations": dilations}
    if g.chance(0.4):
        attributes["output_padding"] = [g.integer(0, s - 1) for s in strides]  # more: ONNX Runtime reads too far
    if g.chance(0.5):
        attributes["pads"] = [g.integer(0, min(1, d * (k - 1))) for k, d in zip(kernel * 2, dilations * 2)]
    operands = [x, g.random(np.float32, (group * each, outputs, *kernel))]
    if g.chance(0.5):
        operands.append(g.random(np.float32, (outputs * group,)))
    return sum_of_products(g, "ConvTranspose", operands, each * int(np.prod(kernel)) * 2, group=group, **attributes)


@operator("MaxPool", "AveragePool", "LpPool")
def pool(g, op):
    x = image(g)
    kernel = [g.integer(1, 3) for _ in x.shape[2:]]
    attributes = window(g, x.shape[2:], kernel, dilated=op != "LpPool" or g.chance(0.3))
    if "auto_pad" not in attributes and g.chance(0.3):
        attributes["ceil_mode"] = 1
    even = len(set(attributes.get("pads", [0]))) == 1 and not {"auto_pad", "ceil_mode"} & set(attributes)
    if op == "AveragePool" and even and g.chance(0.5):  # else ONNX Runtime takes the next axis' padding
        attributes["count_include_pad"] = 1
    if op == "LpPool":
        attributes["p"] = g.choice([1, 2])
    if op == "MaxPool":
        results = 2 if x.exact and g.chance(0.3) else 1
        if results == 2:
            attributes.pop("ceil_mode", None)
        made = g.add(op, [x], results=results, kernel_shape=kernel, grid=x.grid, **attributes)
        if (made[0] if results == 2 else made).largest > 1e30:
            raise Refused("a window lies in the padding alone: ONNX does not say what its maximum is")
        return made
    return g.add(op, [x], exact=False, noise=4, kernel_shape=kernel, **attributes)


@operator("GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool")
def global_pool(g, op):
    x = g.pick((np.float32,), min_rank=3, max_rank=5, nonempty=True)
    return g.add(op, [x], exact=op == "GlobalMaxPool", grid=x.grid if op == "GlobalMaxPool" else None, noise=4)


@operator("Einsum")
def einsum(g):
    equations = ["ij,jk->ik", "bij,bjk->bik", "ij->ji", "ii->i", "ij->", "i,j->ij", "bij,bkj->bik", "...ij,...jk->...ik",
                 "bhid,bhjd->bhij", "ij,ij->i", "i,i->", "ijk->kji", "ij,jk,kl->il", "b...d->b..."]
    equation = g.choice(equations)
    sizes = {letter: g.integer(1, 5) for letter in "bhijkld"}
    dots = tuple(g.integer(1, 3) for _ in range(g.integer(0, 2)))
    operands = []
    dtype = g.favourite((np.float32, np.float64, np.int64))
    for term in equation.split("->")[0].split(","):
        shape = ()
        for part in term.replace("...", "."):
            shape += dots if part == "." else (sizes[part],)
        operands.append(g.pick((dtype,), shape=shape, rank=len(shape), fits=lambda v: v.largest <= 8))
    return g.add("Einsum", operands, equation=equation, exact=not is_float(dtype), grid=0 if not is_float(dtype) else None,
                 noise=4)


@operator("Resize")
def resize(g):
    mode = g.choice(["nearest", "linear", "cubic"])
    rank = 4 if mode == "cubic" else g.choice([3, 4, 4])
    shape = (1, g.integer(1, 3)) + tuple(g.integer(1, 6) for _ in range(rank - 2))
    x = g.random(np.float32, shape)
    transforms = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric"]
    if mode == "nearest":
        transforms.remove("half_pixel_symmetric")  # by sizes it meets whole numbers, which ONNX Runtime rounds away from
    transform = g.choice(transforms)
    attributes = {"mode": mode, "coordinate_transformation_mode": transform}
    if mode == "nearest":
        attributes["nearest_mode"] = g.choice(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
    if mode == "cubic" and g.chance(0.4):
        attributes["cubic_coeff_a"] = -0.5
        attributes["exclude_outside"] = g.choice([0, 1]) if transform not in ("align_corners",) else 0
    if mode != "nearest" and g.chance(0.2) and transform != "align_corners":
        attributes["antialias"] = 1
    if g.chance(0.5) or transform == "align_corners":  # by scales, ONNX Runtime aligns with the rounded size
        sizes = list(shape[:2]) + [g.integer(1, 10) for _ in shape[2:]]
        operands = [x, None, None, g.ints(sizes)]
    else:
        scales = [1.0, 1.0] + [g.choice([0.5, 1.0, 1.5, 2.0, 3.0]) for _ in shape[2:]]
        operands = [x, None, g.new(np.array(scales, np.float32), "constant")]
    return g.add("Resize", operands, exact=mode == "nearest", grid=x.grid if mode == "nearest" else None, noise=8,
                 **attributes)


@operator("RNN", "GRU", "LSTM")
def recurrent(g, op):
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[op]
    steps, batch, width, hidden = g.integer(1, 4), g.integer(1, 3), g.integer(1, 4), g.integer(1, 4)
    direction = g.choice(["forward", "reverse", "bidirectional"])
    ways = 2 if direction == "bidirectional" else 1
    small = lambda *shape: g.random(np.float32, shape, -1, 1)  # noqa: E731
    operands = [g.pick((np.float32,), shape=(steps, batch, width), rank=3), small(ways, gates * hidden, width),
                small(ways, gates * hidden, hidden), None, None, None]
    if g.chance(0.6):
        operands[3] = small(ways, 2 * gates * hidden)
    if g.chance(0.3):
        lengths = [steps] + [g.integer(1, steps) for _ in range(batch - 1)]
        operands[4] = g.new(np.array(lengths, np.int32))
    if g.chance(0.5):
        operands[5] = small(ways, batch, hidden)
    attributes = {"hidden_size": hidden, "direction": direction}
    if op == "GRU" and g.chance(0.5):
        attributes["linear_before_reset"] = 1
    if op == "LSTM":
        operands += [small(ways, batch, hidden) if g.chance(0.5) else None,
                     small(ways, 3 * hidden) if g.chance(0.4) else None]
    while operands[-1] is None:
        operands.pop()
    return g.add(op, operands, results=3 if op == "LSTM" else 2, exact=False, noise=8, **attributes)
