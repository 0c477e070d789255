#include "pyvm/host/load_message.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace walle::pyvm {
namespace {

Value message() {
  return {{"vm", 3},
          {"task", "ocr"},
          {"version", "1.0.0"},
          {"files", "/b/ocr/"},
          {"data", "/d"},
          {"limits", {{"time_us", 7}, {"memory_bytes", 2 << 20}}},
          {"models", {{{"name", "det"}, {"fd", 0}}}}};
}

TEST(LoadMessage, reads_what_walled_sends) {
  std::vector<UniqueFd> descriptors;
  descriptors.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto read = read_load_message(message(), descriptors);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->vm, 3);
  EXPECT_EQ(read->options.files, "/b/ocr");
  EXPECT_EQ(read->options.entry, "main.py");
  EXPECT_EQ(read->options.memory_bytes, 2 << 20);
  EXPECT_EQ(read->models.at("det"), descriptors[0].get());
}

TEST(LoadMessage, refuses_what_does_not_fit) {
  EXPECT_FALSE(read_load_message(message(), {}));  // a model without its descriptor
  Value wrong = message();
  wrong.erase("models");
  wrong["files"] = "relative";
  EXPECT_FALSE(read_load_message(wrong, {}));
  wrong["files"] = "/b";
  wrong["limits"]["memory_bytes"] = 5;
  EXPECT_FALSE(read_load_message(wrong, {}));
}

}  // namespace
}  // namespace walle::pyvm
