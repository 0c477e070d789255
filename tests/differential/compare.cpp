#include "tests/differential/compare.h"

#include <cmath>
#include <cstdio>
#include <cstring>

#include "libwalle/import/onnx.h"
#include "libwalle/model/format.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/session/model.h"

namespace walle::differential {
namespace {

using engine::SessionOptions;
using engine::Tensor;
using Outputs = std::vector<Tensor>;

struct Variant {
  const char* name;
  SessionOptions options;
};

const Variant kVariants[] = {
    {"ref", {.backend = "ref"}},
    {"ref, unfused", {.backend = "ref", .fuse = false}},
    {"ref, rasters materialised", {.backend = "ref", .merge_rasters = false}},
    {"cpu", {.backend = "cpu"}},
    {"cpu, unfused", {.backend = "cpu", .fuse = false}},
    {"cpu, rasters materialised", {.backend = "cpu", .merge_rasters = false}},
    {"cpu, 2 threads", {.threads = 2, .backend = "cpu"}},
    {"all backends, 2 threads, unfused", {.threads = 2, .fuse = false}},
};

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.dims() == b.dims() &&
         (a.count() == 0 || std::memcmp(a.data(), b.data(), static_cast<size_t>(a.bytes())) == 0);
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

bool close(double got, double want, double tolerance) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) == std::isnan(got) || tolerance > 1e38;
  return got == want || std::fabs(got - want) <= tolerance || tolerance > 1e38;
}

Status compare(const Tensor& got, const Tensor& want, const Tensor& tolerance, const std::string& name) {
  if (got.dtype() != want.dtype() || got.dims() != want.dims()) {
    return fail(ErrorCode::internal, name + " is " + engine::describe(got.dtype(), got.dims()) + ", should be " +
                                         engine::describe(want.dtype(), want.dims()));
  }
  if (same_bytes(got, want)) return {};
  for (int64_t i = 0; i < want.count(); ++i) {
    const double allowed =
        tolerance.count() == 0 ? 0 : static_cast<double>(tolerance.values<float>()[static_cast<size_t>(i)]);
    const double have = ops::rules::element(got, i);
    const double right = ops::rules::element(want, i);
    if (close(have, right, allowed)) continue;
    return fail(ErrorCode::internal, name + "[" + std::to_string(i) + "] of " +
                                         engine::describe(want.dtype(), want.dims()) + " is " + number(have) +
                                         ", should be " + number(right) + " ± " + number(allowed));
  }
  return {};
}

Status compare_all(const Record& record, const Outputs& outputs) {
  if (outputs.size() != record.outputs.size()) return fail(ErrorCode::internal, "the number of outputs differs");
  for (size_t i = 0; i < outputs.size(); ++i) {
    WALLE_TRY(compare(outputs[i], record.outputs[i].tensor, record.tolerances[i], record.outputs[i].name));
  }
  return {};
}

/// Two runs in one session: the second uses the plan of the first and has to give the same bytes.
Result<Outputs> run_variant(const Record& record, const std::shared_ptr<const engine::Model>& model,
                            const SessionOptions& options) {
  const auto session = WALLE_TRY(engine::Session::create(model, options));
  auto outputs = WALLE_TRY(session->run(record.inputs));
  WALLE_TRY(compare_all(record, outputs));
  const auto again = WALLE_TRY(session->run(record.inputs));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!same_bytes(outputs[i], again[i]))
      return fail(ErrorCode::internal, record.outputs[i].name + " differs in the second run");
  }
  return outputs;
}

/// The model as a `.walle` file gives the same bytes.
Status run_file(const Record& record, const graph::Graph& graph, const Outputs& wanted) {
  auto bytes = WALLE_TRY(model::write_model(graph));
  const auto model = WALLE_TRY(engine::Model::from_bytes(std::move(bytes)));
  const auto outputs = WALLE_TRY(run_variant(record, model, {.backend = "cpu"}));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!same_bytes(outputs[i], wanted[i]))
      return fail(ErrorCode::internal, record.outputs[i].name + " is not bit-equal to the imported model's");
  }
  return {};
}

tl::unexpected<Error> in_variant(const Error& error, const char* variant) {
  return fail(error.code, "[" + std::string(variant) + "] " + error.message);
}

}  // namespace

Status run_record(const Record& record) {
  const auto* data = reinterpret_cast<const uint8_t*>(record.model.data());
  auto graph = import::load_onnx({data, record.model.size()}, "");
  if (!graph) return in_variant(graph.error(), "import");
  auto model = session::model_from_graph(graph->clone());
  if (!model) return in_variant(model.error(), "import");
  Outputs on_cpu;
  for (const Variant& variant : kVariants) {
    auto outputs = run_variant(record, *model, variant.options);
    if (!outputs) return in_variant(outputs.error(), variant.name);
    if (std::string_view(variant.name) == "cpu") on_cpu = *std::move(outputs);
  }
  const auto file = run_file(record, *graph, on_cpu);
  if (!file) return in_variant(file.error(), "file");
  return {};
}

}  // namespace walle::differential
