#include "libwalle/train/losses/loss.h"

namespace walle::train {
namespace {

using autodiff::Expression;

std::vector<int64_t> without_classes(const std::vector<int64_t>& dims) {
  std::vector<int64_t> labels = dims;
  if (labels.size() > 1) labels.erase(labels.begin() + 1);
  return labels;
}

Expression build(const Expression& output, const Expression& labels) {
  return output.formula().op("SoftmaxCrossEntropyLoss", {output, labels});
}

}  // namespace

extern const LossDef kCrossEntropy;
const LossDef kCrossEntropy = {.name = "cross-entropy",
                               .formula = "mean of -log softmax(output)[label]",
                               .labels = DType::i64,
                               .classes = true,
                               .label_dims = without_classes,
                               .build = build};

}  // namespace walle::train
