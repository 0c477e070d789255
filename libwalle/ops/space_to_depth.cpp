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
  for (size_t i = 2; i < 4; ++i) {
    if (shape[i].known() && shape[i].value() % block != 0)
      return node.fail(ErrorCode::invalid_argument, "height and width must be multiples of blocksize");
  }
  context.set(0, dtype,
              {shape[0], rules::times(context, shape[1], Dim(block * block)),
               rules::over(context, shape[2], Dim(block)), rules::over(context, shape[3], Dim(block))});
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints y = WALLE_TRY(node.result_dims(0));
  const int64_t block = WALLE_TRY(rules::block_size(node));
  const Ints from = rules::strides(x);
  const Ints to = rules::strides(y);
  const bool depth_last = WALLE_TRY(node.attribute_string("mode", "DCR")) == "DCR";
  // The channel is (row, column, depth) of a block in mode DCR, (depth, row, column) in mode CRD.
  const int64_t column = (depth_last ? x[1] : 1) * to[1];
  const int64_t depth = (depth_last ? 1 : block * block) * to[1];
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, {},
                           {{x[0], from[0], to[0]},
                            {block, from[2], block * column},
                            {block, from[3], column},
                            {x[1], from[1], depth},
                            {y[2], block * from[2], to[2]},
                            {y[3], block * from[3], to[3]}}));
  return made;
}

}  // namespace

extern const OpDef kSpaceToDepth = {.name = "SpaceToDepth",
                                    .formula = "y = blocks of pixels laid out as channels",
                                    .op_class = OpClass::transform,
                                    .operands = {1, 1},
                                    .results = {1, 1},
                                    .attributes = "blocksize:int(1..), mode:string(DCR|CRD)=DCR",
                                    .infer = infer,
                                    .regions = regions};

}  // namespace walle::ops
