#include "libwalle/ops/rules/window.h"

#include <algorithm>

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {
namespace {

constexpr int64_t kMaxSize = int64_t{1} << 31;

Result<Ints> sizes(const NodeView& node, std::string_view name, size_t count, int64_t fallback, int64_t least) {
  Ints values = WALLE_TRY(node.attribute_ints(name, Ints(count, fallback)));
  const bool in_range =
      std::all_of(values.begin(), values.end(), [&](int64_t v) { return v >= least && v < kMaxSize; });
  if (values.size() != count || !in_range) {
    return node.fail(ErrorCode::invalid_argument, "attribute '" + std::string(name) + "' needs " +
                                                      std::to_string(count) + " numbers ≥ " + std::to_string(least));
  }
  return values;
}

/// Elements that a window covers, from its first to its last.
int64_t extent(const WindowAttributes& a, size_t axis) { return (a.kernel[axis] - 1) * a.dilations[axis] + 1; }

bool same(const WindowAttributes& a) { return a.auto_pad == "SAME_UPPER" || a.auto_pad == "SAME_LOWER"; }

int64_t padding(const WindowAttributes& a, size_t axis) {
  return a.auto_pad == "NOTSET" ? a.pads[axis] + a.pads[axis + a.kernel.size()] : 0;
}

/// Number of window positions over a concrete size.
int64_t positions(const WindowAttributes& a, size_t axis, int64_t dim) {
  const int64_t stride = a.strides[axis];
  if (same(a)) return (dim + stride - 1) / stride;
  const int64_t room = dim + padding(a, axis) - extent(a, axis);
  if (room < 0) return 0;
  int64_t count = (a.ceil ? room + stride - 1 : room) / stride + 1;
  const int64_t begin = a.auto_pad == "NOTSET" ? a.pads[axis] : 0;
  if (a.ceil && (count - 1) * stride >= dim + begin) --count;  // the last window would begin in the padding
  return count;
}

}  // namespace

Result<WindowAttributes> window_attributes(const NodeView& node, Ints kernel) {
  const size_t count = kernel.size();
  if (count < 1 || count > 3)
    return node.fail(ErrorCode::unsupported, "windows have 1 to 3 axes, this one has " + std::to_string(count));
  for (const int64_t size : kernel) {
    if (size < 1 || size >= kMaxSize) return node.fail(ErrorCode::invalid_argument, "a kernel's size is not positive");
  }
  WindowAttributes result;
  result.kernel = std::move(kernel);
  result.strides = WALLE_TRY(sizes(node, "strides", count, 1, 1));
  result.dilations = WALLE_TRY(sizes(node, "dilations", count, 1, 1));
  result.pads = WALLE_TRY(sizes(node, "pads", 2 * count, 0, 0));
  result.auto_pad = WALLE_TRY(node.attribute_string("auto_pad", "NOTSET"));
  if (result.auto_pad.empty()) result.auto_pad = "NOTSET";
  if (result.auto_pad != "NOTSET" && result.auto_pad != "VALID" && !same(result))
    return node.fail(ErrorCode::invalid_argument, "auto_pad '" + result.auto_pad + "' is not known");
  result.ceil = WALLE_TRY(node.attribute_int("ceil_mode", 0)) != 0;
  return result;
}

bool set_symbolic_window(InferContext& context, DType dtype, const Shape& x, const Dim& channels, const Shape& weight) {
  if (graph::concrete(Shape(weight.begin() + 2, weight.end()))) return false;
  Shape result = {x[0], channels};
  while (result.size() < weight.size()) result.push_back(context.fresh("window"));
  context.set(0, dtype, std::move(result));
  return true;
}

Result<Dim> window_size(const NodeView& node, InferContext& context, const WindowAttributes& a, size_t axis,
                        const Dim& dim) {
  if (dim.known()) {
    const int64_t count = positions(a, axis, dim.value());
    if (count <= 0 && dim.value() > 0) {
      return node.fail(ErrorCode::invalid_argument, "the window of " + std::to_string(extent(a, axis)) +
                                                        " does not fit axis " + std::to_string(axis + 2) +
                                                        " with its padding");
    }
    return Dim(std::max<int64_t>(count, 0));
  }
  const int64_t stride = a.strides[axis];
  if (same(a)) return stride == 1 ? dim : context.fresh("window");
  const Dim room = plus(context, dim, Dim(padding(a, axis) - extent(a, axis)));
  if (stride == 1) return plus(context, room, Dim(1));
  return context.fresh("window");
}

Result<Window> window(const NodeView& node, const WindowAttributes& a, std::span<const int64_t> spatial) {
  if (spatial.size() != a.kernel.size())
    return node.fail(ErrorCode::invalid_argument, "the window has another rank than the operand");
  Window result;
  for (size_t i = 0; i < spatial.size(); ++i) {
    const int64_t reach = (positions(a, i, spatial[i]) - 1) * a.strides[i] + extent(a, i);
    int64_t begin = 0;
    int64_t end = 0;
    if (same(a)) {
      const int64_t total = std::max<int64_t>(0, reach - spatial[i]);
      begin = a.auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
      end = total - begin;
    } else if (a.auto_pad == "NOTSET") {
      begin = a.pads[i];
      end = a.pads[i + spatial.size()];
    }
    if (a.ceil) end = std::max(end, reach - spatial[i] - begin);
    result.kernel.push_back(a.kernel[i]);
    result.strides.push_back(a.strides[i]);
    result.dilations.push_back(a.dilations[i]);
    result.pads_begin.push_back(begin);
    result.pads_end.push_back(end);
  }
  return result;
}

Status check_groups(const NodeView& node, size_t x, size_t w) {
  const int64_t group = WALLE_TRY(node.attribute_int("group", 1));
  if (group < 1) return node.fail(ErrorCode::invalid_argument, "group must be positive");
  const Dim& in = (*node.value(x).shape)[1];
  const Shape& weight = *node.value(w).shape;
  const bool channels = !in.known() || !weight[1].known() || in.value() / group == weight[1].value();
  const bool whole = (!in.known() || in.value() % group == 0) && (!weight[0].known() || weight[0].value() % group == 0);
  return whole && channels ? Status() : mismatch(node, x, w);
}

Status infer_pool(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    context.set_unknown_shape(1, DType::i64);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const auto a = WALLE_TRY(window_attributes(node, WALLE_TRY(node.attribute_ints("kernel_shape", {}))));
  if (x.size() != a.kernel.size() + 2)
    return node.fail(ErrorCode::invalid_argument, "kernel_shape does not fit an operand of shape " + text(x));
  Shape result = {x[0], x[1]};
  for (size_t i = 0; i < a.kernel.size(); ++i) result.push_back(WALLE_TRY(window_size(node, context, a, i, x[i + 2])));
  context.set(0, dtype, result);
  context.set(1, DType::i64, std::move(result));
  return {};
}

Result<PoolAttributes> pool_attributes(const NodeView& node, PoolOp op) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const auto a = WALLE_TRY(window_attributes(node, WALLE_TRY(node.attribute_ints("kernel_shape", {}))));
  PoolAttributes pool{.op = op};
  pool.window = WALLE_TRY(window(node, a, std::span(dims).subspan(std::min<size_t>(2, dims.size()))));
  return pool;
}

}  // namespace walle::ops::rules
