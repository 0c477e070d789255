#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/update/agent.h"

namespace walle::update {

/// Effects that answer as told: at once with `done` unless an answer is scripted for the state, or the state is held.
class ScriptedEffects final : public Effects {
 public:
  struct Answer {
    Event event = Event::done;
    Detail detail;
  };
  Agent* agent = nullptr;
  std::map<State, std::vector<Answer>> script;  ///< one an entry, then `done`
  std::map<State, bool> held;
  std::vector<std::string> calls;
  std::map<std::string, std::string> running;  ///< what "walled" runs: task → version
  std::vector<Ticket> waiting;

  void verify(const TaskRow& row, Ticket ticket) override { respond("verify", row, ticket); }
  void reserve(const TaskRow& row, Ticket ticket) override { respond("reserve", row, ticket); }
  void fetch(const TaskRow& row, Ticket ticket) override { respond("fetch", row, ticket); }
  void stage(const TaskRow& row, Ticket ticket) override { respond("stage", row, ticket); }
  void activate(const TaskRow& row, const Installed& version, Ticket ticket) override {
    if (script[row.state].empty() && !held[row.state]) running[row.task] = version.version;
    respond("activate " + version.version, row, ticket);
  }
  void deactivate(const TaskRow& row, Ticket ticket) override {
    running.erase(row.task);
    const bool removal = row.state == State::switching;
    calls.push_back("deactivate");
    agent->answer(ticket, removal ? Event::skip : Event::done);
  }
  void collect(const std::vector<TaskRow>&, Ticket ticket) override {
    calls.emplace_back("collect");
    agent->answer(ticket, Event::done);
  }
  void cancel(const Ticket&) override { calls.emplace_back("cancel"); }

 private:
  void respond(const std::string& what, const TaskRow& row, const Ticket& ticket) {
    calls.push_back(what);
    waiting.push_back(ticket);
    if (held[row.state]) return;
    auto& answers = script[row.state];
    Answer answer;
    if (!answers.empty()) {
      answer = answers.front();
      answers.erase(answers.begin());
    }
    agent->answer(ticket, answer.event, answer.detail);
  }
};

inline wire::Offer offer_of(const std::string& version, int64_t counter, int64_t epoch = 0) {
  wire::Offer out{.device = "d1", .epoch = epoch == 0 ? counter : epoch, .origins = {"http://origin"}};
  out.tasks = {{.scenario = "reading",
                .task = "ocr",
                .version = version,
                .counter = counter,
                .manifest = sha256(version),
                .manifest_bytes = 10}};
  return out;
}

}  // namespace walle::update
