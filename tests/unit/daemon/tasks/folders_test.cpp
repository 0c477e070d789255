#include "daemon/tasks/folders.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "libwalle/base/unique_fd.h"

namespace walle::daemon {
namespace {

namespace fs = std::filesystem;

class FoldersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root = ::testing::TempDir() + "walle-folders-XXXXXX";
    ASSERT_NE(::mkdtemp(root.data()), nullptr);
    fs::create_directories(root + "/source/sub/.git");
    std::ofstream(root + "/source/task.toml") << "x";
    std::ofstream(root + "/source/sub/a.bin") << std::string(100'000, 'a');
  }
  void TearDown() override { fs::remove_all(root); }
  Result<std::string> stage() {
    const UniqueFd fd(::open((root + "/source").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folders.stage(fd.get());
  }
  std::string root;
  Folders folders{::testing::TempDir() + "walle-state-" + std::to_string(::getpid())};
};

TEST_F(FoldersTest, CopiesAndGivesAPlaceAndALink) {
  const std::string staged = stage().value();
  const VersionKey key{"t", "1.0.0", 3};
  ASSERT_TRUE(folders.place(staged, key));
  ASSERT_TRUE(folders.link_current(key));
  EXPECT_EQ(files_of(folders.of(key)), (std::vector<std::string>{"sub/a.bin", "task.toml"}));
  EXPECT_EQ(fs::file_size(folders.of(key) + "/sub/a.bin"), 100'000U);
  EXPECT_EQ(fs::read_symlink(folders.task_folder("t") + "/current"), "1.0.0-3");
  folders.remove_task("t");
  EXPECT_FALSE(fs::exists(folders.of(key)));
}

TEST_F(FoldersTest, RefusesLinksPipesAndLeavesNothing) {
  fs::create_symlink("/etc/passwd", root + "/source/link");
  EXPECT_EQ(stage().error().code, ErrorCode::invalid_argument);
  fs::remove(root + "/source/link");
  ASSERT_EQ(::mkfifo((root + "/source/pipe").c_str(), 0600), 0);
  EXPECT_EQ(stage().error().code, ErrorCode::invalid_argument);
  folders.clean();
}

TEST_F(FoldersTest, RefusesMoreBytesThanTheBound) {
  // A sparse file counts by its size: no need for thousands of files, each synced.
  const UniqueFd huge(::open((root + "/source/huge").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::ftruncate(huge.get(), kMaxTaskBytes + 1), 0);
  EXPECT_EQ(stage().error().code, ErrorCode::resource_exhausted);
  folders.clean();
}

}  // namespace
}  // namespace walle::daemon
