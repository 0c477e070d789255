"""SqueezeNet 1.1 and ShuffleNetV2 x1.0."""

from images import image
from writer import FLOAT, Writer


def squeezenet(path):
    g = Writer(5)

    def fire(x, cin, squeeze, expand):
        s = g.conv(x, cin, squeeze, 1, act=Writer.relu, norm=False)
        left = g.conv(s, squeeze, expand, 1, act=Writer.relu, norm=False)
        return g.node("Concat", [left, g.conv(s, squeeze, expand, 3, act=Writer.relu, norm=False)], axis=1)

    def pool(x):
        return g.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)

    x = pool(g.conv(g.input("image", ["n", 3, "h", "w"]), 3, 64, 3, 2, act=Writer.relu, norm=False, pad=0))
    x = pool(fire(fire(x, 64, 16, 64), 128, 16, 64))
    x = pool(fire(fire(x, 128, 32, 128), 256, 32, 128))
    x = fire(fire(fire(fire(x, 256, 48, 192), 384, 48, 192), 384, 64, 256), 512, 64, 256)
    x = g.conv(x, 512, 1000, 1, act=Writer.relu, norm=False)
    g.output(g.node("Flatten", [g.node("GlobalAveragePool", [x])]), "logits", ["n", 1000], FLOAT)
    g.save(path)


def shufflenet(path):
    g = Writer(6)

    def shuffled(a, b, channels):
        """The channels of a and b in turns."""
        x = g.node("Concat", [a, b], axis=1)
        shape = g.node("Shape", [x])
        part = [g.node("Gather", [shape, g.ints(i)]) for i in (0, 2, 3)]
        x = g.node("Reshape", [x, g.node("Concat", [part[0], g.ints(2, channels // 2)] + part[1:], axis=0)])
        x = g.node("Transpose", [x], perm=[0, 2, 1, 3, 4])
        return g.node("Reshape", [x, g.node("Concat", [part[0], g.ints(channels)] + part[1:], axis=0)])

    def branch(x, cin, half, stride):
        x = g.conv(x, cin, half, 1, act=Writer.relu)
        return g.conv(g.conv(x, half, half, 3, stride, half), half, half, 1, act=Writer.relu)

    x, cin = g.conv(g.input("image", ["n", 3, "h", "w"]), 3, 24, 3, 2, act=Writer.relu), 24
    x = g.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for cout, repeat in ((116, 4), (232, 8), (464, 4)):
        half = cout // 2
        left = g.conv(g.conv(x, cin, cin, 3, 2, cin), cin, half, 1, act=Writer.relu)
        x = shuffled(left, branch(x, cin, half, 2), cout)
        for _ in range(repeat - 1):
            a, b = g.node("Split", [x], 2, axis=1)
            x = shuffled(a, branch(b, half, half, 1), cout)
        cin = cout
    g.classify(g.conv(x, cin, 1024, 1, act=Writer.relu), 1024)
    g.save(path)


def cases(random):
    return {"224": {"image": image(random, 1, 224, 224)}, "small": {"image": image(random, 2, 64, 64)}}


MODELS = {"squeezenet": (squeezenet, cases), "shufflenet_v2": (shufflenet, cases)}
