#include "cloud-broker/tasks/admission.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "cloud-broker/process/process.h"
#include "cloud-broker/tasks/repository.h"
#include "ipc/bundle/manifest.h"
#include "ipc/bundle/seal.h"
#include "ipc/bundle/task_manifest.h"
#include "ipc/wire/offer.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::tasks {
namespace {

namespace fs = std::filesystem;

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

Status convert_one(const std::string& folder, const std::string& from, const std::string& to, int64_t timeout_us) {
  const auto outcome = WALLE_TRY(process::run({process::beside_us("walle-model"), "convert", from, "-o", to},
                                              {.folder = folder, .timeout_us = timeout_us}));
  if (outcome.exit_code == 0 && fs::exists(fs::path(folder) / to)) return {};
  return fail(ErrorCode::failed_precondition, "cannot convert " + from + ": " + process::tail(outcome));
}

Result<std::vector<store::ExclusiveRow>> keep_exclusive(const std::vector<bundle::ExclusiveSource>& sources,
                                                        const bundle::BlobStore* store) {
  std::vector<store::ExclusiveRow> out;
  std::map<std::string, size_t> counts;
  for (const bundle::ExclusiveSource& source : sources) {
    if (store == nullptr) return fail(ErrorCode::unsupported, "exclusive files are not kept here");
    std::error_code error;
    const auto size = static_cast<int64_t>(fs::file_size(source.file, error));
    if (error) return fail(ErrorCode::unavailable, "cannot read '" + source.path + "': " + error.message());
    if (size > static_cast<int64_t>(bundle::kMaxExclusiveBytes))
      return fail(ErrorCode::resource_exhausted, "exclusive file '" + source.path + "' is over 16 MiB; make it shared");
    if (++counts[source.device] > wire::kMaxExclusiveFiles)
      return fail(ErrorCode::resource_exhausted, "device " + source.device + " has more than " +
                                                     std::to_string(wire::kMaxExclusiveFiles) +
                                                     " exclusive files; put them into one archive");
    const Digest digest = WALLE_TRY(store->put_file(source.file));
    out.push_back({source.device, source.path, size, to_hex(digest), 0, ""});
  }
  return out;
}

/// Removes the folder at the end of its life.
struct Scratch {
  std::string folder;
  ~Scratch() {
    std::error_code error;
    fs::remove_all(folder, error);
  }
};

}  // namespace

Result<TagName> parse_tag_name(std::string_view tag) {
  const size_t slash = tag.find("/v");
  if (slash == std::string_view::npos || !is_name(tag.substr(0, slash)) || !bundle::is_version(tag.substr(slash + 2)))
    return fail(ErrorCode::invalid_argument, "'" + std::string(tag.substr(0, 128)) +
                                                 "' is not a release tag; write TASK/vMAJOR.MINOR.PATCH, for example "
                                                 "ocr/v1.2.0");
  return TagName{std::string(tag.substr(0, slash)), std::string(tag.substr(slash + 2))};
}

Result<std::string> scenario_of(std::string_view repository) {
  fs::path path{std::string(repository)};
  if (!path.is_absolute() || repository.size() > 1024)
    return fail(ErrorCode::invalid_argument, "the scenario has to be the absolute path of a git repository");
  path = path.lexically_normal();
  if (path.filename() == ".git") path = path.parent_path();
  if (path.filename().empty()) path = path.parent_path();
  std::string name = path.filename().string();
  if (name.ends_with(".git")) name.resize(name.size() - 4);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!is_name(name))
    return fail(ErrorCode::invalid_argument,
                "the repository's folder, '" + name + "', names the scenario: use letters, digits, - and _ only");
  return name;
}

Status convert_models(const std::string& folder, int64_t timeout_us) {
  const bundle::TaskManifest manifest = WALLE_TRY(bundle::read_task_folder(folder));
  const std::string path = folder + "/task.toml";
  std::string text = WALLE_TRY(read_text(path));
  std::error_code error;
  for (const auto& [name, from] : manifest.models) {
    if (from.ends_with(".walle")) continue;
    const std::string to = fs::path(from).replace_extension(".walle").string();
    WALLE_TRY(convert_one(folder, from, to, timeout_us));
    replace_all(text, '"' + from + '"', '"' + to + '"');
    replace_all(text, '\'' + from + '\'', '\'' + to + '\'');
    fs::remove(fs::path(folder) / from, error);
  }
  WALLE_TRY(write_file_atomically(path, text));
  const auto after = bundle::read_task_folder(folder);
  if (!after) return fail(after.error().with("task.toml after the models were converted"));
  return {};
}

Result<Admitted> admit(const std::string& repository, const std::string& tag_name, int64_t counter,
                       const AdmissionOptions& options, store::Store& store, const bundle::BlobStore& blobs,
                       int64_t now_us) {
  Admitted out;
  out.scenario = WALLE_TRY(scenario_of(repository));
  out.tag = WALLE_TRY(parse_tag_name(tag_name));
  const Tag tag = WALLE_TRY(read_tag(repository, tag_name));
  out.signer = WALLE_TRY(verify_tag(repository, tag, options.allowed_signers));
  out.commit = tag.commit;
  out.object = tag.object;
  WALLE_TRY(store.remember_scenario(out.scenario, repository));
  WALLE_TRY(store.remember_tag(out.scenario, tag.name, tag.object, tag.commit, now_us));

  const Scratch scratch{options.work_folder + "/admit-" + std::to_string(counter)};
  WALLE_TRY(export_task(repository, tag.commit, out.tag.task, scratch.folder));
  const bundle::TaskManifest task = WALLE_TRY(bundle::read_task_folder(scratch.folder));
  if (task.name != out.tag.task || task.version != out.tag.version)
    return fail(ErrorCode::failed_precondition,
                "tag " + tag.name + " does not fit its task.toml, which says " + task.name + " " + task.version);
  WALLE_TRY(convert_models(scratch.folder, options.convert_timeout_us));
  out.bundle = WALLE_TRY(
      bundle::build_bundle({scratch.folder, out.scenario, out.commit, out.object, counter, /*min_runtime=*/""}, blobs));
  out.exclusive = WALLE_TRY(keep_exclusive(out.bundle.exclusive, options.exclusive));
  return out;
}

}  // namespace walle::tasks
