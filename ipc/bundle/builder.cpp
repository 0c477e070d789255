#include "ipc/bundle/builder.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "ipc/bundle/chunker.h"
#include "ipc/bundle/path.h"
#include "libwalle/base/file.h"

namespace walle::bundle {
namespace {

constexpr std::string_view kDeviceVariable = "${device.id}";

/// Regular files below a folder, as sorted paths inside it.
Result<std::vector<std::string>> list_files(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> out;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().lexically_relative(folder).string();
    if (path == ".git" || path == kOwnFolder) {
      it.disable_recursion_pending();
      continue;
    }
    if (it->is_symlink(error) || (!it->is_directory(error) && !it->is_regular_file(error))) {
      return fail(ErrorCode::invalid_argument,
                  "'" + path + "' is neither a file nor a folder: links and devices are refused");
    }
    if (!it->is_regular_file(error)) continue;
    WALLE_TRY(check_path(path));
    out.push_back(path);
    if (out.size() > kMaxFiles) return fail(ErrorCode::resource_exhausted, "'" + folder + "' has too many files");
  }
  if (error) return fail(ErrorCode::unavailable, "cannot list '" + folder + "': " + error.message());
  std::sort(out.begin(), out.end());
  return out;
}

/// The device that `path` belongs to, if it matches an exclusive pattern.
std::optional<std::string> device_of(const std::string& path, const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    const size_t at = pattern.find(kDeviceVariable);
    if (at == std::string::npos) continue;
    const std::string tail = pattern.substr(at + kDeviceVariable.size());
    if (!glob_match(pattern.substr(0, at) + "*" + tail, path)) continue;
    // The variable is followed by literal text up to the next wildcard; the usual case is one variable and no wildcard.
    const std::string literal = tail.substr(0, tail.find_first_of("*?/"));
    const size_t end = literal.empty() ? std::min(path.find('/', at), path.size()) : path.find(literal, at);
    if (end != std::string::npos && end > at) return path.substr(at, end - at);
  }
  return std::nullopt;
}

Result<FileEntry> store_file(const std::string& folder, const std::string& path, const BlobStore& store) {
  const std::string file = folder + "/" + path;
  FileEntry out{.path = path};
  out.sha256 = WALLE_TRY(store.put_file(file));
  // From the store, not from the folder: what is hashed is what is shipped.
  const MappedFile bytes = WALLE_TRY(MappedFile::open(store.path_of(out.sha256)));
  out.size = static_cast<int64_t>(bytes.bytes().size());
  out.chunks = chunk(bytes.bytes());
  return out;
}

}  // namespace

Result<BuiltBundle> build_bundle(const BuildInput& input, const BlobStore& store) {
  BuiltBundle out;
  out.task = WALLE_TRY(read_task_folder(input.folder));
  out.manifest = {.scenario = input.scenario,
                  .task = out.task.name,
                  .version = out.task.version,
                  .commit = input.commit,
                  .tag = input.tag,
                  .counter = input.counter,
                  .min_runtime = input.min_runtime};
  for (const std::string& path : WALLE_TRY(list_files(input.folder))) {
    if (auto device = device_of(path, out.task.exclusive_files)) {
      out.exclusive.push_back({.device = *device, .path = path, .file = input.folder + "/" + path});
      continue;
    }
    out.manifest.files.push_back(WALLE_TRY(store_file(input.folder, path, store)));
  }
  out.text = WALLE_TRY(encode_manifest(out.manifest));
  if (out.text.size() > kMaxManifestBytes) return fail(ErrorCode::resource_exhausted, "the manifest is over 8 MiB");
  out.digest = WALLE_TRY(store.put(out.text));
  return out;
}

}  // namespace walle::bundle
