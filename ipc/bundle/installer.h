#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/bundle/manifest.h"
#include "ipc/bundle/roles.h"
#include "ipc/bundle/store.h"
#include "libwalle/base/result.h"

namespace walle::bundle {

/// A file that is not a blob of the manifest (an opened exclusive file).
struct ExtraFile {
  std::string path;
  std::vector<uint8_t> bytes;
};

/// Why an installed folder may be believed; kept in FOLDER/.walle beside its manifest.
struct Evidence {
  std::string targets;       ///< Trust::evidence
  std::string roots = "[]";  ///< Trust::root_chain
};

/// Builds `destination` out of blobs: a folder beside it, verified, fsynced, read-only, renamed in one step; hard links
/// where the file system allows. FOLDER/.walle/{manifest,targets,roots}.json are the evidence for verify_folder. An
/// existing destination that verifies is kept. Errors: not_found (a blob is missing), data_loss, resource_exhausted.
[[nodiscard]] Status assemble(const BlobStore& store, std::string_view manifest_json, const Evidence& evidence,
                              const std::vector<ExtraFile>& extras, const std::string& destination);

/// The same for a folder that is not to be handed on (a simulation): without roots beyond the pinned one.
[[nodiscard]] inline Status assemble(const BlobStore& store, std::string_view manifest_json,
                                     std::string_view targets_json, const std::vector<ExtraFile>& extras,
                                     const std::string& destination) {
  return assemble(store, manifest_json, Evidence{.targets = std::string(targets_json)}, extras, destination);
}

/// What walled does before it runs a folder that someone with network access has put there: the manifest has this
/// hash, the scenario's publisher (by `root` and the roots that followed it) vouches for it, and every file has the
/// manifest's hash and no file is there that neither the manifest nor `extra_paths` names. Yields the manifest.
[[nodiscard]] Result<Manifest> verify_folder(const std::string& folder, const Digest& manifest, const Root& root,
                                             const std::vector<std::string>& extra_paths = {});

/// Removes a bundle's folder (read-only inside) for good; no error if it is absent.
[[nodiscard]] Status remove_folder(const std::string& folder);

}  // namespace walle::bundle
