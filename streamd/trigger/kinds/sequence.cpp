// A sequence of steps, in time order or inside one visit of a page; matched by the trie (sequence_runtime.h).
#include <algorithm>
#include <set>

#include "streamd/trigger/sequence_runtime.h"

namespace walle::trigger {
namespace {

Status scan_item(Scanner& scanner, std::vector<Name>& names, size_t depth) {
  if (scanner.peek().kind != TokenKind::open) {
    names.push_back(WALLE_TRY(scan_name(scanner)));
    if (names.size() > kMaxAlternatives) return scanner.expected("at most 16 alternatives in a step");
    return {};
  }
  if (depth >= kMaxGroupDepth) return scanner.expected("groups nested at most 8 deep");
  do {
    scanner.take();
    WALLE_TRY(scan_item(scanner, names, depth + 1));
  } while (scanner.peek().kind == TokenKind::bar);
  if (scanner.peek().kind != TokenKind::close) return scanner.expected("'|' or ')'");
  scanner.take();
  return {};
}

Result<Step> scan_step(Scanner& scanner) {
  Step step{.position = scanner.peek().position};
  if (scanner.peek().kind == TokenKind::bang) {
    scanner.take();
    step.negated = true;
  }
  WALLE_TRY(scan_item(scanner, step.names, 0));
  std::sort(step.names.begin(), step.names.end());
  step.names.erase(std::unique(step.names.begin(), step.names.end()), step.names.end());
  if (!scanner.peek().space_before) {
    const TokenKind kind = scanner.peek().kind;
    step.optional = kind == TokenKind::question || kind == TokenKind::star;
    step.repeated = kind == TokenKind::plus || kind == TokenKind::star;
    if (step.optional || step.repeated) scanner.take();
  }
  return step;
}

/// What the grammar allows but has no meaning.
Status check(const Condition& condition) {
  const auto& steps = condition.steps;
  if (steps.front().negated) {
    return Scanner::error_at(steps.front().position,
                             "a sequence begins with an event that must come; put it in front of '!'");
  }
  const auto must = [](const Step& step) { return !step.negated && !step.optional; };
  if (std::none_of(steps.begin(), steps.end(), must)) {
    return Scanner::error_at(0, "this sequence is met without any event; make one step required");
  }
  if (!steps.back().negated) return {};
  bool gap = condition.gap_after;
  for (auto step = steps.rbegin(); step != steps.rend() && step->negated; ++step) gap = gap || step->gap_before;
  if (gap && condition.within_us == 0) {
    return Scanner::error_at(steps.back().position,
                             "'.. !' at the end is decided by time; add 'within' and a duration");
  }
  return {};
}

std::string scope_of(const Condition& condition) {
  std::set<std::string> pages;
  for (const Step& step : condition.steps) {
    for (const Name& name : step.names) {
      if (!name.page.empty()) pages.insert(name.page);
    }
  }
  return pages.size() == 1 ? *pages.begin() : std::string();
}

Status parse(Scanner& scanner, Condition& condition) {
  bool gap = false;
  while (condition.steps.empty() || (scanner.peek().kind != TokenKind::end && !scanner.at_word("within"))) {
    if (!condition.steps.empty() && scanner.peek().kind == TokenKind::dots) {
      scanner.take();
      gap = true;
      const bool ends = scanner.peek().kind == TokenKind::end || scanner.at_word("within");
      if (ends && condition.steps.back().negated) {
        condition.gap_after = true;
        break;
      }
    }
    if (condition.steps.size() == kMaxSteps) return scanner.expected("at most 32 steps");
    condition.steps.push_back(WALLE_TRY(scan_step(scanner)));
    condition.steps.back().gap_before = gap;
    gap = false;
  }
  if (scanner.at_word("within")) {
    scanner.take();
    condition.within_us = WALLE_TRY(scan_duration_us(scanner));
  }
  condition.scope = scope_of(condition);
  return check(condition);
}

}  // namespace

extern const KindDef kSequence;
const KindDef kSequence{.name = "sequence", .keyword = "", .parse = parse, .make = make_sequence_runtime};

}  // namespace walle::trigger
