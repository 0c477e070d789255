#include "libwalle/autodiff/formula/reverse.h"

#include <algorithm>

namespace walle::autodiff {

using graph::GraphBuilder;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;
using Ints = std::vector<int64_t>;

namespace {

Status infer_nothing(const graph::NodeView&, graph::InferContext&) { return {}; }

constexpr graph::OpDef kGradient = {.name = "Gradient",
                                    .domain = "walle",
                                    .formula = "part of a derivative, as a kernel family",
                                    .op_class = graph::OpClass::atomic,
                                    .operands = {.min = 0, .max = -1},
                                    .results = {.min = 1, .max = -1},
                                    .infer = infer_nothing};

}  // namespace

std::vector<ValueId> add_family(GraphBuilder& builder, const FamilyAttributes& attributes,
                                std::vector<ValueId> operands, std::span<const TensorType> results) {
  graph::Graph& graph = builder.graph();
  Node node;
  node.name = "gradient/" + std::string(name_of(family_of(attributes))) + "_" + std::to_string(graph.values.size());
  node.op = &kGradient;
  node.operands = std::move(operands);
  for (const TensorType& type : results) {
    const std::string suffix = node.results.empty() ? "" : ":" + std::to_string(node.results.size());
    node.results.push_back(
        graph.add_value({.name = node.name + suffix, .dtype = type.dtype, .shape = graph::to_shape(type.dims)}));
  }
  node.core = graph::CoreForm{.attributes = attributes};
  graph.nodes.push_back(std::move(node));
  return graph.nodes.back().results;
}

ValueId add_family(GraphBuilder& builder, const FamilyAttributes& attributes, std::vector<ValueId> operands,
                   const TensorType& result) {
  return add_family(builder, attributes, std::move(operands), std::span(&result, 1))[0];
}

Result<ValueId> add_raster(GraphBuilder& builder, std::vector<ValueId> operands, const TensorType& result,
                           std::vector<Region> regions) {
  return builder.raster(std::move(operands), result.dtype, result.dims, std::move(regions));
}

Result<ValueId> add_view(GraphBuilder& builder, ValueId operand, const Ints& dims, const Ints& strides,
                         int64_t offset) {
  Region region{.src_offset = offset};
  int64_t step = 1;
  for (size_t d = dims.size(); d-- > 0;) {
    if (dims[d] != 1 && !region.axes.insert(0, {dims[d], strides[d], step}))
      return fail(ErrorCode::unsupported, "a gradient of more than 6 axes");
    step *= dims[d];
  }
  return add_raster(builder, {operand}, {*builder.value(operand).dtype, dims}, {region});
}

bool Reverse::wants(size_t i) const {
  return i < node_->operands.size() && node_->operands[i] != kNoValue &&
         (*wanted_)[static_cast<size_t>(node_->operands[i])];
}

Result<ValueId> Reverse::fit(const Expression& gradient, size_t i) {
  if (formula_.failed()) return formula_.result(gradient);
  const Ints to = dims(i);
  const Ints from = dims_of(gradient.id());
  const size_t lead = from.size() - std::min(from.size(), to.size());
  Ints axes;
  for (size_t d = 0; d < from.size(); ++d) {
    if (d < lead || (to[d - lead] == 1 && from[d] != 1)) axes.push_back(static_cast<int64_t>(d));
  }
  return formula_.result(reshape(sum(gradient, axes), to));
}

Result<ValueId> Reverse::filled(const Ints& dims, double value, DType dtype) {
  return builder_->one("Expand", {builder_->scalar(dtype, value), builder_->ints(dims)});
}

tl::unexpected<Error> Reverse::refuse(std::string_view why) const {
  return graph::NodeView(builder_->graph(), *node_).fail(ErrorCode::unsupported, why);
}

Ints Reverse::dims_of(ValueId id) const {
  const graph::Value& value = builder_->value(id);
  const auto numbers = value.shape ? graph::concrete(*value.shape) : std::nullopt;
  return numbers.value_or(Ints{});
}

}  // namespace walle::autodiff
