#pragma once

#include <functional>
#include <span>

#include "libwalle/ops/rules/define.h"

// A decomposition that repeats itself: a loop whose body is planned once, however many turns it has.
namespace walle::ops::rules {

/// Most steps that become nodes of their own; more make a loop. Short ones are spelled out: their steps fuse with what
/// is around them and can be differentiated.
inline constexpr int64_t kMostSpelledOut = 64;

/// What one turn reads and what it makes.
struct TurnInputs {
  ValueId turn = kNoValue;        ///< i64 scalar: 0, 1 …
  std::vector<ValueId> carried;   ///< as the turn before left them
  std::vector<ValueId> captured;  ///< what the loop reads from outside
};
struct TurnOutputs {
  std::vector<ValueId> carried;  ///< of the same shapes as before
  std::vector<ValueId> rows;     ///< stacked over the turns along a new first axis
};
using Turn = std::function<Result<TurnOutputs>(GraphBuilder& body, const TurnInputs& inputs)>;

/// `turns` times the body that `turn` builds. The result: the carried values after the last turn, and the stacked rows.
[[nodiscard]] Result<TurnOutputs> repeat(GraphBuilder& builder, int64_t turns, const std::vector<ValueId>& carried,
                                         const std::vector<ValueId>& captured, const Turn& turn);

/// Row `at` (an i64 scalar; `backwards` counts it from the end) of x along `axis`, without the axis.
[[nodiscard]] Result<ValueId> row_at(GraphBuilder& builder, ValueId x, size_t axis, ValueId at, bool backwards);
/// x with the order along its first axis turned round.
[[nodiscard]] Result<ValueId> reversed(GraphBuilder& builder, ValueId x);

}  // namespace walle::ops::rules
