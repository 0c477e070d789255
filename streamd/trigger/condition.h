#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::trigger {

struct KindDef;

/// Bounds on a condition from outside.
inline constexpr size_t kMaxConditionBytes = 1024;
inline constexpr size_t kMaxSteps = 32;
inline constexpr size_t kMaxAlternatives = 16;
inline constexpr size_t kMaxGroupDepth = 8;
inline constexpr int64_t kMaxDurationUs = 366LL * 86'400 * 1'000'000;

/// One alternative of an item: an event name, on a page or anywhere. Empty `id`: any event ("*", "page.*").
struct Name {
  std::string page;  ///< empty: any page (or the condition's own, see Condition::scope)
  std::string id;
  bool operator==(const Name&) const = default;
  auto operator<=>(const Name&) const = default;
};

/// A step of a sequence, as written.
struct Step {
  bool gap_before = false;  ///< ".." in front
  bool negated = false;     ///< "!"; a quantifier behind it changes nothing
  bool optional = false;    ///< "?" or "*"
  bool repeated = false;    ///< "+" or "*"
  std::vector<Name> names;  ///< sorted, unique; groups are flattened
  size_t position = 0;      ///< byte in the text, for messages
};

/// A parsed condition. Which fields are meant depends on the kind (streamd/trigger/kinds/).
struct Condition {
  std::string text;  ///< as given, trimmed
  const KindDef* kind = nullptr;
  std::vector<Step> steps;  ///< sequence
  bool gap_after = false;   ///< sequence: ".." behind the last step (only before a closing "!c")
  int64_t within_us = 0;    ///< sequence: 0 = unbounded
  std::string scope;        ///< sequence: the one page that it names; empty = over all events in time order
  int64_t period_us = 0;    ///< every
  uint32_t count = 0;       ///< each
  std::vector<Name> names;  ///< each
};

/// Parses and checks a condition of docs' language:
///   condition = sequence [ "within" duration ] | "every" duration | "each" count id ;
///   sequence  = step { [ ".." ] step } ;
///   step      = [ "!" ] item [ "?" | "+" | "*" ] ;              (a quantifier follows its item without a space)
///   item      = id | page "." id | page ".*" | "*" | "(" item { "|" item } ")" ;
/// Meaning, beyond the grammar's comments:
///   - A sequence that names exactly one page is matched inside one visit of it, over that page's events alone; one
///     that names none or several pages over all events in time order.
///   - ".." before a repeated step also stands between its repetitions: "enter .. image+ .. exit" takes every image.
///   - It fires at the first event that completes it. Of all ways to match that end there, the newest start wins (the
///     newest event of the first step that must occur), then the latest events counted from the end, so that
///     repetitions and optional steps are taken where they can be. The condition then starts afresh after that event.
///   - "!c" between steps: neither a skipped event nor the one taken next is c. At the end, "a !c" fires at the next
///     event that is not c, "a .. !c within 5s" when 5 s have passed without c (each start by itself).
///   - `within` bounds the time from first to last event.
/// Errors: invalid_argument "condition, position N: found X, expected Y". Linear in the text. Thread-safe, no I/O.
[[nodiscard]] Result<Condition> parse_condition(std::string_view text);

}  // namespace walle::trigger
