#pragma once

#include <string>
#include <vector>

namespace walle {

/// What is wrong with a command line, for programs with verbs. `what`: the parser's message. `left`: words that it
/// could not place; the first that is no option is a verb that there is not.
[[nodiscard]] inline std::string usage_message(const std::string& what, const std::vector<std::string>& left) {
  for (const std::string& word : left) {
    if (!word.empty() && word[0] != '-') return "there is no verb '" + word + "' here";
  }
  if (what != "A subcommand is required") return what;
  return left.empty() ? "a verb is missing" : "there is no option '" + left.front() + "' here";
}

}  // namespace walle
