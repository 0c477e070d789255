#include <map>

#include "daemon/update/journal.h"

namespace walle::update {
namespace {

class MemoryJournal final : public Journal {
 public:
  Result<std::vector<TaskRow>> rows() override {
    std::vector<TaskRow> out;
    for (const auto& [task, row] : rows_) out.push_back(row);
    return out;
  }
  Status save(const TaskRow& row, const std::optional<wire::Outcome>& outcome) override {
    rows_[row.task] = row;
    if (outcome) {
      outbox_.push_back(*outcome);
      outbox_.back().seq = ++seq_;
    }
    return {};
  }
  Status forget(const std::string& task) override {
    rows_.erase(task);
    return {};
  }
  Result<std::vector<wire::Outcome>> outcomes(size_t limit) override {
    return std::vector<wire::Outcome>(outbox_.begin(),
                                      outbox_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, outbox_.size())));
  }
  Status acknowledge(uint64_t seq) override {
    std::erase_if(outbox_, [&](const wire::Outcome& outcome) { return outcome.seq <= seq; });
    return {};
  }
  Result<std::string> get(const std::string& key) override { return values_[key]; }
  Status set(const std::string& key, const std::string& value) override {
    values_[key] = value;
    return {};
  }

 private:
  std::map<std::string, TaskRow> rows_;
  std::map<std::string, std::string> values_;
  std::vector<wire::Outcome> outbox_;
  uint64_t seq_ = 0;
};

}  // namespace

std::unique_ptr<Journal> make_memory_journal() { return std::make_unique<MemoryJournal>(); }

}  // namespace walle::update
