#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>

#include "kernels/abi/dtype.h"
#include "kernels/abi/inline_vector.h"
#include "kernels/abi/region.h"

namespace walle {

/// Most axes of an operand.
inline constexpr size_t kMaxRank = 8;
using Extents = InlineVector<int64_t, kMaxRank>;

/// Attributes of the atomic kernel families. A family is one struct here; its contract (operands, results, formula) is
/// the struct's comment. `a`, `b` … are operands in order, `y` the result. Broadcasting has already become strides of
/// 0. All structs are plain data with ==, so that equal problems share one search result.

enum class UnaryOp : uint8_t {
  abs,
  neg,
  floor,
  ceil,
  round,
  sign,
  sqrt,
  rsqrt,
  reciprocal,
  exp,
  log,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  sigmoid,
  relu,
  leaky_relu,
  elu,
  selu,
  celu,
  hard_sigmoid,
  hard_swish,
  softplus,
  softsign,
  thresholded_relu,
  gelu,
  gelu_tanh,
  mish,
  swish,
  shrink,
  clip,
  is_nan,
  is_inf,
  logical_not,
  bit_not,
  square,
  identity,
  count_
};
enum class BinaryOp : uint8_t {
  add,
  sub,
  mul,
  div,
  pow,
  mod,
  fmod,
  min,
  max,
  prelu,
  logical_and,
  logical_or,
  logical_xor,
  equal,
  greater,
  greater_equal,
  less,
  less_equal,
  shift_left,
  shift_right,
  bit_and,
  bit_or,
  bit_xor,
  count_
};
enum class ReduceOp : uint8_t {
  sum,
  mean,
  max,
  min,
  prod,
  sum_square,
  l1,
  l2,
  log_sum,
  log_sum_exp,
  logical_and,
  logical_or,
  count_
};

/// y = op(a), elementwise. alpha, beta: ONNX's attributes of the same name. Where ONNX has other names: clip lower,
/// upper bound; selu alpha, gamma; shrink lambd, bias; swish x*sigmoid(alpha*x), so alpha is 1 for SiLU; is_inf alpha 0
/// either sign, 1 only +inf, -1 only -inf. hard_swish, gelu, gelu_tanh, mish, softplus take none. is_nan, is_inf and
/// logical_not give boolean.
struct UnaryAttributes {
  UnaryOp op{};
  double alpha = 0, beta = 0;
  friend bool operator==(const UnaryAttributes&, const UnaryAttributes&) = default;
};
/// y = op(a, b), elementwise. Comparisons and logic give boolean. Both operands have one dtype, but the exponent of pow
/// may have its own. Integers: div truncates, division by zero gives 0, mod takes the divisor's sign, fmod the
/// dividend's, overflow wraps. min and max propagate NaN.
struct BinaryAttributes {
  BinaryOp op{};
  friend bool operator==(const BinaryAttributes&, const BinaryAttributes&) = default;
};
/// y = c ? a : b with operands (c boolean, a, b).
struct SelectAttributes {
  friend bool operator==(const SelectAttributes&, const SelectAttributes&) = default;
};
/// y = dtype(a). Float to integer truncates towards zero; to boolean is a != 0. saturate: clamp instead of wrapping, or
/// of giving infinity or NaN. bits: y has the bits of a instead of its value (both types are equally wide).
struct CastAttributes {
  bool saturate = false, bits = false;
  ScaleRounding rounding{};  ///< to f8e8m0 alone
  friend bool operator==(const CastAttributes&, const CastAttributes&) = default;
};
/// y[…,m,n] = alpha * sum_k a[…,m,k] * b[…,k,n]; leading axes are batch (equal after broadcasting, as strides).
/// Transposes arrive as strides. 8-bit operands (mixed signs allowed) give i32; then zero points may be given as
/// operands 2 (scalar, or one for each m) and 3 (scalar, or one for each n). An epilogue with rescale gives f32, one
/// that ends with quantize 8 bits.
struct MatMulAttributes {
  double alpha = 1;
  friend bool operator==(const MatMulAttributes&, const MatMulAttributes&) = default;
};
/// Spatial window of convolution and pooling: 1 to 3 axes.
struct Window {
  InlineVector<int64_t, 3> kernel, strides, dilations, pads_begin, pads_end;
  friend bool operator==(const Window&, const Window&) = default;
};
/// x [N,C,spatial…], w [M,C/group,kernel…] → y [N,M,…]; bias is an epilogue. Cross-correlation, zero padding.
/// 8-bit operands give i32, with zero points as operands 2 (scalar; padding counts as it) and 3 (scalar, or one for
/// each m). Epilogue as of matmul.
struct ConvAttributes {
  Window window;
  int64_t group = 1;
  friend bool operator==(const ConvAttributes&, const ConvAttributes&) = default;
};
/// x [N,C,spatial…], w [C,M/group,kernel…] → y; the gradient of Conv with respect to its input.
struct ConvTransposeAttributes {
  Window window;
  InlineVector<int64_t, 3> output_padding;
  int64_t group = 1;
  friend bool operator==(const ConvTransposeAttributes&, const ConvTransposeAttributes&) = default;
};
/// y = op over the axes whose bit is set in axes_mask; reduced axes stay with size 1.
struct ReduceAttributes {
  ReduceOp op{};
  uint32_t axes_mask = 0;
  friend bool operator==(const ReduceAttributes&, const ReduceAttributes&) = default;
};
/// y (i64) = position of the largest (smallest) along axis, kept with size 1. last: of equal values the last.
struct ArgReduceAttributes {
  bool smallest = false, last = false;
  int32_t axis = 0;
  friend bool operator==(const ArgReduceAttributes&, const ArgReduceAttributes&) = default;
};
/// Running sum or product along axis.
struct ScanAttributes {
  bool product = false, exclusive = false, reverse = false;
  int32_t axis = 0;
  friend bool operator==(const ScanAttributes&, const ScanAttributes&) = default;
};
/// y = exp(a - max) / sum along axis (log: its logarithm).
struct SoftmaxAttributes {
  int32_t axis = -1;
  bool log = false;
  friend bool operator==(const SoftmaxAttributes&, const SoftmaxAttributes&) = default;
};
/// Normalisation over the axes from `axis` to the last: y = (a - mean) / sqrt(var + epsilon) (rms: no mean, mean
/// square), times operand 1 (scale), plus operand 2 (bias), where given; both broadcast to a (rank of a, strides of 0).
struct NormAttributes {
  int32_t axis = -1;
  double epsilon = 1e-5;
  bool rms = false;
  friend bool operator==(const NormAttributes&, const NormAttributes&) = default;
};
/// Local response normalisation over channels of [N,C,…].
struct LrnAttributes {
  int64_t size = 0;
  double alpha = 1e-4, beta = 0.75, bias = 1;
  friend bool operator==(const LrnAttributes&, const LrnAttributes&) = default;
};
enum class PoolOp : uint8_t { max, average, lp };
/// x [N,C,spatial…] → y (and, for max with two results, the flat index of the maximum in i64).
struct PoolAttributes {
  PoolOp op{};
  Window window;
  bool count_include_pad = false, column_major = false;
  int32_t p = 2;  ///< exponent of lp
  friend bool operator==(const PoolAttributes&, const PoolAttributes&) = default;
};
enum class ResizeMode : uint8_t { nearest, linear, cubic };
enum class ResizeCoordinates : uint8_t {
  half_pixel,
  pytorch_half_pixel,
  align_corners,
  asymmetric,
  tf_crop_and_resize,
  half_pixel_symmetric
};
enum class ResizeNearest : uint8_t { round_prefer_floor, round_prefer_ceil, floor, ceil };
/// Separable interpolation; scales[k] as in ONNX (output/input), all axes. roi, for crop mode: roi[k] is the start of
/// axis k, roi[kMaxRank + k] its end (0 and 1 where not cropped).
struct ResizeAttributes {
  ResizeMode mode{};
  ResizeCoordinates coordinates{};
  ResizeNearest nearest{};
  double cubic_coefficient = -0.75, extrapolation = 0;
  bool exclude_outside = false, antialias = false;
  std::array<double, kMaxRank> scales{};
  std::array<double, 2 * kMaxRank> roi{};
  friend bool operator==(const ResizeAttributes&, const ResizeAttributes&) = default;
};
/// y = a with axis replaced by the shape of operand 1 (i32 or i64, of a table of 256 entries i8 or u8 as well; negative
/// counts from the end): numpy.take. In all
/// gathers an index outside reads as 0.
struct GatherAttributes {
  int32_t axis = 0;
  friend bool operator==(const GatherAttributes&, const GatherAttributes&) = default;
};
/// numpy.take_along_axis.
struct GatherElementsAttributes {
  int32_t axis = 0;
  friend bool operator==(const GatherElementsAttributes&, const GatherElementsAttributes&) = default;
};
/// ONNX GatherND.
struct GatherNdAttributes {
  int32_t batch_dims = 0;
  friend bool operator==(const GatherNdAttributes&, const GatherNdAttributes&) = default;
};
enum class ScatterReduction : uint8_t { none, add, mul, max, min };
/// y = a, then y at operand 1 (indices) combined with operand 2 (updates). elements: ScatterElements along axis, else
/// ScatterND. Indices outside are left out.
struct ScatterAttributes {
  bool elements = false;
  int32_t axis = 0;
  ScatterReduction reduction{};
  friend bool operator==(const ScatterAttributes&, const ScatterAttributes&) = default;
};
/// values and i64 indices of the k (= size of the result along axis) largest or smallest, sorted, ties by lower index.
struct TopKAttributes {
  int32_t axis = -1;
  bool largest = true, sorted = true;
  friend bool operator==(const TopKAttributes&, const TopKAttributes&) = default;
};
/// y = saturate(round_half_even(a / scale) + zero_point); operands (a, scale, zero_point?), along axis where scale has
/// rank 1; with the operand's rank, `block` elements along axis share one. To small floats nothing is rounded but by
/// the type, and saturate says what lies beyond it.
struct QuantizeAttributes {
  int32_t axis = 1;
  int64_t block = 0;
  bool saturate = true;
  friend bool operator==(const QuantizeAttributes&, const QuantizeAttributes&) = default;
};
/// y = (a - zero_point) * scale.
struct DequantizeAttributes {
  int32_t axis = 1;
  int64_t block = 0;
  friend bool operator==(const DequantizeAttributes&, const DequantizeAttributes&) = default;
};
/// y = quantise(op(dequantise(a), dequantise(b))) of 8-bit values with one scale each, clamped to [low, high]: what
/// dequantize, binary and quantize give one after another, in f32. add, sub, mul alone.
struct QuantizedBinaryAttributes {
  BinaryOp op{};
  float a_scale = 1, b_scale = 1, y_scale = 1;
  int32_t a_zero = 0, b_zero = 0, y_zero = 0, low = -128, high = 255;
  friend bool operator==(const QuantizedBinaryAttributes&, const QuantizedBinaryAttributes&) = default;
};
/// y[i] = start + i * delta; operands (start, delta), both scalars.
struct IotaAttributes {
  friend bool operator==(const IotaAttributes&, const IotaAttributes&) = default;
};
/// The regions of the problem move operands into the result (see Region). If a region combines by add (else: by max),
/// the result starts as 0 (the lowest value); regions run in their order. Offsets count from the result's element 0.
struct RasterAttributes {
  friend bool operator==(const RasterAttributes&, const RasterAttributes&) = default;
};

/// y[i] (f32 or f64) in [0, 1): Philox4x32-10 with `seed` as its key and i as its counter. each_run: every run draws
/// anew, so a kernel counts runs; else every run gives the same.
struct RandomAttributes {
  uint64_t seed = 0;
  bool each_run = false;
  friend bool operator==(const RandomAttributes&, const RandomAttributes&) = default;
};

/// What a row of attention is whose scores are all -infinity: not a number, as softmax gives; 0; or 0 for every row
/// that is not a number.
enum class UnseenRow : uint8_t { nan, zero, zero_if_nan };
/// y[…,m,e] = sum_n p[…,m,n] * v[…,n,e], p = softmax over n of scale * sum_d q[…,m,d] * k[…,d,n], masked; operands (q,
/// k, v, mask?). Leading axes are batch (equal after broadcasting, as strides), transposes arrive as strides. mask
/// […,m,n] is added, or where it is boolean, scores whose mask equals `filled` are `fill`. No kernel has to offer this
/// family: it stands for matmul, softmax and matmul, which stay where none does.
struct AttentionAttributes {
  double scale = 1, fill = 0;
  bool filled = false;
  UnseenRow unseen{};
  friend bool operator==(const AttentionAttributes&, const AttentionAttributes&) = default;
};

using FamilyAttributes =
    std::variant<UnaryAttributes, BinaryAttributes, SelectAttributes, CastAttributes, MatMulAttributes, ConvAttributes,
                 ConvTransposeAttributes, ReduceAttributes, ArgReduceAttributes, ScanAttributes, SoftmaxAttributes,
                 NormAttributes, LrnAttributes, PoolAttributes, ResizeAttributes, GatherAttributes,
                 GatherElementsAttributes, GatherNdAttributes, ScatterAttributes, TopKAttributes, QuantizeAttributes,
                 DequantizeAttributes, IotaAttributes, RasterAttributes, RandomAttributes, QuantizedBinaryAttributes,
                 AttentionAttributes>;

/// The families in the order of FamilyAttributes: family_of(attributes) is its index. Appending a family appends both.
enum class Family : uint8_t {
  unary,
  binary,
  select,
  cast,
  matmul,
  conv,
  conv_transpose,
  reduce,
  arg_reduce,
  scan,
  softmax,
  norm,
  lrn,
  pool,
  resize,
  gather,
  gather_elements,
  gather_nd,
  scatter,
  top_k,
  quantize,
  dequantize,
  iota,
  raster,
  random,
  quantized_binary,
  attention
};
// clang-format off
inline constexpr std::array<std::string_view, 27> kFamilyNames = {
    "unary", "binary", "select", "cast", "matmul", "conv", "conv_transpose", "reduce", "arg_reduce", "scan", "softmax",
    "norm", "lrn", "pool", "resize", "gather", "gather_elements", "gather_nd", "scatter", "top_k", "quantize",
    "dequantize", "iota", "raster", "random", "quantized_binary", "attention"};
// clang-format on
static_assert(kFamilyNames.size() == std::variant_size_v<FamilyAttributes>);
[[nodiscard]] inline Family family_of(const FamilyAttributes& attributes) {
  return static_cast<Family>(attributes.index());
}
[[nodiscard]] constexpr std::string_view name_of(Family family) { return kFamilyNames[static_cast<size_t>(family)]; }

/// What is applied to a result element before it is stored, in order; only matmul, conv and conv_transpose take one.
enum class EpilogueKind : uint8_t {
  bias_channel,   ///< + operand[m] per output channel (conv: axis 1; matmul: last axis)
  unary,          ///< op(y) with alpha, beta
  binary_scalar,  ///< op(y, alpha)
  add_operand,    ///< + operand of the result's shape (residual), strided as given
  rescale,        ///< 8-bit contractions: f32(y) * operand[m] (f32; scalar or per channel); what follows is in f32
  quantize,       ///< after rescale, last: saturate(round_half_even(y) + alpha) in the 8-bit dtype of the result
};
struct EpilogueOp {
  EpilogueKind kind{};
  UnaryOp unary{};
  BinaryOp binary{};
  double alpha = 0, beta = 0;
  int operand = -1;  ///< index in the problem's operands
  friend bool operator==(const EpilogueOp&, const EpilogueOp&) = default;
};
using Epilogue = InlineVector<EpilogueOp, 4>;

}  // namespace walle
