#include "libwalle/train/losses/loss.h"

namespace walle::train {
namespace {

using autodiff::Expression;

std::vector<int64_t> same(const std::vector<int64_t>& dims) { return dims; }

Expression build(const Expression& output, const Expression& labels) {
  const Expression difference = output - labels;
  return output.formula().op("ReduceMean", {difference * difference}, {{"keepdims", int64_t{0}}});
}

}  // namespace

extern const LossDef kMse;
const LossDef kMse = {
    .name = "mse", .formula = "mean of (output - label)²", .labels = DType::f32, .label_dims = same, .build = build};

}  // namespace walle::train
