#include "libwalle/import/onnx_attribute.h"

#include "libwalle/import/onnx_type.h"

namespace walle::import {

Result<graph::Attribute> read_attribute(const onnx::AttributeProto& proto, const TensorReader& tensors) {
  using Proto = onnx::AttributeProto;
  switch (proto.type()) {
    case Proto::INT:
      return graph::Attribute(static_cast<int64_t>(proto.i()));
    case Proto::FLOAT:
      return graph::Attribute(proto.f());
    case Proto::STRING:
      return graph::Attribute(proto.s());
    case Proto::INTS:
      return graph::Attribute(std::vector<int64_t>(proto.ints().begin(), proto.ints().end()));
    case Proto::FLOATS:
      return graph::Attribute(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case Proto::STRINGS:
      return graph::Attribute(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case Proto::TENSOR:
      return graph::Attribute(WALLE_TRY(tensors.read(proto.t())));
    case Proto::TYPE_PROTO:
      return graph::Attribute(WALLE_TRY(type_text(proto.tp())));
    default:
      break;
  }
  return fail(ErrorCode::unsupported,
              "attribute '" + proto.name().substr(0, 256) + "' has a type that is not supported");
}

}  // namespace walle::import
