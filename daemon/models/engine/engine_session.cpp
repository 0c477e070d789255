#include <walle/engine/model.h>
#include <walle/engine/profile.h>
#include <walle/engine/session.h>
#include <walle/engine/tensor.h>

#include <array>
#include <cstring>

#include "daemon/models/engine.h"

namespace walle::daemon {
namespace {

Value ports(const std::vector<engine::Port>& from) {
  Value list = Value::array();
  for (const engine::Port& port : from)
    list.push_back({{"name", port.name}, {"dtype", name_of(port.dtype)}, {"dims", port.dims}});
  return list;
}

/// Elements of these dims, or -1 for negative dims and overflow.
int64_t count_of(const std::vector<int64_t>& dims) {
  int64_t count = 1;
  for (const int64_t dim : dims)
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count) || count > engine::kMaxElements) return -1;
  return count;
}

/// The peer can write to its file while we run: numbers that are computed with may change, indices may not, so integers
/// are copied.
Result<engine::Tensor> tensor_of(const RawTensor& raw) {
  const auto dtype = dtype_from(raw.dtype);
  if (!dtype) return fail(ErrorCode::invalid_argument, "input '" + raw.name + "': unknown dtype '" + raw.dtype + "'");
  const int64_t count = raw.dims.size() > 16 ? -1 : count_of(raw.dims);
  if (count < 0 || static_cast<uint64_t>(bytes_of(*dtype, count)) != raw.bytes)
    return fail(ErrorCode::invalid_argument,
                "input '" + raw.name + "': " + std::to_string(raw.bytes) + " bytes do not fit its dtype and dims");
  if (is_float(*dtype) && raw.bytes != 0)
    return engine::Tensor::borrow(*dtype, raw.dims, const_cast<uint8_t*>(raw.data), raw.keep);
  auto copy = WALLE_TRY(engine::Tensor::empty(*dtype, raw.dims));
  if (raw.bytes != 0) std::memcpy(copy.mutable_data(), raw.data, raw.bytes);
  return copy;
}

struct PrecisionRow {
  std::string_view name;
  Precision precision;
};
constexpr std::array<PrecisionRow, 3> kPrecisions{
    {{"strict", Precision::strict}, {"high", Precision::high}, {"fast", Precision::fast}}};

Result<engine::SessionOptions> options_from(const Value& options) {
  engine::SessionOptions made;
  const int64_t threads = WALLE_TRY(get_int_or(options, "threads", 1));
  if (threads < 1 || threads > 64) return fail(ErrorCode::invalid_argument, "threads has to be from 1 to 64");
  made.threads = static_cast<int>(threads);
  made.backend = WALLE_TRY(get_string_or(options, "backend", ""));
  const std::string precision = WALLE_TRY(get_string_or(options, "precision", "high"));
  for (const PrecisionRow& row : kPrecisions)
    if (row.name == precision) {
      made.precision = row.precision;
      return made;
    }
  return fail(ErrorCode::invalid_argument, "precision '" + precision + "' is none of strict, high, fast");
}

class SessionOfEngine final : public EngineSession {
 public:
  explicit SessionOfEngine(std::unique_ptr<engine::Session> session) : session_(std::move(session)) {}

  Result<std::vector<RawTensor>> run(std::vector<RawTensor> inputs, int64_t deadline_us) override {
    std::vector<engine::NamedTensor> named;
    for (const RawTensor& raw : inputs) {
      auto tensor = WALLE_TRY(tensor_of(raw));
      named.push_back({raw.name, std::move(tensor)});
    }
    const auto outputs = WALLE_TRY(session_->run(named, {.deadline_us = deadline_us}));
    const auto& names = session_->model().outputs();
    std::vector<RawTensor> result;
    for (size_t i = 0; i < outputs.size(); ++i)
      result.push_back({.name = names.at(i).name,
                        .dtype = std::string(name_of(outputs[i].dtype())),
                        .dims = outputs[i].dims(),
                        .data = static_cast<const uint8_t*>(outputs[i].data()),
                        .bytes = static_cast<size_t>(outputs[i].bytes()),
                        .keep = outputs[i].storage()});
    return result;
  }

 private:
  std::unique_ptr<engine::Session> session_;
};

class ModelOfEngine final : public EngineModel {
 public:
  explicit ModelOfEngine(std::shared_ptr<const engine::Model> model) : model_(std::move(model)) {}
  Value describe() const override {
    return {
        {"inputs", ports(model_->inputs())}, {"outputs", ports(model_->outputs())}, {"bytes", model_->weight_bytes()}};
  }
  Result<std::unique_ptr<EngineSession>> open_session(const Value& options) const override {
    const auto chosen = WALLE_TRY(options_from(options));
    auto session = WALLE_TRY(engine::Session::create(model_, chosen));
    return std::unique_ptr<EngineSession>(std::make_unique<SessionOfEngine>(std::move(session)));
  }

 private:
  std::shared_ptr<const engine::Model> model_;
};

}  // namespace

Result<std::shared_ptr<const EngineModel>> open_model(int fd) {
  auto model = WALLE_TRY(engine::Model::map(fd));
  return std::shared_ptr<const EngineModel>(std::make_shared<ModelOfEngine>(std::move(model)));
}

Result<bool> use_device_profile(const std::string& path) { return engine::use_device_profile(path); }

}  // namespace walle::daemon
