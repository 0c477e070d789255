#include "pyvm/package/nn_model.h"

#include "libwalle/lib/np/dtypes.h"
#include "libwalle/lib/np/shape.h"
#include "pyvm/interp/interpreter.h"
#include "pyvm/interp/ref.h"

namespace walle::package {
namespace {
/// Output memory is made by the engine; this charges it to the task while an array views it.
struct Output {
  engine::Tensor tensor;
  std::shared_ptr<np::MemoryAccount> account;
  Output(engine::Tensor given, std::shared_ptr<np::MemoryAccount> payer)
      : tensor(std::move(given)), account(std::move(payer)) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    if (account) account->release(static_cast<size_t>(tensor.bytes()));
  }
};

/// The task's account as the engine's: weights, packed weights and arenas count as the task's memory.
class TaskBudget final : public engine::MemoryBudget {
 public:
  explicit TaskBudget(std::shared_ptr<np::MemoryAccount> account) : account_(std::move(account)) {}
  [[nodiscard]] bool charge(int64_t bytes) noexcept override { return account_->charge(static_cast<size_t>(bytes)); }
  void release(int64_t bytes) noexcept override { account_->release(static_cast<size_t>(bytes)); }

 private:
  std::shared_ptr<np::MemoryAccount> account_;
};

Result<np::Array> array_of(engine::Tensor tensor) {
  np::Dims dims;
  if (tensor.dims().size() > np::kMaxRank) return fail(ErrorCode::unsupported, "an output of more than 16 dimensions");
  if (is_storage_only(tensor.dtype()))
    return fail(ErrorCode::unsupported,
                "an output of " + std::string(name_of(tensor.dtype())) + "; cast it in the model");
  for (const int64_t d : tensor.dims()) dims.push_back(d);
  const auto& account = np::thread_account();
  if (account && !account->charge(static_cast<size_t>(tensor.bytes()))) {
    return fail(ErrorCode::resource_exhausted, "no memory for a model's output within the task's limit");
  }
  auto output = std::make_shared<Output>(std::move(tensor), account);
  void* data = output->tensor.mutable_data();
  const DType dtype = output->tensor.dtype();
  return np::Array::borrow(dtype, dims, np::contiguous_strides(dims), data, std::move(output), true);
}

Result<np::Array> fitted(const NnModel& model, const std::string& name, const np::Array& array) {
  for (const engine::Port& port : model.model->inputs()) {
    if (port.name != name) continue;
    const bool same_kind = np::kind_of(array.dtype()) == np::kind_of(port.dtype);
    return np::dense_as(array, same_kind ? port.dtype : array.dtype());
  }
  std::string known;
  for (const engine::Port& port : model.model->inputs()) known += (known.empty() ? "" : ", ") + port.name;
  return fail(ErrorCode::invalid_argument,
              "model '" + model.name + "' has no input '" + name + "'; its inputs are " + known);
}
}  // namespace

Result<NnModel> load_model(const std::string& name, int threads, Precision precision) {
  const pyvm::Interpreter* self = pyvm::Interpreter::current();
  const int fd = WALLE_TRY(self->services().model(name));
  const int allowed = self->services().threads();
  const auto& account = np::thread_account();
  const auto budget = account ? std::make_shared<TaskBudget>(account) : nullptr;
  const pyvm::WithoutGil released;
  NnModel model;
  model.name = name;
  auto mapped = engine::Model::map(fd, budget);
  if (!mapped) return fail(mapped.error().with("model '" + name + "'"));
  model.model = *std::move(mapped);
  engine::SessionOptions options;
  options.threads = threads > 0 ? std::min(threads, allowed) : allowed;
  options.precision = precision;
  // Values between the stages of a run are nobody's arrays yet: they are bounded by the whole limit.
  options.max_value_bytes = std::min(options.max_value_bytes, self->options().memory_bytes);
  model.session = WALLE_TRY(engine::Session::create(model.model, options));
  return model;
}

Result<std::vector<np::Array>> run_model(NnModel& model, std::vector<std::pair<std::string, np::Array>> inputs) {
  const pyvm::Interpreter* self = pyvm::Interpreter::current();
  std::vector<engine::NamedTensor> tensors;
  for (auto& [name, array] : inputs) {
    array = WALLE_TRY(fitted(model, name, array));
    // The arrays outlive the run, so the tensors need not keep them.
    engine::Tensor tensor = WALLE_TRY(engine::Tensor::borrow(array.dtype(), array.dims().span(), array.raw(), nullptr));
    tensors.push_back({name, std::move(tensor)});
  }
  engine::RunOptions options;
  if (self->deadline_us() != INT64_MAX) options.deadline_us = self->deadline_us();
  options.cancel = &self->stop_flag();
  Result<std::vector<engine::Tensor>> outputs = fail(ErrorCode::internal, "not run");
  {
    const pyvm::WithoutGil released;
    outputs = model.session->run(tensors, options);
    // The engine sees the deadline a little before the watchdog does.
    if (!outputs && outputs.error().code == ErrorCode::deadline_exceeded) (void)self->sleep_us(100'000);
  }
  if (!outputs) return fail(outputs.error().with("model '" + model.name + "'"));
  std::vector<np::Array> arrays;
  for (engine::Tensor& tensor : *outputs) arrays.push_back(WALLE_TRY(array_of(std::move(tensor))));
  return arrays;
}

}  // namespace walle::package
