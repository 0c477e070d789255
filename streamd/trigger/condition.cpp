#include "streamd/trigger/condition.h"

#include "streamd/trigger/kind.h"

namespace walle::trigger {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  return begin == std::string_view::npos ? std::string_view{}
                                         : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

Result<Condition> parse_condition(std::string_view text) {
  if (text.size() > kMaxConditionBytes) {
    return fail(ErrorCode::invalid_argument, "a condition of " + std::to_string(text.size()) +
                                                 " bytes is over the limit of " + std::to_string(kMaxConditionBytes));
  }
  Condition condition;
  condition.text = trimmed(text);
  Scanner scanner(condition.text);
  const KindDef* other = nullptr;
  for (const KindDef* kind : kind_defs()) {
    if (kind->keyword.empty()) {
      other = kind;
    } else if (scanner.at_word(kind->keyword)) {
      scanner.take();
      condition.kind = kind;
      break;
    }
  }
  if (condition.kind == nullptr) condition.kind = other;
  WALLE_TRY(condition.kind->parse(scanner, condition));
  if (scanner.peek().kind != TokenKind::end) return scanner.expected("the end of the condition");
  return condition;
}

}  // namespace walle::trigger
