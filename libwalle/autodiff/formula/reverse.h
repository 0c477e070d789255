#pragma once

#include <span>
#include <vector>

#include "libwalle/autodiff/formula/expression.h"

namespace walle::autodiff {

/// dtype and dims of a value to be made.
struct TensorType {
  DType dtype = DType::f32;
  std::vector<int64_t> dims;
};

/// A node of a kernel family that is not written by an operator. Results have these types, in order.
[[nodiscard]] std::vector<graph::ValueId> add_family(graph::GraphBuilder& builder, const FamilyAttributes& attributes,
                                                     std::vector<graph::ValueId> operands,
                                                     std::span<const TensorType> results);
/// The same for one result.
[[nodiscard]] graph::ValueId add_family(graph::GraphBuilder& builder, const FamilyAttributes& attributes,
                                        std::vector<graph::ValueId> operands, const TensorType& result);
/// A raster node.
[[nodiscard]] Result<graph::ValueId> add_raster(graph::GraphBuilder& builder, std::vector<graph::ValueId> operands,
                                                const TensorType& result, std::vector<Region> regions);
/// A dense copy of a strided view of `operand`: element (i, j, …) of `dims` is element offset + i*strides[0] + … .
/// Any rank; axes of size 1 do not count. Errors: unsupported if more than Region::kMaxAxes are left.
[[nodiscard]] Result<graph::ValueId> add_view(graph::GraphBuilder& builder, graph::ValueId operand,
                                              const std::vector<int64_t>& dims, const std::vector<int64_t>& strides,
                                              int64_t offset = 0);

/// What a reverse rule sees: one node of the forward graph in core form, the gradients of its results, and a formula to
/// write the gradients of its operands into. Valid during the call.
class Reverse {
 public:
  Reverse(const graph::Node& node, std::span<const graph::ValueId> gradients, const std::vector<bool>& wanted,
          graph::GraphBuilder& builder)
      : node_(&node), gradients_(gradients), wanted_(&wanted), builder_(&builder), formula_(builder) {}

  /// The family's attributes. Requires: the node is of that family.
  template <class Attributes>
  [[nodiscard]] const Attributes& attributes() const {
    return std::get<Attributes>(node_->core->attributes);
  }
  [[nodiscard]] const graph::Node& node() const { return *node_; }
  [[nodiscard]] graph::GraphBuilder& builder() { return *builder_; }
  [[nodiscard]] Formula& formula() { return formula_; }

  [[nodiscard]] size_t operand_count() const { return node_->operands.size(); }
  /// True if the gradient of operand i is asked for.
  [[nodiscard]] bool wants(size_t i) const;
  [[nodiscard]] Expression operand(size_t i) { return formula_.of(node_->operands[i]); }
  [[nodiscard]] Expression result(size_t i = 0) { return formula_.of(node_->results[i]); }
  /// Of result i; kNoValue if the loss does not depend on it.
  [[nodiscard]] Expression gradient(size_t i = 0) { return formula_.of(gradients_[i]); }

  [[nodiscard]] std::vector<int64_t> dims(size_t operand) const { return dims_of(node_->operands[operand]); }
  [[nodiscard]] std::vector<int64_t> result_dims(size_t i = 0) const { return dims_of(node_->results[i]); }
  [[nodiscard]] DType dtype(size_t operand = 0) const { return *builder_->value(node_->operands[operand]).dtype; }

  /// `gradient` summed over the axes along which operand i was broadcast, with the operand's dims.
  [[nodiscard]] Result<graph::ValueId> fit(const Expression& gradient, size_t i);
  /// A value of zeros, or of another number, with these dims.
  [[nodiscard]] Result<graph::ValueId> filled(const std::vector<int64_t>& dims, double value, DType dtype);

  /// Gradients of all operands, none yet.
  [[nodiscard]] std::vector<graph::ValueId> none() const {
    return std::vector<graph::ValueId>(node_->operands.size(), graph::kNoValue);
  }
  /// "node 'NAME' (OP): `why`".
  [[nodiscard]] tl::unexpected<Error> refuse(std::string_view why) const;

 private:
  [[nodiscard]] std::vector<int64_t> dims_of(graph::ValueId id) const;

  const graph::Node* node_;
  std::span<const graph::ValueId> gradients_;
  const std::vector<bool>* wanted_;
  graph::GraphBuilder* builder_;
  Formula formula_;
};

}  // namespace walle::autodiff
