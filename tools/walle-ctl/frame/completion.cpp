#include "tools/walle-ctl/frame/completion.h"

#include <map>

namespace walle::ctl {
namespace {

std::string long_name(std::string_view name) {
  const size_t comma = name.find(',');
  return std::string(comma == std::string_view::npos ? name : name.substr(comma + 1));
}

std::string completer(Completes kind) {
  switch (kind) {
    case Completes::file:
      return "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))";
    case Completes::folder:
      return "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Completes::task:
      return "COMPREPLY=($(compgen -W \"$(walle-ctl task list --names 2>/dev/null)\" -- \"$cur\"))";
    case Completes::nothing:
      break;
  }
  return ":";
}

/// The case branch of one verb: values of its options, its options, its positionals.
std::string branch(const VerbDef& verb) {
  std::string values;
  std::string options = "--json --bus --broker --help";
  Completes positional = Completes::nothing;
  for (const ArgumentDef& argument : verb.arguments) {
    if (!argument.name.starts_with("-")) {
      if (positional == Completes::nothing) positional = argument.completes;
      continue;
    }
    options += " " + long_name(argument.name);
    if (!argument.value.empty())
      values += "        " + long_name(argument.name) + ") " + completer(argument.completes) + "; return ;;\n";
  }
  std::string text =
      "    '" + std::string(verb.noun) + (verb.noun.empty() ? "" : " ") + std::string(verb.name) + "')\n";
  if (!values.empty()) text += "      case \"$prev\" in\n" + values + "      esac\n";
  text += "      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '" + options + "' -- \"$cur\")); else " +
          completer(positional) + "; fi ;;\n";
  return text;
}

}  // namespace

std::string bash_completion(std::span<const VerbDef* const> verbs) {
  std::map<std::string, std::string> nouns;  // noun ("" = top) → its words
  std::string branches;
  for (const VerbDef* verb : verbs) {
    nouns[std::string(verb->noun)] += " " + std::string(verb->name);
    if (!verb->noun.empty()) nouns.try_emplace("");
    branches += branch(*verb);
  }
  std::string top = nouns[""];
  for (const auto& [noun, words] : nouns)
    if (!noun.empty()) top += " " + noun;
  std::string text =
      "# bash completion of walle-ctl; made by `walle-ctl completion bash`.\n"
      "_walle_ctl() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=() i verb\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in --bus|--broker|--token-file) ((i++)) ;; -*) ;; *) words+=(\"${COMP_WORDS[i]}\") ;; "
      "esac\n"
      "  done\n"
      "  case \"${words[0]-}\" in\n"
      "    '') COMPREPLY=($(compgen -W '" +
      top + "' -- \"$cur\")); return ;;\n";
  for (const auto& [noun, words] : nouns) {
    if (noun.empty()) continue;
    text += "    " + noun + ") if ((${#words[@]} == 1)); then COMPREPLY=($(compgen -W '" + words +
            "' -- \"$cur\")); return; fi; verb=\"" + noun + " ${words[1]}\" ;;\n";
  }
  text += "    *) verb=${words[0]} ;;\n  esac\n  case \"$verb\" in\n" + branches +
          "  esac\n}\ncomplete -F _walle_ctl walle-ctl\n";
  return text;
}

}  // namespace walle::ctl
