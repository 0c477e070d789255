"""models.py OUT: models whose shapes depend on data, and ONNX Runtime's outputs, as OUT/MODEL.onnx and
OUT/MODEL/CASE/{in,out}_I_NAME.npy."""

import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import control

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
random = np.random.default_rng(11)


class Writer:
    """Collects the nodes and constants of one graph; every constant has a name of its own."""

    count = 0

    def __init__(self):
        self.nodes = []
        self.weights = []

    def constant(self, array):
        Writer.count += 1
        self.weights.append(numpy_helper.from_array(np.asarray(array), f"c{Writer.count}"))
        return f"c{Writer.count}"

    def node(self, op, inputs, outputs=1, **attributes):
        Writer.count += 1
        names = [f"{op}_{Writer.count}" + (f":{i}" if i else "") for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=names[0], **attributes))
        return names[0] if outputs == 1 else names

    def named(self, name, value):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        return name

    def graph(self, name, inputs, outputs):
        return helper.make_graph(self.nodes, name, inputs, outputs, self.weights)


def info(name, dtype, dims):
    return helper.make_tensor_value_info(name, dtype, dims)


def weights(*dims):
    return random.normal(0, 0.5, dims).astype(np.float32)


def detector():
    """Convolutions → boxes and scores of each cell → NonMaxSuppression → the boxes, scores and classes that stay."""
    g = Writer()
    x = g.node("Relu", [g.node("Conv", ["image", g.constant(weights(8, 3, 3, 3))], strides=[4, 4], pads=[1] * 4)])
    raw = g.node("Conv", [x, g.constant(weights(7, 8, 1, 1))])
    flat = g.node("Reshape", [raw, g.constant(np.array([0, 7, -1], np.int64))])
    boxes, logits = g.node("Split", [flat, g.constant(np.array([4, 3], np.int64))], 2, axis=1)
    boxes = g.node("Mul", [g.node("Transpose", [g.node("Sigmoid", [boxes])], perm=[0, 2, 1]),
                           g.constant(np.float32(100))])
    scores = g.node("Sigmoid", [logits])
    chosen = g.node("NonMaxSuppression", [boxes, scores, g.constant(np.array([20], np.int64)),
                                          g.constant(np.array([0.4], np.float32)), "threshold"])
    columns = [g.node("Gather", [chosen, g.constant(np.int64(i))], axis=1) for i in range(3)]
    g.named("classes", columns[1])
    g.named("boxes", g.node("Gather", [g.node("Squeeze", [boxes, g.constant(np.array([0], np.int64))]), columns[2]]))
    g.named("scores", g.node("GatherND", [scores, chosen]))
    inputs = [info("image", FLOAT, [1, 3, "h", "w"]), info("threshold", FLOAT, [1])]
    outputs = [info("boxes", FLOAT, ["k", 4]), info("scores", FLOAT, ["k"]), info("classes", INT64, ["k"])]
    return g.graph("detector", inputs, outputs)


def ssd():
    """Scores above a threshold by NonZero, of these the best by TopK, at most 5, with their boxes."""
    g = Writer()
    scores = g.node("Softmax", [g.node("MatMul", ["features", g.constant(weights(6, 4))])], axis=-1)
    boxes = g.node("MatMul", ["features", g.constant(weights(6, 4))])
    found = g.node("NonZero", [g.node("Greater", [scores, "threshold"])])
    places = g.node("Transpose", [found], perm=[1, 0])
    values = g.node("GatherND", [scores, places])
    count = g.node("Shape", [values])
    k = g.node("Min", [count, g.constant(np.array([5], np.int64))])
    best, order = g.node("TopK", [values, k], 2)
    rows = g.node("Gather", [places, order])
    box = g.node("Squeeze", [g.node("Slice", [rows, g.constant(np.array([0], np.int64)),
                                              g.constant(np.array([1], np.int64)), g.constant(np.array([1], np.int64))]),
                             g.constant(np.array([1], np.int64))])
    g.named("scores", best)
    g.named("places", rows)
    g.named("boxes", g.node("Gather", [boxes, box]))
    inputs = [info("features", FLOAT, ["n", 6]), info("threshold", FLOAT, [1])]
    outputs = [info("scores", FLOAT, ["k"]), info("places", INT64, ["k", 2]), info("boxes", FLOAT, ["k", 4])]
    return g.graph("ssd", inputs, outputs)


def decoder():
    """Greedy decoding: attention over the tokens so far, the likeliest next one is appended, until token 0 or the limit."""
    body = Writer()
    zero = body.constant(np.array([0], np.int64))
    x = body.node("Gather", ["table", "tokens"])
    last = body.node("Slice", [x, body.constant(np.array([-1], np.int64)), body.constant(np.array([2**31], np.int64)), zero])
    query = body.node("MatMul", [last, body.constant(weights(8, 8))])
    weight = body.node("Softmax", [body.node("MatMul", [query, body.node("Transpose", [x], perm=[1, 0])])], axis=-1)
    mixed = body.node("Add", [body.node("MatMul", [weight, x]), last])
    logits = body.node("MatMul", [body.node("Tanh", [mixed]), body.constant(2 * weights(8, 12))])
    body.named("row", body.node("Squeeze", [logits, zero]))
    following = body.node("ArgMax", [logits], axis=1, keepdims=0)
    body.named("longer", body.node("Concat", ["tokens", following], axis=0))
    stop = body.node("Equal", [body.node("Squeeze", [following, zero]), body.constant(np.int64(0))])
    body.named("goes_on", body.node("Not", [stop]))
    block = body.graph("step", [info("turn", INT64, []), info("go", BOOL, []), info("tokens", INT64, ["t"])],
                       [info("goes_on", BOOL, []), info("longer", INT64, ["u"]), info("row", FLOAT, [12])])
    g = Writer()
    g.weights.append(numpy_helper.from_array(weights(12, 8), "table"))
    text, rows = g.node("Loop", ["limit", "", "prompt"], 2, body=block)
    g.named("text", text)
    g.named("logits", rows)
    return g.graph("decoder", [info("prompt", INT64, ["p"]), info("limit", INT64, [])],
                   [info("text", INT64, ["t"]), info("logits", FLOAT, ["n", 12])])


def sequences():
    """Rows of x as a sequence; a Loop keeps those whose sum is positive, scaled by their place; joined again."""
    then, other = Writer(), Writer()
    scaled = then.node("Mul", ["part", then.node("Cast", ["turn"], to=FLOAT)])
    then.nodes.append(helper.make_node("SequenceInsert", ["kept", scaled], ["more"]))
    other.nodes.append(helper.make_node("Identity", ["kept"], ["same"]))
    kind = helper.make_tensor_sequence_value_info
    body = Writer()
    body.nodes.append(helper.make_node("SequenceAt", ["parts", "turn"], ["part"]))
    total = body.node("ReduceSum", ["part"], keepdims=0)
    positive = body.node("Greater", [total, body.constant(np.float32(0))])
    body.nodes.append(helper.make_node(
        "If", [positive], ["next"],
        then_branch=then.graph("then", [], [kind("more", FLOAT, None)]),
        else_branch=other.graph("else", [], [kind("same", FLOAT, None)])))
    body.named("goes_on", "go")
    block = body.graph("step", [info("turn", INT64, []), info("go", BOOL, []), kind("kept", FLOAT, None)],
                       [info("goes_on", BOOL, []), kind("next", FLOAT, None)])
    g = Writer()
    g.nodes.append(helper.make_node("SplitToSequence", ["x", "sizes"], ["parts"], axis=0))
    length = g.node("SequenceLength", ["parts"])
    start = g.node("SequenceInsert", [g.node("SequenceEmpty", []), g.constant(np.zeros((1, 3), np.float32))])
    kept = g.node("Loop", [length, g.constant(np.array(True)), start], body=block)
    g.named("y", g.node("ConcatFromSequence", [kept], axis=0))
    return g.graph("sequences", [info("x", FLOAT, ["n", 3]), info("sizes", INT64, ["s"])], [info("y", FLOAT, ["m", 3])])


def unique():
    """Distinct tokens and counts, those that occur more than once, and a table of positions as long as they are many."""
    g = Writer()
    values, _, inverse, counts = g.node("Unique", ["tokens"], 4)
    often = g.node("Compress", [values, g.node("Greater", [counts, g.constant(np.int64(1))])], axis=0)
    many = g.node("Squeeze", [g.node("Shape", [often]), g.constant(np.array([0], np.int64))])
    ramp = g.node("Range", [g.constant(np.int64(0)), many, g.constant(np.int64(1))])
    g.named("often", often)
    g.named("inverse", inverse)
    grid = g.node("Expand", [g.node("Unsqueeze", [ramp, g.constant(np.array([1], np.int64))]),
                             g.node("Concat", [g.node("Shape", [often]), g.constant(np.array([2], np.int64))], axis=0)])
    g.named("grid", grid)
    return g.graph("unique", [info("tokens", INT64, ["n"])],
                   [info("often", INT64, ["k"]), info("inverse", INT64, ["n"]), info("grid", INT64, ["k", 2])])


def cases():
    f32, i64 = np.float32, np.int64
    image = [random.normal(0, 1, (1, 3, h, w)).astype(f32) for h, w in ((32, 32), (48, 64), (48, 64), (32, 32))]
    yield detector(), [{"image": x, "threshold": np.array([t], f32)} for x, t in zip(image, (0.6, 0.8, 0.99999, 0.3))]
    rows = [random.normal(0, 1, (n, 6)).astype(f32) for n in (9, 30, 30, 1)]
    yield ssd(), [{"features": x, "threshold": np.array([t], f32)} for x, t in zip(rows, (0.5, 0.7, 1.0, 0.1))]
    yield decoder(), [{"prompt": np.array(p, i64), "limit": np.array(n, i64)}
                      for p, n in (([3], 10), ([5, 7, 2], 30), ([1, 1], 0), ([4, 9], 5))]
    yield sequences(), [{"x": random.normal(0, 1, (sum(s), 3)).astype(f32), "sizes": np.array(s, i64)}
                        for s in ([1, 2, 3], [4], [2, 2, 2, 2, 1])]
    yield unique(), [{"tokens": np.array(t, i64)} for t in ([3, 1, 3, 2, 1, 9], [5, 4, 3], [7, 7, 7])]


def main(out):
    made = [(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), inputs)
            for graph, inputs in cases()]
    for model, inputs in made + list(control.cases()):
        onnx.checker.check_model(model)
        path = os.path.join(out, model.graph.name + ".onnx")
        onnx.save(model, path)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for i, given in enumerate(inputs):
            folder = os.path.join(out, model.graph.name, str(i))
            os.makedirs(folder, exist_ok=True)
            results = dict(zip([o.name for o in session.get_outputs()], session.run(None, given)))
            for kind, arrays in (("in", given), ("out", results)):
                for k, (name, array) in enumerate(arrays.items()):
                    np.save(os.path.join(folder, f"{kind}_{k}_{name}.npy"), np.array(array, order="C"))


if __name__ == "__main__":
    main(sys.argv[1])
