#include "libwalle/import/onnx_type.h"

#include "libwalle/ops/rules/types.h"

namespace walle::import {

using engine::ValueKind;

Result<DeclaredType> declared_type(const onnx::TypeProto& type) {
  if (type.has_tensor_type())
    return DeclaredType{ValueKind::tensor, type.tensor_type().elem_type(), &type.tensor_type()};
  const bool optional = type.has_optional_type();
  const onnx::TypeProto& inner = optional ? type.optional_type().elem_type() : type;
  if (inner.has_sequence_type()) {
    const onnx::TypeProto& element = inner.sequence_type().elem_type();
    if (element.has_tensor_type())
      return DeclaredType{optional ? ValueKind::optional_sequence : ValueKind::sequence,
                          element.tensor_type().elem_type(), nullptr};
  } else if (optional && inner.has_tensor_type()) {
    return DeclaredType{ValueKind::optional, inner.tensor_type().elem_type(), nullptr};
  }
  return fail(ErrorCode::unsupported, "it is neither a tensor, a sequence of tensors nor an optional of these");
}

Result<std::string> type_text(const onnx::TypeProto& type) {
  const DeclaredType declared = WALLE_TRY(declared_type(type));
  const auto dtype = ops::rules::dtype_of_onnx(declared.element);
  if (!dtype) return fail(ErrorCode::unsupported, "strings and the like are not supported");
  const bool sequence = declared.kind == ValueKind::sequence || declared.kind == ValueKind::optional_sequence;
  return (sequence ? "sequence " : "") + std::string(name_of(*dtype));
}

}  // namespace walle::import
