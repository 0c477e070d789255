#include "daemon/update/fetch.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <optional>

namespace walle::update {
namespace {

using bundle::Chunk;
using bundle::FileEntry;
using bundle::PartialBlob;

std::vector<Chunk> chunks_of(const FileEntry& file) {
  if (!file.chunks.empty() || file.size == 0) return file.chunks;
  return {{.size = file.size, .sha256 = file.sha256}};
}

struct Place {
  std::string path;
  int64_t offset = 0;
  int64_t size = 0;
};

/// Where the wanted chunks lie in seeds.
std::map<Digest, Place> find_seeds(const std::vector<Chunk>& wanted, const std::vector<Seed>& seeds) {
  std::map<Digest, Place> out;
  for (const Chunk& chunk : wanted) out[chunk.sha256] = {};
  for (const Seed& seed : seeds) {
    for (const FileEntry& file : seed.manifest.files) {
      int64_t offset = 0;
      for (const Chunk& chunk : chunks_of(file)) {
        const auto it = out.find(chunk.sha256);
        if (it != out.end() && it->second.path.empty())
          it->second = {seed.folder + "/" + file.path, offset, chunk.size};
        offset += chunk.size;
      }
    }
  }
  std::erase_if(out, [](const auto& item) { return item.second.path.empty(); });
  return out;
}

std::optional<std::vector<uint8_t>> read_seed(const Place& place, const Digest& digest) {
  const UniqueFd fd(::open(place.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return std::nullopt;
  std::vector<uint8_t> bytes(static_cast<size_t>(place.size));
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t got =
        ::pread(fd.get(), bytes.data() + done, bytes.size() - done, place.offset + static_cast<off_t>(done));
    if (got <= 0) return std::nullopt;
    done += static_cast<size_t>(got);
  }
  if (sha256(std::span<const uint8_t>(bytes)) != digest) return std::nullopt;
  return bytes;
}

/// A blob on its way: how many chunks are good so far.
class Assembly {
 public:
  Assembly(const FileEntry& file, PartialBlob partial, const std::vector<Seed>& seeds)
      : file_(file), chunks_(chunks_of(file)), partial_(std::move(partial)), seeds_(find_seeds(chunks_, seeds)) {}

  /// Keeps what an earlier attempt left, up to the last chunk that matches.
  Status resume(FetchStats& stats) {
    while (next_ < chunks_.size() && good_ + chunks_[next_].size <= partial_.size()) {
      const auto bytes = WALLE_TRY(partial_.read(good_, chunks_[next_].size));
      if (sha256(std::span<const uint8_t>(bytes)) != chunks_[next_].sha256) break;
      stats.reused += chunks_[next_].size;
      good_ += chunks_[next_++].size;
    }
    return partial_.truncate(good_);
  }

  /// Appends chunks from seeds until one is missing.
  Status take_seeds(FetchStats& stats) {
    while (next_ < chunks_.size()) {
      const auto place = seeds_.find(chunks_[next_].sha256);
      if (place == seeds_.end()) return {};
      const auto bytes = read_seed(place->second, place->first);
      if (!bytes) {
        seeds_.erase(place);
        return {};
      }
      WALLE_TRY(partial_.append(*bytes));
      stats.reused += chunks_[next_].size;
      good_ += chunks_[next_++].size;
    }
    return {};
  }

  /// Downloads the run of chunks that no seed has. Whatever happens, only verified chunks stay.
  Status download(const std::string& url, Http& http, FetchStats& stats) {
    int64_t run = 0;
    for (size_t i = next_; i < chunks_.size() && !seeds_.contains(chunks_[i].sha256); ++i) run += chunks_[i].size;
    const int64_t before = good_;
    const Status status = http.range(url, good_, run, file_.size, [&](std::span<const uint8_t> bytes) -> Status {
      WALLE_TRY(partial_.append(bytes));
      return accept();
    });
    stats.downloaded += good_ - before;
    WALLE_TRY(partial_.truncate(good_));
    if (!status) return status;
    if (good_ == before + run) return {};
    return fail(ErrorCode::data_loss, "'" + url + "' ended early");
  }

  [[nodiscard]] bool complete() const { return next_ == chunks_.size(); }
  PartialBlob take() { return std::move(partial_); }

 private:
  Status accept() {
    while (next_ < chunks_.size() && good_ + chunks_[next_].size <= partial_.size()) {
      const auto bytes = WALLE_TRY(partial_.read(good_, chunks_[next_].size));
      if (sha256(std::span<const uint8_t>(bytes)) != chunks_[next_].sha256) {
        return fail(ErrorCode::data_loss, "a chunk of blob " + to_hex(file_.sha256) + " does not match its hash");
      }
      good_ += chunks_[next_++].size;
    }
    return {};
  }

  const FileEntry& file_;
  std::vector<Chunk> chunks_;
  PartialBlob partial_;
  std::map<Digest, Place> seeds_;
  size_t next_ = 0;
  int64_t good_ = 0;
};

/// Errors that another mirror will not have.
bool is_final(const Error& error) {
  return error.code == ErrorCode::cancelled || error.code == ErrorCode::resource_exhausted ||
         error.code == ErrorCode::permission_denied;
}

}  // namespace

Status fetch_blob(const FileEntry& file, const bundle::BlobStore& store, const std::vector<std::string>& origins,
                  const std::vector<Seed>& seeds, Http& http, FetchStats& stats) {
  if (store.has(file.sha256)) return {};
  Assembly assembly(file, WALLE_TRY(store.begin(file.sha256, file.size)), seeds);
  WALLE_TRY(assembly.resume(stats));
  size_t origin = 0;
  Error last{ErrorCode::unavailable, "no origin is known for this release"};
  while (true) {
    WALLE_TRY(assembly.take_seeds(stats));
    if (assembly.complete()) return store.finish(assembly.take());
    if (origin == origins.size()) return fail(last);
    const Status got = assembly.download(origins[origin] + "/blobs/" + to_hex(file.sha256), http, stats);
    if (got) continue;
    if (is_final(got.error())) return got;
    last = got.error();
    ++origin;
  }
}

Status fetch_bundle(const bundle::Manifest& manifest, const bundle::BlobStore& store,
                    const std::vector<std::string>& origins, const std::vector<Seed>& seeds, Http& http,
                    FetchStats& stats) {
  for (const FileEntry& file : manifest.files) {
    const Status status = fetch_blob(file, store, origins, seeds, http, stats);
    if (!status) return fail(status.error().with(file.path));
  }
  return {};
}

int64_t missing_bytes(const bundle::Manifest& manifest, const bundle::BlobStore& store) {
  int64_t out = 0;
  for (const FileEntry& file : manifest.files) out += store.has(file.sha256) ? 0 : file.size;
  return out;
}

}  // namespace walle::update
