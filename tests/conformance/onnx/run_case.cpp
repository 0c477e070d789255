#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <walle/engine/session.h>

#include "libwalle/base/file.h"
#include "libwalle/import/onnx.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/session/model.h"
#include "tests/conformance/onnx/cases.h"

namespace walle::conformance {
namespace {

constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-7;

/// The distance of neighbouring numbers of a short float type around `value`: kRelative is below that of bf16 and about
/// that of f16, and sums are not rounded in the same order everywhere.
double step_of(DType dtype, double value) {
  if (value == 0 || (dtype != DType::f16 && dtype != DType::bf16)) return 0;
  return std::ldexp(1.0, std::ilogb(value) - (dtype == DType::f16 ? 10 : 7));
}

bool close(double got, double want, double tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want) || std::isinf(got)) return got == want;
  return std::fabs(got - want) <= tolerance;
}

bool fits(const Otherwise& how, DType dtype, double got, double want) {
  if (how.in_range) return got >= how.low && got <= how.high;
  const double usual = kAbsolute + kRelative * std::fabs(want);
  return close(got, want, std::max({usual, how.absolute, step_of(dtype, want)}));
}

Status compare(const engine::Tensor& got, const engine::Tensor& want, const std::string& name, const Otherwise& how) {
  if (got.dtype() != want.dtype() || got.dims() != want.dims()) {
    return fail(ErrorCode::internal, name + " is " + engine::describe(got.dtype(), got.dims()) + ", should be " +
                                         engine::describe(want.dtype(), want.dims()));
  }
  for (int64_t i = 0; i < want.count(); ++i) {
    const double have = ops::rules::element(got, i);
    const double right = ops::rules::element(want, i);
    if (fits(how, want.dtype(), have, right)) continue;
    return fail(ErrorCode::internal, name + "[" + std::to_string(i) + "] is " + std::to_string(have) + ", should be " +
                                         std::to_string(right));
  }
  return {};
}

/// ONNX 1.12 wrote the expected bfloat16 data as 16-bit integers.
engine::Tensor as_bfloat16(const engine::Tensor& tensor, std::optional<DType> dtype) {
  if (dtype != DType::bf16 || tensor.dtype() != DType::u16) return tensor;
  engine::Tensor copy = *engine::Tensor::empty(DType::bf16, tensor.dims());
  std::memcpy(copy.mutable_data(), tensor.data(), static_cast<size_t>(tensor.bytes()));
  return copy;
}

Status compare_values(const engine::AnyValue& got, const engine::AnyValue& want, const std::string& name,
                      const Otherwise& how) {
  const bool alike = got.absent() == want.absent() && got.is_tensor() == want.is_tensor();
  if (!alike || (want.is_sequence() && got.elements().size() != want.elements().size()))
    return fail(ErrorCode::internal, name + " is " + engine::describe(got) + ", should be " + engine::describe(want));
  if (want.absent()) return {};
  if (want.is_tensor()) return compare(got.tensor(), as_bfloat16(want.tensor(), got.dtype()), name, how);
  for (size_t i = 0; i < want.elements().size(); ++i)
    WALLE_TRY(compare(got.elements()[i], want.elements()[i], name + "." + std::to_string(i), how));
  return {};
}

/// The options of this run of the program: WALLE_VARIANT is "unfused", "materialised", "threads" or a list of them.
engine::SessionOptions options_for(const std::string& backend) {
  const char* text = std::getenv("WALLE_VARIANT");
  const std::string variant = text == nullptr ? "" : text;
  const auto has = [&](const char* word) { return variant.find(word) != std::string::npos; };
  return {.threads = has("threads") ? 2 : 1,
          .backend = backend,
          .fuse = !has("unfused"),
          .merge_rasters = !has("materialised")};
}

Status run_graph(graph::Graph graph, const Data& data, const std::string& backend, const Otherwise& how) {
  std::vector<engine::NamedValue> inputs;
  for (size_t i = 0; i < graph.inputs.size() && i < data.inputs.size(); ++i) {
    const graph::Value& value = graph.value(graph.inputs[i]);
    const engine::AnyValue& given = data.inputs[i];
    inputs.push_back({value.name, given.is_tensor() ? as_bfloat16(given.tensor(), value.dtype) : given});
  }
  const auto model = WALLE_TRY(session::model_from_graph(std::move(graph)));
  const auto session = WALLE_TRY(engine::Session::create(model, options_for(backend)));
  const auto outputs = WALLE_TRY(session->run_values(inputs));
  if (outputs.size() < data.outputs.size()) return fail(ErrorCode::internal, "there are too few outputs");
  for (size_t i = 0; i < data.outputs.size(); ++i)
    WALLE_TRY(compare_values(outputs[i], data.outputs[i], "output " + std::to_string(i), how));
  return {};
}

}  // namespace

Status run_case(const Case& one, const std::string& backend) {
  const auto bytes = WALLE_TRY(read_file(one.folder + "/model.onnx", 256U << 20));
  const graph::Graph graph = WALLE_TRY(import::load_onnx(bytes, one.folder));
  const auto sets = WALLE_TRY(data_of(one));
  if (sets.empty()) return fail(ErrorCode::not_found, "the case has no data");
  const auto rule = compared_otherwise().find(one.name);
  const Otherwise how = rule == compared_otherwise().end() ? Otherwise{} : rule->second;
  for (const Data& data : sets) {
    if (data.outputs.empty()) return fail(ErrorCode::not_found, "the case has no outputs");
    WALLE_TRY(run_graph(graph.clone(), data, backend, how));
  }
  return {};
}

}  // namespace walle::conformance
