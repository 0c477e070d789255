#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud-broker/rollout/decide.h"
#include "cloud-broker/store/database.h"
#include "cloud-broker/store/rows.h"

namespace walle::store {

/// Everything that the broker has to remember, in SQLite or PostgreSQL. What a call has returned success for survives
/// kill -9 and power loss. Thread-safe. Errors of every call: unavailable if the database is.
class Store {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& url);

  // Releases -----------------------------------------------------------------------------------------------------
  /// The whole table with its epoch, by rising counter.
  [[nodiscard]] Result<rollout::Table> load_table();
  /// Takes a counter that was never used.
  [[nodiscard]] Result<int64_t> next_counter();
  /// Inserts or replaces releases, writes the audit entries and raises the epoch, all in one transaction; the new
  /// epoch. With `key`, remembers that this idempotency key led to `counter`.
  [[nodiscard]] Result<int64_t> save(const std::vector<rollout::Release>& releases,
                                     const std::vector<AuditEntry>& entries);
  [[nodiscard]] Status save_simulation(int64_t counter, bool passed, const Value& report, int64_t now_us);
  [[nodiscard]] Result<std::optional<Value>> simulation(int64_t counter);

  // Offers and outcomes ------------------------------------------------------------------------------------------
  /// Remembers that devices were offered releases; a pair that is known stays as it is.
  [[nodiscard]] Status record_offers(const std::vector<OfferRow>& rows);
  /// Keeps a device's outcomes once each and moves its acknowledged number; one transaction.
  [[nodiscard]] Status record_outcomes(const std::string& device, const std::vector<OutcomeRow>& rows, int64_t now_us);
  /// Offered, good, failed and silent devices of a release, in all and in one stage; `members` is left 0.
  [[nodiscard]] Result<rollout::Tallies> tallies(int64_t counter, int64_t stage, int64_t silent_before_us);
  [[nodiscard]] Result<std::vector<OfferRow>> offers(int64_t counter, int64_t limit);
  [[nodiscard]] Result<std::vector<OutcomeRow>> outcomes(const std::string& device, int64_t limit);

  // Devices ------------------------------------------------------------------------------------------------------
  [[nodiscard]] Result<std::vector<DeviceRow>> devices();
  [[nodiscard]] Status save_device(const DeviceRow& device);
  [[nodiscard]] Status touch(const std::map<std::string, int64_t>& last_seen_us);
  [[nodiscard]] Status add_token(const TokenRow& token, const AuditEntry& entry);
  /// Spends one use of a token and enrols the device, in one transaction. `device.labels` gets the token's labels.
  /// Errors: permission_denied for a token that is unknown, spent, expired or for another device; already_exists.
  [[nodiscard]] Result<DeviceRow> enrol(std::string_view token_sha256, DeviceRow device, int64_t now_us);
  [[nodiscard]] Result<TokenRow> token(std::string_view token_sha256, int64_t now_us);

  // Tags and scenarios -------------------------------------------------------------------------------------------
  /// Errors: failed_precondition if the tag meant another object before, or the scenario another repository.
  [[nodiscard]] Status remember_tag(const std::string& scenario, const std::string& tag, const std::string& object,
                                    const std::string& commit, int64_t now_us);
  [[nodiscard]] Status remember_scenario(const std::string& scenario, const std::string& repository);

  // Exclusive files ----------------------------------------------------------------------------------------------
  /// Remembers the files for single devices that belong to a manifest; known ones stay as they are.
  [[nodiscard]] Status add_exclusive(const std::string& manifest_sha256, const std::vector<ExclusiveRow>& rows);
  /// Those of a device, by path, with what was sealed for this certificate.
  [[nodiscard]] Result<std::vector<ExclusiveRow>> exclusive(const std::string& manifest_sha256,
                                                            const std::string& device,
                                                            const std::string& certificate_sha256);
  [[nodiscard]] Status remember_sealed(const ExclusiveRow& row, const std::string& certificate_sha256);

  // Features -----------------------------------------------------------------------------------------------------
  /// Stores each once by (device, id), in one transaction; how many were new.
  [[nodiscard]] Result<int64_t> add_features(const std::vector<FeatureRow>& rows);
  [[nodiscard]] Result<std::vector<FeatureRow>> features(const FeatureQuery& query);

  // Audit --------------------------------------------------------------------------------------------------------
  [[nodiscard]] Status audit(const AuditEntry& entry);
  [[nodiscard]] Result<std::vector<AuditEntry>> audit_log(int64_t limit);
  /// Recomputes the chain; the number of entries. Errors: data_loss naming the first entry that does not fit.
  [[nodiscard]] Result<int64_t> verify_audit();

  // Idempotency, numbers -----------------------------------------------------------------------------------------
  [[nodiscard]] Result<std::optional<Answer>> answer(const std::string& key);
  [[nodiscard]] Status remember_answer(const std::string& key, const Answer& answer, int64_t now_us);
  /// Raises a number by one, durably; its new value.
  [[nodiscard]] Result<int64_t> raise(const std::string& name);

 private:
  explicit Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  [[nodiscard]] Status append_audit(const AuditEntry& entry);
  [[nodiscard]] Result<int64_t> raise_inside(const std::string& name);

  std::unique_ptr<Database> database_;
};

}  // namespace walle::store
