#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

struct Sizes {
  int64_t batch = 0, length = 0, heads = 0, size = 0, turned = 0;
};

Result<Sizes> sizes_of(const NodeView& node, const Ints& x) {
  Sizes s{.batch = x[0]};
  if (x.size() == 4) {
    s.heads = x[1], s.length = x[2], s.size = x[3];
  } else {
    s.heads = WALLE_TRY(node.attribute_int("num_heads", 0));
    s.length = x[1];
    if (s.heads < 1 || x[2] % s.heads != 0)
      return node.fail(ErrorCode::invalid_argument, "num_heads must divide the last axis of a 3D operand");
    s.size = x[2] / s.heads;
  }
  s.turned = WALLE_TRY(node.attribute_int("rotary_embedding_dim", 0));
  if (s.turned == 0) s.turned = s.size;
  if (s.turned < 0 || s.turned > s.size || s.turned % 2 != 0)
    return node.fail(ErrorCode::invalid_argument, "rotary_embedding_dim must be even and at most the head's size");
  return s;
}

/// The cache's rows of each token: [B, L, 1, half].
Term rows_of(Formula& f, const NodeView& node, size_t operand, const Sizes& s) {
  Term cache = f.of(node.operand(operand));
  if (node.has(3)) cache = f.op("Gather", {cache, f.of(node.operand(3))}, {{"axis", int64_t{0}}});
  return cache.reshape({s.batch, s.length, 1, s.turned / 2});
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  if (dims.size() != 3 && dims.size() != 4) return node.fail(ErrorCode::invalid_argument, "needs rank 3 or 4");
  const Sizes s = WALLE_TRY(sizes_of(node, dims));
  const bool interleaved = WALLE_TRY(node.attribute_int("interleaved", 0)) != 0;
  Formula f(builder);
  Term x = f.of(node.operand(0));
  x = dims.size() == 4 ? x.transpose({0, 2, 1, 3}) : x.reshape({s.batch, s.length, s.heads, s.size});
  const Term cosine = rows_of(f, node, 1, s);
  const Term sine = rows_of(f, node, 2, s);
  const int64_t half = s.turned / 2;
  const Ints half_dims = {s.batch, s.length, s.heads, half};
  // The pairs that turn together: neighbours, or the elements of both halves.
  const Term pairs =
      interleaved ? x.slice(3, 0, s.turned).reshape({s.batch, s.length, s.heads, half, 2}).transpose({0, 1, 2, 4, 3})
                  : x.slice(3, 0, s.turned).reshape({s.batch, s.length, s.heads, 2, half});
  const Term first = pairs.slice(3, 0, 1).reshape(half_dims);
  const Term second = pairs.slice(3, 1, 2).reshape(half_dims);
  const Term real = cosine * first - sine * second;
  const Term imaginary = sine * first + cosine * second;
  Term turned = rules::concat({real, imaginary}, 3);
  if (interleaved) {
    turned = turned.reshape({s.batch, s.length, s.heads, 2, half}).transpose({0, 1, 2, 4, 3});
    turned = turned.reshape({s.batch, s.length, s.heads, s.turned});
  }
  Term y = s.turned == s.size ? turned : rules::concat({turned, x.slice(3, s.turned, s.size)}, 3);
  y = dims.size() == 4 ? y.transpose({0, 2, 1, 3}) : y.reshape(dims);
  return f.results({y});
}

}  // namespace

extern const OpDef kRotaryEmbedding = {
    .name = "RotaryEmbedding",
    .formula = "(y_1, y_2) = (cos·x_1 - sin·x_2, sin·x_1 + cos·x_2) for each pair of a head, by position",
    .op_class = OpClass::composite,
    .operands = {3, 4},
    .results = {1, 1},
    .attributes = "interleaved:int=0, num_heads:int(0..16777216)=0, rotary_embedding_dim:int(0..16777216)=0",
    .infer = rules::infer_same,
    .decompose = decompose};

}  // namespace walle::ops
