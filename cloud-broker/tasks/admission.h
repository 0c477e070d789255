#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cloud-broker/store/store.h"
#include "ipc/bundle/builder.h"
#include "ipc/bundle/store.h"
#include "libwalle/base/result.h"

namespace walle::tasks {

/// What a tag name says. Errors: invalid_argument unless it is TASK/vMAJOR.MINOR.PATCH.
struct TagName {
  std::string task;
  std::string version;
};
[[nodiscard]] Result<TagName> parse_tag_name(std::string_view tag);

/// The name of a scenario by the folder of its repository: "/srv/git/Library.git" → "library".
/// Errors: invalid_argument if that is not a name, or the path is not absolute.
[[nodiscard]] Result<std::string> scenario_of(std::string_view repository);

/// Where admission works and what it asks.
struct AdmissionOptions {
  std::string work_folder;      ///< scratch space, emptied after use
  std::string allowed_signers;  ///< file; see verify_tag
  int64_t convert_timeout_us = 600'000'000;
  /// Where files for single devices go, in the clear: never served. Null: a task that has some is refused.
  const bundle::BlobStore* exclusive = nullptr;
};

struct Admitted {
  std::string scenario;
  TagName tag;
  std::string commit;
  std::string object;
  std::string signer;
  bundle::BuiltBundle bundle;
  std::vector<store::ExclusiveRow> exclusive;
};

/// From a tag in git to a bundle in the blob store: signature, moved tag, tree limits, task.toml against the tag,
/// models converted. Nothing is published yet. `counter` becomes the manifest's.
[[nodiscard]] Result<Admitted> admit(const std::string& repository, const std::string& tag, int64_t counter,
                                     const AdmissionOptions& options, store::Store& store,
                                     const bundle::BlobStore& blobs, int64_t now_us);

/// Converts the models that task.toml names by `walle-model convert`, replaces them by their .walle files and lets
/// task.toml name those. Errors: failed_precondition with what the converter said.
[[nodiscard]] Status convert_models(const std::string& folder, int64_t timeout_us);

}  // namespace walle::tasks
