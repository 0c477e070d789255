#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

/// In ceil mode the last window may reach beyond the padding; only the padding counts, not what is beyond it. Then the
/// padding becomes part of the operand.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const bool counts = WALLE_TRY(node.attribute_int("count_include_pad", 0)) != 0;
  const bool automatic = WALLE_TRY(node.attribute_string("auto_pad", "NOTSET")) != "NOTSET";
  if (!counts || automatic || WALLE_TRY(node.attribute_int("ceil_mode", 0)) == 0) return rules::canonical();
  const size_t spatial = WALLE_TRY(node.dims(0)).size() - 2;
  const Ints pads = WALLE_TRY(node.attribute_ints("pads", Ints(2 * spatial, 0)));
  Ints around(2 * (spatial + 2), 0);
  for (size_t i = 0; i < spatial; ++i) {
    around[2 + i] = pads[i];
    around[spatial + 4 + i] = pads[spatial + i];
  }
  const Ints result = WALLE_TRY(node.result_dims(0));
  Attributes attributes = node.node().attributes;
  attributes.erase("pads");
  attributes["count_include_pad"] = int64_t{0};
  rules::Formula f(builder);
  const rules::Term padded = f.op("Pad", {f.of(node.operand(0)), f.of(builder.ints(around))});
  rules::Term y = padded.apply("AveragePool", attributes);
  for (size_t i = 2; i < result.size(); ++i) {  // windows that begin in the padding do not count
    const auto axis = static_cast<int64_t>(i);
    if (y.dims().size() == result.size() && y.dims()[i] > result[i]) y = y.slice(axis, 0, result[i]);
  }
  return f.results({y});
}

Result<CoreForm> atomic(const NodeView& node) {
  PoolAttributes pool = WALLE_TRY(rules::pool_attributes(node, PoolOp::average));
  pool.count_include_pad = WALLE_TRY(node.attribute_int("count_include_pad", 0)) != 0;
  return CoreForm{.attributes = pool};
}

}  // namespace

extern const OpDef kAveragePool = {
    .name = "AveragePool",
    .formula = "y[n,c,p] = mean_k x[n,c,p·stride + k·dilation - pad]",
    .op_class = OpClass::atomic,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "auto_pad:string=NOTSET, ceil_mode:int=0, count_include_pad:int=0, dilations:ints(1..)?, "
        "kernel_shape:ints(1..), pads:ints?, strides:ints(1..)?",
    .infer = rules::infer_pool,
    .decompose = decompose,
    .atomic = atomic};

}  // namespace walle::ops
