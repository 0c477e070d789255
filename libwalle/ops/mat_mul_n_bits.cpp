#include <cstring>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using engine::Tensor;

/// The sizes in the attributes, checked against the packed weight.
struct Sizes {
  int64_t k = 0, n = 0, block = 0, blocks = 0;
  DType dtype = DType::u4;
};
Result<Sizes> sizes_of(const NodeView& node) {
  Sizes s;
  s.k = WALLE_TRY(node.attribute_int("K", 0));
  s.n = WALLE_TRY(node.attribute_int("N", 0));
  s.block = WALLE_TRY(node.attribute_int("block_size", 0));
  const int64_t bits = WALLE_TRY(node.attribute_int("bits", 4));
  constexpr int64_t kMost = int64_t{1} << 31;
  if (s.k < 1 || s.n < 1 || s.block < 16 || s.k > kMost || s.n > kMost || s.block > kMost || s.block % 2 != 0)
    return node.fail(ErrorCode::invalid_argument, "K, N or block_size is out of range");
  if (bits != 4 && bits != 8) return node.fail(ErrorCode::unsupported, "weights of other than 4 or 8 bits");
  s.dtype = bits == 4 ? DType::u4 : DType::u8;
  s.blocks = (s.k + s.block - 1) / s.block;
  return s;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const Sizes s = WALLE_TRY(sizes_of(node));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape shape = *node.value(0).shape;
  if (shape.empty() || !rules::may_equal(shape.back(), Dim(s.k)))
    return node.fail(ErrorCode::invalid_argument, "the operand's last axis is not K");
  shape.back() = Dim(s.n);
  context.set(0, dtype, std::move(shape));
  return {};
}

/// A constant's bytes as rows of `columns` small integers; each row begins at a byte. Errors: unsupported if it is not
/// constant, invalid_argument if it has another size.
Result<ValueId> unpacked(const NodeView& node, GraphBuilder& builder, size_t operand, int64_t columns, const Sizes& s) {
  const Tensor* packed = node.constant(operand);
  if (packed == nullptr) return node.fail(ErrorCode::unsupported, "weights that are not constant");
  const int64_t row_bytes = bytes_of(s.dtype, columns);
  if (packed->dtype() != DType::u8 || packed->bytes() != s.n * row_bytes)
    return node.fail(ErrorCode::invalid_argument,
                     "operand " + std::to_string(operand) + " has not the size of K and N");
  const Ints dims = {s.n, columns};
  Tensor values = WALLE_TRY(Tensor::zeros(s.dtype, dims));
  const auto* from = static_cast<const uint8_t*>(packed->data());
  auto* to = static_cast<uint8_t*>(values.mutable_data());
  if (s.dtype == DType::u8 || columns % 2 == 0) {
    std::memcpy(to, from, static_cast<size_t>(packed->bytes()));
  } else {
    for (int64_t i = 0; i < s.n * columns; ++i) {
      const int64_t column = i % columns;
      const auto nibble = static_cast<uint8_t>(from[i / columns * row_bytes + column / 2] >> (4 * (column % 2)) & 15);
      to[i / 2] = static_cast<uint8_t>(to[i / 2] | nibble << (4 * (i % 2)));
    }
  }
  return builder.constant(std::move(values));
}

Result<ValueId> zeros(const NodeView& node, GraphBuilder& builder, const Sizes& s) {
  if (node.has(3)) return unpacked(node, builder, 3, s.blocks, s);
  const Ints dims = {s.n, s.blocks};
  Tensor middle = WALLE_TRY(Tensor::empty(s.dtype, dims));
  std::memset(middle.mutable_data(), s.dtype == DType::u4 ? 0x88 : 0x80, static_cast<size_t>(middle.bytes()));
  return builder.constant(std::move(middle));
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Sizes s = WALLE_TRY(sizes_of(node));
  if (node.has(4)) return node.fail(ErrorCode::unsupported, "g_idx");
  const ValueId values = WALLE_TRY(unpacked(node, builder, 1, s.blocks * s.block, s));
  const ValueId scales = WALLE_TRY(rules::reshape(builder, node.operand(2), Ints{s.n, s.blocks}));
  const ValueId zero = WALLE_TRY(zeros(node, builder, s));
  ValueId b = WALLE_TRY(
      builder.one("DequantizeLinear", {values, scales, zero}, {{"axis", int64_t{1}}, {"block_size", s.block}}));
  if (s.blocks * s.block != s.k) b = WALLE_TRY(rules::slice(builder, b, 1, 0, s.k));
  const ValueId y =
      WALLE_TRY(builder.one("MatMul", {node.operand(0), WALLE_TRY(rules::transpose(builder, b, Ints{1, 0}))}));
  return rules::replaced(node.has(5) ? builder.one("Add", {y, node.operand(5)}) : Result<ValueId>(y));
}

}  // namespace

extern const OpDef kMatMulNBits = {.name = "MatMulNBits",
                                   .domain = "com.microsoft",
                                   .formula = "y = a · dequantise(b)ᵀ + bias; b in blocks along K",
                                   .op_class = OpClass::composite,
                                   .operands = {3, 6},
                                   .results = {1, 1},
                                   .attributes = "K:int, N:int, bits:int=4, block_size:int, accuracy_level:int=0",
                                   .infer = infer,
                                   .decompose = decompose};

}  // namespace walle::ops
