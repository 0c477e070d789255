#include "libwalle/ops/rules/pixel_blocks.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    rules::set_fresh(context, 0, dtype, 4);
    return {};
  }
  const Shape& shape = *node.value(0).shape;
  const int64_t block = WALLE_TRY(rules::block_size(node));
  if (shape[1].known() && shape[1].value() % (block * block) != 0)
    return node.fail(ErrorCode::invalid_argument, "the channels are no multiple of blocksize²");
  context.set(0, dtype,
              {shape[0], rules::over(context, shape[1], Dim(block * block)),
               rules::times(context, shape[2], Dim(block)), rules::times(context, shape[3], Dim(block))});
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints y = WALLE_TRY(node.result_dims(0));
  const int64_t block = WALLE_TRY(rules::block_size(node));
  const bool depth_first = WALLE_TRY(node.attribute_string("mode", "DCR")) == "DCR";
  const Ints from = rules::strides(x);
  const Ints to = rules::strides(y);
  // The channel is (row, column, depth) of a block in mode DCR, (depth, row, column) in mode CRD.
  const int64_t row = (depth_first ? block * y[1] : block) * from[1];
  const int64_t column = (depth_first ? y[1] : 1) * from[1];
  const int64_t depth = (depth_first ? 1 : block * block) * from[1];
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, {},
                           {{x[0], from[0], to[0]},
                            {y[1], depth, to[1]},
                            {x[2], from[2], block * to[2]},
                            {block, row, to[2]},
                            {x[3], from[3], block * to[3]},
                            {block, column, to[3]}}));
  return made;
}

}  // namespace

extern const OpDef kDepthToSpace = {.name = "DepthToSpace",
                                    .formula = "y = blocks of channels laid out as blocks of pixels",
                                    .op_class = OpClass::transform,
                                    .operands = {1, 1},
                                    .results = {1, 1},
                                    .attributes = "blocksize:int(1..), mode:string(DCR|CRD)=DCR",
                                    .infer = infer,
                                    .regions = regions};

}  // namespace walle::ops
