#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "pyvm/interp/interpreter.h"
#include "pyvm/interp/runtime.h"
#include "pyvm/interp/watchdog.h"

namespace walle::pyvm {

/// Remembers the journal; answers calls with their own arguments.
class RecordingServices final : public Services {
 public:
  Result<Value> call(std::string_view method, Value arguments, const std::function<bool()>&) override {
    return Value{{"method", method}, {"arguments", std::move(arguments)}};
  }
  void log(LogLevel level, std::string_view text, Value) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(name_of(level)) + " " + std::string(text));
  }
  Result<int> model(const std::string& name) override { return fail(ErrorCode::not_found, "no model '" + name + "'"); }
  int threads() const override { return 1; }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A folder with a main.py that goes away with the object.
class TaskFolder {
 public:
  explicit TaskFolder(const std::string& source) {
    char name[] = "/tmp/walle-task-XXXXXX";
    path_ = mkdtemp(name);
    std::filesystem::create_directory(path_ + "/data");
    std::ofstream(path_ + "/main.py") << source;
  }
  ~TaskFolder() { std::filesystem::remove_all(path_); }
  TaskFolder(const TaskFolder&) = delete;
  TaskFolder& operator=(const TaskFolder&) = delete;
  [[nodiscard]] LoadOptions options() const {
    LoadOptions options;
    options.task = "demo";
    options.version = "1.2.3";
    options.files = path_;
    options.data = path_ + "/data";
    options.memory_bytes = 64 << 20;
    options.device = Value{{"room", "reading"}};
    options.services = services;
    options.deadline_us = now_us() + 5'000'000;
    return options;
  }
  std::shared_ptr<RecordingServices> services = std::make_shared<RecordingServices>();

 private:
  std::string path_;
};

inline void start_python(std::span<const BuiltinModule> modules = {}) {
  auto started = Runtime::start({.stdlib = WALLE_PYTHON_STDLIB, .modules = modules});
  ASSERT_TRUE(started) << started.error().message;
}

/// Loads `source` and calls run once with `event`.
inline Outcome run_once(const std::string& source, const Value& event = nullptr, int64_t time_us = 2'000'000) {
  const TaskFolder folder(source);
  auto interpreter = Interpreter::create();
  if (!interpreter) return {TaskError{"test", interpreter.error().message, ""}, {}, 0, 0};
  Outcome loaded = (*interpreter)->load(folder.options());
  if (loaded.error) return loaded;
  return (*interpreter)->run(event, now_us() + time_us);
}

}  // namespace walle::pyvm
