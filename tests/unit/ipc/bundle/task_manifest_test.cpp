#include "ipc/bundle/task_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

using testing::HasSubstr;

constexpr const char* kFull = R"(
name    = "ocr"
version = "1.0.0"
entry   = "main.py"
side    = "cloud"
on      = ["reader.enter .. image+ .. reader.exit within 10m"]
[models]
det = "models/det.onnx"
[files]
shared    = ["models/**"]
exclusive = ["users/${device.id}.json"]
[limits]
time = "5s"
memory = "256M"
data = "16M"
[permissions]
tunnel = ["ocr"]
store  = ["lines"]
isolation = "process"
[probation]
runs = 5
failures = 1
within = "2m"
)";

std::string error_of(const std::string& text) {
  const auto got = parse_task_manifest("name = \"ocr\"\nversion = \"1.0.0\"\n" + text);
  return got ? "accepted" : got.error().message;
}

TEST(TaskManifest, TheContractsExampleIsRead) {
  const auto got = parse_task_manifest(kFull);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->name, "ocr");
  EXPECT_EQ(got->side, Side::cloud);
  EXPECT_EQ(got->on.size(), 1U);
  EXPECT_EQ(got->models.at("det"), "models/det.onnx");
  EXPECT_EQ(got->limits.time_us, 5'000'000);
  EXPECT_EQ(got->limits.memory_bytes, 256LL << 20);
  EXPECT_EQ(got->limits.data_bytes, 16LL << 20);
  EXPECT_EQ(got->permissions.isolation, Isolation::process);
  EXPECT_EQ(got->probation.runs, 5);
  EXPECT_EQ(got->probation.within_us, 120'000'000);
}

TEST(TaskManifest, DefaultsNeedOnlyNameAndVersion) {
  const auto got = parse_task_manifest("name = \"a\"\nversion = \"0.1.0\"");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->entry, "main.py");
  EXPECT_EQ(got->side, Side::device);
  EXPECT_EQ(got->probation.runs, 3);
  EXPECT_FALSE(parse_task_manifest("version = \"0.1.0\""));
  EXPECT_FALSE(parse_task_manifest("name = \"a\""));
}

TEST(TaskManifest, AnUnknownKeyNamesItsNeighbours) {
  EXPECT_THAT(error_of("entri = \"main.py\""), HasSubstr("unknown key 'entri' (line 3), did you mean 'entry'?"));
  EXPECT_THAT(error_of("[limits]\nmemori = \"1M\""),
              HasSubstr("unknown key 'limits.memori' (line 4), did you mean 'memory'?"));
  EXPECT_THAT(error_of("[permission]\n"), HasSubstr("did you mean 'permissions'?"));
  EXPECT_THAT(error_of("[probation]\nfailure = 1"), HasSubstr("did you mean 'failures'?"));
  EXPECT_THAT(error_of("xyzzyxyzzy = 1"), HasSubstr("known are "));
  EXPECT_THAT(error_of("[files]\nq = []"), HasSubstr("known are 'shared', 'exclusive'"));
}

TEST(TaskManifest, TypesAreNamedWithTheirLine) {
  EXPECT_THAT(error_of("on = \"x\""), HasSubstr("'on' must be a list of strings (line 3)"));
  EXPECT_THAT(error_of("on = [1]"), HasSubstr("'on' must be a list of strings"));
  EXPECT_THAT(error_of("[limits]\ntime = 5"), HasSubstr("'limits.time' must be a string with a unit (line 4)"));
  EXPECT_THAT(error_of("[limits]\ntime = \"5 parsecs\""), HasSubstr("limits.time"));
  EXPECT_THAT(error_of("[probation]\nruns = -1"), HasSubstr("probation.runs"));
  EXPECT_THAT(error_of("models = 3"), HasSubstr("'models' must be a table"));
  EXPECT_THAT(error_of("side = \"both\""), HasSubstr("\"device\" or \"cloud\""));
}

TEST(TaskManifest, BadTomlNamesTheLine) { EXPECT_THAT(error_of("\n\nx = ["), HasSubstr("(line 5)")); }

TEST(TaskManifest, ATableHeaderWithoutAKeyIsRefused) {
  for (const char* text : {"[", "[\n\ndels]", "[.a]", "[=]", "[[", "[[ \n", "  [\t", "[#]", "[ [a] ]", "[]", "[[]]"}) {
    EXPECT_NE(error_of(text), "accepted") << text;
  }
}

TEST(TaskManifest, PathsStayInside) {
  EXPECT_THAT(error_of("entry = \"../main.py\""), HasSubstr("entry"));
  EXPECT_THAT(error_of("entry = \"/main.py\""), HasSubstr("entry"));
  EXPECT_THAT(error_of("entry = \"main.sh\""), HasSubstr(".py"));
  EXPECT_THAT(error_of("[models]\ndet = \"../det.onnx\""), HasSubstr("models.det"));
  EXPECT_THAT(error_of("[models]\ndet = \"det.exe\""), HasSubstr(".onnx"));
  EXPECT_THAT(error_of("[models]\n\"a b\" = \"det.onnx\""), HasSubstr("not a name"));
  EXPECT_THAT(error_of("[files]\nshared = [\"../**\"]"), HasSubstr("files.shared"));
  EXPECT_THAT(error_of("[files]\nexclusive = [\"users/all.json\"]"), HasSubstr("${device.id}"));
}

TEST(TaskManifest, NamesAreChecked) {
  EXPECT_FALSE(parse_task_manifest("name = \"OCR\"\nversion = \"1.0.0\""));
  EXPECT_FALSE(parse_task_manifest("name = \"ocr\"\nversion = \"1.0\""));
  EXPECT_THAT(error_of("[permissions]\ntunnel = [\"a/b\"]"), HasSubstr("permissions.tunnel"));
  EXPECT_THAT(error_of("[permissions]\nisolation = \"none\""), HasSubstr("isolation"));
}

TEST(TaskManifest, HugeInputIsRefused) {
  EXPECT_EQ(parse_task_manifest(std::string(300U << 10, '#')).error().code, ErrorCode::resource_exhausted);
  EXPECT_FALSE(parse_task_manifest("a = " + std::string(100000, '[')));
}

TEST(TaskManifest, FolderNeedsEntryAndModels) {
  const support::TemporaryFolder folder;
  EXPECT_EQ(read_task_folder(folder.path()).error().code, ErrorCode::not_found);
  ASSERT_TRUE(write_file_atomically(folder / "task.toml",
                                    std::string_view("name = \"a\"\nversion = \"1.0.0\"\n[models]\nm = \"m.onnx\"")));
  EXPECT_THAT(read_task_folder(folder.path()).error().message, HasSubstr("main.py"));
  ASSERT_TRUE(write_file_atomically(folder / "main.py", std::string_view("")));
  EXPECT_THAT(read_task_folder(folder.path()).error().message, HasSubstr("m.onnx"));
  ASSERT_TRUE(write_file_atomically(folder / "m.onnx", std::string_view("")));
  EXPECT_TRUE(read_task_folder(folder.path()));
}

}  // namespace
}  // namespace walle::bundle
