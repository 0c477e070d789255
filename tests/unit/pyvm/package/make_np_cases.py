#!/usr/bin/env python3
"""Writes np_cases.json: expressions and what NumPy makes of them. Run with tools/setup/reference.sh's Python.

A case is {"e": expression, "d": dtype, "s": shape, "v": flat values} or {"e": …, "error": exception} or, for other
results, {"e": …, "r": JSON}. Names below are set up in the test in the same way (np_cases_setup.py).
"""
import itertools
import json
import pathlib
import warnings

import numpy as np

warnings.simplefilter("ignore")
here = pathlib.Path(__file__).parent
names = {"np": np}
exec((here / "np_cases_setup.py").read_text(), names)

DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"]
cases = []


def add(*expressions):
    cases.extend(expressions)


# promotion and arithmetic: every pair of dtypes
for a, b in itertools.product(DTYPES, DTYPES):
    for op in ["+", "*", "/", "<", "=="]:
        add(f"v('{a}') {op} w('{b}')")
for d in DTYPES:
    for op in ["+", "-", "*", "/", "//", "%", "**", "<", ">=", "&", "|", "^"]:
        add(f"v('{d}') {op} 2", f"v('{d}') {op} 1.5" if op not in "&|^" else f"v('{d}') {op} True", f"3 {op} w('{d}')")
    for f in ["sum", "prod", "mean", "min", "max", "argmin", "argmax", "any", "all", "std", "var", "cumsum"]:
        add(f"np.{f}(m('{d}'))", f"np.{f}(m('{d}'), axis=0)", f"m('{d}').{f}(axis=-1)")
    for f in ["sum", "mean", "max", "argmax", "any", "var"]:
        add(f"np.{f}(m('{d}'), axis=1, keepdims=True)")
    for f in ["exp", "sqrt", "abs", "floor", "sign", "isnan", "logical_not", "tanh", "square", "round"]:
        add(f"np.{f}(v('{d}'))")
    add(f"-v('{d}')", f"~v('{d}')", f"np.sort(u('{d}'))", f"np.argsort(u('{d}'))", f"np.unique(u('{d}'))",
        f"m('{d}') @ m('{d}').T", f"np.where(v('{d}') > 1, v('{d}'), 0)", f"np.clip(v('{d}'), 1, 2)",
        f"np.maximum(v('{d}'), w('{d}'))", f"np.concatenate([v('{d}'), w('float32')])", f"np.diff(v('{d}'))",
        f"np.median(u('{d}'))", f"np.nonzero(m('{d}'))[1]", f"v('{d}').tolist()", f"m('{d}').dtype.name",
        f"np.zeros_like(v('{d}'))", f"np.full(3, 2, dtype='{d}')", f"np.arange(5, dtype='{d}')" if d != "bool" else "1",
        f"np.eye(3, dtype='{d}')", f"repr(v('{d}'))", f"str(m('{d}'))", f"v('{d}')[1].item()")
    for t in DTYPES:
        add(f"w('{d}').astype('{t}')")

# indexing
for i in ["1", "-1", "1:3", "::-1", "::2", "-1::-2", "None", "...", "[0, 2]", "[True, False, True]", "1, 2", "1, :", ":, 1",
          ":, ::-1", "..., 0", "None, 1", ":, None", "[0, 1], [1, 2]", "[[0], [1]], [1, 2]", ":, [2, 0]", "[2, 0], 1:3",
          "[0, 2], None, [1, 1]", "a > 5", "a[:, 0] > 3", "np.array([], dtype=int)", "5", "1, 9", "1, 1, 1", "10:20", "2:1",
          "np.int64(1)", "slice(None), np.array(1)"]:
    add(f"a[{i}]", f"put(a, lambda x: x.__setitem__(ix[{i}], 7))")
for i in ["1", "..., 1", ":, 1, :", "1, [0, 1], :", "[0, 1], :, [0, 1]", ":, [0, 1], [0, 1]", "0, :, [1, 2]", "t > 10",
          "t[:, 0] > 0", ":, t[0] > 3", "..., None, 1", "::-1, ::-1, ::-1", "[0, 1], 1, :", "[0, 1], ..., 1"]:
    add(f"t[{i}]", f"put(t, lambda x: x.__setitem__(ix[{i}], 5))")
add("put(a, lambda x: x.__setitem__(0, [1, 2, 3, 4]))", "put(a, lambda x: x.__setitem__(ix[:, 1], np.arange(3)))",
    "put(a, lambda x: x.__setitem__(ix[1:], x[:-1]))", "put(a, lambda x: x.__setitem__(x > 3, 0))",
    "put(a, lambda x: x.__setitem__(x > 3, x[x > 3] * 2))", "put(a, lambda x: x.__setitem__(ix[:, [0, 3]], [[1, 2]]))",
    "put(a, lambda x: x.__iadd__(1))", "put(a, lambda x: x.__imul__(np.arange(4)))", "put(a, lambda x: x.__itruediv__(2))",
    "put(a, lambda x: x.__setitem__(0, [1, 2]))", "[int(x) for x in a[0]]", "5 in a", "100 in a", "len(t)", "list(map(int, a.shape))")

# shape
add("a.T", "t.transpose(2, 0, 1)", "np.transpose(t, (1, 0, 2))", "a.reshape(2, 6)", "a.reshape(-1)", "a.reshape((3, -1, 2))",
    "a.T.reshape(-1)", "a.reshape(5, 5)", "np.squeeze(a[None, :, None])", "np.squeeze(a[None], axis=0)", "np.squeeze(a, axis=0)",
    "np.expand_dims(a, 0)", "np.expand_dims(a, (0, -1))", "np.swapaxes(t, 0, 2)", "np.moveaxis(t, 0, -1)", "np.flip(a)",
    "np.flip(a, 1)", "np.fliplr(a)", "np.broadcast_to(np.arange(4), (3, 4))", "np.broadcast_to(a, (2, 2))", "a.ravel()",
    "a.T.flatten()", "np.atleast_2d(np.arange(3))", "np.stack([a, a])", "np.stack([a, a], axis=-1)", "np.vstack([a, a[0]])",
    "np.hstack([a, a])", "np.concatenate([a, a], axis=1)", "np.concatenate([a, t])", "np.concatenate([a, a], axis=None)",
    "np.split(a, 2, axis=1)[1]", "np.split(a, 3)[2]", "np.split(a, 2)", "np.array_split(np.arange(7), 3)[1]",
    "np.split(np.arange(7), [2, 5])[1]", "np.tile(a, 2)", "np.tile(a, (2, 1))", "np.tile(np.arange(2), (2, 2))", "np.repeat(a, 2)",
    "np.repeat(a, 2, axis=0)", "np.repeat(a, [1, 0, 2], axis=0)", "np.pad(a, 1)", "np.pad(a, ((1, 0), (0, 2)), constant_values=9)",
    "np.pad(a, ((1, 2), (3, 3)), mode='edge')", "np.pad(a, ((2, 2), (3, 1)), mode='reflect')", "np.roll(a, 1)", "np.roll(a, -1, axis=1)",
    "np.tril(a)", "np.triu(a, 1)", "np.diag(a)", "np.diag(np.arange(3), 1)", "np.meshgrid(np.arange(3), np.arange(2))[0]",
    "np.meshgrid(np.arange(3), np.arange(2), indexing='ij')[1]", "np.take(a, [0, 2], axis=1)", "np.take(a, [5, 1])", "np.argwhere(a > 4)",
    "np.flatnonzero(a > 4)", "np.searchsorted(np.array([1, 3, 5]), [0, 3, 6])", "np.searchsorted(np.array([1, 3, 5]), 3, side='right')",
    "np.unique(np.array([3, 1, 3, 2]), return_counts=True)[1]", "np.unique(np.array([3, 1, 3, 2]), return_inverse=True)[1]",
    "np.unique(np.array([3, 1, 3, 2]), return_index=True)[1]", "np.sort(f, axis=0)", "np.argsort(f, axis=1)", "np.sort(f, axis=None)")

# creation
add("np.array([1, 2, 3])", "np.array([1, 2.5])", "np.array([[1, 2], [3, 4]], dtype=np.float32)", "np.array([True, False])", "np.array(5)",
    "np.array([[1], [2, 3]])", "np.array([])", "np.array([[], []])", "np.array([a, a])", "np.array([a[0], [1, 2, 3, 4]])", "np.array((1, 2))",
    "np.array([2**63])", "np.array(range(4))", "np.array(['x'])", "np.array([1, True])", "np.zeros((2, 3))", "np.zeros(3, dtype=np.int32)",
    "np.ones((2, 2), np.uint8)", "np.full((2, 2), 1.5)", "np.full((2, 2), 3)", "np.full_like(a, 2)", "np.arange(3, 10, 3)", "np.arange(5, 0, -2)",
    "np.arange(0, 1, 0.25)", "np.arange(3.0)", "np.linspace(0, 1, 5)", "np.linspace(0, 1, 4, endpoint=False)", "np.linspace(1, 2, 1)",
    "np.eye(2, 3, 1)", "np.identity(2)", "np.frombuffer(b'\\x01\\x00\\x02\\x00', dtype=np.int16)", "np.frombuffer(b'abcd', np.uint8, 2, 1)",
    "np.frombuffer(b'abc', np.int16)", "list(np.arange(3, dtype=np.uint8).tobytes())", "list(a.T.astype(np.uint8).tobytes())",
    "np.asarray(memoryview(b'ab'))", "np.asarray(bytearray(b'xyz'))", "np.float32(1.5)", "np.uint8(200)", "np.int64(3) + 4", "np.float32(3) * 2.0",
    "np.array(memoryview(a)[1:])", "np.dtype('f4').name", "np.float32 == np.dtype('float32')", "a.dtype == np.int64", "a.dtype == 'int64'",
    "np.dtype(np.uint8).itemsize", "a.nbytes", "list(a.strides)", "a.T.ndim", "np.zeros(2**62)", "np.zeros((-1,))")

# numbers
add("np.uint8(200) + np.uint8(100)", "v('uint8') + 300", "v('int8') * 100", "v('uint8') < 300", "v('uint8') == -1", "np.array([-7, 7]) // 2",
    "np.array([-7, 7]) % 3", "np.array([-7.5, 7.5]) // 2", "np.array([-7.5, 7.5]) % -2", "np.array([1, 2]) / 0", "np.array([1, 0]) // 0",
    "np.array([2, 3]) ** -1", "2 ** np.arange(5)", "np.power(2.0, -1)", "np.float32(0.1) + 0.2", "1 / np.arange(1, 4)", "f.mean(axis=(0, 1))",
    "t.sum(axis=(0, 2))", "np.mean(a)", "np.std(a, ddof=1)", "np.max(f)", "np.min(np.array([1.0, np.nan]))", "np.argmax(np.array([1.0, np.nan, 3]))",
    "np.max(np.array([]))", "np.sum(np.array([]))", "np.mean(a, dtype=np.float32)", "np.sum(v('uint8'), dtype=np.uint8)", "np.count_nonzero(a)",
    "np.linalg.norm(f)", "np.linalg.norm(f, axis=1)", "np.linalg.norm(np.array([3, 4]))", "np.linalg.norm(f, ord=1, axis=0)", "np.linalg.norm(f, np.inf, axis=1)",
    "a @ a.T", "np.dot(a[0], a[1])", "np.dot(t, a[0, :3])" , "np.matmul(t, t.transpose(0, 2, 1))", "a @ a", "np.outer([1, 2], [3, 4])", "np.inner(a, a)",
    "np.allclose(f, f + 1e-9)", "np.isclose(np.array([1, np.nan]), np.array([1.000001, np.nan]))", "np.array_equal(a, a.copy())", "np.arctan2(-1.0, 0.5)",
    "np.hypot(3, 4)", "np.log(np.array([1.0, 0.0, -1.0]))", "np.round(np.array([1.25, 1.35, -2.5]), 1)", "np.round(2.5)", "np.around(f, 2)", "np.sign(f)",
    "np.percentile(f, 30)", "np.quantile(f, 0.25, axis=0)", "np.cumsum(a)", "np.cumsum(a, axis=1)", "np.cumprod(np.arange(1, 5))", "np.logical_and(a > 2, a < 8)",
    "np.bitwise_and(a, 6)", "a << 2", "a >> 1", "divmod(np.array([7]), 2)[1]", "abs(-a)", "bool(np.array([1]))", "bool(a)", "float(np.array(2))", "int(np.array([3.7]))",
    "f'{a[0, 1]}'", "f'{f[0, 0]:.3f}'", "hash(np.int64(5)) == hash(5)", "{1: 'x'}[np.int64(1)]", "[10, 20][np.int64(1)]", "round(np.float64(2.567), 1)",
    "max(np.array([1, 3, 2]))", "sum(np.array([1, 2]))", "np.array([1, 2]) == 'x'", "np.array([1.5]).astype(int)", "np.array([300]).astype(np.uint8)",
    "np.array([-1]).astype(np.uint8)", "np.arange(3) + [1, 2, 3]", "np.arange(3) + np.arange(2)", "np.clip(a, None, 5)", "a.clip(2, 6)", "a.clip(min=4)",
    "np.where(a > 5)[0]", "np.where(a > 5, a, -a)", "np.where(a > 5, 1.5, 0)", "np.where([True, False], [1, 2], [3, 4])", "np.any(a > 100)", "np.all(a >= 0, axis=0)")

# text
add("repr(a)", "repr(f)", "repr(t)", "str(f)", "repr(np.array([1.0, 2.5]))", "repr(np.array([1e-10, 1.0]))", "repr(np.array([1e10, 1.0]))", "repr(np.array([np.nan, np.inf, 1]))",
    "repr(np.arange(2000))", "repr(np.zeros((3, 0)))", "repr(np.array([]))", "repr(np.float32(0.1))", "str(np.float32(0.1))", "str(np.float64(3))", "repr(np.bool_(True))",
    "repr(np.array([1, 200, 30], dtype=np.uint8))", "repr(np.array(3.0))", "repr(np.arange(40) / 7)", "repr(np.array([0.1, 0.25], dtype=np.float32))", "repr(np.array([[True, False]]))",
    "str(np.arange(30).reshape(2, 15) * 1000)", "repr(np.array([0.0, 0.001]))", "repr(np.array([123456.789, 0.5]))", "repr(np.float64(1e-5))", "repr(np.float64(1e16))", "repr(np.int8(-3))")


def flat(array):
    return [None if x != x else ("inf" if x > 0 else "-inf") if x in (float("inf"), float("-inf")) else x
            for x in array.ravel().tolist()]


def run(expression):
    try:
        value = eval(expression, names)
    except Exception as error:
        return {"e": expression, "error": type(error).__name__}
    if isinstance(value, (np.ndarray, np.generic)):
        return {"e": expression, "d": str(value.dtype), "s": list(value.shape), "v": flat(np.asarray(value))}
    if isinstance(value, tuple):
        value = list(value)
    return {"e": expression, "r": value}


# Where walle.np differs on purpose: no strings in arrays, no UFuncTypeError, no float16 or int8 out of truth values.
LEFT_OUT = {"np.array(['x'])", "np.array([1, 2]) == 'x'", "np.round(v('bool'))", "v('bool') ** 2", "-v('bool')", "np.sign(v('bool'))",
            "put(a, lambda x: x.__itruediv__(2))"}
results = [run(e) for e in dict.fromkeys(cases) if e not in LEFT_OUT]
(here / "np_cases.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in results) + "\n]\n")
print(len(results), "cases with NumPy", np.__version__)
