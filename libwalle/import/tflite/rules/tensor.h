#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libwalle/graph/graph.h"

namespace walle::import::tflite {

namespace schema {
struct Model;
struct SubGraph;
struct Tensor;
}  // namespace schema

/// Most bytes of a name that is kept.
inline constexpr size_t kMaxName = 4096;

/// How integers stand for real numbers: real = scale * (stored - zero), per tensor or along one axis.
struct Quantisation {
  std::vector<float> scale;
  std::vector<int64_t> zero;  ///< as many as scales
  int64_t axis = 0;           ///< what more than one scale lies along
};

/// What a file says of a tensor, checked: dims are in range, counts fit, the buffer exists.
struct TensorInfo {
  const schema::Tensor* source = nullptr;
  std::string name;            ///< unique in its subgraph
  std::optional<DType> dtype;  ///< nullopt: a type that Walle does not have (strings, resources, complex numbers)
  std::vector<int64_t> dims;   ///< -1 where the file leaves the size open
  Quantisation quantisation;   ///< no scales: the numbers stand for themselves
  bool constant = false;       ///< has data in the file
  bool variable = false;       ///< state that lives from one run to the next

  [[nodiscard]] bool quantised() const { return !quantisation.scale.empty() && dtype && is_integer(*dtype); }
};

/// Reads the data of constant tensors. Each call copies; all copies of a model together are bounded by the file's size.
class TensorReader {
 public:
  TensorReader(const schema::Model& model, std::span<const uint8_t> file);

  /// Errors: invalid_argument or data_loss that name the tensor, resource_exhausted beyond the bound.
  [[nodiscard]] Result<engine::Tensor> read(const TensorInfo& info);
  /// True if the tensor's buffer holds bytes.
  [[nodiscard]] bool has_data(const schema::Tensor& tensor) const;

 private:
  [[nodiscard]] std::optional<std::span<const uint8_t>> bytes_of(uint32_t buffer) const;

  const schema::Model& model_;
  std::span<const uint8_t> file_;
  int64_t bytes_left_;
};

/// All tensors of a subgraph. Errors: invalid_argument that names the tensor.
[[nodiscard]] Result<std::vector<TensorInfo>> tensors_of(const schema::SubGraph& subgraph, const TensorReader& reader);

/// The dense elements of a sparse tensor (traversal order, blocks, compressed rows); elements of `item` bytes.
/// Errors: invalid_argument for indices that do not fit. Requires: dense has the bytes of `dims` and is zero.
[[nodiscard]] Status densify(const schema::Tensor& tensor, std::span<const int64_t> dims, size_t item,
                             std::span<const uint8_t> values, std::span<uint8_t> dense);

}  // namespace walle::import::tflite
