#include <algorithm>
#include <array>
#include <cmath>

#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

constexpr int64_t kMaxBins = 1 << 16;

Status infer(const NodeView& node, InferContext& context) {
  const auto dtype = rules::dtype_of_onnx(WALLE_TRY(node.attribute_int("output_datatype", 1)));
  if (!dtype) return node.fail(ErrorCode::unsupported, "the type of attribute output_datatype is not supported");
  const auto bins = WALLE_TRY(rules::known_count(node, 0, 1, kMaxBins));
  const auto length = WALLE_TRY(rules::known_count(node, 1, 1, kMaxBins));
  context.set(0, *dtype,
              {length ? Dim(*length / 2 + 1) : context.fresh("spectrum"), bins ? Dim(*bins) : context.fresh("bins")});
  return {};
}

double to_mel(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double to_hertz(double mel) { return 700 * (std::pow(10.0, mel / 2595) - 1); }

/// Corners of the triangles as positions in the spectrum: bins + 2 of them.
std::vector<int64_t> corners(int64_t bins, double length, double rate, double low, double high) {
  std::vector<int64_t> result;
  const double step = (to_mel(high) - to_mel(low)) / static_cast<double>(bins + 2);
  for (int64_t i = 0; i < bins + 2; ++i) {
    const double hertz = to_hertz(static_cast<double>(i) * step + to_mel(low));
    result.push_back(rules::saturated(std::floor((length + 1) * hertz / rate)));
  }
  return result;
}

/// Triangles from corner i over i + 1 to i + 2, a column each.
std::vector<double> triangles(const std::vector<int64_t>& at, int64_t rows, int64_t bins) {
  std::vector<double> values(static_cast<size_t>(rows * bins));
  const auto put = [&](int64_t row, int64_t column, double value) {
    if (row >= 0 && row < rows) values[static_cast<size_t>(row * bins + column)] = value;
  };
  for (int64_t i = 0; i < bins; ++i) {
    const int64_t low = at[static_cast<size_t>(i)];
    const int64_t middle = at[static_cast<size_t>(i + 1)];
    const int64_t high = at[static_cast<size_t>(i + 2)];
    if (middle == low) put(middle, i, 1);
    for (int64_t j = std::max<int64_t>(low, 0); j <= std::min(middle, rows - 1) && middle > low; ++j)
      put(j, i, static_cast<double>(j - low) / static_cast<double>(middle - low));
    for (int64_t j = std::max<int64_t>(middle, 0); j < std::min(high, rows); ++j)
      put(j, i, static_cast<double>(high - j) / static_cast<double>(high - middle));
  }
  return values;
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.result_dims(0));
  WALLE_TRY(rules::check_table(node, {dims[0], dims[1]}));
  const auto dtype = rules::dtype_of_onnx(WALLE_TRY(node.attribute_int("output_datatype", 1)));
  std::array<double, 5> numbers{};
  for (size_t i = 0; i < 5; ++i) numbers[i] = WALLE_TRY(rules::known_scalar(node, i));
  const bool sane = numbers[2] > 0 && numbers[3] >= 0 && numbers[4] >= numbers[3] && numbers[4] <= 1e9;
  if (!sane || !dtype) return node.fail(ErrorCode::invalid_argument, "the rate or the edges are out of range");
  const auto at = corners(dims[1], numbers[1], numbers[2], numbers[3], numbers[4]);
  return rules::replaced(rules::number_constant(builder, *dtype, dims, triangles(at, dims[0], dims[1])));
}

}  // namespace

extern const OpDef kMelWeightMatrix = {.name = "MelWeightMatrix",
                                       .formula = "y[:, i] = a triangle between neighbours of the mel scale",
                                       .op_class = OpClass::composite,
                                       .operands = {5, 5},
                                       .results = {1, 1},
                                       .attributes = "output_datatype:int=1",
                                       .infer = infer,
                                       .decompose = decompose};

}  // namespace walle::ops
