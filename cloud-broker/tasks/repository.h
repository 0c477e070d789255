#pragma once

#include <cstdint>
#include <string>

#include "libwalle/base/result.h"

namespace walle::tasks {

/// Bounds for what a repository may hold.
struct TreeLimits {
  int64_t files = 4096;
  int64_t file_bytes = 1LL << 30;
  int64_t total_bytes = 2LL << 30;
};

/// An annotated tag.
struct Tag {
  std::string name;    ///< "ocr/v1.2.0"
  std::string object;  ///< id of the tag object
  std::string commit;  ///< id of the commit that it names
};

/// Reads tag refs/tags/NAME of the repository (bare or not) at `path`. Errors: not_found; failed_precondition for a
/// lightweight tag, a tag object of another name, or one that does not name a commit.
[[nodiscard]] Result<Tag> read_tag(const std::string& path, const std::string& name);

/// Checks the SSH signature of a tag object against an allowed-signers file (ssh-keygen(1)); the signer's principal.
/// Errors: permission_denied for a missing or wrong signature; failed_precondition if the file is absent.
[[nodiscard]] Result<std::string> verify_tag(const std::string& path, const Tag& tag,
                                             const std::string& allowed_signers);

/// Writes the folder `task` of a commit, or all of it if task.toml lies at its top, to `destination` (made anew).
/// Refuses links, submodules, paths that leave the folder, and what goes over the limits; nothing of the repository is
/// run. Errors: invalid_argument naming the path, resource_exhausted, not_found without a task.toml.
[[nodiscard]] Status export_task(const std::string& path, const std::string& commit, const std::string& task,
                                 const std::string& destination, const TreeLimits& limits = {});

}  // namespace walle::tasks
