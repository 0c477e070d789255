#include <cmath>
#include <limits>

#include "libwalle/graph/op.h"

namespace walle::graph {
namespace {

Status infer_raster(const NodeView&, InferContext&) { return {}; }

/// Integers saturate.
template <class T>
engine::Tensor scalar_of(double value) {
  if constexpr (std::is_integral_v<T>) {
    if (value >= static_cast<double>(std::numeric_limits<T>::max()))
      return engine::Tensor::scalar(std::numeric_limits<T>::max());
    if (!(value >= static_cast<double>(std::numeric_limits<T>::min())))
      return engine::Tensor::scalar(std::numeric_limits<T>::min());
  }
  return engine::Tensor::scalar(static_cast<T>(value));
}

engine::Tensor scalar_tensor(DType dtype, double value) {
  switch (dtype) {
    case DType::f32:
      return scalar_of<float>(value);
    case DType::f64:
      return scalar_of<double>(value);
    case DType::f16:
      return engine::Tensor::scalar(to_half(static_cast<float>(value)));
    case DType::bf16:
      return engine::Tensor::scalar(to_bfloat16(static_cast<float>(value)));
    case DType::i8:
      return scalar_of<int8_t>(value);
    case DType::u8:
      return scalar_of<uint8_t>(value);
    case DType::i16:
      return scalar_of<int16_t>(value);
    case DType::u16:
      return scalar_of<uint16_t>(value);
    case DType::i32:
      return scalar_of<int32_t>(value);
    case DType::u32:
      return scalar_of<uint32_t>(value);
    case DType::i64:
      return scalar_of<int64_t>(value);
    case DType::u64:
      return scalar_of<uint64_t>(value);
    case DType::boolean:
      return engine::Tensor::scalar(value != 0);
    default:
      break;  // types that only carry data are never made one by one
  }
  return scalar_of<float>(value);
}

}  // namespace

extern const OpDef kRasterOp;
const OpDef kRasterOp = {.name = "Raster",
                         .domain = "walle",
                         .formula = "y[dst] = x[src] for every step of every region",
                         .op_class = OpClass::transform,
                         .operands = {.min = 0, .max = -1},
                         .results = {.min = 1, .max = 1},
                         .infer = infer_raster};

const OpDef& raster_op() { return kRasterOp; }

OpTable::OpTable(std::span<const OpDef* const> defs) : defs_(defs) {
  for (const OpDef* def : defs) by_name_.emplace(std::pair(def->domain, def->name), def);
}

const OpDef* OpTable::find(std::string_view domain, std::string_view name) const {
  const auto it = by_name_.find({domain, name});
  return it == by_name_.end() ? nullptr : it->second;
}

Result<std::vector<ValueId>> GraphBuilder::op(std::string_view name, std::vector<ValueId> operands,
                                              Attributes attributes, size_t results,
                                              std::vector<std::unique_ptr<Graph>> blocks) {
  const OpDef* def = table_->find("", name);
  if (def == nullptr) def = table_->find("walle", name);
  if (def == nullptr)
    return fail(ErrorCode::internal, prefix_ + ": decomposes into an unknown operator " + std::string(name));
  Node node{.name = prefix_ + "/" + std::string(name) + "_" + std::to_string(next_++),
            .op = def,
            .operands = std::move(operands),
            .attributes = std::move(attributes),
            .blocks = std::move(blocks)};
  for (size_t i = 0; i < results; ++i) {
    node.results.push_back(graph_->add_value({.name = node.name + (i == 0 ? "" : ":" + std::to_string(i))}));
  }
  WALLE_TRY(infer_node(*graph_, node));
  auto made = node.results;
  graph_->nodes.push_back(std::move(node));
  return made;
}

Result<ValueId> GraphBuilder::one(std::string_view name, std::vector<ValueId> operands, Attributes attributes) {
  return WALLE_TRY(op(name, std::move(operands), std::move(attributes), 1))[0];
}

ValueId GraphBuilder::constant(engine::Tensor tensor) {
  return graph_->add_constant(prefix_ + "/constant_" + std::to_string(next_++), std::move(tensor));
}

ValueId GraphBuilder::scalar(DType dtype, double value) { return constant(scalar_tensor(dtype, value)); }

ValueId GraphBuilder::ints(std::span<const int64_t> values) {
  const int64_t count = static_cast<int64_t>(values.size());
  auto tensor = engine::Tensor::of<int64_t>(std::span(&count, 1), values);
  return constant(tensor ? *std::move(tensor) : engine::Tensor());
}

Result<ValueId> GraphBuilder::raster(std::vector<ValueId> operands, DType dtype, std::span<const int64_t> dims,
                                     std::vector<Region> regions) {
  Node node{
      .name = prefix_ + "/Raster_" + std::to_string(next_++), .op = &raster_op(), .operands = std::move(operands)};
  const ValueId result =
      graph_->add_value({.name = node.name, .dtype = dtype, .shape = to_shape({dims.begin(), dims.end()})});
  node.results = {result};
  node.core = CoreForm{.attributes = RasterAttributes{}, .epilogue = {}, .regions = std::move(regions)};
  graph_->nodes.push_back(std::move(node));
  return result;
}

Result<std::vector<int64_t>> GraphBuilder::dims(ValueId id) const {
  const Value& v = value(id);
  auto numbers = v.shape ? concrete(*v.shape) : std::nullopt;
  if (!numbers) return fail(ErrorCode::unsupported, prefix_ + ": the shape of '" + v.name + "' is not known");
  return *std::move(numbers);
}

}  // namespace walle::graph
