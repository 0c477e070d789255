#pragma once

#include "libwalle/import/tflite/rules/activation.h"

// Convolution and pooling over images whose channels come last.
namespace walle::import::tflite::rules {

/// What every window has; sizes of the kernel only where it is not that of a weight.
struct Window {
  schema::Padding padding{};
  int64_t stride_h = 1, stride_w = 1;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t kernel_h = 0, kernel_w = 0;
};

/// The window's attributes as the graph's operators take them; SAME puts the odd row and column at the end.
/// Errors: invalid_argument for an unknown padding.
[[nodiscard]] Result<Attributes> window_attributes(const Window& window);
/// Output `output` (channels second, real numbers) with its activation, quantised, with channels last.
[[nodiscard]] Result<ValueId> image(Operation& op, size_t output, ValueId y, schema::ActivationFunctionType activation);
/// Conv of input 0 with input 1, whose axes `weight_order` makes [out, in, h, w], and bias 2 if there is one.
[[nodiscard]] Translated convolution(Operation& op, const Window& window, int64_t group, const Ints& weight_order,
                                     schema::ActivationFunctionType activation);
/// op(input 0) over windows without weights.
[[nodiscard]] Translated pooling(Operation& op);
/// The window of Pool2DOptions.
[[nodiscard]] Window pool_window(const schema::Pool2DOptions& options);

/// A transposed convolution: weight [out, h, w, in]; the pads are those for which `sizes` (h, w) shrink to x.
struct Transposed {
  ValueId x = kNoValue;       ///< [n, in, h, w]
  ValueId weight = kNoValue;  ///< [in, out, h, w]
  ValueId bias = kNoValue;
  Ints sizes;
  schema::Padding padding{};
  int64_t stride_h = 1, stride_w = 1;
};
[[nodiscard]] Result<ValueId> transposed_convolution(Operation& op, const Transposed& a);

}  // namespace walle::import::tflite::rules
