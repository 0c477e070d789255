#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/loop/channel_port.h"
#include "daemon/loop/loop.h"
#include "daemon/models/engine.h"
#include "libwalle/base/unique_fd.h"

namespace walle::daemon {

/// Who opened something: a connection of the bus and its user.
struct Owner {
  std::string connection;
  uint32_t uid = 0;
  bool admin = false;
};

/// Bounds for one user.
struct ModelLimits {
  size_t models = 32;
  size_t sessions = 64;
  size_t waiting_runs = 64;  ///< of one session
};

using RunDone = std::function<void(Result<std::vector<RawTensor>>, int64_t time_us)>;

/// The models that apps opened, and their sessions. Runs are done on the loop's worker threads, one at a time for each
/// session; everything else on the loop's thread.
class Models {
 public:
  Models(Loop& loop, ModelLimits limits) : loop_(loop), limits_(limits) {}

  /// Verifies the file on another thread, then calls `done` with the model's description.
  void load(UniqueFd file, const std::string& name, const Owner& owner, bool keep,
            std::function<void(Result<Value>)> done);
  [[nodiscard]] Status unload(const std::string& name, const Owner& owner);
  [[nodiscard]] std::vector<Value> list() const;

  struct Opened {
    int64_t id = 0;
    UniqueFd socket;  ///< the client's end
  };
  [[nodiscard]] Result<Opened> open_session(const std::string& model, const Value& options, const Owner& owner);
  [[nodiscard]] Status close_session(int64_t id, const Owner& owner);
  /// Errors (to `done`): not_found, permission_denied, resource_exhausted, those of the engine.
  void run(int64_t id, const Owner& owner, std::vector<RawTensor> inputs, int64_t deadline_us, RunDone done);
  /// A connection left the bus: its sessions and its models (but kept ones) go.
  void owner_gone(const std::string& connection);
  [[nodiscard]] bool has_session(int64_t id) const { return sessions_.contains(id); }
  [[nodiscard]] size_t sessions() const { return sessions_.size(); }
  [[nodiscard]] size_t models() const { return models_.size(); }

 private:
  struct Open {
    std::shared_ptr<const EngineModel> model;
    Owner owner;
    bool keep = false;
    std::string sha256;
  };
  struct Job {
    std::vector<RawTensor> inputs;
    int64_t deadline_us = 0;
    RunDone done;
  };
  struct Session {
    int64_t id = 0;
    std::string model;
    Owner owner;
    std::shared_ptr<EngineSession> engine;
    std::unique_ptr<ChannelPort> port;
    std::deque<Job> waiting;
    bool running = false;
  };
  void enqueue(Session& session, Job job);
  void next(int64_t id);
  void received(int64_t id, channel::Message message);
  void drop_session(int64_t id);

  Loop& loop_;
  ModelLimits limits_;
  std::map<std::string, Open> models_;
  std::map<int64_t, std::unique_ptr<Session>> sessions_;
  int64_t last_session_ = 0;
};

/// The inputs of a run message of ipc/shm/README.md. Errors: invalid_argument naming the input.
[[nodiscard]] Result<std::vector<RawTensor>> inputs_from(const Value& list, const std::vector<UniqueFd>& files);
/// One mapped tensor of a peer's file.
[[nodiscard]] Result<RawTensor> shared_tensor(std::string name, std::string dtype, std::vector<int64_t> dims, int fd,
                                              uint64_t offset, uint64_t bytes);

}  // namespace walle::daemon
