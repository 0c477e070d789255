#pragma once

#include <span>
#include <string>

#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {

/// A bash completion script for these verbs: nouns, verbs, options, files, folders and the device's task names.
[[nodiscard]] std::string bash_completion(std::span<const VerbDef* const> verbs);

}  // namespace walle::ctl
