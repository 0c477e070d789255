// A child appends and reports what was acknowledged; it is killed with SIGKILL at a random moment; what it reported has
// to be there when the file is opened again, and nothing twice.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <random>
#include <set>

#include "libwalle/base/value.h"
#include "streamd/log/event_log.h"
#include "streamd/store/store.h"
#include "streamd/tunnel/spool.h"
#include "tests/support/temporary_folder.h"

namespace walle::streamd {
namespace {

constexpr int kRounds = 30;
using Report = std::function<void(int64_t)>;

/// Runs `work` in a child until it is killed after a random time; returns the numbers that it reported as acknowledged.
std::vector<int64_t> run_and_kill(const std::function<void(const Report&)>& work, std::mt19937& random) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work([&](int64_t number) {
      if (::write(ends[1], &number, sizeof(number)) != sizeof(number)) ::_exit(3);
    });
    ::_exit(2);
  }
  ::close(ends[1]);
  std::vector<int64_t> reported;
  int64_t number = 0;
  if (::read(ends[0], &number, sizeof(number)) == sizeof(number)) reported.push_back(number);  // it has begun
  ::usleep(static_cast<useconds_t>(random() % 30'000));
  ::kill(child, SIGKILL);
  while (::read(ends[0], &number, sizeof(number)) == sizeof(number)) reported.push_back(number);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  EXPECT_FALSE(reported.empty());
  return reported;
}

class KillTest : public ::testing::Test {
 protected:
  support::TemporaryFolder folder_;
  std::mt19937 random_{7};
};

TEST_F(KillTest, EventLogKeepsWhatItAccepted) {
  const LogOptions options{.path = folder_ / "log.db"};
  std::set<int64_t> acknowledged;
  int64_t next = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto append = [&](const Report& report) {
      auto log = EventLog::open(options, system_clock());
      for (int64_t n = next; log; ++n) {
        std::vector<NewEvent> batch{{{"a", "", 0, {{"n", n}}}, std::to_string(n)}};
        if ((*log)->append(batch)) report(n);
      }
    };
    const auto reported = run_and_kill(append, random_);
    ASSERT_FALSE(reported.empty());
    acknowledged.insert(reported.begin(), reported.end());
    next = reported.back() + 1;
    auto log = EventLog::open(options, system_clock());
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_EQ((*log)->notice(), "");
    std::multiset<int64_t> found;
    const auto events = (*log)->read({.limit = 1'000'000});
    ASSERT_TRUE(events) << events.error().message;
    for (const auto& one : *events) found.insert(one.event.contents["n"].get<int64_t>());
    for (const int64_t n : acknowledged) ASSERT_EQ(found.count(n), 1U) << "event " << n << ", round " << round;
  }
  RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
}

TEST_F(KillTest, StoreKeepsWhatItFlushedAndCommitted) {
  const StoreOptions options{.path = folder_ / "store.db"};
  std::set<int64_t> acknowledged;
  int64_t next = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Durability durability = round % 2 == 0 ? Durability::flush : Durability::commit;
    const auto append = [&](const Report& report) {
      auto store = Store::open(options, system_clock());
      for (int64_t n = next; store; ++n) {
        if ((*store)->append("t", {{"n", n}}, durability)) report(n);
      }
    };
    const auto reported = run_and_kill(append, random_);
    ASSERT_FALSE(reported.empty());
    acknowledged.insert(reported.begin(), reported.end());
    next = reported.back() + 2;  // the one in flight may be there
    auto store = Store::open(options, system_clock());
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->notice(), "");
    std::multiset<int64_t> found;
    const auto rows = (*store)->query({.table = "t", .limit = 1'000'000});
    ASSERT_TRUE(rows) << rows.error().message;
    for (const auto& row : *rows) {
      found.insert(row.value["n"].get<int64_t>());
    }
    for (const int64_t n : acknowledged) ASSERT_EQ(found.count(n), 1U) << "row " << n << ", round " << round;
  }
  RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
}

/// Adds and acknowledges in turns: what was acknowledged never comes again; what was not is still there.
TEST_F(KillTest, SpoolLosesNothingAndRepeatsNothingAcknowledged) {
  const SpoolOptions options{.path = folder_ / "spool.db", .max_bytes = 256 << 20};
  constexpr int64_t kDone = int64_t{1} << 40;  // n is reported as kDone + n when acknowledged
  std::set<int64_t> added;
  std::set<int64_t> done;
  int64_t next = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto work = [&](const Report& report) {
      auto spool = Spool::open(options, system_clock());
      for (int64_t n = next; spool; ++n) {
        const NewFeature feature{"ocr", "1", "n", to_cbor(n)};
        if ((*spool)->add({&feature, 1})) report(n);
        const auto batch = (*spool)->next(1 << 20, 1);
        if (n % 3 != 0 || !batch || batch->features.empty()) continue;
        const std::string id = batch->features[0].id;
        if ((*spool)->acknowledge({&id, 1})) report(from_cbor(batch->features[0].value)->get<int64_t>() + kDone);
      }
    };
    for (const int64_t n : run_and_kill(work, random_)) {
      if (n >= kDone) done.insert(n - kDone);
      if (n < kDone) added.insert(n);
    }
    next = *added.rbegin() + 2;
    auto spool = Spool::open(options, system_clock());
    ASSERT_TRUE(spool) << spool.error().message;
    std::multiset<int64_t> waiting;
    std::set<std::string> ids;
    const auto batch = (*spool)->next(1 << 30, 1'000'000);
    ASSERT_TRUE(batch) << batch.error().message;
    for (const auto& feature : batch->features) {
      waiting.insert(from_cbor(feature.value)->get<int64_t>());
      EXPECT_TRUE(ids.insert(feature.id).second);
    }
    size_t unreported = 0;
    for (const int64_t n : added) unreported += done.contains(n) || waiting.contains(n) ? 0 : 1;
    ASSERT_LE(unreported, static_cast<size_t>(round) + 1) << "one acknowledgement may be in flight at each kill";
    for (const int64_t n : done) ASSERT_EQ(waiting.count(n), 0U) << n;
  }
  RecordProperty("added", static_cast<int>(added.size()));
}

TEST_F(KillTest, DamagedPagesNeverKeepTheLogFromWorking) {
  const LogOptions options{.path = folder_ / "log.db"};
  for (int round = 0; round < 10; ++round) {
    {
      auto log = EventLog::open(options, system_clock());
      ASSERT_TRUE(log) << log.error().message;
      for (int i = 0; i < 50; ++i) {
        std::vector<NewEvent> batch{{{"a", "", 0, {{"x", std::string(200, 'x')}}}, ""}};
        ASSERT_TRUE((*log)->append(batch));
      }
    }
    const auto size = std::filesystem::file_size(options.path);
    const int fd = ::open(options.path.c_str(), O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 20; ++i) {
      const auto byte = static_cast<uint8_t>(random_());
      ASSERT_EQ(::pwrite(fd, &byte, 1, static_cast<off_t>(random_() % size)), 1);
    }
    ::close(fd);
    auto log = EventLog::open(options, system_clock());
    ASSERT_TRUE(log) << log.error().message;
    std::vector<NewEvent> batch{{{"b", "", 0, {}}, ""}};
    ASSERT_TRUE((*log)->append(batch));
  }
}

}  // namespace
}  // namespace walle::streamd
