#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const int64_t count = WALLE_TRY(node.attribute_int("count", 0));
  if (count < 0) return node.fail(ErrorCode::invalid_argument, "count is negative");
  context.set(0, dtype, {Dim(count)});
  return {};
}

Result<CoreForm> atomic(const NodeView&) { return CoreForm{.attributes = IotaAttributes{}}; }

}  // namespace

extern const OpDef kIota = {.name = "Iota",
                            .domain = "walle",
                            .formula = "y[i] = start + i * delta",
                            .op_class = OpClass::atomic,
                            .operands = {2, 2},
                            .results = {1, 1},
                            .attributes = "count:int",
                            .infer = infer,
                            .atomic = atomic};

}  // namespace walle::ops
