#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "libwalle/base/parse.h"
#include "streamd/trigger/matcher.h"

namespace walle::trigger {
namespace {

constexpr int64_t kStartUs = 1'700'000'000'000'000;
constexpr int64_t kSecondUs = 1'000'000;

struct Case {
  int line = 0;
  std::vector<std::string> conditions;
  std::string events;
  std::vector<std::string> fires;
  std::string refused;
};

std::vector<Case> read_cases(const std::string& path) {
  std::vector<Case> cases;
  std::ifstream in(path);
  std::string text;
  bool open = false;
  for (int line = 1; std::getline(in, text); ++line) {
    if (const size_t hash = text.find('#'); hash != std::string::npos) text.resize(hash);
    std::istringstream words(text);
    std::string word;
    if (!(words >> word)) {
      open = false;
      continue;
    }
    if (!std::exchange(open, true)) cases.push_back({.line = line});
    std::string rest;
    std::getline(words >> std::ws, rest);
    rest.erase(rest.find_last_not_of(' ') + 1);
    Case& last = cases.back();
    if (word == "condition") {
      last.conditions.push_back(rest);
    } else if (word == "events") {
      last.events += " " + rest;
    } else if (word == "fires") {
      last.fires.push_back(rest);
    } else if (word == "refused") {
      last.refused = rest;
    } else {
      ADD_FAILURE() << path << ":" << line << ": unknown word '" << word << "'";
    }
  }
  return cases;
}

class Player {
 public:
  explicit Player(const std::vector<std::string>& conditions) {
    for (size_t i = 0; i < conditions.size(); ++i) {
      const auto status = matcher_.add(std::to_string(i + 1), conditions[i], kStartUs);
      EXPECT_TRUE(status) << status.error().message;
    }
    several_ = conditions.size() > 1;
  }

  std::vector<std::string> play(const std::string& events) {
    std::istringstream words(events);
    for (std::string word; words >> word;) {
      if (word.front() == '+') {
        wait(*parse_duration_us(word.substr(1)));
        continue;
      }
      const size_t dot = word.find('.');
      wire::Event event{dot == std::string::npos ? word : word.substr(dot + 1),
                        dot == std::string::npos ? "" : word.substr(0, dot),
                        now_us_,
                        {{"n", ++number_}}};
      note(matcher_.on_event(std::make_shared<wire::Event>(std::move(event))));
      wait(kSecondUs);
    }
    return std::move(fired_);
  }

 private:
  /// As a daemon would: wakes at every deadline on the way.
  void wait(int64_t us) {
    const int64_t end = now_us_ + us;
    while (matcher_.next_deadline_us() < end) note(matcher_.advance(matcher_.next_deadline_us()));
    now_us_ = end;
  }

  void note(const std::vector<Fired>& list) {
    for (const Fired& one : list) {
      std::string text = several_ ? one.owner + ":" : "";
      for (const EventPtr& event : one.events) {
        text += (text.empty() ? "" : " ") + std::to_string(event->contents["n"].get<int>());
      }
      if (one.events.empty()) text += several_ ? " -" : "-";
      fired_.push_back(text);
    }
  }

  Matcher matcher_;
  int64_t now_us_ = kStartUs;
  int number_ = 0;
  bool several_ = false;
  std::vector<std::string> fired_;
};

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(WALLE_SOURCE_DIR "/tests/scenarios/trigger")) {
    if (entry.path().extension() == ".walletest") files.push_back(entry.path().stem());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class TriggerScenario : public ::testing::TestWithParam<std::string> {};

TEST_P(TriggerScenario, Fires) {
  const std::string path = WALLE_SOURCE_DIR "/tests/scenarios/trigger/" + GetParam() + ".walletest";
  const std::vector<Case> cases = read_cases(path);
  EXPECT_FALSE(cases.empty());
  for (const Case& one : cases) {
    SCOPED_TRACE(path + ":" + std::to_string(one.line) + ": " + one.conditions.at(0));
    if (!one.refused.empty()) {
      const auto condition = parse_condition(one.conditions[0]);
      ASSERT_FALSE(condition);
      EXPECT_NE(condition.error().message.find(one.refused), std::string::npos) << condition.error().message;
      continue;
    }
    EXPECT_EQ(Player(one.conditions).play(one.events), one.fires);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, TriggerScenario, ::testing::ValuesIn(scenario_files()),
                         [](const auto& file) { return file.param; });

}  // namespace
}  // namespace walle::trigger
