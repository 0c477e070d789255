#include <algorithm>
#include <cstring>
#include <numeric>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/containers.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using engine::AnyValue;
using engine::Tensor;

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const Dim found = context.fresh("unique");
  const auto& shape = node.value(0).shape;
  Dim all = context.fresh("all");
  if (!node.has_attribute("axis")) {
    context.set(0, dtype, {found});
    if (shape) all = rules::product(context, *shape);
  } else if (shape) {
    Shape result = *shape;
    const int64_t axis = WALLE_TRY(rules::attribute_axis(node, 0, static_cast<int64_t>(result.size())));
    all = std::exchange(result[static_cast<size_t>(axis)], found);
    context.set(0, dtype, std::move(result));
  } else {
    context.set_unknown_shape(0, dtype);
  }
  context.set(1, DType::i64, {found});
  context.set(2, DType::i64, {all});
  context.set(3, DType::i64, {found});
  return {};
}

/// The slices of x along an axis, each as a row of `width` elements that lie `stride` apart in pieces.
class Slices {
 public:
  Slices(const Tensor& x, size_t axis) : x_(x) {
    const auto& dims = x.dims();
    count_ = dims[axis];
    for (size_t k = 0; k < dims.size(); ++k) (k < axis ? outer_ : k > axis ? inner_ : one_) *= dims[k];
  }

  [[nodiscard]] int64_t count() const { return count_; }

  /// Negative, 0, positive: slice a comes before b, is equal, comes after. NaN is equal to itself and after all
  /// numbers.
  [[nodiscard]] int order(int64_t a, int64_t b) const {
    for (int64_t o = 0; o < outer_; ++o) {
      for (int64_t i = 0; i < inner_; ++i) {
        const int sign = compare(at(o, a, i), at(o, b, i));
        if (sign != 0) return sign;
      }
    }
    return 0;
  }

 private:
  [[nodiscard]] int64_t at(int64_t o, int64_t slice, int64_t i) const { return (o * count_ + slice) * inner_ + i; }

  [[nodiscard]] int compare(int64_t a, int64_t b) const {
    if (x_.dtype() == DType::i64 || x_.dtype() == DType::u64) {
      const bool is_signed = x_.dtype() == DType::i64;
      const auto u = x_.values<uint64_t>()[static_cast<size_t>(a)];
      const auto v = x_.values<uint64_t>()[static_cast<size_t>(b)];
      const bool less = is_signed ? static_cast<int64_t>(u) < static_cast<int64_t>(v) : u < v;
      return u == v ? 0 : less ? -1 : 1;
    }
    const double u = rules::element(x_, a);
    const double v = rules::element(x_, b);
    if (u != u || v != v) return (u != u ? 1 : 0) - (v != v ? 1 : 0);
    return u < v ? -1 : u > v ? 1 : 0;
  }

  const Tensor& x_;
  int64_t outer_ = 1, inner_ = 1, count_ = 0;
  int64_t one_ = 1;  ///< takes the axis itself
};

/// Which slices are equal.
struct Groups {
  Ints first, count;  ///< by group, in the order of the result
  Ints of;            ///< by slice: its group
};

Groups groups_of(const Slices& slices, bool sorted) {
  Ints order(static_cast<size_t>(slices.count()));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return slices.order(a, b) < 0; });
  Groups made;
  made.of.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || slices.order(order[i - 1], order[i]) != 0) {
      made.first.push_back(order[i]);
      made.count.push_back(0);
    }
    ++made.count.back();
    made.of[static_cast<size_t>(order[i])] = static_cast<int64_t>(made.first.size()) - 1;
  }
  if (sorted) return made;
  std::vector<size_t> by_first(made.first.size());
  std::iota(by_first.begin(), by_first.end(), size_t{0});
  std::sort(by_first.begin(), by_first.end(), [&](size_t a, size_t b) { return made.first[a] < made.first[b]; });
  Groups out;
  Ints rank(by_first.size());
  for (size_t g = 0; g < by_first.size(); ++g) {
    out.first.push_back(made.first[by_first[g]]);
    out.count.push_back(made.count[by_first[g]]);
    rank[by_first[g]] = static_cast<int64_t>(g);
  }
  for (const int64_t group : made.of) out.of.push_back(rank[static_cast<size_t>(group)]);
  return out;
}

Result<AnyValue> vector_of(const Ints& values) {
  const auto count = static_cast<int64_t>(values.size());
  return AnyValue(WALLE_TRY(Tensor::of<int64_t>(std::span(&count, 1), values)));
}

rules::Values carry_out(const NodeView& node, std::span<const AnyValue> operands, graph::BlockRunner&) {
  Tensor x = WALLE_TRY(rules::tensor_at(node, operands, 0));
  if (bits_of(x.dtype()) < 8) return node.fail(ErrorCode::unsupported, "4-bit tensors");
  size_t axis = 0;
  if (node.has_attribute("axis")) {
    axis = static_cast<size_t>(WALLE_TRY(rules::attribute_axis(node, 0, static_cast<int64_t>(x.dims().size()))));
  } else {
    x = WALLE_TRY(x.reshaped(Ints{x.count()}));
  }
  const Groups groups = groups_of(Slices(x, axis), WALLE_TRY(node.attribute_int("sorted", 1)) != 0);
  std::vector<Tensor> picked;
  for (const int64_t slice : groups.first) picked.push_back(WALLE_TRY(rules::part_of(node, x, axis, slice, 1)));
  if (picked.empty()) picked.push_back(WALLE_TRY(rules::part_of(node, x, axis, 0, 0)));
  std::vector<AnyValue> results;
  results.emplace_back(WALLE_TRY(rules::join(node, picked, static_cast<int64_t>(axis))));
  for (const auto* numbers : {&groups.first, &groups.of, &groups.count})
    results.emplace_back(WALLE_TRY(vector_of(*numbers)));
  return results;
}

}  // namespace

extern const OpDef kUnique = {.name = "Unique",
                              .formula = "y = the slices of x that differ, with first positions, inverse and counts",
                              .op_class = OpClass::host,
                              .operands = {1, 1},
                              .results = {1, 4},
                              .attributes = "axis:int?, sorted:int=1",
                              .infer = infer,
                              .carry_out = carry_out};

}  // namespace walle::ops
