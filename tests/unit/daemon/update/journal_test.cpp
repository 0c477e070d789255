#include "daemon/update/journal.h"

#include <gtest/gtest.h>

#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::update {
namespace {

TaskRow row() {
  TaskRow out{.task = "ocr", .state = State::fetching, .highest_counter = 7, .reason = "origin is down"};
  out.target.offered = {
      .scenario = "reading", .task = "ocr", .version = "1.1.0", .counter = 7, .manifest = sha256("m")};
  out.target.origins = {"http://origin"};
  out.pending = out.target;
  out.current = Installed{.scenario = "reading", .version = "1.0.0", .counter = 3, .manifest = sha256("c")};
  return out;
}

struct JournalTest : testing::TestWithParam<bool> {
  support::TemporaryFolder folder;
  std::unique_ptr<Journal> journal = open();
  std::unique_ptr<Journal> open() {
    return GetParam() ? open_sqlite_journal(folder / "agent.db").value() : make_memory_journal();
  }
};

TEST_P(JournalTest, RowsComeBack) {
  ASSERT_TRUE(journal->save(row(), std::nullopt));
  const auto rows = journal->rows().value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(to_value(rows[0]), to_value(row()));
  ASSERT_TRUE(journal->forget("ocr"));
  EXPECT_TRUE(journal->rows().value().empty());
}

TEST_P(JournalTest, OutboxNumbersNeverRepeat) {
  ASSERT_TRUE(journal->save(row(), wire::Outcome{.task = "ocr", .result = "failed"}));
  ASSERT_TRUE(journal->save(row(), wire::Outcome{.task = "ocr", .result = "committed", .bytes = 9}));
  ASSERT_TRUE(journal->acknowledge(2));
  ASSERT_TRUE(journal->save(row(), wire::Outcome{.task = "ocr", .result = "removed"}));
  const auto outcomes = journal->outcomes(10).value();
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].seq, 3U);
  EXPECT_EQ(outcomes[0].result, "removed");
}

TEST_P(JournalTest, FactsAreKept) {
  EXPECT_EQ(journal->get("epoch").value(), "");
  ASSERT_TRUE(journal->set("epoch", "3"));
  ASSERT_TRUE(journal->set("epoch", "4"));
  EXPECT_EQ(journal->get("epoch").value(), "4");
}

INSTANTIATE_TEST_SUITE_P(Kinds, JournalTest, testing::Values(false, true),
                         [](const auto& kind) { return kind.param ? "sqlite" : "memory"; });

TEST(SqliteJournal, SurvivesReopening) {
  const support::TemporaryFolder folder;
  ASSERT_TRUE(open_sqlite_journal(folder / "agent.db").value()->save(row(), wire::Outcome{.task = "ocr"}));
  auto again = open_sqlite_journal(folder / "agent.db").value();
  EXPECT_EQ(again->rows().value().size(), 1U);
  EXPECT_EQ(again->outcomes(5).value().size(), 1U);
}

TEST(SqliteJournal, AFileThatIsNoDatabaseIsMovedAside) {
  const support::TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "agent.db", std::string(5000, 'x')));
  EXPECT_TRUE(open_sqlite_journal(folder / "agent.db").value()->rows().value().empty());
  EXPECT_TRUE(read_file(folder / "agent.db.corrupt"));
}

}  // namespace
}  // namespace walle::update
