#include "tools/walle-ctl/frame/output.h"

#include <gtest/gtest.h>

#include <array>

namespace walle::ctl {
namespace {

constexpr std::array<Column, 3> kColumns{{{"task", "TASK"}, {"bytes", "SIZE", Format::bytes}, {"reason", "REASON"}}};

TEST(Table, AlignsColumnsAndMarksWhatIsMissing) {
  const std::vector<Value> rows{{{"task", "ocr"}, {"bytes", 2048}, {"reason", "ok"}}, {{"task", "vad"}}};
  EXPECT_EQ(format_table(kColumns, rows, 0), "TASK  SIZE    REASON\nocr   2.0 KB  ok\nvad   -       -\n");
}

TEST(Table, ShortensTheWidestColumnToFitTheTerminal) {
  const std::vector<Value> rows{{{"task", "ocr"}, {"bytes", 1}, {"reason", std::string(200, 'x')}}};
  const std::string text = format_table(kColumns, rows, 40);
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = text.find('\n', start);
    EXPECT_LE(end - start, 42U);  // "…" is three bytes in one column
    start = end + 1;
  }
  EXPECT_NE(text.find("…"), std::string::npos);
}

TEST(Cell, WritesControlCharactersAsSpaces) { EXPECT_EQ(cell("a\n\033[31mb", Format::plain), "a  [31mb"); }

TEST(Cell, JoinsListsOfNames) { EXPECT_EQ(cell(Value::array({"a", "b"}), Format::plain), "a, b"); }

}  // namespace
}  // namespace walle::ctl
