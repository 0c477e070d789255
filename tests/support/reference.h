#pragma once

#include <cstdlib>
#include <string>

namespace walle::testing {

/// Runs a script under the Python environment that holds the independent references (tools/setup/reference.sh);
/// packages: which list of them. False if it is not installed or the script fails; the test then skips with that
/// reason.
inline bool run_reference(const std::string& command, const std::string& packages = "reference") {
  const std::string shell = "python=$(" WALLE_SOURCE_DIR "/tools/setup/reference.sh " + packages +
                            " 2>/dev/null)/bin/python; [ -x \"$python\" ] && \"$python\" " + command;
  return std::system(("bash -c '" + shell + "'").c_str()) == 0;
}

}  // namespace walle::testing
