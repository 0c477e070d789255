#include "libwalle/session/executor.h"

#include <array>
#include <chrono>
#include <cstring>

#include "libwalle/base/clock.h"

namespace walle::session {
namespace {

constexpr int64_t kAlignment = 64;
int64_t aligned(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/// Pointers of one step: on the stack for all but very wide ones, so that a run does not allocate.
template <class T>
class Pointers {
 public:
  std::span<T> take(size_t count) {
    if (count <= few_.size()) return std::span(few_).first(count);
    many_.resize(count);
    return many_;
  }

 private:
  std::array<T, 32> few_{};
  std::vector<T> many_;
};

class Execution {
 public:
  Execution(const Plan& plan, const Frame& frame, std::span<const void* const> inputs, std::span<void* const> outputs)
      : plan_(plan), frame_(frame), inputs_(inputs), outputs_(outputs) {}

  Status run() {
    for (size_t i = 0; i < plan_.steps.size(); ++i) {
      const PlanStep& step = *plan_.steps[i];
      WALLE_TRY(may_go_on(step));
      if (frame_.times_us == nullptr) {
        WALLE_TRY(run_step(step));
        continue;
      }
      const auto start = std::chrono::steady_clock::now();
      WALLE_TRY(run_step(step));
      (*frame_.times_us)[i] +=
          std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    }
    for (const OutputCopy& copy : plan_.copies) {
      if (copy.bytes > 0) std::memcpy(outputs_[copy.output], source(copy.from), static_cast<size_t>(copy.bytes));
    }
    return {};
  }

 private:
  [[nodiscard]] const void* source(const Slot& slot) const {
    switch (slot.place) {
      case Place::none:
        return nullptr;
      case Place::constant:
        return slot.data;
      case Place::input:
        return static_cast<const std::byte*>(inputs_[static_cast<size_t>(slot.index)]) + slot.offset;
      case Place::arena:
      case Place::output:
        return target(slot);
    }
    return nullptr;
  }
  [[nodiscard]] void* target(const Slot& slot) const {
    if (slot.place == Place::arena) return frame_.arena + slot.offset;
    if (slot.place == Place::output)
      return static_cast<std::byte*>(outputs_[static_cast<size_t>(slot.index)]) + slot.offset;
    return nullptr;
  }

  [[nodiscard]] Status may_go_on(const PlanStep& step) const {
    if (frame_.cancel != nullptr && frame_.cancel->load(std::memory_order_relaxed))
      return fail(ErrorCode::cancelled, "the run was cancelled before node '" + step.node + "'");
    if (frame_.deadline_us != 0 && system_clock().monotonic_us() > frame_.deadline_us)
      return fail(ErrorCode::deadline_exceeded, "the deadline passed before node '" + step.node + "'");
    return {};
  }

  Status run_step(const PlanStep& step) {
    switch (step.kind) {
      case PlanStep::Kind::kernel:
        return run_kernel(step);
      case PlanStep::Kind::branch:
        return run_branch(step);
      case PlanStep::Kind::loop:
        return run_loop(step);
    }
    return {};
  }

  Status run_kernel(const PlanStep& step) {
    const auto operands = operands_.take(step.operands.size());
    const auto results = results_.take(step.results.size());
    for (size_t i = 0; i < operands.size(); ++i) operands[i] = source(step.operands[i]);
    for (size_t i = 0; i < results.size(); ++i) results[i] = target(step.results[i]);
    if (step.clear_bytes > 0) std::memset(results[0], 0, static_cast<size_t>(step.clear_bytes));
    graph::Parallel& parallel = step.serial ? *frame_.serial : *frame_.parallel;
    const Status done =
        plan_.programs[step.program]->run(step.program_index, operands, results, frame_.workspace, parallel);
    return done ? done : fail(done.error().with("node '" + step.node + "'"));
  }

  [[nodiscard]] Frame inner_frame(const PlanStep& step) const {
    Frame frame = frame_;
    frame.arena = frame_.arena + step.scratch.offset;
    frame.times_us = nullptr;
    return frame;
  }

  Status run_branch(const PlanStep& step) {
    const bool taken = *static_cast<const uint8_t*>(source(step.operands[0])) != 0;
    const Plan& block = *step.blocks[taken ? 0 : 1];
    std::vector<const void*> inputs;
    for (size_t i = 1; i < step.operands.size(); ++i) inputs.push_back(source(step.operands[i]));
    std::vector<void*> outputs;
    for (const Slot& slot : step.results) outputs.push_back(target(slot));
    return execute(block, inner_frame(step), inputs, outputs);
  }

  Status run_loop(const PlanStep& step);

  const Plan& plan_;
  const Frame& frame_;
  std::span<const void* const> inputs_;
  std::span<void* const> outputs_;
  Pointers<const void*> operands_;
  Pointers<void*> results_;
};

/// Buffers of a loop behind its body's arena: counter, condition in and out, two for each carried value, and one for
/// each scanned output that nobody reads.
Status Execution::run_loop(const PlanStep& step) {
  const Plan& body = *step.blocks[0];
  const auto carried = static_cast<size_t>(step.carried);
  Frame frame = inner_frame(step);
  std::byte* at = frame.arena + aligned(body.arena_bytes);
  const auto take = [&at](int64_t bytes) {
    std::byte* mine = at;
    at += aligned(bytes);
    return mine;
  };
  auto* turn = reinterpret_cast<int64_t*>(take(kAlignment));
  auto* condition = reinterpret_cast<uint8_t*>(take(kAlignment));
  auto* next_condition = reinterpret_cast<uint8_t*>(take(kAlignment));
  std::vector<const void*> inputs = {turn, condition};
  std::vector<void*> outputs = {next_condition};
  std::vector<std::array<void*, 2>> buffers(carried);
  for (size_t i = 0; i < carried; ++i) {
    buffers[i] = {take(body.outputs[1 + i].bytes), take(body.outputs[1 + i].bytes)};
    inputs.push_back(source(step.operands[2 + i]));
    outputs.push_back(buffers[i][0]);
  }
  for (size_t i = 2 + carried; i < step.operands.size(); ++i) inputs.push_back(source(step.operands[i]));
  for (size_t i = 1 + carried; i < body.outputs.size(); ++i) {
    void* to = i - 1 < step.results.size() ? target(step.results[i - 1]) : nullptr;
    outputs.push_back(to != nullptr ? to : take(body.outputs[i].bytes));
  }
  const void* trips = !step.operands.empty() ? source(step.operands[0]) : nullptr;
  const void* first = step.operands.size() > 1 ? source(step.operands[1]) : nullptr;
  const int64_t limit = trips != nullptr ? *static_cast<const int64_t*>(trips) : INT64_MAX;
  *condition = first != nullptr ? *static_cast<const uint8_t*>(first) : 1;
  for (*turn = 0; *turn < limit && *condition != 0; ++*turn) {
    WALLE_TRY(may_go_on(step));
    const int64_t done = *turn;
    WALLE_TRY(execute(body, frame, inputs, outputs));
    *condition = *next_condition;
    for (size_t i = 0; i < carried; ++i) {
      inputs[2 + i] = outputs[1 + i];
      outputs[1 + i] = buffers[i][static_cast<size_t>((done + 1) % 2)];
    }
    for (size_t i = 1 + carried; i < body.outputs.size(); ++i) {
      if (i - 1 < step.results.size() && step.results[i - 1].place != Place::none)
        outputs[i] = static_cast<std::byte*>(outputs[i]) + body.outputs[i].bytes;
    }
  }
  for (size_t i = 0; i < carried && i < step.results.size(); ++i) {
    void* to = target(step.results[i]);
    if (to != nullptr && body.outputs[1 + i].bytes > 0)
      std::memcpy(to, inputs[2 + i], static_cast<size_t>(body.outputs[1 + i].bytes));
  }
  return {};
}

}  // namespace

Status execute(const Plan& plan, const Frame& frame, std::span<const void* const> inputs,
               std::span<void* const> outputs) {
  return Execution(plan, frame, inputs, outputs).run();
}

}  // namespace walle::session
