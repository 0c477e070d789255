#include <algorithm>
#include <map>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/einsum.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Equation;

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Equation equation = WALLE_TRY(rules::equation_of(node));
  std::map<char32_t, Dim> sizes;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Shape& shape = *node.value(i).shape;
    for (size_t k = 0; k < shape.size(); ++k) {
      auto [it, first] = sizes.emplace(equation.operands[i][k], shape[k]);
      if (first || it->second == shape[k] || shape[k] == Dim(1)) continue;
      if (it->second.known() && it->second != Dim(1) && shape[k].known()) return rules::mismatch(node, 0, i);
      if (shape[k].known() || it->second == Dim(1)) it->second = shape[k];
    }
  }
  Shape result;
  for (const char32_t label : equation.result) result.push_back(sizes[label]);
  context.set(0, dtype, std::move(result));
  return {};
}

/// An operand whose axes are labelled.
struct Labelled {
  ValueId value = kNoValue;
  std::u32string labels;
};

/// Repeated labels of one operand: its diagonal, by a mask and a sum.
Status take_diagonal(GraphBuilder& builder, Labelled& x) {
  for (size_t i = 0; i < x.labels.size(); ++i) {
    const size_t again = x.labels.find(x.labels[i], i + 1);
    if (again == std::u32string::npos) continue;
    const Ints dims = WALLE_TRY(builder.dims(x.value));
    const ValueId rows = rules::positions(builder, dims[i], dims.size(), i);
    const ValueId columns = rules::positions(builder, dims[again], dims.size(), again);
    const ValueId on = WALLE_TRY(builder.one("Equal", {rows, columns}));
    const ValueId zero = rules::scalar_like(builder, x.value, 0);
    const ValueId masked = WALLE_TRY(builder.one("Where", {on, x.value, zero}));
    x.value = WALLE_TRY(rules::reduce(builder, "ReduceSum", masked, {static_cast<int64_t>(again)}, false));
    x.labels.erase(again, 1);
    --i;
  }
  return {};
}

/// Sums away labels that nobody else needs.
Status sum_out(GraphBuilder& builder, Labelled& x, const std::u32string& needed) {
  Ints axes;
  std::u32string kept;
  for (size_t i = 0; i < x.labels.size(); ++i) {
    const bool used = needed.find(x.labels[i]) != std::u32string::npos;
    if (used) kept += x.labels[i];
    if (!used) axes.push_back(static_cast<int64_t>(i));
  }
  if (!axes.empty()) x.value = WALLE_TRY(rules::reduce(builder, "ReduceSum", x.value, axes, false));
  x.labels = kept;
  return {};
}

/// x with its axes in the order of `labels`; those it lacks become 1.
Result<ValueId> arranged(GraphBuilder& builder, const Labelled& x, const std::u32string& labels) {
  const Ints dims = WALLE_TRY(builder.dims(x.value));
  Ints perm, shape;
  for (const char32_t label : labels) {
    const size_t at = x.labels.find(label);
    shape.push_back(at == std::u32string::npos ? 1 : dims[at]);
    if (at != std::u32string::npos) perm.push_back(static_cast<int64_t>(at));
  }
  const ValueId turned = perm.empty() ? x.value : WALLE_TRY(rules::transpose(builder, x.value, perm));
  return rules::reshape(builder, turned, shape);
}

/// Product of two operands, summed over labels that only they have: a batched matrix product.
Result<Labelled> contract(GraphBuilder& builder, const Labelled& a, const Labelled& b, const std::u32string& needed) {
  std::u32string batch, rows, columns, summed;
  for (const char32_t label : a.labels) {
    const bool both = b.labels.find(label) != std::u32string::npos;
    const bool later = needed.find(label) != std::u32string::npos;
    (both ? (later ? batch : summed) : rows) += label;
  }
  for (const char32_t label : b.labels) {
    if (a.labels.find(label) == std::u32string::npos) columns += label;
  }
  const auto size = [&](const Labelled& x, const std::u32string& labels) -> Result<int64_t> {
    const Ints dims = WALLE_TRY(builder.dims(x.value));
    int64_t n = 1;
    for (const char32_t label : labels) {
      const size_t at = x.labels.find(label);
      if (at != std::u32string::npos) n *= dims[at];
    }
    return n;
  };
  const Ints a_dims = WALLE_TRY(builder.dims(a.value));
  const Ints b_dims = WALLE_TRY(builder.dims(b.value));
  // Axes of size 1 on one side alone would need broadcasting inside the product: multiply and sum instead.
  bool uneven = false;
  for (const char32_t label : batch + summed) {
    uneven = uneven || a_dims[a.labels.find(label)] != b_dims[b.labels.find(label)];
  }
  if (uneven || summed.empty()) {
    const std::u32string all = batch + rows + columns + summed;
    const ValueId left = WALLE_TRY(arranged(builder, a, all));
    const ValueId right = WALLE_TRY(arranged(builder, b, all));
    Labelled y{.value = WALLE_TRY(builder.one("Mul", {left, right})), .labels = all};
    WALLE_TRY(sum_out(builder, y, needed));
    return y;
  }
  const ValueId left = WALLE_TRY(arranged(builder, a, batch + rows + summed));
  const ValueId right = WALLE_TRY(arranged(builder, b, batch + summed + columns));
  const int64_t nb = WALLE_TRY(size(a, batch));
  const int64_t nr = WALLE_TRY(size(a, rows));
  const int64_t nc = WALLE_TRY(size(b, columns));
  const int64_t ns = WALLE_TRY(size(a, summed));
  const ValueId left3 = WALLE_TRY(rules::reshape(builder, left, Ints{nb, nr, ns}));
  const ValueId right3 = WALLE_TRY(rules::reshape(builder, right, Ints{nb, ns, nc}));
  const ValueId y = WALLE_TRY(builder.one("MatMul", {left3, right3}));
  Ints shape;
  for (const char32_t label : batch + rows) shape.push_back(a_dims[a.labels.find(label)]);
  for (const char32_t label : columns) shape.push_back(b_dims[b.labels.find(label)]);
  return Labelled{.value = WALLE_TRY(rules::reshape(builder, y, shape)), .labels = batch + rows + columns};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Equation equation = WALLE_TRY(rules::equation_of(node));
  const std::vector<ValueId> operands = node.node().operands;
  std::vector<Labelled> rest;
  for (size_t i = 0; i < operands.size(); ++i) {
    Labelled x{.value = operands[i], .labels = equation.operands[i]};
    WALLE_TRY(take_diagonal(builder, x));
    rest.push_back(std::move(x));
  }
  const auto needed_from = [&](size_t first) {
    std::u32string needed = equation.result;
    for (size_t i = first; i < rest.size(); ++i) needed += rest[i].labels;
    return needed;
  };
  Labelled sum = rest[0];
  WALLE_TRY(sum_out(builder, sum, needed_from(1)));
  for (size_t i = 1; i < rest.size(); ++i) {
    Labelled next = rest[i];
    WALLE_TRY(sum_out(builder, next, needed_from(i + 1) + sum.labels));
    sum = WALLE_TRY(contract(builder, sum, next, needed_from(i + 1)));
  }
  const ValueId y = WALLE_TRY(arranged(builder, sum, equation.result));
  return rules::replaced(rules::expand(builder, y, WALLE_TRY(node.result_dims(0))));
}

}  // namespace

extern const OpDef kEinsum = {.name = "Einsum",
                              .formula = "y[result labels] = Σ over the other labels of the product of the operands",
                              .op_class = OpClass::composite,
                              .operands = {1, -1},
                              .results = {1, 1},
                              .attributes = "equation:string",
                              .infer = infer,
                              .decompose = decompose};

}  // namespace walle::ops
