#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <walle/engine/any_value.h>
#include <walle/engine/memory.h>

#include "kernels/abi/dtype.h"
#include "libwalle/base/result.h"

namespace walle::engine {

/// An input or output of a model. A symbolic dimension is -1 and has its name in `symbols` (else ""). Of a sequence or
/// an optional, dtype is that of its elements; dims are then empty.
struct Port {
  std::string name;
  DType dtype = DType::f32;
  std::vector<int64_t> dims;
  std::vector<std::string> symbols;
  ValueKind kind = ValueKind::tensor;
};

/// A model in memory: graph and weights, immutable, shared by any number of sessions. Weights of a `.walle` file stay
/// in the file's mapping, so all processes that open it share them. Thread-safe.
class Model {
 public:
  struct Impl;

  /// Maps a `.walle` file. The file is verified (structure, bounds, sha256 of each section) before it is used.
  /// Errors: not_found; data_loss if it is damaged; unsupported if it needs a newer reader.
  [[nodiscard]] static Result<std::shared_ptr<const Model>> open(const std::string& path);
  /// The same from a descriptor, which may be closed afterwards. budget: pays for the model and its sessions; null:
  /// nobody does. Errors also: resource_exhausted if it refuses.
  [[nodiscard]] static Result<std::shared_ptr<const Model>> map(int fd, std::shared_ptr<MemoryBudget> budget = nullptr);
  /// The same from bytes in memory, which are kept.
  [[nodiscard]] static Result<std::shared_ptr<const Model>> from_bytes(std::vector<uint8_t> bytes);

  [[nodiscard]] const std::vector<Port>& inputs() const;
  [[nodiscard]] const std::vector<Port>& outputs() const;
  /// Key-value pairs of the source file (for PP-OCR `character`, the dictionary).
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const;
  /// Bytes of all weights.
  [[nodiscard]] int64_t weight_bytes() const;

  explicit Model(std::unique_ptr<Impl> impl);
  ~Model();
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace walle::engine
