#include "libwalle/import/tflite/rules/window.h"

#include <algorithm>

namespace walle::import::tflite::rules {

Result<Attributes> window_attributes(const Window& window) {
  if (window.padding != schema::Padding::SAME && window.padding != schema::Padding::VALID)
    return Operation::fail(ErrorCode::invalid_argument,
                           "padding " + std::to_string(static_cast<int>(window.padding)) + " is not known");
  Attributes attributes = {{"auto_pad", std::string(window.padding == schema::Padding::SAME ? "SAME_UPPER" : "VALID")},
                           {"strides", Ints{window.stride_h, window.stride_w}},
                           {"dilations", Ints{window.dilation_h, window.dilation_w}}};
  if (window.kernel_h != 0 || window.kernel_w != 0)
    attributes.emplace("kernel_shape", Ints{window.kernel_h, window.kernel_w});
  return attributes;
}

Result<ValueId> image(Operation& op, size_t output, ValueId y, schema::ActivationFunctionType activation) {
  y = WALLE_TRY(activated(op.builder(), y, activation));
  return make::transpose(op.builder(), WALLE_TRY(op.store(output, y)), to_channels_last());
}

Translated convolution(Operation& op, const Window& window, int64_t group, const Ints& weight_order,
                       schema::ActivationFunctionType activation) {
  Attributes attributes = WALLE_TRY(window_attributes(window));
  attributes.emplace("group", group);
  std::vector<ValueId> operands = {WALLE_TRY(op.real(0, to_channels_first())), WALLE_TRY(op.real(1, weight_order))};
  if (op.has(2)) operands.push_back(WALLE_TRY(op.real(2)));
  const ValueId y = WALLE_TRY(op.builder().one("Conv", std::move(operands), std::move(attributes)));
  return one(image(op, 0, y, activation));
}

Window pool_window(const schema::Pool2DOptions& options) {
  return {.padding = options.padding(),
          .stride_h = options.stride_h(),
          .stride_w = options.stride_w(),
          .kernel_h = options.filter_height(),
          .kernel_w = options.filter_width()};
}

Translated pooling(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::Pool2DOptions>());
  const ValueId x = WALLE_TRY(op.real(0, to_channels_first()));
  const ValueId y = WALLE_TRY(op.builder().one(op.op(), {x}, WALLE_TRY(window_attributes(pool_window(*options)))));
  return one(image(op, 0, y, options->fused_activation_function()));
}

Result<ValueId> transposed_convolution(Operation& op, const Transposed& a) {
  GraphBuilder& b = op.builder();
  const Ints x = WALLE_TRY(op.dims(a.x));
  const Ints weight = WALLE_TRY(op.known_dims(a.weight));
  if (x.size() != 4 || weight.size() != 4 || a.sizes.size() != 2)
    return Operation::fail(ErrorCode::invalid_argument, "needs an image and a weight of four axes");
  const Ints strides = {a.stride_h, a.stride_w};
  Ints pads(4, 0);
  Ints grown(2, 0);
  for (size_t i = 0; i < 2; ++i) {
    if (x[2 + i] < 0) return Operation::fail(ErrorCode::unsupported, "the size of its input is not known");
    // What the full result has too much is cut off, the odd row at the end; what it lacks is added there.
    const int64_t surplus = (x[2 + i] - 1) * strides[i] + weight[2 + i] - a.sizes[i];
    if (a.padding == schema::Padding::SAME) pads[i] = std::max<int64_t>(0, surplus) / 2;
    pads[2 + i] = std::max<int64_t>(0, surplus) - pads[i];
    grown[i] = std::max<int64_t>(0, -surplus);
  }
  std::vector<ValueId> operands = {a.x, a.weight};
  if (a.bias != kNoValue) operands.push_back(a.bias);
  return b.one("ConvTranspose", std::move(operands), {{"strides", strides}, {"pads", pads}, {"output_padding", grown}});
}

}  // namespace walle::import::tflite::rules
