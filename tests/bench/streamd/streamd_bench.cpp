#include <benchmark/benchmark.h>
#include <malloc.h>

#include <random>

#include "streamd/log/event_log.h"
#include "streamd/operators/pipeline.h"
#include "streamd/store/store.h"
#include "streamd/trigger/matcher.h"
#include "tests/support/temporary_folder.h"

namespace walle {
namespace {

std::string id_of(size_t n) { return "e" + std::to_string(n); }

std::vector<trigger::EventPtr> random_events(size_t count, size_t ids) {
  std::mt19937 random(1);
  std::vector<trigger::EventPtr> events;
  for (size_t i = 0; i < count; ++i) {
    events.push_back(
        std::make_shared<wire::Event>(wire::Event{id_of(random() % ids), "", static_cast<int64_t>(i), {}}));
  }
  return events;
}

/// range(0) conditions of 1 to 5 steps over 1,000 event ids; `separator` decides strict or relaxed.
void match(benchmark::State& state, const char* separator, const char* page) {
  std::mt19937 random(2);
  trigger::Matcher matcher;
  const size_t before = mallinfo2().uordblks;
  for (int64_t i = 0; i < state.range(0); ++i) {
    std::string text = page;
    for (size_t step = 0, steps = 1 + random() % 5; step < steps; ++step) {
      text += (step == 0 ? "" : separator) + id_of(random() % 1000);
    }
    if (!matcher.add("task" + std::to_string(i), text, 0)) state.SkipWithError("condition refused");
  }
  state.counters["bytes_a_condition"] =
      static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(state.range(0));
  const auto events = random_events(10'000, 1000);
  size_t fired = 0;
  for (auto _ : state) {
    for (const auto& event : events) fired += matcher.on_event(event).size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * events.size()));
  state.counters["fired_per_event"] =
      static_cast<double>(fired) / static_cast<double>(state.iterations() * events.size());
}

BENCHMARK_CAPTURE(match, strict, " ", "")->Arg(10)->Arg(1000)->Arg(10'000);
BENCHMARK_CAPTURE(match, relaxed, " .. ", "")->Arg(10)->Arg(1000)->Arg(10'000);

void log_append(benchmark::State& state) {
  const support::TemporaryFolder folder;
  auto log = streamd::EventLog::open({.path = folder / "log.db", .max_bytes = 1 << 30}, system_clock());
  const auto batch_size = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    std::vector<streamd::NewEvent> batch(batch_size, {{"image", "reader", 0, {{"lux", 120}, {"text", "hello"}}}, ""});
    if (!(*log)->append(batch)) state.SkipWithError("append failed");
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * batch_size));
}
BENCHMARK(log_append)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

void store_append(benchmark::State& state, streamd::Durability durability) {
  const support::TemporaryFolder folder;
  auto store = streamd::Store::open({.path = folder / "store.db", .max_bytes = 1 << 30}, system_clock());
  const Value row{{"text", std::string(100, 'x')}, {"score", 0.98}, {"n", 12}};
  for (auto _ : state) {
    if (!(*store)->append("lines", row, durability)) state.SkipWithError("append failed");
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(store_append, memory, streamd::Durability::memory)->UseRealTime();
BENCHMARK_CAPTURE(store_append, flush, streamd::Durability::flush)->UseRealTime();
BENCHMARK_CAPTURE(store_append, commit, streamd::Durability::commit)->UseRealTime();

void pipeline(benchmark::State& state) {
  operators::Pipeline pipeline;
  using Arguments = std::vector<operators::Argument>;
  (void)pipeline.add("filter", Arguments{Value("contents.lux > 10")});
  (void)pipeline.add("key_by", Arguments{Value("page")});
  (void)pipeline.add("window", Arguments{Value("tumbling"), Value("10ms")});
  (void)pipeline.add("map", Arguments{Value("contents.lux * 2")});
  (void)pipeline.add("reduce", Arguments{Value("mean")});
  const Value event{{"id", "image"}, {"page", "reader"}, {"contents", {{"lux", 120}}}};
  int64_t time_us = 0;
  for (auto _ : state) {
    if (!pipeline.push(event, ++time_us)) state.SkipWithError("push failed");
    if (time_us % 100'000 == 0) benchmark::DoNotOptimize(pipeline.take());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}
BENCHMARK(pipeline);

}  // namespace
}  // namespace walle

BENCHMARK_MAIN();
