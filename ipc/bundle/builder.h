#pragma once

#include <string>
#include <vector>

#include "ipc/bundle/manifest.h"
#include "ipc/bundle/store.h"
#include "ipc/bundle/task_manifest.h"
#include "libwalle/base/result.h"

namespace walle::bundle {

/// What a bundle is made of.
struct BuildInput {
  std::string folder;  ///< a checked-out task folder, models already converted
  std::string scenario;
  std::string commit;  ///< may be empty
  std::string tag;     ///< may be empty
  int64_t counter = 0;
  std::string min_runtime;
};

/// A file that matched `[files] exclusive`: for one device alone, not part of the manifest.
struct ExclusiveSource {
  std::string device;  ///< what ${device.id} stood for
  std::string path;
  std::string file;  ///< where its bytes are
};

struct BuiltBundle {
  TaskManifest task;
  Manifest manifest;
  std::string text;  ///< the manifest's bytes; stored as a blob, too
  Digest digest{};   ///< its name
  std::vector<ExclusiveSource> exclusive;
};

/// Reads task.toml, puts every file of the folder (but .git and exclusive ones) into the store and makes the manifest.
/// Refuses links, devices, sockets, hard paths and anything over the limits.
[[nodiscard]] Result<BuiltBundle> build_bundle(const BuildInput& input, const BlobStore& store);

}  // namespace walle::bundle
