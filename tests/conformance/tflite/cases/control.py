from cases.common import *

RESOURCE = "resource"


def branches(condition):
    """x * 2 or x - 1."""
    model = Model()
    g = model.main
    x = g.input(normal((2, 3)))
    inputs = [g.input(np.array(condition)), x]
    for op, kind, number in (("MUL", "Mul", 2), ("SUB", "Sub", 1)):
        branch = model.graph()
        value = branch.input(normal((2, 3)))
        branch.output(branch.op(op, [value, branch.const(np.array([number], F32))], [((), F32)], options(kind)))
    g.output(g.op("IF", inputs, [((2, 3), F32)], options("If", thenSubgraphIndex=1, elseSubgraphIndex=2)))
    return model


def powers(limit):
    """Doubles x, counting, while the count is below limit."""
    model = Model()
    g = model.main
    inputs = [g.input(np.array(0, I32)), g.input(normal((2, 3)))]
    test = model.graph()
    count = test.input(np.array(0, I32))
    test.input(normal((2, 3)))
    test.output(test.op("LESS", [count, test.const(np.array(limit, I32))], [((), BOOL)]))
    body = model.graph()
    count, x = body.input(np.array(0, I32)), body.input(normal((2, 3)))
    body.output(body.op("ADD", [count, body.const(np.array(1, I32))], [((), I32)], options("Add")))
    body.output(body.op("ADD", [x, x], [((2, 3), F32)], options("Add")))
    g.output(*g.op("WHILE", inputs, [((), I32), ((2, 3), F32)], options("While", condSubgraphIndex=1, bodySubgraphIndex=2)))
    return model


def rows(count):
    """Writes i² into row i of a list, as converters do: a concatenation of what is before and behind."""
    model = Model()
    g = model.main
    inputs = [g.input(np.array(0, I32)), g.input(normal((count, 1)))]
    test = model.graph()
    at = test.input(np.array(0, I32))
    test.input(normal((count, 1)))
    test.output(test.op("LESS", [at, test.const(np.array(count, I32))], [((), BOOL)]))
    body = model.graph()
    at, x = body.input(np.array(0, I32)), body.input(normal((count, 1)))
    ints = lambda *values: body.const(np.array(values, I32))
    after = body.op("ADD", [at, body.const(np.array(1, I32))], [((), I32)], options("Add"))

    def start(number, rest):
        flat = body.op("RESHAPE", [number, ints(1)], [((1,), I32)], options("Reshape", newShape=[1]))
        return body.op("CONCATENATION", [flat, ints(rest)], [((2,), I32)], options("Concatenation"))

    first = body.op("SLICE", [x, ints(0, 0), start(at, -1)], [((1, 1), F32)])
    last = body.op("SLICE", [x, start(after, 0), ints(-1, -1)], [((1, 1), F32)])
    real = body.op("CAST", [body.op("MUL", [at, at], [((), I32)], options("Mul"))], [((), F32)], options("Cast"))
    row = body.op("RESHAPE", [real, ints(1, 1)], [((1, 1), F32)], options("Reshape", newShape=[1, 1]))
    body.output(after, body.op("CONCATENATION", [first, row, last], [((count, 1), F32)], options("Concatenation")))
    g.output(*g.op("WHILE", inputs, [((), I32), ((count, 1), F32)], options("While", condSubgraphIndex=1, bodySubgraphIndex=2)))
    # LiteRT takes the sizes of the parts from the file here.
    model.expected = [np.array(count, I32), (np.arange(count, dtype=F32) ** 2)[:, None]]
    return model


def shapes():
    """Flattens x by its own shape: SHAPE, STRIDED_SLICE, PACK, RESHAPE."""
    model = Model()
    g = model.main
    x = g.input(normal((2, 3, 4)))
    shape = g.op("SHAPE", [x], [((3,), I32)], options("Shape", outType=2))
    ints = lambda *values: g.const(np.array(values, I32))
    first = g.op("STRIDED_SLICE", [shape, ints(0), ints(1), ints(1)], [((), I32)], options("StridedSlice", shrinkAxisMask=1))
    packed = g.op("PACK", [first, g.const(np.array(-1, I32))], [((2,), I32)], options("Pack", valuesCount=2, axis=0))
    g.output(g.op("RESHAPE", [x, packed], [((), F32)], options("Reshape")))
    return model


def open_batch():
    """A file that leaves the batch open."""
    model = Model()
    g = model.main
    x = g.input(normal((3, 4, 4, 2)), signature=(-1, 4, 4, 2))
    y = g.op("CONV_2D", [x, g.const(normal((3, 3, 3, 2), 1)), g.const(normal(3, 2))], [((), F32)], options("Conv2D", strideH=1, strideW=1))
    g.output(g.op("MEAN", [y, g.const(np.array([1, 2], I32))], [((), F32)], options("Reducer")))
    return model


def window(quant=None):
    """The last three rows that were seen, kept in a variable: what streaming models do with each layer's input."""
    model = Model()
    g = model.main
    dtype = F32 if quant is None else I8
    kind = lambda shape: (shape, dtype) if quant is None else (shape, dtype, quant)
    once = model.graph()
    handle = lambda graph: graph.op("VAR_HANDLE", [], [((), RESOURCE)], options("VarHandle", container="", sharedName="seen"))
    once.op("ASSIGN_VARIABLE", [handle(once), once.const(np.zeros((1, 3, 2), dtype), quant)], [], options("AssignVariable"))
    g.op("CALL_ONCE", [], [], options("CallOnce", initSubgraphIndex=1))
    seen = handle(g)
    x = normal((1, 2, 2)) if quant is None else quant.store(normal((1, 2, 2)), I8)
    before = g.op("READ_VARIABLE", [seen], [kind((1, 3, 2))], options("ReadVariable"))
    both = g.op("CONCATENATION", [before, g.input(x, quant)], [kind((1, 5, 2))], options("Concatenation", axis=1))
    ints = lambda *values: g.const(np.array(values, I32))
    last = g.op("STRIDED_SLICE", [both, ints(0, 2, 0), ints(1, 5, 2), ints(1, 1, 1)], [kind((1, 3, 2))], options("StridedSlice"))
    g.op("ASSIGN_VARIABLE", [seen, last], [], options("AssignVariable"))
    again = g.op("READ_VARIABLE", [seen], [kind((1, 3, 2))], options("ReadVariable"))
    g.output(g.op("RESHAPE", [again, ints(6)], [kind((6,))], options("Reshape", newShape=[6])))
    return model


def cases():
    yield "if_true", branches(True)
    yield "if_false", branches(False)
    yield "while", powers(5)
    yield "while_never", powers(0)
    yield "while_rows", rows(5)
    yield "shapes", shapes()
    yield "open_batch", open_batch()
    yield "variable", window()
    yield "variable_int8", window(Quant(0.02, 0))
