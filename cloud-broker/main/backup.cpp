#include "cloud-broker/main/backup.h"

#include <array>
#include <filesystem>

#include "cloud-broker/store/database.h"
#include "libwalle/base/file.h"

namespace walle::broker {
namespace {

namespace fs = std::filesystem;

// The database is apart: it has to be copied as one consistent whole.
constexpr std::array kParts = {"keys", "admin.token", "allowed_signers", "ca.pem", "origin", "exclusive"};
constexpr std::string_view kSqlite = "sqlite://";

Status copy_parts(const std::string& from, const std::string& to) {
  std::error_code error;
  for (const char* part : kParts) {
    if (!fs::exists(from + "/" + part)) continue;
    fs::copy(from + "/" + part, to + "/" + part, fs::copy_options::recursive, error);
    if (error) return fail(ErrorCode::unavailable, "cannot copy " + from + "/" + part + ": " + error.message());
  }
  return sync_folder(to);
}

}  // namespace

Status backup(const core::Config& config, const std::string& destination) {
  if (!config.database.starts_with(kSqlite))
    return fail(ErrorCode::unsupported,
                "the database is PostgreSQL: back it up with pg_dump, and the state folder with tar");
  if (fs::exists(destination)) return fail(ErrorCode::already_exists, destination + " exists; name a new folder");
  WALLE_TRY(make_folders(destination, 0700));
  auto database = WALLE_TRY(store::Database::open(config.database));
  WALLE_TRY(database->execute("VACUUM INTO :a", {destination + "/broker.db"}));
  return copy_parts(config.state_dir, destination);
}

Status restore(const core::Config& config, const std::string& source) {
  if (!config.database.starts_with(kSqlite))
    return fail(ErrorCode::unsupported, "the database is PostgreSQL: restore it with pg_restore");
  const std::string path = config.database.substr(kSqlite.size());
  if (!fs::exists(source + "/broker.db"))
    return fail(ErrorCode::not_found, source + " is not a backup: it has no broker.db");
  if (fs::exists(path) || fs::exists(config.state_dir + "/keys"))
    return fail(ErrorCode::already_exists, config.state_dir + " holds a broker's state already; move it away first");
  WALLE_TRY(make_folders(config.state_dir, 0750));
  WALLE_TRY(copy_parts(source, config.state_dir));
  // Last: a state without a database is no state, so that a restore that was cut off can be seen.
  std::error_code error;
  fs::copy_file(source + "/broker.db", path, error);
  if (error) return fail(ErrorCode::unavailable, "cannot copy the database: " + error.message());
  return sync_folder(fs::path(path).parent_path().string());
}

}  // namespace walle::broker
