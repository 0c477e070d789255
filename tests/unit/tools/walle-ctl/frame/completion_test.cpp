#include "tools/walle-ctl/frame/completion.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{
    {{.name = "DIR", .help = "", .completes = Completes::folder},
     {.name = "-e,--event", .value = "FILE", .help = "", .completes = Completes::file}}};
constexpr VerbDef kRun{.noun = "task", .name = "run", .arguments = kArguments};
constexpr VerbDef kStatus{.noun = "", .name = "status"};
constexpr std::array<const VerbDef*, 2> kVerbs{&kRun, &kStatus};

std::string complete(const std::string& line) {
  std::string words;
  for (const char c : line) words += c;
  const std::string script = bash_completion(kVerbs) + "\nCOMP_WORDS=(" + line +
                             " \"$LAST\"); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _walle_ctl; echo \"${COMPREPLY[*]}\"\n";
  const std::string path = ::testing::TempDir() + "walle-completion.sh";
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fputs(script.c_str(), file);
  std::fclose(file);
  std::FILE* pipe = ::popen(("bash " + path).c_str(), "r");
  std::string out;
  char buffer[256];
  while (std::fgets(buffer, sizeof(buffer), pipe) != nullptr) out += buffer;
  ::pclose(pipe);
  return out;
}

TEST(Completion, OffersNounsAndTopVerbs) { EXPECT_EQ(complete("walle-ctl"), "status task\n"); }
TEST(Completion, OffersTheVerbsOfANoun) { EXPECT_EQ(complete("walle-ctl task"), "run\n"); }
TEST(Completion, SkipsTheValueOfAGlobalOption) { EXPECT_EQ(complete("walle-ctl --bus x task"), "run\n"); }

}  // namespace
}  // namespace walle::ctl
