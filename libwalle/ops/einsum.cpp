#include <algorithm>
#include <map>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/einsum.h"
#include "libwalle/ops/rules/regions.h"
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
    const ValueId rows = WALLE_TRY(rules::positions(builder, dims[i], dims.size(), i));
    const ValueId columns = WALLE_TRY(rules::positions(builder, dims[again], dims.size(), again));
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

/// How labels of two operands are used by their product.
struct Roles {
  std::u32string batch, rows, columns, summed;
};

Roles roles_of(const Labelled& a, const Labelled& b, const std::u32string& needed) {
  Roles roles;
  for (const char32_t label : a.labels) {
    const bool both = b.labels.find(label) != std::u32string::npos;
    const bool later = needed.find(label) != std::u32string::npos;
    (both ? (later ? roles.batch : roles.summed) : roles.rows) += label;
  }
  for (const char32_t label : b.labels) {
    if (a.labels.find(label) == std::u32string::npos) roles.columns += label;
  }
  return roles;
}

/// The sizes of labels that x has, in their order.
Ints sizes_of(const Labelled& x, const Ints& dims, const std::u32string& labels) {
  Ints sizes;
  for (const char32_t label : labels) sizes.push_back(dims[x.labels.find(label)]);
  return sizes;
}

/// Elementwise product over all labels, then the sum: where nothing is summed, or sizes of 1 broadcast.
Result<Labelled> multiply(GraphBuilder& builder, const Labelled& a, const Labelled& b, const Roles& roles,
                          const std::u32string& needed) {
  const std::u32string all = roles.batch + roles.rows + roles.columns + roles.summed;
  const ValueId left = WALLE_TRY(arranged(builder, a, all));
  const ValueId right = WALLE_TRY(arranged(builder, b, all));
  Labelled y{.value = WALLE_TRY(builder.one("Mul", {left, right})), .labels = all};
  WALLE_TRY(sum_out(builder, y, needed));
  return y;
}

/// Product of two operands, summed over labels that only they have: a batched matrix product.
Result<Labelled> contract(GraphBuilder& builder, const Labelled& a, const Labelled& b, const std::u32string& needed) {
  const Roles roles = roles_of(a, b, needed);
  const Ints a_dims = WALLE_TRY(builder.dims(a.value));
  const Ints b_dims = WALLE_TRY(builder.dims(b.value));
  const std::u32string shared = roles.batch + roles.summed;
  if (roles.summed.empty() || sizes_of(a, a_dims, shared) != sizes_of(b, b_dims, shared))
    return multiply(builder, a, b, roles, needed);
  const ValueId left = WALLE_TRY(arranged(builder, a, roles.batch + roles.rows + roles.summed));
  const ValueId right = WALLE_TRY(arranged(builder, b, roles.batch + roles.summed + roles.columns));
  const Ints batch = sizes_of(a, a_dims, roles.batch);
  const Ints rows = sizes_of(a, a_dims, roles.rows);
  const Ints columns = sizes_of(b, b_dims, roles.columns);
  const int64_t depth = rules::count(sizes_of(a, a_dims, roles.summed));
  const Ints left_dims = {rules::count(batch), rules::count(rows), depth};
  const Ints right_dims = {rules::count(batch), depth, rules::count(columns)};
  const ValueId left_matrices = WALLE_TRY(rules::reshape(builder, left, left_dims));
  const ValueId right_matrices = WALLE_TRY(rules::reshape(builder, right, right_dims));
  const ValueId y = WALLE_TRY(builder.one("MatMul", {left_matrices, right_matrices}));
  Ints shape = batch;
  shape.insert(shape.end(), rows.begin(), rows.end());
  shape.insert(shape.end(), columns.begin(), columns.end());
  return Labelled{.value = WALLE_TRY(rules::reshape(builder, y, shape)),
                  .labels = roles.batch + roles.rows + roles.columns};
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
