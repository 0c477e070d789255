#include "libwalle/ops/rules/pixel_blocks.h"

namespace walle::ops::rules {

Result<int64_t> block_size(const NodeView& node) {
  const int64_t block = WALLE_TRY(node.attribute_int("blocksize", 0));
  if (WALLE_TRY(node.shape(0)).size() != 4 || block < 1 || block > 1 << 20)
    return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 4 and a blocksize of 1 to 2^20");
  return block;
}

}  // namespace walle::ops::rules
