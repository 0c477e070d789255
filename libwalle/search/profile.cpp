#include "libwalle/search/profile.h"

#include <cmath>

#include "libwalle/base/digest.h"
#include "libwalle/base/file.h"
#include "libwalle/base/value.h"

namespace walle::search {
namespace {

constexpr int64_t kFormat = 1;
constexpr size_t kDigestDigits = 32;

bool is_rate(double number) { return std::isfinite(number) && number > 0; }

Result<double> rate(const Value& from, const char* key) {
  const auto it = from.find(key);
  if (it == from.end() || !it->is_number() || !is_rate(it->get<double>()))
    return fail(ErrorCode::data_loss, std::string(key) + " has to be a number above 0");
  return it->get<double>();
}

Result<graph::DeviceInfo> device_from(const std::string& name, const Value& value) {
  if (!value.is_object()) return fail(ErrorCode::data_loss, "device '" + name + "' has to be a map");
  graph::DeviceInfo out{.name = name};
  out.operations_per_us = WALLE_TRY(rate(value, "operations_per_us"));
  out.bytes_per_us = WALLE_TRY(rate(value, "bytes_per_us"));
  out.step_us = WALLE_TRY(rate(value, "step_us"));
  return out;
}

Result<Measurement> measurement_from(const Value& value) {
  if (!value.is_object()) return fail(ErrorCode::data_loss, "a candidate has to be a map");
  Measurement out;
  out.backend = WALLE_TRY(get_string(value, "backend"));
  out.kernel = WALLE_TRY(get_string(value, "kernel"));
  out.us = WALLE_TRY(rate(value, "us"));
  const auto params = value.find("params");
  if (params == value.end()) return out;
  if (!params->is_array() || params->size() > out.params.values.size())
    return fail(ErrorCode::data_loss, "params has to be a list of at most six integers");
  for (size_t i = 0; i < params->size(); ++i) {
    if (!(*params)[i].is_number_integer()) return fail(ErrorCode::data_loss, "params has to be a list of integers");
    out.params.values[i] = (*params)[i].get<int32_t>();
  }
  return out;
}

Result<MeasuredProblem> problem_from(const Value& value) {
  const auto candidates = value.is_object() ? value.find("candidates") : value.end();
  if (!value.is_object() || candidates == value.end() || !candidates->is_array())
    return fail(ErrorCode::data_loss, "a problem has to have a list of candidates");
  MeasuredProblem out{.text = WALLE_TRY(get_string_or(value, "problem", ""))};
  for (const Value& one : *candidates) out.candidates.push_back(WALLE_TRY(measurement_from(one)));
  return out;
}

Value value_of(const Measurement& measured) {
  Value out = {{"backend", measured.backend}, {"kernel", measured.kernel}, {"us", measured.us}};
  if (measured.params != Params{}) out["params"] = measured.params.values;
  return out;
}

}  // namespace

const Measurement* Profile::find(const std::string& digest, std::string_view backend,
                                 const graph::Candidate& candidate) const {
  const auto it = problems.find(digest);
  if (it == problems.end()) return nullptr;
  for (const Measurement& one : it->second.candidates) {
    if (one.backend == backend && one.kernel == candidate.kernel->name && one.params == candidate.params) return &one;
  }
  return nullptr;
}

const graph::DeviceInfo& Profile::device(std::string_view backend, const graph::DeviceInfo& known) const {
  const auto it = devices.find(std::string(backend));
  return it == devices.end() ? known : it->second;
}

std::string problem_digest(std::string_view problem_key) {
  return to_hex(sha256(problem_key)).substr(0, kDigestDigits);
}

Result<Profile> parse_profile(std::string_view json) {
  const auto value = parse_json(json, {.bytes = kMaxProfileBytes});
  if (!value || !value->is_object() || value->value("format", Value()) != kFormat)
    return fail(ErrorCode::data_loss, "is no device profile of format 1");
  Profile out{.processor = WALLE_TRY(get_string(*value, "processor"))};
  const Value& devices = *WALLE_TRY(get_map(*value, "devices"));
  for (const auto& [name, device] : devices.items()) out.devices.emplace(name, WALLE_TRY(device_from(name, device)));
  const Value& problems = *WALLE_TRY(get_map(*value, "problems"));
  for (const auto& [digest, problem] : problems.items()) out.problems.emplace(digest, WALLE_TRY(problem_from(problem)));
  return out;
}

std::string to_text(const Profile& profile) {
  Value devices = Value::object();
  for (const auto& [name, device] : profile.devices) {
    devices[name] = {{"operations_per_us", device.operations_per_us},
                     {"bytes_per_us", device.bytes_per_us},
                     {"step_us", device.step_us}};
  }
  Value problems = Value::object();
  for (const auto& [digest, problem] : profile.problems) {
    Value candidates = Value::array();
    for (const Measurement& one : problem.candidates) candidates.push_back(value_of(one));
    problems[digest] = {{"problem", problem.text}, {"candidates", std::move(candidates)}};
  }
  const Value all = {{"format", kFormat},
                     {"processor", profile.processor},
                     {"devices", std::move(devices)},
                     {"problems", std::move(problems)}};
  return to_json(all, 1) + "\n";
}

Result<Profile> read_profile(const std::string& path) {
  const std::string text = WALLE_TRY(read_text(path, kMaxProfileBytes));
  auto profile = parse_profile(text);
  if (!profile) return fail(profile.error().with(path));
  return profile;
}

}  // namespace walle::search
