#include "ipc/bundle/installer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "ipc/bundle/path.h"
#include "ipc/bundle/trust.h"
#include "libwalle/base/file.h"

namespace walle::bundle {
namespace {

namespace fs = std::filesystem;

std::string own_path(std::string_view name) { return std::string(kOwnFolder) + "/" + std::string(name); }

constexpr std::array<std::string_view, 3> kOwnFiles = {"manifest.json", "targets.json", "roots.json"};

bool is_own(const std::string& path) {
  return std::any_of(kOwnFiles.begin(), kOwnFiles.end(), [&](auto name) { return path == own_path(name); });
}

Status write_own(const std::string& folder, std::string_view manifest_json, const Evidence& evidence) {
  const std::array<std::string_view, 3> texts = {manifest_json, evidence.targets, evidence.roots};
  for (size_t i = 0; i < kOwnFiles.size(); ++i) {
    const std::string path = folder + "/" + own_path(kOwnFiles[i]);
    const auto old = read_text(path, texts[i].size());
    if (!old || *old != texts[i]) WALLE_TRY(write_file_atomically(path, texts[i], 0444));
  }
  return {};
}

Result<Digest> digest_of_path(const std::string& path) {
  // O_NOFOLLOW: a link in the place of a file is refused.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return fail(system_error("cannot open", path));
  Sha256 hash;
  std::vector<uint8_t> block(256U << 10);
  for (;;) {
    const ssize_t got = ::read(fd.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error("cannot read", path));
    if (got == 0) return hash.finish();
    hash.update(std::span(block).first(static_cast<size_t>(got)));
  }
}

/// Every file has its hash, and nothing else is there.
Status check_contents(const std::string& folder, const Manifest& manifest, const std::set<std::string>& extras) {
  std::map<std::string, const FileEntry*> wanted;
  for (const FileEntry& file : manifest.files) wanted[file.path] = &file;
  std::error_code error;
  size_t seen = 0;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().lexically_relative(folder).string();
    if (it->is_directory(error) && !it->is_symlink(error)) continue;
    if (is_own(path) || extras.contains(path)) continue;
    const auto file = wanted.find(path);
    if (file == wanted.end()) return fail(ErrorCode::data_loss, "'" + path + "' is not part of the bundle");
    const Digest digest = WALLE_TRY(digest_of_path(it->path().string()));
    if (digest != file->second->sha256) {
      return fail(ErrorCode::data_loss, "'" + path + "' does not match its hash");
    }
    ++seen;
  }
  if (error) return fail(ErrorCode::unavailable, "cannot list '" + folder + "': " + error.message());
  if (seen != wanted.size()) return fail(ErrorCode::data_loss, "files of the bundle are missing in '" + folder + "'");
  return {};
}

/// A hard link to the blob, or a copy where links are impossible.
Status place(const BlobStore& store, const FileEntry& file, const std::string& path) {
  WALLE_TRY(make_folders(fs::path(path).parent_path().string()));
  WALLE_TRY(store.verify(file.sha256));
  const std::string blob = store.path_of(file.sha256);
  if (::link(blob.c_str(), path.c_str()) == 0) return {};
  if (errno != EXDEV && errno != EPERM && errno != EMLINK && errno != ENOTSUP) {
    return fail(system_error("cannot link", path));
  }
  const MappedFile bytes = WALLE_TRY(MappedFile::open(blob));
  return write_file_atomically(path, bytes.bytes(), 0444);
}

Status sync_folders(const std::string& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error)) WALLE_TRY(sync_folder(it->path().string()));
  }
  if (error) return fail(ErrorCode::unavailable, "cannot list '" + folder + "': " + error.message());
  return sync_folder(folder);
}

Status fill(const BlobStore& store, const Manifest& manifest, std::string_view manifest_json, const Evidence& evidence,
            const std::vector<ExtraFile>& extras, const std::string& folder) {
  WALLE_TRY(make_folders(folder + "/" + std::string(kOwnFolder)));
  WALLE_TRY(write_own(folder, manifest_json, evidence));
  for (const FileEntry& file : manifest.files) WALLE_TRY(place(store, file, folder + "/" + file.path));
  for (const ExtraFile& extra : extras) {
    WALLE_TRY(check_path(extra.path));
    const std::string path = folder + "/" + extra.path;
    WALLE_TRY(make_folders(fs::path(path).parent_path().string()));
    WALLE_TRY(write_file_atomically(path, extra.bytes, 0440));
  }
  return sync_folders(folder);
}

}  // namespace

Status assemble(const BlobStore& store, std::string_view manifest_json, const Evidence& evidence,
                const std::vector<ExtraFile>& extras, const std::string& destination) {
  const Manifest manifest = WALLE_TRY(decode_manifest(manifest_json));
  std::set<std::string> extra_paths;
  for (const ExtraFile& extra : extras) extra_paths.insert(extra.path);
  if (fs::exists(destination)) {
    if (check_contents(destination, manifest, extra_paths)) return write_own(destination, manifest_json, evidence);
    WALLE_TRY(remove_folder(destination));
  }
  const std::string building = destination + ".new";
  WALLE_TRY(remove_folder(building));
  WALLE_TRY(make_folders(building));
  WALLE_TRY(fill(store, manifest, manifest_json, evidence, extras, building));
  if (::rename(building.c_str(), destination.c_str()) != 0) {
    return fail(system_error("cannot rename to", destination));
  }
  return sync_folder(fs::path(destination).parent_path().string());
}

Result<Manifest> verify_folder(const std::string& folder, const Digest& manifest, const Root& pinned,
                               const std::vector<std::string>& extra_paths) {
  const auto chain = read_text(folder + "/" + own_path("roots.json"));
  const Root root = WALLE_TRY(follow_chain(pinned, chain ? *chain : "[]"));
  const std::string text = WALLE_TRY(read_text(folder + "/" + own_path("manifest.json"), kMaxManifestBytes));
  if (sha256(text) != manifest) return fail(ErrorCode::data_loss, "the manifest of '" + folder + "' has another hash");
  Manifest out = WALLE_TRY(decode_manifest(text));
  const std::string targets_text = WALLE_TRY(read_text(folder + "/" + own_path("targets.json"), kMaxRoleBytes));
  const Envelope envelope = WALLE_TRY(parse_envelope(targets_text));
  const auto publisher = root.publishers.find(out.scenario);
  if (publisher == root.publishers.end()) {
    return fail(ErrorCode::permission_denied, "root delegates no publisher for scenario '" + out.scenario + "'");
  }
  WALLE_TRY(verify_threshold(envelope, publisher->second, root.keys, "publisher of '" + out.scenario + "'"));
  const Targets targets = WALLE_TRY(targets_from_value(envelope.content));
  const auto entry = targets.entries.find(out.task + "/" + out.version);
  if (targets.scenario != out.scenario || entry == targets.entries.end() || entry->second.manifest != manifest) {
    return fail(ErrorCode::permission_denied, "the publisher of '" + out.scenario + "' has not signed this manifest");
  }
  WALLE_TRY(check_contents(folder, out, {extra_paths.begin(), extra_paths.end()}));
  return out;
}

Status remove_folder(const std::string& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) return fail(ErrorCode::unavailable, "cannot remove '" + folder + "': " + error.message());
  return {};
}

}  // namespace walle::bundle
