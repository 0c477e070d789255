#include "daemon/tasks/host_name.h"

#include <gtest/gtest.h>

namespace walle::daemon {
namespace {

Installed task(const std::string& name, const std::string& scenario) {
  Installed installed;
  installed.row.key.task = name;
  installed.scenario = scenario;
  return installed;
}

TEST(HostName, TasksOfAScenarioShareAHostAndScenariosDoNot) {
  EXPECT_EQ(host_name(task("ocr", "reading")), host_name(task("layout", "reading")));
  EXPECT_NE(host_name(task("ocr", "reading")), host_name(task("ocr", "listening")));
  EXPECT_NE(host_name(task("ocr", "reading")), host_name(task("ocr", "")));
}

TEST(HostName, ATaskThatAsksForItHasAHostOfItsOwn) {
  Installed alone = task("ocr", "reading");
  alone.manifest.permissions.isolation = bundle::Isolation::process;
  EXPECT_NE(host_name(alone), host_name(task("layout", "reading")));
  EXPECT_NE(host_name(alone), host_name(task("ocr", "ocr")));
}

TEST(HostName, TasksInstalledByHandShareOne) { EXPECT_EQ(host_name(task("a", "")), host_name(task("b", ""))); }

}  // namespace
}  // namespace walle::daemon
