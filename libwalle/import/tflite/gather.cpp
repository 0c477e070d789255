#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

/// Axes of x so that `axis` stands right behind the `batch` leading ones.
Ints forward(size_t rank, size_t batch, size_t axis) {
  Ints perm;
  for (size_t i = 0; i < rank; ++i) {
    if (i == batch) perm.push_back(static_cast<int64_t>(axis));
    if (i != axis) perm.push_back(static_cast<int64_t>(i));
  }
  return perm;
}

/// y[b…, m…, i…, r…] = x[b…, m…, indices[b…, i…], r…], where m lies between the batch axes and the axis.
Result<ValueId> batched(Operation& op, ValueId x, ValueId indices, size_t batch, size_t axis) {
  GraphBuilder& b = op.builder();
  const size_t rank = WALLE_TRY(op.rank(x));
  const size_t picked = WALLE_TRY(op.rank(indices)) - batch;
  if (axis != batch) x = WALLE_TRY(make::transpose(b, x, forward(rank, batch, axis)));
  const ValueId places = WALLE_TRY(rules::unsqueezed(op, indices, {static_cast<int64_t>(batch + picked)}));
  const ValueId y = WALLE_TRY(b.one("GatherND", {x, places}, {{"batch_dims", static_cast<int64_t>(batch)}}));
  if (axis == batch) return y;
  Ints perm;  // of y, whose axes are b, i, m, r
  const auto add = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) perm.push_back(static_cast<int64_t>(i));
  };
  add(0, batch);
  add(batch + picked, axis + picked);
  add(batch, batch + picked);
  add(axis + picked, rank - 1 + picked);
  return make::transpose(b, y, perm);
}

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::GatherOptions>());
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  const ValueId indices = WALLE_TRY(op.index(1));
  const size_t rank = WALLE_TRY(op.rank(x));
  const int64_t axis = WALLE_TRY(op.axis(options->axis(), rank));
  const size_t index_rank = WALLE_TRY(op.rank(indices));
  const int64_t batch = options->batch_dims() + (options->batch_dims() < 0 ? static_cast<int64_t>(index_rank) : 0);
  if (batch == 0) return one(op.builder().one("Gather", {x, indices}, {{"axis", axis}}));
  if (batch < 0 || batch > axis || batch > static_cast<int64_t>(index_rank))
    return Operation::fail(ErrorCode::invalid_argument, "batch_dims does not fit");
  return one(batched(op, x, indices, static_cast<size_t>(batch), static_cast<size_t>(axis)));
}

}  // namespace

extern const TranslationDef kGather;
const TranslationDef kGather = {.code = schema::BuiltinOperator::GATHER, .translate = translate};

}  // namespace walle::import::tflite
