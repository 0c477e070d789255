#include "libwalle/graph/attributes.h"

namespace walle::graph {
namespace {

template <class T>
Result<T> get(const Attributes& attributes, std::string_view name, T fallback, std::string_view type) {
  const auto it = attributes.find(name);
  if (it == attributes.end()) return fallback;
  if (const T* value = std::get_if<T>(&it->second)) return *value;
  return fail(ErrorCode::invalid_argument, "attribute '" + std::string(name) + "' must be " + std::string(type));
}

}  // namespace

Result<int64_t> attribute_int(const Attributes& attributes, std::string_view name, int64_t fallback) {
  return get<int64_t>(attributes, name, fallback, "an integer");
}
Result<float> attribute_float(const Attributes& attributes, std::string_view name, float fallback) {
  return get<float>(attributes, name, fallback, "a float");
}
Result<std::string> attribute_string(const Attributes& attributes, std::string_view name, std::string_view fallback) {
  return get<std::string>(attributes, name, std::string(fallback), "a string");
}
Result<std::vector<int64_t>> attribute_ints(const Attributes& attributes, std::string_view name,
                                            std::vector<int64_t> fallback) {
  return get<std::vector<int64_t>>(attributes, name, std::move(fallback), "a list of integers");
}
Result<std::vector<float>> attribute_floats(const Attributes& attributes, std::string_view name,
                                            std::vector<float> fallback) {
  return get<std::vector<float>>(attributes, name, std::move(fallback), "a list of floats");
}
Result<std::vector<std::string>> attribute_strings(const Attributes& attributes, std::string_view name) {
  return get<std::vector<std::string>>(attributes, name, {}, "a list of strings");
}
bool has_attribute(const Attributes& attributes, std::string_view name) {
  return attributes.find(name) != attributes.end();
}

}  // namespace walle::graph
