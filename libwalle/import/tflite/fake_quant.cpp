#include <cmath>

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// Rounds to the steps that an integer of num_bits would have between min and max, which are moved so that 0 is a step.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::FakeQuantOptions>());
  if (options->num_bits() < 2 || options->num_bits() > 16 || !(options->min() < options->max()))
    return Operation::fail(ErrorCode::invalid_argument, "its range or number of bits is wrong");
  const float low = options->narrow_range() ? 1 : 0;
  const auto high = static_cast<float>((1 << options->num_bits()) - 1);
  const float scale = (options->max() - options->min()) / (high - low);
  const float zero = std::round(std::fmin(high, std::fmax(low, low - options->min() / scale)));
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(op.real(0));
  const auto least = static_cast<double>((low - zero) * scale);
  const auto most = static_cast<double>((high - zero) * scale);
  ValueId y = WALLE_TRY(b.one("Clip", {x, make::scalar_like(b, x, least), make::scalar_like(b, x, most)}));
  y = WALLE_TRY(make::with_scalar(b, "Sub", y, least));
  y = WALLE_TRY(make::with_scalar(b, "Mul", y, 1.0 / static_cast<double>(scale)));
  y = WALLE_TRY(b.one("Floor", {WALLE_TRY(make::with_scalar(b, "Add", y, 0.5))}));
  y = WALLE_TRY(make::with_scalar(b, "Mul", y, static_cast<double>(scale)));
  return one(make::with_scalar(b, "Add", y, least));
}

}  // namespace

extern const TranslationDef kFakeQuant;
const TranslationDef kFakeQuant = {.code = schema::BuiltinOperator::FAKE_QUANT, .translate = translate};

}  // namespace walle::import::tflite
