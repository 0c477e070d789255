#include "ipc/bundle/manifest.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "ipc/bundle/path.h"
#include "libwalle/base/parse.h"
#include "libwalle/base/value.h"

namespace walle::bundle {
namespace {

constexpr size_t kMaxChunks = 1U << 17;

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid_argument, "bundle manifest: " + std::move(message));
}

bool is_git_id(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() != 40 && text.size() != 64) return false;
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Status check_head(const Manifest& m) {
  if (!is_name(m.scenario)) return wrong("'scenario' is not a name");
  if (!is_name(m.task)) return wrong("'task' is not a name");
  if (!is_version(m.version)) return wrong("'version' must be MAJOR.MINOR.PATCH");
  if (!is_git_id(m.commit) || !is_git_id(m.tag)) return wrong("'commit' and 'tag' must be git object ids");
  if (m.counter < 0) return wrong("'counter' must not be negative");
  if (!m.min_runtime.empty() && !is_version(m.min_runtime)) return wrong("'min_runtime' must be a version");
  if (m.files.size() > kMaxFiles) {
    return fail(ErrorCode::resource_exhausted, "bundle manifest: more than " + std::to_string(kMaxFiles) + " files");
  }
  return {};
}

Status check_chunks(const FileEntry& file) {
  if (file.chunks.empty()) return {};
  int64_t sum = 0;
  for (const Chunk& chunk : file.chunks) {
    if (chunk.size <= 0 || chunk.size > file.size - sum) return wrong("chunks of '" + file.path + "' do not fit it");
    sum += chunk.size;
  }
  if (sum != file.size) return wrong("chunks of '" + file.path + "' do not sum up to its size");
  return {};
}

Status check_files(const std::vector<FileEntry>& files) {
  std::set<std::string, std::less<>> names;
  int64_t total = 0;
  size_t chunks = 0;
  for (const FileEntry& file : files) {
    WALLE_TRY(check_path(file.path));
    if (!names.insert(file.path).second) return wrong("'" + file.path + "' is listed twice");
    if (file.size < 0 || file.size > kMaxBundleBytes - total) {
      return fail(ErrorCode::resource_exhausted, "bundle manifest: '" + file.path + "' takes the bundle over 8 GiB");
    }
    total += file.size;
    chunks += file.chunks.size();
    if (chunks > kMaxChunks) return fail(ErrorCode::resource_exhausted, "bundle manifest: too many chunks");
    WALLE_TRY(check_chunks(file));
  }
  for (const std::string& name : names) {
    for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
      if (names.contains(std::string_view(name).substr(0, slash))) {
        return wrong("'" + name.substr(0, slash) + "' is a file and a folder");
      }
    }
  }
  return {};
}

Value to_value(const FileEntry& file) {
  Value out = {{"path", file.path}, {"size", file.size}, {"sha256", to_hex(file.sha256)}};
  if (file.kind == FileKind::exclusive) out["kind"] = "exclusive";
  for (const Chunk& chunk : file.chunks) out["chunks"].push_back({chunk.size, to_hex(chunk.sha256)});
  return out;
}

Result<Chunk> chunk_from(const Value& value) {
  if (!value.is_array() || value.size() != 2 || !value[0].is_number_integer() || !value[1].is_string()) {
    return wrong("a chunk must be [size, sha256]");
  }
  Chunk out{.size = value[0].get<int64_t>()};
  out.sha256 = WALLE_TRY(digest_from_hex(value[1].get_ref<const std::string&>()));
  return out;
}

Result<FileEntry> file_from(const Value& value) {
  FileEntry out;
  out.path = WALLE_TRY(get_string(value, "path"));
  out.size = WALLE_TRY(get_int(value, "size"));
  const std::string name = WALLE_TRY(get_string(value, "sha256"));
  out.sha256 = WALLE_TRY(digest_from_hex(name));
  const std::string kind = WALLE_TRY(get_string_or(value, "kind", "shared"));
  if (kind != "shared" && kind != "exclusive") return wrong("'kind' must be \"shared\" or \"exclusive\"");
  out.kind = kind == "shared" ? FileKind::shared : FileKind::exclusive;
  if (!value.contains("chunks")) return out;
  const Value* chunks = WALLE_TRY(get_list(value, "chunks"));
  if (chunks->size() > kMaxChunks) return fail(ErrorCode::resource_exhausted, "bundle manifest: too many chunks");
  for (const Value& chunk : *chunks) out.chunks.push_back(WALLE_TRY(chunk_from(chunk)));
  return out;
}

Result<Manifest> manifest_from(const Value& value) {
  if (WALLE_TRY(get_string(value, "type")) != "bundle") return wrong("'type' must be \"bundle\"");
  if (WALLE_TRY(get_int(value, "format")) != 1) {
    return fail(ErrorCode::unsupported, "bundle manifest of a newer format: upgrade Walle on this device");
  }
  Manifest out;
  out.scenario = WALLE_TRY(get_string(value, "scenario"));
  out.task = WALLE_TRY(get_string(value, "task"));
  out.version = WALLE_TRY(get_string(value, "version"));
  out.commit = WALLE_TRY(get_string_or(value, "commit", ""));
  out.tag = WALLE_TRY(get_string_or(value, "tag", ""));
  out.counter = WALLE_TRY(get_int(value, "counter"));
  out.min_runtime = WALLE_TRY(get_string_or(value, "min_runtime", ""));
  const Value* files = WALLE_TRY(get_list(value, "files"));
  if (files->size() > kMaxFiles) return fail(ErrorCode::resource_exhausted, "bundle manifest: too many files");
  for (const Value& file : *files) out.files.push_back(WALLE_TRY(file_from(file)));
  return out;
}

}  // namespace

bool is_version(std::string_view text) {
  for (int part = 0; part < 3; ++part) {
    uint32_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto used = static_cast<size_t>(parsed.ptr - text.data());
    if (parsed.ec != std::errc() || number > 0x7fffffffU || (used > 1 && text[0] == '0')) return false;
    text.remove_prefix(used);
    if (part == 2) return text.empty();
    if (text.empty() || text[0] != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

Result<std::string> encode_manifest(const Manifest& manifest) {
  WALLE_TRY(check_head(manifest));
  WALLE_TRY(check_files(manifest.files));
  Value files = Value::array();
  std::vector<const FileEntry*> sorted;
  for (const FileEntry& file : manifest.files) sorted.push_back(&file);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->path < b->path; });
  for (const FileEntry* file : sorted) files.push_back(to_value(*file));
  return canonical_json({{"type", "bundle"},
                         {"format", 1},
                         {"scenario", manifest.scenario},
                         {"task", manifest.task},
                         {"version", manifest.version},
                         {"commit", manifest.commit},
                         {"tag", manifest.tag},
                         {"counter", manifest.counter},
                         {"min_runtime", manifest.min_runtime},
                         {"files", std::move(files)}});
}

Result<Manifest> decode_manifest(std::string_view json) {
  const Value value = WALLE_TRY(parse_json(json, {.bytes = kMaxManifestBytes, .depth = 6}));
  Manifest out = WALLE_TRY(manifest_from(value));
  WALLE_TRY(check_head(out));
  WALLE_TRY(check_files(out.files));
  return out;
}

int64_t total_bytes(const Manifest& manifest) {
  int64_t total = 0;
  for (const FileEntry& file : manifest.files) total += file.size;
  return total;
}

}  // namespace walle::bundle
