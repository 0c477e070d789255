#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

/// Mean over the normalised axes.
struct Mean {
  std::vector<int64_t> axes;
  double count = 1;
  [[nodiscard]] Expression operator()(const Expression& a) const { return 1 / count * sum(a, axes); }
};

// x̂ = (x - mean) / σ, y = x̂ scale + bias, g = dy scale:
//   dx = (g - mean(g) - x̂ mean(g x̂)) / σ  (rms: without mean(g)),  dscale = Σ dy x̂,  dbias = Σ dy
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const auto& attributes = r.attributes<NormAttributes>();
  const std::vector<int64_t> dims = r.dims(0);
  const auto rank = static_cast<int64_t>(dims.size());
  Mean mean;
  for (int64_t d = attributes.axis < 0 ? attributes.axis + rank : attributes.axis; d < rank; ++d) {
    mean.axes.push_back(d);
    mean.count *= static_cast<double>(dims[static_cast<size_t>(d)]);
  }
  const Expression x = r.operand(0);
  const Expression centred = attributes.rms ? x : x - mean(x);
  const Expression inverse = 1 / sqrt(mean(centred * centred) + attributes.epsilon);
  const Expression normal = centred * inverse;
  const Expression dy = r.gradient();
  auto gradients = r.none();
  if (r.wants(0)) {
    const bool scaled = r.operand_count() > 1 && r.node().operands[1] != graph::kNoValue;
    const Expression g = scaled ? dy * r.operand(1) : dy;
    const Expression level = attributes.rms ? g : g - mean(g);
    gradients[0] = WALLE_TRY(r.formula().result(inverse * (level - normal * mean(g * normal))));
  }
  if (r.wants(1)) gradients[1] = WALLE_TRY(r.fit(dy * normal, 1));
  if (r.wants(2)) gradients[2] = WALLE_TRY(r.fit(dy, 2));
  return gradients;
}

}  // namespace

extern const RuleDef kNorm;
const RuleDef kNorm = {.family = Family::norm, .reverse = reverse};

}  // namespace walle::autodiff
