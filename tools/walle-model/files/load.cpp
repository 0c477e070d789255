#include "tools/walle-model/files/load.h"

#include <charconv>
#include <filesystem>
#include <map>
#include <random>

#include "libwalle/base/file.h"
#include "libwalle/graph/text.h"
#include "libwalle/import/onnx.h"
#include "libwalle/import/tflite.h"
#include "libwalle/model/format.h"
#include "libwalle/ops/table.h"
#include "libwalle/session/model.h"
#include "tools/walle-model/files/npy.h"

namespace walle::workbench {
namespace {

struct Assignment {
  std::string name;
  std::string value;
};

Result<Assignment> assignment(const std::string& text, std::string_view form) {
  const size_t at = text.rfind('=');
  if (at == std::string::npos)
    return fail(ErrorCode::invalid_argument, "'" + text + "' is not of the form " + std::string(form));
  return Assignment{text.substr(0, at), text.substr(at + 1)};
}

Result<const engine::Port*> port_named(const engine::Model& model, const std::string& name) {
  std::string known;
  for (const engine::Port& port : model.inputs()) {
    if (port.name == name || (name.empty() && model.inputs().size() == 1)) return &port;
    known += (known.empty() ? "" : ", ") + port.name;
  }
  return fail(ErrorCode::not_found, "the model has no input '" + name + "'; it has " + known);
}

Result<std::vector<int64_t>> parse_dims(const std::string& text) {
  std::vector<int64_t> dims;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  while (at < end) {
    int64_t dim = 0;
    const auto [next, error] = std::from_chars(at, end, dim);
    if (error != std::errc{} || dim < 0 || (next != end && *next != 'x'))
      return fail(ErrorCode::invalid_argument, "'" + text + "' is not a shape like 1x3x224x224");
    dims.push_back(dim);
    at = next == end ? end : next + 1;
  }
  return dims;
}

/// Values that exercise a model: floats near a unit normal, small integers, zeros for the rest.
Result<engine::Tensor> random_tensor(DType dtype, const std::vector<int64_t>& dims) {
  engine::Tensor tensor = WALLE_TRY(engine::Tensor::zeros(dtype, dims));
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (size_t i = 0; i < static_cast<size_t>(tensor.count()); ++i) {
    if (dtype == DType::f32) tensor.mutable_values<float>()[i] = normal(random);
    if (dtype == DType::u8) tensor.mutable_values<uint8_t>()[i] = static_cast<uint8_t>(random());
  }
  return tensor;
}

std::vector<int64_t> filled(const std::vector<int64_t>& dims) {
  std::vector<int64_t> out = dims;
  for (int64_t& d : out) d = d < 0 ? 1 : d;
  return out;
}

/// A graph as text (`info --graph`, `explain --passes`); the weights that it leaves out are those of the model of the
/// same name beside it.
Result<graph::Graph> load_text(const std::string& path) {
  const auto bytes = WALLE_TRY(read_file(path, size_t{64} << 20));
  std::map<std::string, engine::Tensor, std::less<>> weights;
  for (const char* suffix : {".walle", ".onnx"}) {
    const std::string model = std::filesystem::path(path).replace_extension(suffix).string();
    if (!weights.empty() || !std::filesystem::exists(model)) continue;
    const graph::Graph source = WALLE_TRY(load_graph(model));
    for (const graph::Value& value : source.values) {
      if (value.constant) weights.emplace(value.name, *value.constant);
    }
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return graph::from_text(text, graph::OpTable(ops::op_table()),
                          [&](std::string_view name) -> std::optional<engine::Tensor> {
                            const auto it = weights.find(name);
                            return it == weights.end() ? std::nullopt : std::optional(it->second);
                          });
}

}  // namespace

Result<graph::Graph> load_graph(const std::string& path) {
  if (path.ends_with(".graph")) {
    auto graph = load_text(path);
    return graph ? std::move(graph) : fail(graph.error().with(path));
  }
  auto file = std::make_shared<MappedFile>(WALLE_TRY(MappedFile::open(path)));
  if (model::is_walle_file(file->bytes())) {
    auto graph = model::read_model(file->bytes(), file, graph::OpTable(ops::op_table()));
    return graph ? std::move(graph) : fail(graph.error().with(path));
  }
  auto graph = import::is_tflite(file->bytes())
                   ? import::load_tflite(file->bytes())
                   : import::load_onnx(file->bytes(), std::filesystem::path(path).parent_path().string());
  return graph ? std::move(graph) : fail(graph.error().with(path));
}

Result<std::shared_ptr<const engine::Model>> load_model(const std::string& path) {
  const auto head = WALLE_TRY(MappedFile::open(path));
  if (model::is_walle_file(head.bytes())) return engine::Model::open(path);
  return session::model_from_graph(WALLE_TRY(load_graph(path)));
}

Result<std::vector<engine::NamedTensor>> make_inputs(const engine::Model& model, const std::vector<std::string>& inputs,
                                                     const std::vector<std::string>& shapes, bool fill) {
  std::vector<engine::NamedTensor> out;
  for (const std::string& text : inputs) {
    const auto given = WALLE_TRY(assignment(text, "NAME=FILE.npy"));
    const auto* port = WALLE_TRY(port_named(model, given.name));
    auto tensor = WALLE_TRY(read_npy(given.value));
    out.push_back({port->name, std::move(tensor)});
  }
  for (const std::string& text : shapes) {
    const auto given = WALLE_TRY(assignment(text, "NAME=1x3x224x224"));
    const auto* port = WALLE_TRY(port_named(model, given.name));
    const auto dims = WALLE_TRY(parse_dims(given.value));
    auto tensor = WALLE_TRY(random_tensor(port->dtype, dims));
    out.push_back({port->name, std::move(tensor)});
  }
  for (const engine::Port& port : model.inputs()) {
    const bool given =
        std::any_of(out.begin(), out.end(), [&](const engine::NamedTensor& t) { return t.name == port.name; });
    if (given || port.kind != engine::ValueKind::tensor) continue;
    if (!fill)
      return walle::fail(ErrorCode::invalid_argument,
                         "input '" + port.name + "' is missing: give --input " + port.name + "=FILE.npy");
    auto tensor = WALLE_TRY(random_tensor(port.dtype, filled(port.dims)));
    out.push_back({port.name, std::move(tensor)});
  }
  return out;
}

Result<Precision> parse_precision(const std::string& text) {
  if (text == "strict") return Precision::strict;
  if (text == "high") return Precision::high;
  if (text == "fast") return Precision::fast;
  return fail(ErrorCode::invalid_argument, "precision '" + text + "' is not strict, high or fast");
}

std::string file_name(const std::string& value) {
  std::string out = value;
  for (char& c : out) {
    const bool fine =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!fine) c = '_';
  }
  return out;
}

}  // namespace walle::workbench
