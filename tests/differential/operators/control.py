"""If, Loop and Scan with small blocks that read values from outside."""

import numpy as np
from onnx import TensorProto, helper

from graph import Graph, Refused
from operators import operator


def body_of(g):
    return Graph(g.rng, g.opset, outer=g)


def block_proto(body, inputs, outputs):
    """The block as a GraphProto. inputs, outputs: values of the block."""
    from graph import element_type
    from onnx import numpy_helper
    infos = [helper.make_tensor_value_info(v.name, element_type(v.dtype), list(v.shape)) for v in inputs]
    results = [helper.make_empty_tensor_value_info(v.name) for v in outputs]
    constants = [numpy_helper.from_array(v.array, v.name) for v in body.values
                 if v.kind == "constant" and v.name not in [i.name for i in inputs]]
    return helper.make_graph(body.nodes, "block", infos, results, constants)


def calculation(body, x):
    """A few safe steps on x that keep its type and shape."""
    for _ in range(body.integer(1, 3)):
        draw = body.choice(["Add", "Sub", "Mul", "Max", "Min", "Neg", "Abs", "Tanh", "capture"])
        if draw == "capture":
            other = body.pick((x.dtype.type,), shape=x.shape, rank=x.rank, max_rank=6)
            x = body.add("Add", [x, other], exact=x.dtype.kind != "f")
        elif draw in ("Neg", "Abs", "Tanh"):
            if draw == "Tanh" and x.dtype != np.float32:
                draw = "Neg"
            x = body.add(draw, [x], exact=draw != "Tanh", noise=2)
        else:
            other = body.random(x.dtype, x.shape if body.chance(0.5) else (), -2, 2)
            x = body.add(draw, [x, other], exact=x.dtype.kind != "f" or draw in ("Max", "Min"))
    return x


TYPES = (np.float32, np.int32, np.int64)


@operator("If")
def if_(g):
    x = g.pick(TYPES, max_rank=4)
    condition = g.random(np.bool_, ())
    blocks, attributes, many = [], {}, g.integer(1, 2)
    for name in ("then_branch", "else_branch"):
        body = body_of(g)
        outputs = []
        for _ in range(many):
            seen = body.read(x)
            outputs.append(calculation(body, seen))
        if g.chance(0.2):
            outputs[0] = body.add("Identity", [body.random(x.dtype, x.shape)])
        attributes[name] = block_proto(body, [], outputs)
        blocks.append(body)
    return g.add("If", [condition], results=many, blocks=blocks, exact=x.dtype.kind != "f", noise=4, **attributes)


def loop_input(body, array, grid=0):
    return body.new(array, "input", grid)


@operator("Loop")
def loop(g):
    carried = [g.pick(TYPES, max_rank=3, fits=lambda v: v.largest < 100) for _ in range(g.integer(1, 2))]
    body = body_of(g)
    turn = loop_input(body, np.array(0, np.int64))
    condition = loop_input(body, np.array(True))
    inner = [loop_input(body, v.array, v.grid) for v in carried]
    state = [calculation(body, v) for v in inner]
    again = body.add("Identity", [condition])
    if g.chance(0.25):
        again = body.add("Less", [turn, body.new(np.array(g.integer(0, 2), np.int64), "constant")])
    scanned = []
    if g.chance(0.5):
        scanned.append(body.add("Identity", [state[0]]))
    trips = g.new(np.array(g.integer(0, 4), np.int64), g.choice([None, "constant"]))
    start = None if g.chance(0.5) else g.new(np.array(True), "constant")
    proto = block_proto(body, [turn, condition] + inner, [again] + state + scanned)
    return g.add("Loop", [trips, start] + carried, results=len(carried) + len(scanned), blocks=[body],
                 exact=all(v.dtype.kind != "f" for v in carried), noise=16, body=proto)


@operator("Scan")
def scan(g):
    sequence = g.pick((np.float32,), min_rank=1, max_rank=3, nonempty=True, fits=lambda v: v.shape[0] <= 6)
    row = sequence.array[0]
    start = g.random(np.float32, row.shape)
    body = body_of(g)
    state, item = loop_input(body, start.array), loop_input(body, row)
    total = body.add("Add", [state, item], exact=False)
    shown = calculation(body, total)
    if shown is total:
        raise Refused("nothing calculated")
    again = body.add("Identity", [shown])
    proto = block_proto(body, [state, item], [total, again])
    return g.add("Scan", [start, sequence], results=2, blocks=[body], exact=False, noise=16, num_scan_inputs=1,
                 body=proto, scan_input_directions=[1] if g.chance(0.3) else None)


assert TensorProto is not None
