#include "libwalle/import/tflite/rules/tensor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <set>

#include "libwalle/import/tflite/rules/schema_generated.h"

namespace walle::import::tflite {
namespace {

using schema::TensorType;

constexpr size_t kMaxAxes = 64;
/// What a file may become by copying: a buffer may be used more than once, and sparse weights are stored small.
constexpr int64_t kCopies = 16;
constexpr int64_t kCopyFloor = int64_t{1} << 26;

constexpr std::array<std::pair<TensorType, DType>, 14> kTypes = {{{TensorType::FLOAT32, DType::f32},
                                                                  {TensorType::FLOAT16, DType::f16},
                                                                  {TensorType::INT32, DType::i32},
                                                                  {TensorType::UINT8, DType::u8},
                                                                  {TensorType::INT64, DType::i64},
                                                                  {TensorType::BOOL, DType::boolean},
                                                                  {TensorType::INT16, DType::i16},
                                                                  {TensorType::INT8, DType::i8},
                                                                  {TensorType::FLOAT64, DType::f64},
                                                                  {TensorType::UINT64, DType::u64},
                                                                  {TensorType::UINT32, DType::u32},
                                                                  {TensorType::UINT16, DType::u16},
                                                                  {TensorType::INT4, DType::i4},
                                                                  {TensorType::BFLOAT16, DType::bf16}}};

tl::unexpected<Error> wrong(std::string_view name, ErrorCode code, const std::string& what) {
  return fail(code, "tensor '" + std::string(name.substr(0, 256)) + "': " + what);
}

std::optional<DType> dtype_of(TensorType type) {
  for (const auto& [from, to] : kTypes) {
    if (from == type) return to;
  }
  return std::nullopt;
}

Status read_dims(const schema::Tensor& tensor, TensorInfo& info) {
  const auto* shape = tensor.shape();
  const auto* open = tensor.shape_signature();
  const size_t rank = shape != nullptr ? shape->size() : 0;
  if (rank > kMaxAxes) return wrong(info.name, ErrorCode::invalid_argument, "has more than 64 axes");
  int64_t count = 1;
  for (size_t i = 0; i < rank; ++i) {
    int64_t dim = shape->Get(static_cast<flatbuffers::uoffset_t>(i));
    if (dim < -1) return wrong(info.name, ErrorCode::invalid_argument, "dimension " + std::to_string(dim));
    const bool same_rank = open != nullptr && open->size() == rank;
    if (same_rank && open->Get(static_cast<flatbuffers::uoffset_t>(i)) == -1) dim = -1;
    info.dims.push_back(dim);
    if (__builtin_mul_overflow(count, std::max<int64_t>(1, dim), &count) || count > engine::kMaxElements)
      return wrong(info.name, ErrorCode::invalid_argument, "has too many elements");
  }
  return {};
}

/// The elements of a list, wherever it lies: a verified file may hold them unaligned.
std::vector<int64_t> copied(const flatbuffers::Vector<int64_t>* list) {
  std::vector<int64_t> out(list == nullptr ? 0 : list->size());
  if (!out.empty()) std::memcpy(out.data(), list->Data(), out.size() * sizeof(int64_t));
  return out;
}

Status read_quantisation(const schema::Tensor& tensor, TensorInfo& info) {
  const auto* from = tensor.quantization();
  if (from == nullptr) return {};
  if (from->details_type() != 0) return wrong(info.name, ErrorCode::unsupported, "is quantised in a way of its own");
  if (from->scale() == nullptr || from->scale()->size() == 0) return {};
  Quantisation& to = info.quantisation;
  to.scale.assign(from->scale()->begin(), from->scale()->end());
  const std::vector<int64_t> zero = copied(from->zero_point());
  to.zero.assign(to.scale.size(), zero.size() == 1 ? zero[0] : 0);
  if (zero.size() == to.scale.size()) {
    to.zero = zero;
  } else if (zero.size() > 1) {
    return wrong(info.name, ErrorCode::invalid_argument, "has not as many zero points as scales");
  }
  if (!info.quantised()) return {};
  for (const float scale : to.scale) {
    if (!std::isfinite(scale) || scale < 0) return wrong(info.name, ErrorCode::invalid_argument, "has a wrong scale");
  }
  to.axis = from->quantized_dimension();
  if (to.scale.size() == 1) return {};
  const bool inside = to.axis >= 0 && to.axis < static_cast<int64_t>(info.dims.size());
  if (!inside || info.dims[static_cast<size_t>(to.axis)] != static_cast<int64_t>(to.scale.size()))
    return wrong(info.name, ErrorCode::invalid_argument, "has not one scale for each slice of its axis");
  return {};
}

/// Booleans are one byte, 0 or 1, whatever the file says.
void normalise(engine::Tensor& tensor) {
  if (tensor.dtype() != DType::boolean) return;
  for (uint8_t& byte : std::span(static_cast<uint8_t*>(tensor.mutable_data()), static_cast<size_t>(tensor.count())))
    byte = byte != 0 ? 1 : 0;
}

std::string unique_name(const schema::Tensor& tensor, size_t index, std::set<std::string>& used) {
  std::string name = tensor.name() != nullptr ? tensor.name()->str().substr(0, kMaxName) : std::string();
  if (name.empty()) name = "tensor_" + std::to_string(index);
  if (!used.insert(name).second) {
    name += "#" + std::to_string(index);
    used.insert(name);
  }
  return name;
}

}  // namespace

TensorReader::TensorReader(const schema::Model& model, std::span<const uint8_t> file)
    : model_(model), file_(file), bytes_left_(kCopyFloor + kCopies * static_cast<int64_t>(file.size())) {}

std::optional<std::span<const uint8_t>> TensorReader::bytes_of(uint32_t buffer) const {
  const auto* buffers = model_.buffers();
  if (buffers == nullptr || buffer >= buffers->size()) return std::nullopt;
  const schema::Buffer& from = *buffers->Get(buffer);
  if (from.offset() > 1) {
    if (from.offset() > file_.size() || from.size() > file_.size() - from.offset()) return std::nullopt;
    return file_.subspan(from.offset(), from.size());
  }
  if (from.data() == nullptr) return std::span<const uint8_t>();
  return std::span(from.data()->data(), from.data()->size());
}

bool TensorReader::has_data(const schema::Tensor& tensor) const {
  const auto bytes = bytes_of(tensor.buffer());
  return bytes && !bytes->empty();
}

Result<engine::Tensor> TensorReader::read(const TensorInfo& info) {
  if (!info.dtype) {
    return wrong(info.name, ErrorCode::unsupported,
                 std::string("has type ") + schema::EnumNameTensorType(info.source->type()));
  }
  const auto bytes = bytes_of(info.source->buffer());
  if (!bytes) return wrong(info.name, ErrorCode::data_loss, "its buffer lies outside of the file");
  for (const int64_t dim : info.dims) {
    if (dim < 0) return wrong(info.name, ErrorCode::invalid_argument, "is constant, but its size is left open");
  }
  int64_t count = 1;
  for (const int64_t dim : info.dims) count *= dim;  // tensors_of has bounded it
  const int64_t wanted = walle::bytes_of(*info.dtype, count);
  const bool sparse = info.source->sparsity() != nullptr;
  if (!sparse && static_cast<int64_t>(bytes->size()) != wanted) {
    return wrong(info.name, ErrorCode::data_loss,
                 engine::describe(*info.dtype, info.dims) + " needs " + std::to_string(wanted) + " bytes and has " +
                     std::to_string(bytes->size()));
  }
  bytes_left_ -= wanted;
  if (bytes_left_ < 0) return wrong(info.name, ErrorCode::resource_exhausted, "the model's weights become too large");
  auto tensor = WALLE_TRY(engine::Tensor::zeros(*info.dtype, info.dims));
  const std::span dense(static_cast<uint8_t*>(tensor.mutable_data()), static_cast<size_t>(wanted));
  if (sparse) {
    const int bits = bits_of(*info.dtype);
    if (bits < 8) return wrong(info.name, ErrorCode::unsupported, "is sparse and has 4-bit elements");
    const auto done = densify(*info.source, info.dims, static_cast<size_t>(bits / 8), *bytes, dense);
    if (!done) return wrong(info.name, done.error().code, done.error().message);
  } else if (wanted > 0) {
    std::memcpy(dense.data(), bytes->data(), bytes->size());
  }
  normalise(tensor);
  return tensor;
}

Result<std::vector<TensorInfo>> tensors_of(const schema::SubGraph& subgraph, const TensorReader& reader) {
  std::vector<TensorInfo> result;
  if (subgraph.tensors() == nullptr) return result;
  std::set<std::string> used;
  for (const schema::Tensor* tensor : *subgraph.tensors()) {
    TensorInfo info;
    info.source = tensor;
    info.name = unique_name(*tensor, result.size(), used);
    info.dtype = dtype_of(tensor->type());
    info.variable = tensor->is_variable();
    info.constant = !info.variable && reader.has_data(*tensor);
    WALLE_TRY(read_dims(*tensor, info));
    WALLE_TRY(read_quantisation(*tensor, info));
    result.push_back(std::move(info));
  }
  return result;
}

}  // namespace walle::import::tflite
