#include <limits>

#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// x from `begin`, `size` elements along each axis; a size of -1 is all that follow.
Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  const size_t rank = WALLE_TRY(op.rank(x));
  Ints axes;
  for (size_t i = 0; i < rank; ++i) axes.push_back(static_cast<int64_t>(i));
  const ValueId begin = WALLE_TRY(op.index(1));
  const ValueId size = WALLE_TRY(op.index(2));
  const auto known_begin = op.ints(1);
  const auto known_size = op.ints(2);
  if (known_begin && known_size) {
    if (known_begin->size() != rank || known_size->size() != rank)
      return Operation::fail(ErrorCode::invalid_argument, "begin and size do not fit the rank");
    Ints end;
    for (size_t i = 0; i < rank; ++i) {
      int64_t last = 0;
      const bool all = (*known_size)[i] < 0 || __builtin_add_overflow((*known_begin)[i], (*known_size)[i], &last);
      end.push_back(all ? std::numeric_limits<int64_t>::max() : last);
    }
    return one(rules::sliced(op, x, {.begin = *known_begin, .end = end, .step = Ints(rank, 1), .axes = axes}));
  }
  const ValueId most = b.scalar(DType::i64, static_cast<double>(std::numeric_limits<int32_t>::max()));
  const ValueId open = WALLE_TRY(b.one("Less", {size, b.scalar(DType::i64, 0)}));
  const ValueId last = WALLE_TRY(b.one("Add", {begin, size}));
  const ValueId end = WALLE_TRY(b.one("Where", {open, most, last}));
  return one(b.one("Slice", {x, begin, end, b.ints(axes)}));
}

}  // namespace

extern const TranslationDef kSlice;
const TranslationDef kSlice = {.code = schema::BuiltinOperator::SLICE, .translate = translate};

}  // namespace walle::import::tflite
