#include "tools/walle-ctl/device/expect.h"

#include <cmath>

namespace walle::ctl {
namespace {

constexpr size_t kShownBytes = 200;

std::string shown(const Value& value) {
  std::string text = to_json(value);
  return text.size() > kShownBytes ? text.substr(0, kShownBytes) + "…" : text;
}

std::string line(const std::string& path, const std::string& text) {
  return (path.empty() ? "result" : path) + ": " + text;
}

bool equal(const Value& expected, const Value& given, const Tolerance& tolerance) {
  if (expected.is_number() && given.is_number()) {
    const double a = expected.get<double>();
    const double b = given.get<double>();
    return a == b || std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(a);
  }
  return expected == given;
}

}  // namespace

std::vector<std::string> differences(const Value& expected, const Value& given, const Tolerance& tolerance,
                                     const std::string& path) {
  std::vector<std::string> found;
  const auto add = [&](std::vector<std::string> more) { found.insert(found.end(), more.begin(), more.end()); };
  if (expected.is_object() && given.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const std::string inner = path.empty() ? key : path + "." + key;
      if (!given.contains(key)) {
        found.push_back(line(inner, "is missing"));
      } else {
        add(differences(value, given[key], tolerance, inner));
      }
    }
  } else if (expected.is_array() && given.is_array()) {
    if (expected.size() != given.size())
      return {line(path, std::to_string(given.size()) + " items instead of " + std::to_string(expected.size()) + ": " +
                             shown(given))};
    for (size_t i = 0; i < expected.size(); ++i)
      add(differences(expected[i], given[i], tolerance, path + "[" + std::to_string(i) + "]"));
  } else if (!equal(expected, given, tolerance)) {
    found.push_back(line(path, shown(given) + " instead of " + shown(expected)));
  }
  return found;
}

}  // namespace walle::ctl
