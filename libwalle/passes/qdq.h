#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {

/// Rewrites DequantizeLinear → operator → QuantizeLinear into operators on the 8-bit values, where that is what the
/// three say: exact sums, one rounding, halves to even. One graph, one use.
class Qdq {
 public:
  Qdq(graph::Graph& graph, const PassContext& context);
  [[nodiscard]] Status run();

 private:
  using Node = graph::Node;
  using ValueId = graph::ValueId;

  /// A DequantizeLinear whose steps are constants.
  struct Dequantized {
    const Node* node = nullptr;
    ValueId values = graph::kNoValue, zero = graph::kNoValue;
    DType dtype = DType::u8;
    std::vector<float> scale;  ///< one, or one for each index of `axis`
    int64_t axis = 1;
    [[nodiscard]] bool single() const { return scale.size() == 1; }
  };
  /// The QuantizeLinear that alone reads a value, perhaps through a Relu or Clip.
  struct End {
    std::vector<size_t> nodes;  ///< in order; the last one is the QuantizeLinear
    ValueId result = graph::kNoValue;
    DType dtype = DType::u8;
    float scale = 1;
    int64_t zero = 0;
    float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();  ///< in reals
    [[nodiscard]] bool clamps() const { return std::isfinite(low) || std::isfinite(high); }
  };

  // Of constants (qdq.cpp).
  [[nodiscard]] const engine::Tensor* constant(ValueId id) const;
  [[nodiscard]] std::optional<float> number(ValueId id) const;
  [[nodiscard]] std::optional<int64_t> zero_of(ValueId id) const;
  [[nodiscard]] std::optional<Dequantized> dequantized(ValueId id) const;
  /// An 8-bit value with one scale.
  [[nodiscard]] std::optional<Dequantized> activation(ValueId id) const;
  [[nodiscard]] std::optional<End> end_of(const Node& node) const;
  [[nodiscard]] bool clamp(const Node& node, End& end) const;

  // Rewriting: each returns false if the node stays as it is.
  Result<bool> rewrite(size_t n);
  Result<bool> conv(size_t n);
  Result<bool> mat_mul(size_t n);
  Result<bool> gemm(size_t n);
  Result<bool> binary(size_t n);
  Result<bool> unary(size_t n);
  Result<bool> move(size_t n);
  Result<bool> concat(size_t n);

  /// An i32 bias whose step is that of the sum; kNoValue where there is none; nullopt if it does not fit.
  [[nodiscard]] std::optional<ValueId> bias_of(const Node& node, size_t operand, float a, const std::vector<float>& b);
  /// A contraction in integers in place of node n: operands values and zero points of both, then bias.
  Result<bool> contract(size_t n, std::string_view op, std::vector<ValueId> operands, graph::Attributes attributes,
                        float a, const std::vector<float>& b);
  /// `values` by the node's steps → by the end's, through a table.
  Result<ValueId> requantized(size_t n, const Dequantized& from, ValueId values, const End& end, ValueId result);
  /// The 256 results of these nodes, one after another, on all values that `from` may have.
  Result<ValueId> table(size_t n, const Dequantized& from, const std::vector<size_t>& nodes);
  [[nodiscard]] static bool same_steps(const Dequantized& from, float scale, int64_t zero, const End& end);

  Result<ValueId> emit(size_t n, std::string_view domain, std::string_view op, std::vector<ValueId> operands,
                       graph::Attributes attributes, ValueId result = graph::kNoValue);
  void drop(size_t n, const std::vector<size_t>& others);

  graph::Graph& graph_;
  const PassContext& context_;
  std::vector<int> made_by_;
  std::vector<std::vector<size_t>> readers_;
  std::vector<bool> outputs_;
  std::vector<bool> gone_;
  std::vector<std::vector<Node>> instead_;
};

}  // namespace walle::passes
