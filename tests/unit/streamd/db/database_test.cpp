#include "streamd/db/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace walle::db {
namespace {

constexpr Migration kFirst[] = {{1, "CREATE TABLE t(x INTEGER);"}};
constexpr Migration kBoth[] = {{1, "CREATE TABLE t(x INTEGER);"},
                               {2, "ALTER TABLE t ADD COLUMN y TEXT DEFAULT 'new';"}};

class DatabaseTest : public ::testing::Test {
 protected:
  Result<Database> open(std::span<const Migration> migrations = kFirst) {
    return Database::open({.path = path_, .migrations = migrations});
  }
  support::TemporaryFolder folder_;
  std::string path_ = folder_ / "sub/file.db";
};

TEST_F(DatabaseTest, MakesItsFolderAndSchema) {
  auto database = open();
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_TRUE(database->execute("INSERT INTO t VALUES(7)"));
  EXPECT_EQ(database->last_row_id(), 1);
}

TEST_F(DatabaseTest, MigratesAnOlderSchemaAndKeepsItsRows) {
  ASSERT_TRUE(open()->execute("INSERT INTO t VALUES(7)"));
  auto database = open(kBoth);
  ASSERT_TRUE(database) << database.error().message;
  auto select = database->prepare("SELECT x, y FROM t");
  ASSERT_TRUE(select);
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), 7);
  EXPECT_EQ(select->text(1), "new");
  EXPECT_FALSE(*select->step());
}

TEST_F(DatabaseTest, LeavesADatabaseOfANewerBuildAlone) {
  ASSERT_TRUE(open(kBoth));
  EXPECT_EQ(open(kFirst).error().code, ErrorCode::failed_precondition);
  EXPECT_TRUE(open(kBoth));
}

TEST_F(DatabaseTest, LeavesNothingOfAFailingMigration) {
  static constexpr Migration kBad[] = {{1, "CREATE TABLE t(x INTEGER); CREATE TABLE broken("}};
  EXPECT_FALSE(open(kBad));
  EXPECT_TRUE(open());
}

TEST_F(DatabaseTest, RollsBackWhatWasNotCommitted) {
  auto database = open();
  {
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database->execute("INSERT INTO t VALUES(1)"));
  }
  auto count = database->prepare("SELECT count(*) FROM t");
  ASSERT_TRUE(*count->step());
  EXPECT_EQ(count->integer(0), 0);
}

TEST_F(DatabaseTest, SetsAFileThatIsNoDatabaseAside) {
  std::filesystem::create_directories(folder_ / "sub");
  std::ofstream(path_) << std::string(5000, 'x');
  auto database = open();
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_NE(database->notice().find("was damaged"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path_ + ".corrupt-1"));
}

TEST_F(DatabaseTest, ReportsWhatItCannotOpen) {
  std::filesystem::create_directories(path_);
  EXPECT_FALSE(open());
}

}  // namespace
}  // namespace walle::db
