#include "libwalle/autodiff/formula/correlate.h"

#include <algorithm>
#include <optional>

namespace walle::autodiff {
namespace {

using graph::ValueId;
using Ints = std::vector<int64_t>;

int64_t at(const InlineVector<int64_t, 3>& values, size_t i, int64_t fallback) {
  return i < values.size() ? values[i] : fallback;
}

/// One spatial axis of the forward window.
struct Axis1 {
  int64_t kernel, stride, dilation, pad;
};
Axis1 axis_of(const Window& window, size_t i) {
  return {window.kernel[i], at(window.strides, i, 1), at(window.dilations, i, 1), at(window.pads_begin, i, 0)};
}

int64_t product(const Ints& values, size_t from) {
  int64_t n = 1;
  for (size_t i = from; i < values.size(); ++i) n *= values[i];
  return n;
}

Ints dims_of(Reverse& r, ValueId id) {
  const auto dims = r.builder().dims(id);
  return dims ? *dims : Ints{};
}

/// Row-major strides.
Ints dense(const Ints& dims) {
  Ints strides(dims.size(), 1);
  for (size_t d = dims.size(); d-- > 1;) strides[d - 1] = strides[d] * dims[d];
  return strides;
}

/// dy with stride - 1 zeros between its elements.
Result<ValueId> stretched(Reverse& r, ValueId dy, const Window& window) {
  const Ints from = dims_of(r, dy);
  Ints to = from;
  for (size_t i = 2; i < to.size(); ++i) to[i] = (from[i] - 1) * axis_of(window, i - 2).stride + 1;
  if (to == from) return dy;
  const Ints src = dense(from);
  const Ints dst = dense(to);
  Region region;
  for (size_t d = 0; d < from.size(); ++d) {
    const int64_t stride = d < 2 ? 1 : axis_of(window, d - 2).stride;
    region.axes.push_back({from[d], src[d], dst[d] * stride});
  }
  return add_raster(r.builder(), {dy}, {*r.builder().value(dy).dtype, to}, {region});
}

/// w [M,C/g,k] → [C,M/g,k] with every kernel axis reversed.
Result<ValueId> flipped(Reverse& r, ValueId w, int64_t group) {
  const Ints from = dims_of(r, w);
  const Ints src = dense(from);
  const int64_t m = from[0] / group;
  const int64_t kernel = product(from, 2);
  Ints to = from;
  to[0] = from[1] * group;
  to[1] = m;
  // The kernel's axes are contiguous, and reversing all of them reverses the flat order.
  const Ints dims = {group, from[1], m, kernel};
  const ValueId view = WALLE_TRY(add_view(r.builder(), w, dims, {m * src[0], src[1], src[0], -1}, kernel - 1));
  return r.formula().result(reshape(r.formula().of(view), to));
}

/// The window of the plain convolution that makes `sizes`; nullopt: a padding would be negative.
std::optional<Window> back_window(const Window& window, const Ints& dy, const Ints& sizes) {
  Window back{.kernel = window.kernel};
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    const Axis1 a = axis_of(window, i);
    const int64_t reach = (a.kernel - 1) * a.dilation;
    const int64_t begin = reach - a.pad;
    const int64_t end = sizes[2 + i] + reach - ((dy[2 + i] - 1) * a.stride + 1) - begin;
    if (begin < 0 || end < 0) return std::nullopt;
    back.strides.push_back(1);
    back.dilations.push_back(a.dilation);
    back.pads_begin.push_back(begin);
    back.pads_end.push_back(end);
  }
  return back;
}

/// a [N, g·C, S…] with its channels in front: [C, g·N, S…].
Result<ValueId> channels_first(Reverse& r, ValueId a, int64_t group) {
  const Ints from = dims_of(r, a);
  const int64_t s = product(from, 2);
  const int64_t c = from[1] / group;
  const ValueId view = WALLE_TRY(add_view(r.builder(), a, {c, group, from[0], s}, {s, c * s, from[1] * s, 1}));
  Ints to = from;
  to[0] = c;
  to[1] = group * from[0];
  return r.formula().result(reshape(r.formula().of(view), to));
}

}  // namespace

Result<ValueId> input_gradient(Reverse& r, const Expression& dy, const Expression& w, const Window& window,
                               int64_t group, const Ints& sizes) {
  const ValueId gradient = WALLE_TRY(r.formula().result(dy));
  const TensorType type{*r.builder().value(gradient).dtype, sizes};
  const auto back = back_window(window, dims_of(r, gradient), sizes);
  if (!back) {
    const ConvTransposeAttributes transposed{.window = window, .output_padding = {}, .group = group};
    return add_family(r.builder(), transposed, {gradient, w.id()}, type);
  }
  const ValueId wide = WALLE_TRY(stretched(r, gradient, window));
  const ValueId weights = WALLE_TRY(flipped(r, w.id(), group));
  return add_family(r.builder(), ConvAttributes{.window = *back, .group = group}, {wide, weights}, type);
}

Result<ValueId> weight_gradient(Reverse& r, const Expression& x, const Expression& dy, const Window& window,
                                int64_t group, const Ints& sizes) {
  const ValueId images = WALLE_TRY(channels_first(r, x.id(), group));
  const ValueId kernels = WALLE_TRY(channels_first(r, dy.id(), 1));
  const Ints in = dims_of(r, images);
  const Ints out = dims_of(r, kernels);
  ConvAttributes conv{.window = {}, .group = group};
  Ints made = {in[0], out[0]};
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    const Axis1 a = axis_of(window, i);
    const int64_t span = a.stride * (out[2 + i] - 1) + 1;
    const int64_t end = a.dilation * (a.kernel - 1) + span - in[2 + i] - a.pad;
    conv.window.kernel.push_back(out[2 + i]);
    conv.window.strides.push_back(a.dilation);
    conv.window.dilations.push_back(a.stride);
    conv.window.pads_begin.push_back(a.pad);
    conv.window.pads_end.push_back(std::max<int64_t>(end, 0));
    made.push_back(end >= 0 ? a.kernel : (in[2 + i] + a.pad - span) / a.dilation + 1);
  }
  const ValueId all = add_family(r.builder(), conv, {images, kernels}, {*r.builder().value(images).dtype, made});
  // [C/g, M, K'] → [M, C/g, k]; the forward window may leave a rest of the operand unread.
  Ints strides = dense(made);
  std::swap(strides[0], strides[1]);
  return add_view(r.builder(), all, sizes, strides);
}

}  // namespace walle::autodiff
