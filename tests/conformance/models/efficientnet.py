"""EfficientNet-B0."""

from images import image
from writer import Writer

# Expansion, kernel, channels, repetitions, first stride: table 1 of the paper.
ROWS = [(1, 3, 16, 1, 1), (6, 3, 24, 2, 2), (6, 5, 40, 2, 2), (6, 3, 80, 3, 2), (6, 5, 112, 3, 1), (6, 5, 192, 4, 2),
        (6, 3, 320, 1, 1)]


def b0(path):
    g = Writer(7)
    x, cin = g.conv(g.input("image", ["n", 3, "h", "w"]), 3, 32, 3, 2, act=Writer.silu), 32
    for expand, kernel, cout, repeat, first in ROWS:
        for i in range(repeat):
            stride, middle = (first if i == 0 else 1), cin * expand
            y = g.conv(x, cin, middle, 1, act=Writer.silu) if expand != 1 else x
            y = g.conv(y, middle, middle, kernel, stride, middle, Writer.silu)
            y = g.squeeze(y, middle, max(1, cin // 4), Writer.silu, Writer.sigmoid)
            y = g.conv(y, middle, cout, 1, gain=1)
            x = g.node("Add", [x, y]) if stride == 1 and cin == cout else y
            cin = cout
    g.classify(g.conv(x, cin, 1280, 1, act=Writer.silu), 1280)
    g.save(path)


def cases(random):
    return {"160": {"image": image(random, 1, 160, 160)}, "small": {"image": image(random, 1, 48, 64)}}


MODELS = {"efficientnet_b0": (b0, cases)}
