"""A small decoder as of Llama: RMS norm, rotary positions, shared keys, a cache of keys and values; weight-only
int4 and int8 variants."""

import numpy as np
from onnx import TensorProto, helper

from writer import FLOAT, INT64, Writer

WIDTH, HEADS, GROUPS, SIZE, LAYERS, VOCABULARY = 128, 4, 2, 32, 2, 500


class Decoder(Writer):
    """bits: of weights, 32 for floats, 8 for one scale a column, 4 for blocks of 32; packed: as MatMulNBits."""

    def __init__(self, bits, packed=False):
        super().__init__(12, opset=21)
        self.bits, self.packed = bits, packed

    def linear(self, x, cin, cout, bias=False):
        w = self.random.normal(0, cin ** -0.5, (cin, cout)).astype(np.float32)
        if self.bits == 32:
            return self.node("MatMul", [x, self.weight(w)])
        block = 32 if self.bits == 4 else cin
        limit = 7 if self.bits == 4 else 127
        scale = np.abs(w.reshape(cin // block, block, cout)).max(1) / limit
        q = np.clip(np.rint(w / np.repeat(scale, block, 0)), -limit - 1, limit).astype(np.int8)
        if self.packed:
            u = (q.T + 8).astype(np.uint8).reshape(cout, cin // block, block)
            nibbles = self.constant(u[..., 0::2] | u[..., 1::2] << 4)
            return self.node("MatMulNBits", [x, nibbles, self.weight(scale.T.ravel())], domain="com.microsoft",
                             K=cin, N=cout, bits=4, block_size=block)
        if self.bits == 8:
            values = self.node("DequantizeLinear", [self.constant(q), self.weight(scale[0])], axis=1)
        else:
            name = f"w{len(self.weights)}"
            self.weights.append(helper.make_tensor(name, TensorProto.INT4, q.shape, q.ravel().tolist()))
            values = self.node("DequantizeLinear", [name, self.weight(scale)], axis=0, block_size=block)
        return self.node("MatMul", [x, values])

    def rms_norm(self, x, width):
        v = self.node("ReduceMean", [self.node("Mul", [x, x]), self.ints(-1)])
        y = self.node("Mul", [x, self.node("Reciprocal", [self.node("Sqrt", [self.node("Add", [v, self.weight(1e-6)])])])])
        return self.node("Mul", [y, self.weight(self.random.uniform(0.8, 1.2, width))])

    def rotated(self, x, cos, sin):
        half = SIZE // 2
        a, b = self.node("Split", [x, self.ints(half, half)], 2, axis=-1)
        turned = self.node("Concat", [self.node("Neg", [b]), a], axis=-1)
        return self.node("Add", [self.node("Mul", [x, cos]), self.node("Mul", [turned, sin])])


def write(bits, packed=False):
    def write_to(path):
        g = Decoder(bits, packed)
        ids = g.input("input_ids", ["n", "t"], INT64)
        positions = g.input("position_ids", ["n", "t"], INT64)
        mask = g.input("mask", ["n", 1, "t", "all"])
        angle = np.outer(np.arange(64), 10000.0 ** (-np.arange(0, SIZE, 2) / SIZE))
        angle = np.concatenate([angle, angle], 1)
        cos, sin = (g.node("Unsqueeze", [g.node("Gather", [g.weight(f(angle)), positions]), g.ints(1)])
                    for f in (np.cos, np.sin))
        x = g.node("Gather", [g.normal(1, VOCABULARY, WIDTH), ids])
        for i in range(LAYERS):
            h = g.rms_norm(x, WIDTH)
            q = g.rotated(g.heads(g.linear(h, WIDTH, HEADS * SIZE), HEADS, SIZE), cos, sin)
            k = g.rotated(g.heads(g.linear(h, WIDTH, GROUPS * SIZE), GROUPS, SIZE), cos, sin)
            v = g.heads(g.linear(h, WIDTH, GROUPS * SIZE), GROUPS, SIZE)
            kv = []
            for name, new in (("key", k), ("value", v)):
                past = g.input(f"past.{i}.{name}", ["n", GROUPS, "past", SIZE])
                all_of = g.node("Concat", [past, new], axis=2)
                g.output(all_of, f"present.{i}.{name}", ["n", GROUPS, "all", SIZE])
                wide = g.node("Unsqueeze", [all_of, g.ints(2)])
                shape = g.node("Shape", [wide])
                n, t = (g.node("Gather", [shape, g.ints(d)]) for d in (0, 3))
                wide = g.node("Expand", [wide, g.node("Concat", [n, g.ints(GROUPS, HEADS // GROUPS), t, g.ints(SIZE)], axis=0)])
                kv.append(g.node("Reshape", [wide, g.node("Concat", [n, g.ints(HEADS), t, g.ints(SIZE)], axis=0)]))
            x = g.node("Add", [x, g.linear(g.attend(q, *kv, SIZE, mask), HEADS * SIZE, WIDTH)])
            h = g.rms_norm(x, WIDTH)
            y = g.node("Mul", [g.silu(g.linear(h, WIDTH, 352)), g.linear(h, WIDTH, 352)])
            x = g.node("Add", [x, g.linear(y, 352, WIDTH)])
        g.output(g.linear(g.rms_norm(x, WIDTH), WIDTH, VOCABULARY), "logits", ["n", "t", VOCABULARY], FLOAT)
        g.save(path)

    return write_to


def cases(random):
    def case(new, past):
        at = np.arange(past, past + new)
        mask = np.where(np.arange(past + new)[None] <= at[:, None], 0, -1e9).astype(np.float32)[None, None]
        feeds = {"input_ids": random.integers(0, VOCABULARY, (1, new)), "position_ids": at[None], "mask": mask}
        for i in range(LAYERS):
            for name in ("key", "value"):
                feeds[f"past.{i}.{name}"] = random.normal(0, 1, (1, GROUPS, past, SIZE)).astype(np.float32)
        return feeds

    return {"prompt": case(12, 0), "step": case(1, 12), "small": case(2, 3)}


MODELS = {"decoder": (write(32), cases), "decoder_int8": (write(8), cases), "decoder_int4": (write(4), cases),
          "decoder_n_bits": (write(4, packed=True), cases)}
