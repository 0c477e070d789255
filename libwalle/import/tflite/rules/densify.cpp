#include <cstring>
#include <vector>

#include "libwalle/import/tflite/rules/schema_generated.h"
#include "libwalle/import/tflite/rules/tensor.h"

namespace walle::import::tflite {
namespace {

tl::unexpected<Error> wrong(const std::string& what) {
  return fail(ErrorCode::invalid_argument, "its sparse form " + what);
}

/// An index vector of any of its three widths.
class Indices {
 public:
  Indices(schema::SparseIndexVector type, const void* table) {
    if (table == nullptr) return;
    if (type == schema::SparseIndexVector::Int32Vector) i32_ = static_cast<const schema::Int32Vector*>(table)->values();
    if (type == schema::SparseIndexVector::Uint16Vector)
      u16_ = static_cast<const schema::Uint16Vector*>(table)->values();
    if (type == schema::SparseIndexVector::Uint8Vector) u8_ = static_cast<const schema::Uint8Vector*>(table)->values();
  }
  [[nodiscard]] int64_t size() const {
    return i32_ != nullptr ? i32_->size() : u16_ != nullptr ? u16_->size() : u8_ != nullptr ? u8_->size() : 0;
  }
  /// -1 outside of it.
  [[nodiscard]] int64_t at(int64_t i) const {
    if (i < 0 || i >= size()) return -1;
    const auto place = static_cast<flatbuffers::uoffset_t>(i);
    return i32_ != nullptr ? i32_->Get(place) : u16_ != nullptr ? u16_->Get(place) : u8_->Get(place);
  }

 private:
  const flatbuffers::Vector<int32_t>* i32_ = nullptr;
  const flatbuffers::Vector<uint16_t>* u16_ = nullptr;
  const flatbuffers::Vector<uint8_t>* u8_ = nullptr;
};

/// A level of the tree of stored elements: an axis of the tensor, or the part of an axis that lies inside a block.
struct Level {
  int64_t size = 0;    ///< of the level; compressed rows name places below it
  int64_t stride = 0;  ///< of the dense tensor, in elements
  bool compressed = false;
  Indices segments{schema::SparseIndexVector::NONE, nullptr};
  Indices indices{schema::SparseIndexVector::NONE, nullptr};
};

/// The order of the levels, checked: each axis once; entries beyond the rank are the axes of blocks.
struct Order {
  std::vector<size_t> levels;
  std::vector<size_t> block_axes;  ///< which axis each block axis divides
};

Result<Order> order_of(const schema::SparsityParameters& sparsity, size_t rank) {
  Order order;
  if (sparsity.block_map() != nullptr)
    order.block_axes.assign(sparsity.block_map()->begin(), sparsity.block_map()->end());
  if (sparsity.traversal_order() != nullptr)
    order.levels.assign(sparsity.traversal_order()->begin(), sparsity.traversal_order()->end());
  const size_t count = rank + order.block_axes.size();
  if (sparsity.dim_metadata() == nullptr || sparsity.dim_metadata()->size() != count || order.levels.size() != count)
    return wrong("has not one level for each axis");
  std::vector<bool> seen(count, false);
  for (const size_t axis : order.levels) {
    if (axis >= count || seen[axis]) return wrong("names an axis twice or one that does not exist");
    seen[axis] = true;
  }
  for (const size_t axis : order.block_axes) {
    if (axis >= rank) return wrong("names a block's axis that does not exist");
  }
  return order;
}

/// The levels in the order of the stored elements.
Result<std::vector<Level>> levels_of(const schema::SparsityParameters& sparsity, std::span<const int64_t> dims) {
  const size_t rank = dims.size();
  const Order order = WALLE_TRY(order_of(sparsity, rank));
  const auto metadata = [&](size_t level) {
    return sparsity.dim_metadata()->Get(static_cast<flatbuffers::uoffset_t>(level));
  };
  std::vector<int64_t> strides(rank, 1);
  for (size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  std::vector<int64_t> block(rank, 1);
  for (size_t i = 0; i < order.levels.size(); ++i) {
    if (order.levels[i] < rank) continue;
    const size_t axis = order.block_axes[order.levels[i] - rank];
    block[axis] = metadata(i)->dense_size();
    if (block[axis] < 1 || dims[axis] % block[axis] != 0) return wrong("has a block that does not fit");
  }
  std::vector<Level> levels;
  for (size_t i = 0; i < order.levels.size(); ++i) {
    const bool inner = order.levels[i] >= rank;
    const size_t axis = inner ? order.block_axes[order.levels[i] - rank] : order.levels[i];
    const auto* from = metadata(i);
    Level level{.size = inner ? block[axis] : dims[axis] / block[axis],
                .stride = inner ? strides[axis] : strides[axis] * block[axis],
                .compressed = from->format() == schema::DimensionType::SPARSE_CSR,
                .segments = Indices(from->array_segments_type(), from->array_segments()),
                .indices = Indices(from->array_indices_type(), from->array_indices())};
    if (!level.compressed && from->dense_size() != level.size) return wrong("has a level of the wrong size");
    levels.push_back(level);
  }
  return levels;
}

class Filler {
 public:
  Filler(std::span<const Level> levels, size_t item, std::span<const uint8_t> values, std::span<uint8_t> dense)
      : levels_(levels), item_(item), values_(values), dense_(dense) {}

  /// position: which of this level's nodes; offset: in the dense tensor. No level has more branches than its size, so
  /// there are no more visits than elements, times the depth.
  Status fill(size_t depth, int64_t position, int64_t offset) {
    if (depth == levels_.size()) return store(position, offset);
    const Level& level = levels_[depth];
    if (!level.compressed) {
      for (int64_t i = 0; i < level.size; ++i)
        WALLE_TRY(fill(depth + 1, position * level.size + i, offset + i * level.stride));
      return {};
    }
    const int64_t begin = level.segments.at(position);
    const int64_t end = level.segments.at(position + 1);
    if (begin < 0 || end < begin || end > level.indices.size() || end - begin > level.size)
      return wrong("has segments outside of its indices");
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = level.indices.at(i);
      if (at < 0 || at >= level.size) return wrong("has an index outside of its axis");
      WALLE_TRY(fill(depth + 1, i, offset + at * level.stride));
    }
    return {};
  }

 private:
  Status store(int64_t position, int64_t offset) {
    const auto from = static_cast<size_t>(position) * item_;
    const auto to = static_cast<size_t>(offset) * item_;
    if (position < 0 || from + item_ > values_.size() || to + item_ > dense_.size())
      return wrong("has fewer values than it says");
    std::memcpy(dense_.data() + to, values_.data() + from, item_);
    return {};
  }

  std::span<const Level> levels_;
  size_t item_;
  std::span<const uint8_t> values_;
  std::span<uint8_t> dense_;
};

}  // namespace

Status densify(const schema::Tensor& tensor, std::span<const int64_t> dims, size_t item,
               std::span<const uint8_t> values, std::span<uint8_t> dense) {
  if (dense.empty()) return {};
  const auto levels = WALLE_TRY(levels_of(*tensor.sparsity(), dims));
  return Filler(levels, item, values, dense).fill(0, 0, 0);
}

}  // namespace walle::import::tflite
