#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

/// The update's sequence has room behind the write index, or wraps around; rows of [B, D, sequence, rest] are
/// scattered.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints cache = WALLE_TRY(node.dims(0));
  const Ints update = WALLE_TRY(node.dims(1));
  const auto rank = static_cast<int64_t>(cache.size());
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, -2, rank));
  const std::string mode = WALLE_TRY(node.attribute_string("mode", "linear"));
  if (axis == 0 || (mode != "linear" && mode != "circular"))
    return node.fail(ErrorCode::invalid_argument, "axis must not be 0, mode linear or circular");
  const auto at = static_cast<size_t>(axis);
  if (update.size() != cache.size() || update[at] > cache[at] || update[0] != cache[0])
    return rules::mismatch(node, 0, 1);
  const int64_t between = rules::count(std::span(cache).subspan(1, at - 1));
  const int64_t rest = rules::count(std::span(cache).subspan(at + 1));
  const int64_t length = update[at];
  rules::Formula f(builder);
  Term place = f.positions(length, 4, 2);
  if (node.has(2)) place = place + f.of(node.operand(2)).reshape({cache[0], 1, 1, 1});
  if (mode == "circular") place = f.op("Mod", {place, f.number(DType::i64, static_cast<double>(cache[at]))});
  const Ints whole = {cache[0], between, length, 1};
  const Term rows = rules::concat(
      {f.positions(cache[0], 4, 0).expand(whole), f.positions(between, 4, 1).expand(whole), place.expand(whole)}, 3);
  const Term data = f.of(node.operand(0)).reshape({cache[0], between, cache[at], rest});
  const Term values = f.of(node.operand(1)).reshape({cache[0], between, length, rest});
  return f.results({f.op("ScatterND", {data, rows, values}).reshape(cache)});
}

}  // namespace

extern const OpDef kTensorScatter = {.name = "TensorScatter",
                                     .formula = "y = cache; y[b,…,(write[b] + i) mod size,…] = update[b,…,i,…]",
                                     .op_class = OpClass::composite,
                                     .operands = {2, 3},
                                     .results = {1, 1},
                                     .attributes = "axis:int=-2, mode:string=linear",
                                     .infer = rules::infer_same,
                                     .decompose = decompose};

}  // namespace walle::ops
