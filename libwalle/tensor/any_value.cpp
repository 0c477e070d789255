#include <walle/engine/any_value.h>

namespace walle::engine {

std::string_view name_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::tensor:
      return "tensor";
    case ValueKind::sequence:
      return "sequence";
    case ValueKind::optional:
      return "optional";
    case ValueKind::optional_sequence:
      return "optional sequence";
  }
  return "?";
}

Result<AnyValue> AnyValue::sequence(DType dtype, std::vector<Tensor> elements) {
  for (const Tensor& element : elements) {
    if (element.dtype() == dtype) continue;
    return fail(ErrorCode::invalid_argument, "a sequence of " + std::string(walle::name_of(dtype)) + " cannot hold " +
                                                 describe(element.dtype(), element.dims()));
  }
  AnyValue made;
  made.held_ = std::make_shared<const Sequence>(Sequence{dtype, std::move(elements)});
  return made;
}

int64_t AnyValue::bytes() const {
  if (absent()) return 0;
  if (is_tensor()) return tensor().bytes();
  int64_t sum = 0;
  for (const Tensor& element : elements()) sum += element.bytes();
  return sum;
}

std::string describe(const AnyValue& value) {
  if (value.absent()) return "nothing";
  if (value.is_tensor()) return describe(value.tensor().dtype(), value.tensor().dims());
  return "sequence of " + std::to_string(value.elements().size()) + " " + std::string(walle::name_of(value.dtype()));
}

}  // namespace walle::engine
