#include "kernels/attention/sizes.h"

#include "kernels/support/def.h"

namespace walle::kernels::attention {

Sizes sizes_of(const Problem& p) {
  const Operand& q = p.operands[0];
  const Operand& v = p.operands[2];
  Sizes s{.rank = p.results[0].dims.size()};
  for (size_t i = 0; i + 2 < s.rank; ++i) s.batches *= p.results[0].dims[i];
  s.queries = q.dims[s.rank - 2];
  s.depth = q.dims[s.rank - 1];
  s.keys = v.dims[s.rank - 2];
  s.width = v.dims[s.rank - 1];
  return s;
}

const Operand* mask_of(const Problem& p) { return has_operand(p, 3) ? &p.operands[3] : nullptr; }

std::optional<Refusal> check(const Problem& p) {
  if (auto refusal = check_arity(p, 3)) return refusal;
  const Operand& y = p.results[0];
  const size_t rank = y.dims.size();
  if (rank < 2 || !is_float(y.dtype)) return Refusal{"the result is no matrix of floats"};
  for (size_t i = 0; i < 3; ++i) {
    if (!p.operands[i].present || p.operands[i].dims.size() != rank) return Refusal{"ranks differ"};
    if (p.operands[i].dtype != y.dtype) return Refusal{"operands and result differ in dtype"};
    for (size_t axis = 0; axis + 2 < rank; ++axis) {
      if (p.operands[i].dims[axis] != y.dims[axis]) return Refusal{"batch axes differ"};
    }
  }
  const Sizes s = sizes_of(p);
  const Extents& k = p.operands[1].dims;
  const bool fits =
      y.dims[rank - 2] == s.queries && y.dims[rank - 1] == s.width && k[rank - 2] == s.depth && k[rank - 1] == s.keys;
  if (!fits) return Refusal{"queries, keys, depth or width differ"};
  const Operand* mask = mask_of(p);
  if (mask == nullptr) return std::nullopt;
  if (mask->dtype != y.dtype && mask->dtype != DType::boolean) return Refusal{"the mask's dtype"};
  const bool covers = mask->dims.size() == rank && mask->dims[rank - 2] == s.queries && mask->dims[rank - 1] == s.keys;
  return refuse_if(!covers, "the mask does not cover the scores");
}

int64_t batch_offset(const Operand& operand, const Extents& dims, int64_t index) {
  int64_t offset = 0;
  for (size_t i = dims.size() - 2; i-- > 0;) {
    offset += index % dims[i] * operand.strides[i];
    index /= dims[i];
  }
  return offset;
}

double operations(const Sizes& s, double rows, double softmax_operations) {
  const double scores = rows * static_cast<double>(s.batches) * static_cast<double>(s.keys);
  return scores * (2 * static_cast<double>(s.depth + s.width) + softmax_operations);
}

}  // namespace walle::kernels::attention
