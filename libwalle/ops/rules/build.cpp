#include "libwalle/ops/rules/build.h"

#include "libwalle/ops/rules/types.h"

namespace walle::ops::rules {

Result<ValueId> reshape(GraphBuilder& builder, ValueId x, std::span<const int64_t> dims) {
  return builder.one("Reshape", {x, builder.ints(dims)}, {{"allowzero", int64_t{1}}});
}

Result<ValueId> transpose(GraphBuilder& builder, ValueId x, Ints perm) {
  return builder.one("Transpose", {x}, {{"perm", std::move(perm)}});
}

Result<ValueId> cast(GraphBuilder& builder, ValueId x, DType dtype) {
  if (builder.value(x).dtype == dtype) return x;
  return builder.one("Cast", {x}, {{"to", onnx_type(dtype)}});
}

Result<ValueId> concat(GraphBuilder& builder, std::vector<ValueId> parts, int64_t axis) {
  if (parts.size() == 1) return parts[0];
  return builder.one("Concat", std::move(parts), {{"axis", axis}});
}

Result<ValueId> slice(GraphBuilder& builder, ValueId x, int64_t axis, int64_t begin, int64_t end) {
  return builder.one("Slice", {x, builder.ints(Ints{begin}), builder.ints(Ints{end}), builder.ints(Ints{axis})});
}

Result<ValueId> expand(GraphBuilder& builder, ValueId x, std::span<const int64_t> dims) {
  return builder.one("Expand", {x, builder.ints(dims)});
}

Result<ValueId> reduce(GraphBuilder& builder, std::string_view op, ValueId x, Ints axes, bool keep) {
  return builder.one(op, {x}, {{"axes", std::move(axes)}, {"keepdims", int64_t{keep ? 1 : 0}}});
}

ValueId scalar_like(GraphBuilder& builder, ValueId x, double value) {
  return builder.scalar(builder.value(x).dtype.value_or(DType::f32), value);
}

Result<ValueId> with_scalar(GraphBuilder& builder, std::string_view op, ValueId x, double value) {
  return builder.one(op, {x, scalar_like(builder, x, value)});
}

Result<ValueId> per_axis(GraphBuilder& builder, ValueId vector, size_t rank, size_t axis) {
  const Ints dims = WALLE_TRY(builder.dims(vector));
  Ints wanted(rank, 1);
  if (axis < rank) wanted[axis] = dims.empty() ? 1 : dims[0];
  return reshape(builder, vector, wanted);
}

Result<ValueId> positions(GraphBuilder& builder, int64_t count, size_t rank, size_t axis) {
  const ValueId line = WALLE_TRY(
      builder.one("Iota", {builder.scalar(DType::i64, 0), builder.scalar(DType::i64, 1)}, {{"count", count}}));
  if (rank == 1) return line;
  Ints dims(rank, 1);
  dims[axis] = count;
  return reshape(builder, line, dims);
}

}  // namespace walle::ops::rules
