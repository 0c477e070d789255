"""BERT and MiniLM, a vision transformer, Whisper's encoder."""

import numpy as np

from images import image
from writer import INT64, Writer


def bert(seed, layers, width, heads, vocabulary=2000, positions=128):
    def write(path):
        g = Writer(seed)
        ids, types, mask = (g.input(n, ["n", "t"], INT64) for n in ("input_ids", "token_type_ids", "attention_mask"))
        length = g.node("Gather", [g.node("Shape", [ids]), g.ints(1)])
        places = g.node("Slice", [g.constant(np.arange(positions)[None]), g.ints(0), length, g.ints(1)])
        parts = [g.node("Gather", [g.normal(0.5, n, width), i]) for n, i in
                 ((vocabulary, ids), (2, types), (positions, places))]
        x = g.layer_norm(g.node("Add", [g.node("Add", parts[:2]), parts[2]]), width)
        m = g.node("Cast", [g.node("Unsqueeze", [mask, g.ints(1, 2)])], to=1)
        m = g.node("Mul", [g.node("Sub", [g.weight(1), m]), g.weight(-10000)])
        for _ in range(layers):
            x = g.layer_norm(g.node("Add", [x, g.self_attention(x, width, heads, m)]), width)
            y = g.linear(g.gelu(g.linear(x, width, 4 * width)), 4 * width, width)
            x = g.layer_norm(g.node("Add", [x, y]), width)
        g.output(x, "last_hidden_state", ["n", "t", width])
        g.save(path)

    return write


def tokens(random):
    def case(count, length, used):
        mask = np.broadcast_to(np.arange(length) < used, (count, length)).astype(np.int64)
        ids = random.integers(5, 2000, (count, length)) * mask
        return {"input_ids": ids, "token_type_ids": (ids > 1000).astype(np.int64) * mask, "attention_mask": mask}

    return {"64": case(1, 64, 50), "2x17": case(2, 17, 17), "small": case(1, 6, 5)}


def vit(path, width=192, heads=3, layers=12, patch=16):
    g = Writer(10)
    x = g.conv(g.input("image", ["n", 3, 224, 224]), 3, width, patch, patch, norm=False, pad=0, gain=1)
    x = g.node("Transpose", [g.node("Reshape", [x, g.ints(0, width, -1)])], perm=[0, 2, 1])
    batch = g.node("Gather", [g.node("Shape", [x]), g.ints(0)])
    first = g.node("Expand", [g.normal(1, 1, 1, width), g.node("Concat", [batch, g.ints(1, width)], axis=0)])
    x = g.node("Add", [g.node("Concat", [first, x], axis=1), g.normal(0.5, 1, 197, width)])
    for _ in range(layers):
        x = g.node("Add", [x, g.self_attention(g.layer_norm(x, width), width, heads)])
        y = g.linear(g.gelu(g.linear(g.layer_norm(x, width), width, 4 * width)), 4 * width, width)
        x = g.node("Add", [x, y])
    x = g.node("Gather", [g.layer_norm(x, width), g.constant(np.array(0))], axis=1)
    g.output(g.linear(x, width, 1000), "logits", ["n", 1000])
    g.save(path)


def whisper(path, width=384, heads=6, layers=4):
    """The encoder of whisper-tiny: two convolutions over time, then pre-norm blocks with LayerNormalization."""
    g = Writer(11)

    def norm(x):
        return g.node("LayerNormalization", [x, g.weight(g.random.uniform(0.8, 1.2, width)), g.normal(0.05, width)])

    def conv(x, cin, stride):
        w, b = g.normal((2 / (3 * cin)) ** 0.5, width, cin, 3), g.normal(0.05, width)
        return g.gelu(g.node("Conv", [x, w, b], kernel_shape=[3], strides=[stride], pads=[1, 1]))

    x = conv(conv(g.input("mel", ["n", 80, "frames"]), 80, 1), width, 2)
    x = g.node("Transpose", [x], perm=[0, 2, 1])
    length = g.node("Gather", [g.node("Shape", [x]), g.ints(1)])
    x = g.node("Add", [x, g.node("Slice", [g.normal(0.5, 1500, width), g.ints(0), length, g.ints(0)])])
    for _ in range(layers):
        x = g.node("Add", [x, g.self_attention(norm(x), width, heads)])
        x = g.node("Add", [x, g.linear(g.gelu_tanh(g.linear(norm(x), width, 4 * width)), 4 * width, width)])
    g.output(norm(x), "features", ["n", "time", width])
    g.save(path)


MODELS = {
    "minilm": (bert(8, 6, 384, 12), tokens),
    "bert": (bert(9, 2, 768, 12), tokens),
    "vit_tiny": (vit, lambda r: {"224": {"image": image(r, 1, 224, 224)}}),
    "whisper_encoder": (whisper, lambda r: {
        "300": {"mel": r.normal(0, 1, (1, 80, 300)).astype(np.float32)},
        "small": {"mel": r.normal(0, 1, (1, 80, 9)).astype(np.float32)}}),
}
