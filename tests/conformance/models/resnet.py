"""ResNet-18 and ResNet-50 (He et al., table 1)."""

from images import image
from writer import Writer


def stem(seed):
    g = Writer(seed)
    x = g.conv(g.input("image", ["n", 3, "h", "w"]), 3, 64, 7, 2, act=Writer.relu)
    return g, g.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])


def joined(g, x, y, cin, cout, stride):
    side = g.conv(x, cin, cout, 1, stride, gain=1) if stride != 1 or cin != cout else x
    return g.relu(g.node("Add", [y, side]))


def resnet18(path):
    (g, x), cin = stem(3), 64
    for stage, cout in enumerate((64, 128, 256, 512)):
        for i in range(2):
            stride = 2 if stage > 0 and i == 0 else 1
            y = g.conv(x, cin, cout, 3, stride, act=Writer.relu)
            x, cin = joined(g, x, g.conv(y, cout, cout, 3, gain=1), cin, cout, stride), cout
    g.classify(x, 512)
    g.save(path)


def resnet50(path):
    (g, x), cin = stem(4), 64
    for stage, repeat in enumerate((3, 4, 6, 3)):
        middle = 64 << stage
        for i in range(repeat):
            stride = 2 if stage > 0 and i == 0 else 1
            y = g.conv(x, cin, middle, 1, act=Writer.relu)
            y = g.conv(y, middle, middle, 3, stride, act=Writer.relu)
            x, cin = joined(g, x, g.conv(y, middle, 4 * middle, 1, gain=0.5), cin, 4 * middle, stride), 4 * middle
    g.classify(x, 2048)
    g.save(path)


def cases(random):
    return {"160": {"image": image(random, 1, 160, 160)}, "small": {"image": image(random, 2, 32, 32)}}


MODELS = {"resnet18": (resnet18, cases), "resnet50": (resnet50, cases)}
