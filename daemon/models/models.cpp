#include "daemon/models/models.h"

#include <algorithm>

#include "ipc/shm/tensor_file.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/digest.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::daemon {

Result<RawTensor> shared_tensor(std::string name, std::string dtype, std::vector<int64_t> dims, int fd, uint64_t offset,
                                uint64_t bytes) {
  auto mapped = shm::map_tensor_file(fd);
  if (!mapped) return fail(mapped.error().with("tensor '" + name + "'"));
  const auto file = std::make_shared<MappedFile>(std::move(*mapped));
  auto range = shm::tensor_bytes(*file, offset, bytes);
  if (!range) return fail(range.error().with("tensor '" + name + "'"));
  return RawTensor{std::move(name), std::move(dtype), std::move(dims), range->data(), range->size(), file};
}

Result<std::vector<RawTensor>> inputs_from(const Value& list, const std::vector<UniqueFd>& files) {
  std::vector<RawTensor> inputs;
  for (const Value& entry : list) {
    std::vector<int64_t> dims;
    for (const Value& dim : *WALLE_TRY(get_list(entry, "dims"))) {
      if (!dim.is_number_integer()) return fail(ErrorCode::invalid_argument, "dims have to be whole numbers");
      dims.push_back(dim.get<int64_t>());
    }
    const int64_t file = WALLE_TRY(get_int(entry, "fd"));
    if (file < 0 || static_cast<size_t>(file) >= files.size())
      return fail(ErrorCode::invalid_argument, "fd is not the index of a descriptor of this message");
    const std::string name = WALLE_TRY(get_string(entry, "name"));
    const std::string dtype = WALLE_TRY(get_string(entry, "dtype"));
    const auto offset = static_cast<uint64_t>(WALLE_TRY(get_int(entry, "offset")));
    const auto bytes = static_cast<uint64_t>(WALLE_TRY(get_int(entry, "bytes")));
    const int fd = files[static_cast<size_t>(file)].get();
    inputs.push_back(WALLE_TRY(shared_tensor(name, dtype, std::move(dims), fd, offset, bytes)));
  }
  return inputs;
}

void Models::load(UniqueFd file, const std::string& name, const Owner& owner, bool keep,
                  std::function<void(Result<Value>)> done) {
  if (!is_name(name))
    return done(fail(ErrorCode::invalid_argument, "a model's name is [a-z][a-z0-9_-]{0,63}, not '" + name + "'"));
  if (models_.contains(name))
    return done(fail(ErrorCode::already_exists, "a model '" + name + "' is open; unload it, or take another name"));
  const auto mine = std::count_if(models_.begin(), models_.end(),
                                  [&](const auto& entry) { return entry.second.owner.uid == owner.uid; });
  if (static_cast<size_t>(mine) >= limits_.models)
    return done(fail(ErrorCode::resource_exhausted, "this user has " + std::to_string(mine) + " models open already"));
  struct Loaded {
    Result<std::shared_ptr<const EngineModel>> model = fail(ErrorCode::internal, "not opened");
    std::string sha256;
  };
  auto result = std::make_shared<Loaded>();
  auto fd = std::make_shared<UniqueFd>(std::move(file));
  loop_.work(
      [result, fd] {
        const auto mapped = MappedFile::map(fd->get());
        if (!mapped) {
          result->model = fail(mapped.error());
          return;
        }
        result->sha256 = to_hex(sha256(mapped->bytes()));
        result->model = open_model(fd->get());
      },
      [this, result, name, owner, keep, done = std::move(done)] {
        if (!result->model) return done(fail(result->model.error()));
        if (models_.contains(name)) return done(fail(ErrorCode::already_exists, "a model '" + name + "' is open"));
        models_[name] = Open{*result->model, owner, keep, result->sha256};
        Value description = models_[name].model->describe();
        description["name"] = name;
        description["sha256"] = result->sha256;
        done(std::move(description));
      });
}

Status Models::unload(const std::string& name, const Owner& owner) {
  const auto found = models_.find(name);
  if (found == models_.end()) return fail(ErrorCode::not_found, "no model '" + name + "' is open");
  if (found->second.owner.uid != owner.uid && !owner.admin)
    return fail(ErrorCode::permission_denied, "model '" + name + "' belongs to another user");
  models_.erase(found);
  return {};
}

std::vector<Value> Models::list() const {
  std::vector<Value> rows;
  for (const auto& [name, open] : models_) {
    Value row = open.model->describe();
    row["name"] = name;
    row["sha256"] = open.sha256;
    row["owner"] = "app";
    row["task"] = "";
    row["sessions"] = std::count_if(sessions_.begin(), sessions_.end(),
                                    [&name = name](const auto& entry) { return entry.second->model == name; });
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<Models::Opened> Models::open_session(const std::string& model, const Value& options, const Owner& owner) {
  const auto found = models_.find(model);
  if (found == models_.end())
    return fail(ErrorCode::not_found, "no model '" + model + "' is open; see walle-ctl model load");
  const auto mine = std::count_if(sessions_.begin(), sessions_.end(),
                                  [&](const auto& entry) { return entry.second->owner.uid == owner.uid; });
  if (static_cast<size_t>(mine) >= limits_.sessions)
    return fail(ErrorCode::resource_exhausted, "this user has " + std::to_string(mine) + " sessions already");
  auto session = std::make_unique<Session>();
  session->engine = WALLE_TRY(found->second.model->open_session(options));
  auto ends = WALLE_TRY(channel::Channel::pair());
  session->id = ++last_session_;
  session->model = model;
  session->owner = owner;
  const int64_t id = session->id;
  session->port = WALLE_TRY(
      ChannelPort::create(loop_, std::move(ends.first),
                          {.received = [this, id](channel::Message message) { received(id, std::move(message)); },
                           .refused = nullptr,
                           .gone = [this, id] { loop_.post([this, id] { drop_session(id); }); }}));
  sessions_.emplace(id, std::move(session));
  return Opened{id, std::move(ends.second).take()};
}

Status Models::close_session(int64_t id, const Owner& owner) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return fail(ErrorCode::not_found, "no such session");
  if (found->second->owner.uid != owner.uid && !owner.admin)
    return fail(ErrorCode::permission_denied, "the session belongs to another user");
  drop_session(id);
  return {};
}

void Models::drop_session(int64_t id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const std::unique_ptr<Session> session = std::move(found->second);
  sessions_.erase(found);
  for (Job& job : session->waiting) job.done(fail(ErrorCode::cancelled, "the session was closed"), 0);
}

void Models::run(int64_t id, const Owner& owner, std::vector<RawTensor> inputs, int64_t deadline_us, RunDone done) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return done(fail(ErrorCode::not_found, "no such session"), 0);
  if (found->second->owner.uid != owner.uid)
    return done(fail(ErrorCode::permission_denied, "the session belongs to another user"), 0);
  enqueue(*found->second, {std::move(inputs), deadline_us, std::move(done)});
}

void Models::enqueue(Session& session, Job job) {
  if (!models_.contains(session.model))
    return job.done(fail(ErrorCode::failed_precondition, "model '" + session.model + "' was unloaded"), 0);
  if (session.waiting.size() >= limits_.waiting_runs)
    return job.done(fail(ErrorCode::resource_exhausted, "64 runs of this session wait already"), 0);
  session.waiting.push_back(std::move(job));
  next(session.id);
}

void Models::next(int64_t id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second->running || found->second->waiting.empty()) return;
  Session& session = *found->second;
  session.running = true;
  struct Work {
    Job job;
    Result<std::vector<RawTensor>> outputs = fail(ErrorCode::internal, "not run");
    int64_t time_us = 0;
  };
  auto work = std::make_shared<Work>();
  work->job = std::move(session.waiting.front());
  session.waiting.pop_front();
  loop_.work(
      [work, engine = session.engine] {
        const int64_t start_us = system_clock().monotonic_us();
        if (work->job.deadline_us != 0 && start_us >= work->job.deadline_us) {
          work->outputs = fail(ErrorCode::deadline_exceeded, "the deadline passed before the run began");
          return;
        }
        work->outputs = engine->run(std::move(work->job.inputs), work->job.deadline_us);
        work->time_us = system_clock().monotonic_us() - start_us;
      },
      [this, work, id] {
        work->job.done(std::move(work->outputs), work->time_us);
        const auto still = sessions_.find(id);
        if (still == sessions_.end()) return;
        still->second->running = false;
        next(id);
      });
}

/// A message of the app on its private socket.
void Models::received(int64_t id, channel::Message message) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session& session = *found->second;
  const int64_t run = get_int_or(message.body, "run", 0).value_or(0);
  RunDone done = [this, id, run](Result<std::vector<RawTensor>> outputs, int64_t time_us) {
    const auto asker = sessions_.find(id);
    if (asker == sessions_.end()) return;
    const auto refuse = [&](const Error& error) {
      return asker->second->port->send(
          {{"type", "error"}, {"run", run}, {"code", name_of(error.code)}, {"message", error.message}});
    };
    Status sent;
    if (!outputs) {
      sent = refuse(outputs.error());
    } else {
      std::vector<std::span<const uint8_t>> blocks;
      for (const RawTensor& tensor : *outputs) blocks.emplace_back(tensor.data, tensor.bytes);
      std::vector<uint64_t> offsets;
      auto file = shm::make_tensor_file(blocks, offsets);
      Value list = Value::array();
      for (size_t i = 0; file && i < outputs->size(); ++i)
        list.push_back({{"name", (*outputs)[i].name},
                        {"dtype", (*outputs)[i].dtype},
                        {"dims", (*outputs)[i].dims},
                        {"fd", 0},
                        {"offset", offsets[i]},
                        {"bytes", (*outputs)[i].bytes}});
      std::vector<UniqueFd> files;
      if (file) files.push_back(std::move(*file));
      sent = files.empty()
                 ? refuse(file.error())
                 : asker->second->port->send(
                       {{"type", "result"}, {"run", run}, {"outputs", list}, {"time_us", time_us}}, std::move(files));
    }
    if (!sent) loop_.post([this, id] { drop_session(id); });
  };
  const auto type = get_string(message.body, "type");
  const auto list = get_list(message.body, "inputs");
  const auto deadline = get_int_or(message.body, "deadline_us", 0);
  if (!type || *type != "run" || !list || !deadline)
    return done(fail(ErrorCode::invalid_argument, "a message is {type: \"run\", run, inputs, deadline_us?}"), 0);
  auto inputs = inputs_from(**list, message.descriptors);
  if (!inputs) return done(fail(inputs.error()), 0);
  enqueue(session, {std::move(*inputs), *deadline, std::move(done)});
}

void Models::owner_gone(const std::string& connection) {
  std::vector<int64_t> gone;
  for (const auto& [id, session] : sessions_)
    if (session->owner.connection == connection) gone.push_back(id);
  for (const int64_t id : gone) drop_session(id);
  std::erase_if(models_,
                [&](const auto& entry) { return entry.second.owner.connection == connection && !entry.second.keep; });
}

}  // namespace walle::daemon
