#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/update/http.h"
#include "ipc/bundle/manifest.h"
#include "ipc/bundle/store.h"
#include "libwalle/base/result.h"

namespace walle::update {

/// An installed bundle whose chunks may be taken instead of downloaded.
struct Seed {
  bundle::Manifest manifest;
  std::string folder;
};

struct FetchStats {
  int64_t downloaded = 0;  ///< bytes that came over the network and stayed
  int64_t reused = 0;      ///< bytes taken from seeds or an earlier attempt
};

/// Brings one blob into the store: verified chunk by chunk, resumed at the last good chunk, taken from seeds where they
/// have the chunk, else by range from the first of `origins` that delivers. `stats` counts also when it fails. Errors:
/// unavailable, not_found, data_loss (no origin has it whole: try later), resource_exhausted, cancelled.
[[nodiscard]] Status fetch_blob(const bundle::FileEntry& file, const bundle::BlobStore& store,
                                const std::vector<std::string>& origins, const std::vector<Seed>& seeds, Http& http,
                                FetchStats& stats);

/// All blobs of a manifest that the store lacks.
[[nodiscard]] Status fetch_bundle(const bundle::Manifest& manifest, const bundle::BlobStore& store,
                                  const std::vector<std::string>& origins, const std::vector<Seed>& seeds, Http& http,
                                  FetchStats& stats);

/// Bytes that fetch_bundle would still have to write.
[[nodiscard]] int64_t missing_bytes(const bundle::Manifest& manifest, const bundle::BlobStore& store);

}  // namespace walle::update
