#include "tools/walle-model/files/dataset.h"

#include <filesystem>
#include <map>
#include <random>

#include "libwalle/train/batch.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/npy.h"
#include "tools/walle-model/files/npz.h"

namespace walle::workbench {
namespace {

using engine::Tensor;
using Arrays = std::map<std::string, Tensor>;

Result<Arrays> read_arrays(const std::string& path) {
  if (path.ends_with(".npz")) return read_npz(path);
  Arrays arrays;
  if (!std::filesystem::is_directory(path)) {
    arrays.emplace("x", WALLE_TRY(read_npy(path)));
    return arrays;
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.path().extension() == ".npy")
      arrays.emplace(entry.path().stem().string(), WALLE_TRY(read_npy(entry.path().string())));
  }
  if (error) return fail(ErrorCode::permission_denied, path + ": " + error.message());
  return arrays;
}

tl::unexpected<Error> missing(const std::string& path, const std::string& name, const Arrays& arrays) {
  std::string names;
  for (const auto& [known, tensor] : arrays) names += (names.empty() ? "" : ", ") + known;
  return fail(ErrorCode::not_found, path + " has no array '" + name + "'" + (names.empty() ? "" : "; it has " + names));
}

/// The array of an input; see load_dataset.
const Tensor* find_input(const engine::Model& model, const std::string& input, const Arrays& arrays) {
  for (const std::string& name : {input, file_name(input)}) {
    if (const auto it = arrays.find(name); it != arrays.end()) return &it->second;
  }
  if (model.inputs().size() != 1) return nullptr;
  if (const auto it = arrays.find("x"); it != arrays.end()) return &it->second;
  return arrays.size() == 1 ? &arrays.begin()->second : nullptr;
}

}  // namespace

Result<engine::Dataset> load_dataset(const engine::Model& model, const std::string& data, const std::string& labels) {
  Arrays arrays = WALLE_TRY(read_arrays(data));
  engine::Dataset made;
  if (labels.ends_with(".npy")) {
    made.labels = WALLE_TRY(read_npy(labels));
  } else {
    const std::string name = labels.empty() ? "y" : labels;
    const auto it = arrays.find(name);
    if (it == arrays.end()) {
      const auto error = missing(data, name, arrays);
      return fail(error.value().code, error.value().message + "; name the labels with --labels");
    }
    made.labels = it->second;
    arrays.erase(it);
  }
  for (const engine::Port& port : model.inputs()) {
    const Tensor* input = find_input(model, port.name, arrays);
    if (input == nullptr) return missing(data, port.name, arrays);
    made.inputs.push_back({port.name, *input});
  }
  return made;
}

Result<engine::Dataset> split_dataset(engine::Dataset& data, double share, uint64_t seed) {
  const int64_t all = data.count();
  const auto taken = static_cast<int64_t>(share * static_cast<double>(all));
  if (taken < 1 || taken >= all)
    return fail(ErrorCode::invalid_argument, "--validation " + std::to_string(share) + " of " + std::to_string(all) +
                                                 " samples leaves a part empty");
  for (const engine::NamedTensor& input : data.inputs) {
    if (input.tensor.dims().empty() || input.tensor.dims()[0] != all)
      return fail(ErrorCode::invalid_argument, "input '" + input.name + "' and the labels differ in samples");
  }
  std::vector<int64_t> rows(static_cast<size_t>(all));
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i);
  std::mt19937_64 generator(seed);
  for (size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[generator() % i]);
  const auto kept = std::span(rows).first(static_cast<size_t>(all - taken));
  const auto held = std::span(rows).last(static_cast<size_t>(taken));
  engine::Dataset validation;
  for (engine::NamedTensor& input : data.inputs) {
    auto rows_held = WALLE_TRY(train::take_rows(input.tensor, held, input.tensor.dtype()));
    validation.inputs.push_back({input.name, std::move(rows_held)});
    input.tensor = WALLE_TRY(train::take_rows(input.tensor, kept, input.tensor.dtype()));
  }
  validation.labels = WALLE_TRY(train::take_rows(data.labels, held, data.labels.dtype()));
  data.labels = WALLE_TRY(train::take_rows(data.labels, kept, data.labels.dtype()));
  return validation;
}

}  // namespace walle::workbench
