"""What the cases share."""

import itertools

import numpy as np

from writer import Model, Quant, options

F32, I8, U8, I16, I32, I64, BOOL = np.float32, np.int8, np.uint8, np.int16, np.int32, np.int64, np.bool_


def random(seed=0):
    return np.random.default_rng(seed)


def normal(shape, seed=0, scale=1.0):
    return random(seed).normal(0, scale, shape).astype(F32)


def cases():
    return []


def single(op, inputs, results, opts=None):
    """A model of one operator. inputs: arrays, ("const", array), ("quant", array, Quant), ("const", array, Quant);
    None: absent. results: dtypes or (dtype, Quant)."""
    model = Model()
    g = model.main
    ids = []
    for x in inputs:
        if x is None:
            ids.append(-1)
        elif isinstance(x, tuple):
            kind, array, *quant = x
            quant = quant[0] if quant else None
            ids.append(g.const(array, quant) if kind == "const" else g.input(array, quant))
        else:
            ids.append(g.input(x))
    wanted = [((), *r) if isinstance(r, tuple) else ((), r) for r in results]
    made = g.op(op, ids, wanted, opts)
    g.output(*(made if isinstance(made, list) else [made]))
    return model


def const(array, quant=None):
    return ("const", np.asarray(array), quant)


def quantised(real, quant, dtype=I8):
    return ("quant", quant.store(real, dtype), quant)
