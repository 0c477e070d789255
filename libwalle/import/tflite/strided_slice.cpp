#include <algorithm>
#include <limits>

#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

using Limit = std::numeric_limits<int64_t>;

/// Entry i of begin, end and strides, with what the masks say of it.
struct Entry {
  int64_t begin = 0, end = 0, stride = 1;
  bool new_axis = false, shrink = false, rest = false;  ///< rest: stands for all axes that no other entry names
};

Result<std::vector<Entry>> entries_of(Operation& op, const schema::StridedSliceOptions& options) {
  const Ints begin = WALLE_TRY(op.ints(1));
  const Ints end = WALLE_TRY(op.ints(2));
  const Ints stride = WALLE_TRY(op.ints(3));
  if (begin.size() != end.size() || begin.size() != stride.size() || begin.size() > 32)
    return Operation::fail(ErrorCode::invalid_argument, "begin, end and strides do not fit");
  std::vector<Entry> result;
  for (size_t i = 0; i < begin.size(); ++i) {
    const auto masked = [&](int32_t mask) { return (static_cast<uint32_t>(mask) >> i & 1U) != 0; };
    if (stride[i] == 0) return Operation::fail(ErrorCode::invalid_argument, "a stride is 0");
    const bool forward = stride[i] > 0;
    Entry entry = {.begin = begin[i],
                   .end = options.offset() ? begin[i] + end[i] : end[i],
                   .stride = stride[i],
                   .new_axis = masked(options.new_axis_mask()),
                   .shrink = masked(options.shrink_axis_mask()),
                   .rest = masked(options.ellipsis_mask())};
    if (entry.shrink) {
      entry.stride = 1;
      entry.end = entry.begin == -1 ? Limit::max() : entry.begin + 1;
    } else {
      if (masked(options.begin_mask())) entry.begin = forward ? 0 : Limit::max();
      if (masked(options.end_mask())) entry.end = forward ? Limit::max() : Limit::min();
    }
    result.push_back(entry);
  }
  return result;
}

/// x[begin:end:stride], then axes that a number picked vanish and new ones come in.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::StridedSliceOptions>());
  ValueId x = WALLE_TRY(rules::movable(op, 0));
  const auto entries = WALLE_TRY(entries_of(op, *options));
  const auto rank = static_cast<int64_t>(WALLE_TRY(op.rank(x)));
  const int64_t named =
      std::count_if(entries.begin(), entries.end(), [](const Entry& e) { return !e.rest && !e.new_axis; });
  rules::Cut cut;
  Ints shrunk, added;
  int64_t axis = 0, place = 0;  // of x, of the result
  for (const Entry& entry : entries) {
    if (entry.rest) {
      axis += std::max<int64_t>(0, rank - named);
      place += std::max<int64_t>(0, rank - named);
      continue;
    }
    if (entry.new_axis) {
      added.push_back(place++);
      continue;
    }
    cut.axes.push_back(WALLE_TRY(op.axis(axis, static_cast<size_t>(rank))));
    cut.begin.push_back(entry.begin);
    cut.end.push_back(entry.end);
    cut.step.push_back(entry.stride);
    if (entry.shrink) shrunk.push_back(axis);
    if (!entry.shrink) ++place;
    ++axis;
  }
  if (!cut.axes.empty()) x = WALLE_TRY(rules::sliced(op, x, cut));
  if (!shrunk.empty()) x = WALLE_TRY(rules::squeezed(op, x, shrunk));
  return one(added.empty() ? Result<ValueId>(x) : rules::unsqueezed(op, x, added));
}

}  // namespace

extern const TranslationDef kStridedSlice;
const TranslationDef kStridedSlice = {.code = schema::BuiltinOperator::STRIDED_SLICE, .translate = translate};

}  // namespace walle::import::tflite
