#include "libwalle/import/tflite/rules/blocks.h"

#include <algorithm>

namespace walle::import::tflite::rules {

Result<Ints> block_of(Operation& op, ValueId x) {
  Ints block = WALLE_TRY(op.ints(1));
  const auto wrong = [](int64_t size) { return size < 1 || size > int64_t{1} << 20; };
  if (block.empty() || block.size() + 1 > WALLE_TRY(op.rank(x)) || std::any_of(block.begin(), block.end(), wrong))
    return Operation::fail(ErrorCode::invalid_argument, "its block does not fit the image");
  return block;
}

}  // namespace walle::import::tflite::rules
