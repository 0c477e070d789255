"""MobileNetV2 and MobileNetV3-Small."""

from images import image
from writer import Writer

# Expansion, channels, repetitions, first stride: table 2 of the MobileNetV2 paper.
V2 = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
# Kernel, expanded, channels, squeeze, hard-swish, stride: table 2 of the MobileNetV3 paper.
V3 = [(3, 16, 16, 1, 0, 2), (3, 72, 24, 0, 0, 2), (3, 88, 24, 0, 0, 1), (5, 96, 40, 1, 1, 2), (5, 240, 40, 1, 1, 1),
      (5, 240, 40, 1, 1, 1), (5, 120, 48, 1, 1, 1), (5, 144, 48, 1, 1, 1), (5, 288, 96, 1, 1, 2), (5, 576, 96, 1, 1, 1),
      (5, 576, 96, 1, 1, 1)]


def v2(path):
    g = Writer(1)
    x, cin = g.conv(g.input("image", ["n", 3, "h", "w"]), 3, 32, 3, 2, act=Writer.relu6), 32
    for expand, cout, repeat, first in V2:
        for i in range(repeat):
            stride, middle, y = (first if i == 0 else 1), cin * expand, x
            if expand != 1:
                y = g.conv(y, cin, middle, 1, act=Writer.relu6)
            y = g.conv(y, middle, middle, 3, stride, middle, Writer.relu6)
            y = g.conv(y, middle, cout, 1, gain=1)
            x = g.node("Add", [x, y]) if stride == 1 and cin == cout else y
            cin = cout
    g.classify(g.conv(x, cin, 1280, 1, act=Writer.relu6), 1280)
    g.save(path)


def v3_small(path):
    g = Writer(2)
    x, cin = g.conv(g.input("image", ["n", 3, "h", "w"]), 3, 16, 3, 2, act=Writer.hard_swish), 16
    for kernel, middle, cout, squeeze, swish, stride in V3:
        act = Writer.hard_swish if swish else Writer.relu
        y = g.conv(x, cin, middle, 1, act=act) if middle != cin else x
        y = g.conv(y, middle, middle, kernel, stride, middle, act)
        if squeeze:
            y = g.squeeze(y, middle, max(8, middle // 4), Writer.relu, Writer.hard_sigmoid)
        y = g.conv(y, middle, cout, 1, gain=1)
        x = g.node("Add", [x, y]) if stride == 1 and cin == cout else y
        cin = cout
    g.classify(g.conv(x, cin, 576, 1, act=Writer.hard_swish), 576)
    g.save(path)


def cases(random):
    return {"224": {"image": image(random, 1, 224, 224)}, "2x96x128": {"image": image(random, 2, 96, 128)},
            "small": {"image": image(random, 1, 32, 64)}}


MODELS = {"mobilenet_v2": (v2, cases), "mobilenet_v3_small": (v3_small, cases)}
