#include <cmath>
#include <limits>

#include "kernels/attention/sizes.h"
#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

using attention::Sizes;

Work work(const Problem& p, const Params&) {
  const Sizes s = attention::sizes_of(p);
  Work work = elementwise_work(p, 0);
  work.operations = attention::operations(s, static_cast<double>(s.queries), 30);
  return work;
}

size_t workspace_bytes(const Problem& p, const Params&) {
  return static_cast<size_t>(attention::sizes_of(p).keys) * sizeof(double);
}

/// Pointers to element 0 of one batch, and the strides of the two inner axes.
template <class T>
struct Matrix {
  T* data = nullptr;
  int64_t row = 0, column = 0;
  Matrix(T* base, const Operand& operand, const Extents& dims, int64_t batch)
      : data(base + attention::batch_offset(operand, dims, batch)),
        row(operand.strides[dims.size() - 2]),
        column(operand.strides[dims.size() - 1]) {}
  [[nodiscard]] T& at(int64_t i, int64_t j) const { return data[i * row + j * column]; }
};

template <class T>
void solve(const Arguments& a) {
  const Problem& p = *a.problem;
  const auto& attributes = std::get<AttentionAttributes>(p.attributes);
  const Sizes s = attention::sizes_of(p);
  const Extents& dims = p.results[0].dims;
  const Operand* mask = attention::mask_of(p);
  auto* scores = static_cast<double*>(a.workspace);
  for (int64_t batch = 0; batch < s.batches; ++batch) {
    const Matrix q(static_cast<const T*>(a.operands[0]), p.operands[0], dims, batch);
    const Matrix k(static_cast<const T*>(a.operands[1]), p.operands[1], dims, batch);
    const Matrix v(static_cast<const T*>(a.operands[2]), p.operands[2], dims, batch);
    const Matrix y(static_cast<T*>(a.results[0]), p.results[0], dims, batch);
    const auto masked = [&](double score, int64_t i, int64_t j) {
      if (mask == nullptr) return score;
      if (mask->dtype != DType::boolean)
        return score + load(Matrix(static_cast<const T*>(a.operands[3]), *mask, dims, batch).at(i, j));
      const bool set = Matrix(static_cast<const bool*>(a.operands[3]), *mask, dims, batch).at(i, j);
      return set == attributes.filled ? attributes.fill : score;
    };
    for (int64_t i = 0; i < s.queries; ++i) {
      double max = -std::numeric_limits<double>::infinity();
      for (int64_t j = 0; j < s.keys; ++j) {
        double sum = 0;
        for (int64_t c = 0; c < s.depth; ++c) sum += load(q.at(i, c)) * load(k.at(c, j));
        scores[j] = masked(attributes.scale * sum, i, j);
        max = larger(max, scores[j]);
      }
      double total = 0;
      for (int64_t j = 0; j < s.keys; ++j) total += scores[j] = std::exp(scores[j] - max);
      const bool unseen = max == -std::numeric_limits<double>::infinity();
      const bool zero = (unseen && attributes.unseen != UnseenRow::nan) ||
                        (std::isnan(total) && attributes.unseen == UnseenRow::zero_if_nan);
      for (int64_t c = 0; c < s.width; ++c) {
        double sum = 0;
        for (int64_t j = 0; j < s.keys && !zero; ++j) sum += scores[j] * load(v.at(j, c));
        y.at(i, c) = store<T>(zero ? 0 : sum / total);
      }
    }
  }
}

void run(const Arguments& a, TileRange) noexcept {
  visit_float(a.problem->results[0].dtype, [&]<class T>(std::type_identity<T>) { solve<T>(a); });
}

}  // namespace

extern const KernelDef kAttentionRef;
const KernelDef kAttentionRef = {.name = "attention_ref",
                                 .family = Family::attention,
                                 .variant = "ref",
                                 .accepts = attention::check,
                                 .work = work,
                                 .workspace_bytes = workspace_bytes,
                                 .tiles = one_tile,
                                 .run = run,
                                 .bound = {.relative = 6e-8, .absolute = 1e-45}};

}  // namespace walle::kernels
