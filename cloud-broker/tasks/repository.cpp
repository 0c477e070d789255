#include "cloud-broker/tasks/repository.h"

#include <git2.h>

#include <filesystem>
#include <memory>
#include <mutex>

#include "cloud-broker/process/process.h"
#include "ipc/bundle/path.h"
#include "libwalle/base/file.h"

namespace walle::tasks {
namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using Repository = std::unique_ptr<git_repository, Deleter<git_repository, git_repository_free>>;
using Object = std::unique_ptr<git_object, Deleter<git_object, git_object_free>>;
using Reference = std::unique_ptr<git_reference, Deleter<git_reference, git_reference_free>>;
using Tree = std::unique_ptr<git_tree, Deleter<git_tree, git_tree_free>>;
using Entry = std::unique_ptr<git_tree_entry, Deleter<git_tree_entry, git_tree_entry_free>>;
using Blob = std::unique_ptr<git_blob, Deleter<git_blob, git_blob_free>>;
using Odb = std::unique_ptr<git_odb, Deleter<git_odb, git_odb_free>>;

tl::unexpected<Error> git_failed(ErrorCode code, const std::string& what) {
  const git_error* error = git_error_last();
  return fail(code, what + ": " + (error != nullptr && error->message != nullptr ? error->message : "git failed"));
}

std::string text_of(const git_oid* id) {
  char text[GIT_OID_HEXSZ + 1] = {};
  return git_oid_tostr(text, sizeof text, id);
}

Result<Repository> open_repository(const std::string& path) {
  static std::once_flag once;
  std::call_once(once, [] {
    git_libgit2_init();
    // The repository's owner is another user, as a rule; we only read objects and run nothing of it.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  });
  git_repository* repository = nullptr;
  if (git_repository_open(&repository, path.c_str()) != 0)
    return git_failed(ErrorCode::not_found, "no git repository at " + path);
  return Repository(repository);
}

class Exporter {
 public:
  Exporter(git_repository* repository, std::string destination, const TreeLimits& limits)
      : repository_(repository), destination_(std::move(destination)), limits_(limits) {}

  Status tree(const git_tree* tree, const std::string& prefix) {
    WALLE_TRY(make_folders(destination_ + "/" + prefix));
    for (size_t i = 0; i < git_tree_entrycount(tree); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
      const std::string path = prefix + git_tree_entry_name(entry);
      WALLE_TRY(bundle::check_path(path));
      WALLE_TRY(one(entry, path));
    }
    return {};
  }

 private:
  Status one(const git_tree_entry* entry, const std::string& path) {
    const git_filemode_t mode = git_tree_entry_filemode_raw(entry);
    if (mode == GIT_FILEMODE_TREE) {
      git_tree* found = nullptr;
      if (git_tree_lookup(&found, repository_, git_tree_entry_id(entry)) != 0)
        return git_failed(ErrorCode::data_loss, path);
      const Tree folder(found);
      return tree(folder.get(), path + "/");
    }
    if (mode == GIT_FILEMODE_LINK)
      return fail(ErrorCode::invalid_argument, path + " is a link; a task holds only files and folders");
    if (mode == GIT_FILEMODE_COMMIT)
      return fail(ErrorCode::invalid_argument, path + " is a submodule; a task holds only files and folders");
    return file(entry, path);
  }

  Status file(const git_tree_entry* entry, const std::string& path) {
    git_odb* database = nullptr;
    if (git_repository_odb(&database, repository_) != 0) return git_failed(ErrorCode::data_loss, path);
    const Odb odb(database);
    size_t size = 0;
    git_object_t type{};
    // The header tells the size before anything is unpacked.
    if (git_odb_read_header(&size, &type, odb.get(), git_tree_entry_id(entry)) != 0 || type != GIT_OBJECT_BLOB)
      return git_failed(ErrorCode::data_loss, path);
    ++files_;
    bytes_ += static_cast<int64_t>(size);
    if (static_cast<int64_t>(size) > limits_.file_bytes || bytes_ > limits_.total_bytes || files_ > limits_.files)
      return fail(ErrorCode::resource_exhausted, path + ": the task is larger than " + std::to_string(limits_.files) +
                                                     " files of " + std::to_string(limits_.file_bytes) + " bytes or " +
                                                     std::to_string(limits_.total_bytes) + " bytes in all");
    git_blob* found = nullptr;
    if (git_blob_lookup(&found, repository_, git_tree_entry_id(entry)) != 0)
      return git_failed(ErrorCode::data_loss, path);
    const Blob blob(found);
    const auto* data = static_cast<const uint8_t*>(git_blob_rawcontent(blob.get()));
    return write_file_atomically(destination_ + "/" + path, std::span(data, size));
  }

  git_repository* repository_;
  std::string destination_;
  TreeLimits limits_;
  int64_t files_ = 0;
  int64_t bytes_ = 0;
};

bool has_file(const git_tree* tree, const std::string& path) {
  git_tree_entry* found = nullptr;
  if (git_tree_entry_bypath(&found, tree, path.c_str()) != 0) return false;
  const Entry entry(found);
  return git_tree_entry_type(entry.get()) == GIT_OBJECT_BLOB;
}

/// The tree of the task's folder: `task` if it has a task.toml, else the top.
Result<Tree> task_tree(git_repository* repository, const std::string& commit, const std::string& task) {
  git_oid id;
  git_object* found = nullptr;
  if (git_oid_fromstr(&id, commit.c_str()) != 0 || git_object_lookup(&found, repository, &id, GIT_OBJECT_COMMIT) != 0)
    return git_failed(ErrorCode::not_found, "commit " + commit);
  const Object object(found);
  git_object* peeled = nullptr;
  if (git_object_peel(&peeled, object.get(), GIT_OBJECT_TREE) != 0)
    return git_failed(ErrorCode::data_loss, "commit " + commit);
  Tree top(reinterpret_cast<git_tree*>(peeled));
  if (has_file(top.get(), task + "/task.toml")) {
    git_tree_entry* folder = nullptr;
    if (git_tree_entry_bypath(&folder, top.get(), task.c_str()) != 0) return git_failed(ErrorCode::data_loss, task);
    const Entry entry(folder);
    git_tree* tree = nullptr;
    if (git_tree_lookup(&tree, repository, git_tree_entry_id(entry.get())) != 0)
      return git_failed(ErrorCode::data_loss, task);
    return Tree(tree);
  }
  if (has_file(top.get(), "task.toml")) return top;
  return fail(ErrorCode::not_found,
              "commit " + commit + " has neither " + task + "/task.toml nor task.toml at its top");
}

}  // namespace

Result<Tag> read_tag(const std::string& path, const std::string& name) {
  const Repository repository = WALLE_TRY(open_repository(path));
  git_reference* found = nullptr;
  if (git_reference_lookup(&found, repository.get(), ("refs/tags/" + name).c_str()) != 0)
    return git_failed(ErrorCode::not_found, "no tag " + name + " in " + path + "; make it with git tag -s " + name);
  const Reference reference(found);
  const git_oid* id = git_reference_target(reference.get());
  git_object* object = nullptr;
  if (id == nullptr || git_object_lookup(&object, repository.get(), id, GIT_OBJECT_ANY) != 0)
    return git_failed(ErrorCode::data_loss, "tag " + name);
  const Object tag(object);
  if (git_object_type(tag.get()) != GIT_OBJECT_TAG)
    return fail(ErrorCode::failed_precondition, "tag " + name + " is not signed; make it with git tag -s " + name);
  const auto* annotated = reinterpret_cast<const git_tag*>(tag.get());
  if (name != git_tag_name(annotated))
    return fail(ErrorCode::failed_precondition,
                "tag " + name + " points to a tag object of another name, " + std::string(git_tag_name(annotated)));
  if (git_tag_target_type(annotated) != GIT_OBJECT_COMMIT)
    return fail(ErrorCode::failed_precondition, "tag " + name + " does not name a commit");
  return Tag{name, text_of(id), text_of(git_tag_target_id(annotated))};
}

Result<std::string> verify_tag(const std::string& path, const Tag& tag, const std::string& allowed_signers) {
  if (!std::filesystem::exists(allowed_signers))
    return fail(ErrorCode::failed_precondition, "nobody may sign releases yet: write authors' keys to " +
                                                    allowed_signers + " (one 'NAME ssh-ed25519 AAAA…' a line)");
  // Everything that the repository's own configuration could make git run is overridden.
  const auto outcome = WALLE_TRY(process::run(
      {"git",
       "-c",
       "safe.directory=*",
       "-c",
       "gpg.format=ssh",
       "-c",
       "gpg.ssh.allowedSignersFile=" + allowed_signers,
       "-c",
       "gpg.ssh.program=ssh-keygen",
       "-c",
       "gpg.ssh.revocationFile=",
       "-c",
       "gpg.program=false",
       "-c",
       "gpg.openpgp.program=false",
       "-c",
       "gpg.x509.program=false",
       "-c",
       "core.fsmonitor=false",
       "-c",
       "core.hooksPath=/dev/null",
       "-C",
       path,
       "verify-tag",
       tag.object},
      {.timeout_us = 30'000'000, .environment = {"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"}}));
  constexpr std::string_view kGood = "Good \"git\" signature for ";
  const size_t at = outcome.errors.find(kGood);
  if (outcome.exit_code != 0 || at == std::string::npos)
    return fail(ErrorCode::permission_denied, "tag " + tag.name + " has no signature of an allowed author (" +
                                                  allowed_signers + "): " + process::tail(outcome));
  const std::string rest = outcome.errors.substr(at + kGood.size());
  return rest.substr(0, rest.find(" with "));
}

Status export_task(const std::string& path, const std::string& commit, const std::string& task,
                   const std::string& destination, const TreeLimits& limits) {
  const Repository repository = WALLE_TRY(open_repository(path));
  const Tree tree = WALLE_TRY(task_tree(repository.get(), commit, task));
  std::error_code error;
  std::filesystem::remove_all(destination, error);
  return Exporter(repository.get(), destination, limits).tree(tree.get(), "");
}

}  // namespace walle::tasks
