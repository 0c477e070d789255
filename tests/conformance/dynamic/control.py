"""Small models of control flow and of shapes from operands, in ONNX's text form, and inputs for them."""

import numpy as np
from onnx import parser

HEAD = '<ir_version: 8, opset_import: ["": 17]>\n'

MODELS = {
    # A loop in a loop; the inner one appends, the outer one keeps what is positive.
    "nested": '''nested (float[n] x, int64 a, int64 b) => (float[m] y, float[k,q] s) {
  y, s = Loop (a, none, x) <body = outer (int64 i, bool c, float[p] v) => (bool d, float[p2] w, float[1] t) {
     d = Identity (c)
     w0 = Loop (b, none, v) <body = inner (int64 j, bool e, float[r] u) => (bool f, float[r2] u2) {
         f = Identity (e)
         one = Constant <value = int64[1] {1}> ()
         ij = Add (i, j)
         ij1 = Reshape (ij, one)
         ff = Cast <to = 1> (ij1)
         u2 = Concat <axis = 0> (u, ff)
     }>
     zero = Constant <value = float {0.0}> ()
     mask = Greater (w0, zero)
     idx = NonZero (mask)
     row = Squeeze (idx)
     one1 = Constant <value = int64[1] {-1}> ()
     row1 = Reshape (row, one1)
     w = Gather (w0, row1)
     t = ReduceSum <keepdims = 1> (w)
  }>
}''',
    # NonZero in the body of a Scan.
    "scan": '''scan (float[n,4] x, float[4] z) => (float[4] st, float[n] y) {
  st, y = Scan <num_scan_inputs = 1, body = b (float[4] s, float[4] r) => (float[4] s2, float t) {
     s2 = Add (s, r)
     g = Greater (s2, z)
     nz = NonZero (g)
     sh = Shape (nz)
     one = Constant <value = int64 {1}> ()
     cnt = Gather (sh, one)
     t = Cast <to = 1> (cnt)
  }> (z, x)
}''',
    # A Scan of many steps, forwards over one operand and backwards over another.
    "long_scan": '''long_scan (float[n,4] x, float[2,n] z, float[4] s0, float[4] f) => (float[4] st, float[4,n] y, float[n,2] w) {
  st, y, w = Scan <num_scan_inputs = 2, scan_input_axes = [0, 1], scan_input_directions = [0, 1], scan_output_axes = [1, 0],
      scan_output_directions = [0, 1], body = b (float[4] s, float[4] r, float[2] q) => (float[4] s2, float[4] t, float[2] u) {
     s1 = Mul (s, f)
     s2 = Add (s1, r)
     t = Tanh (s2)
     m = ReduceMean <keepdims = 1> (t)
     u = Mul (q, m)
  }> (s0, x, z)
}''',
    # Branches, one in another, whose results differ in shape.
    "branches": '''branches (float[n] x) => (float[m] y) {
  zero = Constant <value = float {0.0}> ()
  sum = ReduceSum <keepdims = 0> (x)
  c = Greater (sum, zero)
  y = If (c) <then_branch = t () => (float[p] a) {
       g = Greater (x, zero)
       a0 = Compress (x, g)
       sh = Size (a0)
       lim = Constant <value = int64 {2}> ()
       c2 = Greater (sh, lim)
       a = If (c2) <then_branch = t2 () => (float[q] aa) { aa = Concat <axis=0> (a0, x) }, else_branch = e2 () => (float[q] ab) { ab = Neg (a0) }>
     }, else_branch = e () => (float[p] b) { b = Concat <axis = 0> (x, x) }>
}''',
    # A trip count out of a shape.
    "trips": '''trips (float[n,3] x) => (float[3] y, float[m,3] ys) {
  sh = Shape (x)
  z = Constant <value = int64 {0}> ()
  n = Gather (sh, z)
  v0 = Constant <value = float[3] {0.0, 0.0, 0.0}> ()
  y, ys = Loop (n, none, v0) <body = b (int64 i, bool c, float[3] v) => (bool d, float[3] w, float[3] s) {
     d = Identity (c)
     r = Gather (x, i)
     w = Add (v, r)
     s = Mul (w, w)
  }>
}''',
    # A loop with a condition alone, whose value shrinks.
    "until": '''until (float[n] x) => (float[m] y, int64 k) {
  t = Constant <value = bool {1}> ()
  k0 = Constant <value = int64 {0}> ()
  y, k = Loop (none, t, x, k0) <body = b (int64 i, bool c, float[p] v, int64 kk) => (bool d, float[q] w, int64 k2) {
     one = Constant <value = int64 {1}> ()
     k2 = Add (kk, one)
     half = Constant <value = float {0.5}> ()
     mean = ReduceMean <keepdims = 0> (v)
     m = Greater (v, mean)
     w = Compress (v, m)
     sz = Size (w)
     two = Constant <value = int64 {2}> ()
     d = Greater (sz, two)
  }>
}''',
    # Operators whose shapes come from operands.
    "shapes": '''shapes (float[a,b] x, int64[4] p, int64[2] rep, int64[2] st, int64[2] en, int64 depth, int64[k] hot, float[2] sc) => (float[c,d] y, float[e,f] t, float[g,h] s, float[k,w] o, float[u,v] r) {
  y = Pad (x, p)
  t = Tile (x, rep)
  s = Slice (x, st, en)
  vals = Constant <value = float[2] {0.0, 1.0}> ()
  o = OneHot (hot, depth, vals)
  r = Resize <mode = "nearest"> (x, none, sc)
}''',
    # ConstantOfShape, Range and CumSum of operands.
    "fills": '''fills (int64[2] sh, float lim, float[n] x, int64 ax) => (float[a,b] y, float[r] q, float[n] cs) {
  y = ConstantOfShape <value = float[1] {2.5}> (sh)
  s = Constant <value = float {0.0}> ()
  d = Constant <value = float {0.5}> ()
  q = Range (s, lim, d)
  cs = CumSum (x, ax)
}''',
    # A loop that cuts by a size given from outside and by its turn.
    "windows": '''windows (float[n] x, int64[1] size, int64 m) => (float[k] y, float[t] s) {
  zero = Constant <value = int64[1] {0}> ()
  cut = Slice (x, zero, size)
  y, s = Loop (m, none, cut) <body = b (int64 i, bool c, float[p] v) => (bool d, float[q] w, float t) {
     d = Identity (c)
     shape = Constant <value = int64[1] {1}> ()
     at = Reshape (i, shape)
     to = Add (at, size)
     part = Slice (x, at, to)
     w = Concat <axis = 0> (v, part)
     t = ReduceSum <keepdims = 0> (part)
  }>
}''',
    # SequenceMap over parts of different lengths.
    "map": '''map (float[n,3] x, int64[k] sp) => (float[m] y, int64 len) {
  s = SplitToSequence <axis = 0> (x, sp)
  z = Constant <value = float {0.0}> ()
  t = SequenceMap (s) <body = b (float[p,3] r) => (float[q] o) {
     g = Greater (r, z)
     o = Compress (r, g)
  }>
  len = SequenceLength (t)
  y = ConcatFromSequence <axis = 0> (t)
}''',
}


def parsed(text):
    """The model; "none" stands for an operand that is not given, for which older parsers have no form."""
    model = parser.parse_model(HEAD + text)
    graphs = [model.graph]
    while graphs:
        for node in graphs.pop().node:
            node.input[:] = ["" if name == "none" else name for name in node.input]
            graphs += [attribute.g for attribute in node.attribute if attribute.HasField("g")]
    return model


def cases():
    f32, i64, random = np.float32, np.int64, np.random.default_rng(5)

    def normal(*dims):
        return random.normal(size=dims).astype(f32)

    def ints(*values):
        return np.array(values, i64)

    inputs = {
        "nested": [{"x": normal(n), "a": i64(a), "b": i64(b)} for n, a, b in ((4, 3, 2), (1, 0, 2), (5, 2, 0))],
        "scan": [{"x": normal(n, 4), "z": normal(4)} for n in (5, 1)],
        "long_scan": [{"x": normal(n, 4), "z": normal(2, n), "s0": normal(4), "f": normal(4) / 4} for n in (100, 65, 3)],
        "branches": [{"x": np.array(x, f32)} for x in ([1, -2, 3], [1, 2, 3, 4], [-1, -2], [-1, 2])],
        "trips": [{"x": normal(n, 3)} for n in (4, 1, 0)],
        "until": [{"x": normal(n)} for n in (40, 3)],
        "shapes": [{"x": normal(3, 4), "p": ints(1, 0, 2, 1), "rep": ints(2, 3), "st": ints(1, -3), "en": ints(3, 4),
                    "depth": i64(5), "hot": ints(1, 4, 0), "sc": np.array([2, 1.5], f32)},
                   {"x": normal(2, 2), "p": ints(0, 0, 0, 0), "rep": ints(1, 2), "st": ints(0, 0), "en": ints(0, 9),
                    "depth": i64(3), "hot": ints(2), "sc": np.array([1, 3], f32)}],
        "fills": [{"sh": ints(*s), "lim": f32(limit), "x": normal(4), "ax": i64(0)}
                  for s, limit in (((2, 3), 2.2), ((0, 3), 0))],
        "windows": [{"x": normal(9), "size": ints(s), "m": i64(m)} for s, m in ((2, 3), (3, 12), (2, 0))],
        "map": [{"x": normal(sum(s), 3), "sp": ints(*s)} for s in ((2, 3), (1, 1, 1))],
    }
    for name, text in MODELS.items():
        yield parsed(text), [{k: np.array(v) for k, v in one.items()} for one in inputs[name]]
