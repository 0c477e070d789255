#include "libwalle/import/tflite/rules/custom.h"

#include <cstring>

namespace walle::import::tflite::rules {

Result<std::vector<int32_t>> option_words(const Operation& op, size_t count) {
  std::vector<int32_t> words(count);
  const auto bytes = op.custom_options();
  if (bytes.size() < count * sizeof(int32_t))
    return Operation::fail(ErrorCode::invalid_argument,
                           "its options are shorter than " + std::to_string(count) + " words");
  std::memcpy(words.data(), bytes.data(), count * sizeof(int32_t));
  return words;
}

Result<flexbuffers::Map> option_map(const Operation& op) {
  const auto bytes = op.custom_options();
  std::vector<uint8_t> seen;
  if (bytes.size() < 3 || !flexbuffers::VerifyBuffer(bytes.data(), bytes.size(), &seen))
    return Operation::fail(ErrorCode::invalid_argument, "its options are damaged");
  const auto root = flexbuffers::GetRoot(bytes.data(), bytes.size());
  if (!root.IsMap()) return Operation::fail(ErrorCode::invalid_argument, "its options are no map");
  return root.AsMap();
}

int64_t whole(const flexbuffers::Reference& option) {
  constexpr auto kMost = static_cast<double>(int64_t{1} << 53);
  if (option.IsBool()) return option.AsBool() ? 1 : 0;
  if (!option.IsNumeric()) return 0;
  const double number = option.AsDouble();
  return number >= -kMost && number <= kMost ? static_cast<int64_t>(number) : 0;
}

}  // namespace walle::import::tflite::rules
