#include "streamd/expression/expression.h"

/// Expressions: never a crash, parsing or evaluating.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Value kEvent{{"id", "image"},
                            {"page", "reader"},
                            {"time_us", 17},
                            {"a", {1, 2.5, "x", nullptr}},
                            {"contents", {{"lux", 120}, {"text", "héllo"}, {"bytes", Value::binary({1, 2})}}}};
  if (const auto expression = expression::Expression::parse(text)) (void)expression->evaluate(kEvent);
  return 0;
}
