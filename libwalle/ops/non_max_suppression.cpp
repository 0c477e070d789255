#include <algorithm>
#include <array>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

using engine::AnyValue;
using engine::Tensor;

Status infer(const NodeView& node, InferContext& context) {
  if (WALLE_TRY(node.dtype(0)) != DType::f32 || WALLE_TRY(node.dtype(1)) != DType::f32)
    return node.fail(ErrorCode::invalid_argument, "boxes and scores must be f32");
  context.set(0, DType::i64, {context.fresh("selected"), Dim(3)});
  return {};
}

/// Corners in any order become (low, high).
struct Box {
  float y0, x0, y1, x1;
};

Box box_of(const float* b, bool centred) {
  if (centred) return {b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2};
  return {std::min(b[0], b[2]), std::min(b[1], b[3]), std::max(b[0], b[2]), std::max(b[1], b[3])};
}

float area(const Box& b) { return (b.y1 - b.y0) * (b.x1 - b.x0); }

bool overlap(const Box& a, const Box& b, float threshold) {
  const float height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  const float width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  if (height <= 0 || width <= 0) return false;
  const float shared = height * width;
  const float both = area(a) + area(b) - shared;
  return both > 0 && shared / both > threshold;
}

struct Limits {
  int64_t most = 0;
  float overlap = 0;
  std::optional<float> score;
};

Result<float> number_at(const NodeView& node, std::span<const AnyValue> operands, size_t i, float fallback) {
  if (i >= operands.size() || operands[i].absent()) return fallback;
  const Tensor tensor = WALLE_TRY(rules::tensor_at(node, operands, i));
  if (tensor.count() != 1) return node.fail(ErrorCode::invalid_argument, "a threshold must be one number");
  return static_cast<float>(rules::element(tensor, 0));
}

Result<Limits> limits_of(const NodeView& node, std::span<const AnyValue> operands) {
  Limits limits{.most = WALLE_TRY(rules::integer_at(node, operands, 2, 0)),
                .overlap = WALLE_TRY(number_at(node, operands, 3, 0)),
                .score = {}};
  if (limits.overlap < 0 || limits.overlap > 1)
    return node.fail(ErrorCode::invalid_argument, "the overlap threshold must lie between 0 and 1");
  if (operands.size() > 4 && !operands[4].absent()) limits.score = WALLE_TRY(number_at(node, operands, 4, 0));
  return limits;
}

/// Greedy: by falling score, of equal scores the first box, each box that overlaps no box taken before.
std::vector<int64_t> select(std::span<const Box> boxes, const float* scores, const Limits& limits) {
  std::vector<int64_t> order;
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (!limits.score || scores[i] > *limits.score) order.push_back(static_cast<int64_t>(i));
  }
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  std::vector<int64_t> taken;
  for (const int64_t i : order) {
    if (static_cast<int64_t>(taken.size()) >= limits.most) break;
    const bool covered = std::any_of(taken.begin(), taken.end(), [&](int64_t t) {
      return overlap(boxes[static_cast<size_t>(i)], boxes[static_cast<size_t>(t)], limits.overlap);
    });
    if (!covered) taken.push_back(i);
  }
  return taken;
}

rules::Values carry_out(const NodeView& node, std::span<const AnyValue> operands, graph::BlockRunner&) {
  const Tensor boxes = WALLE_TRY(rules::tensor_at(node, operands, 0));
  const Tensor scores = WALLE_TRY(rules::tensor_at(node, operands, 1));
  const Limits limits = WALLE_TRY(limits_of(node, operands));
  const bool centred = WALLE_TRY(node.attribute_int("center_point_box", 0)) != 0;
  const auto& dims = boxes.dims();
  const auto& scored = scores.dims();
  if (dims.size() != 3 || scored.size() != 3 || dims[2] != 4 || scored[0] != dims[0] || scored[2] != dims[1])
    return node.fail(ErrorCode::invalid_argument,
                     "boxes must be [batches, boxes, 4], scores [batches, classes, boxes]");
  Ints selected;
  std::vector<Box> own(static_cast<size_t>(dims[1]));
  for (int64_t batch = 0; batch < dims[0]; ++batch) {
    for (int64_t i = 0; i < dims[1]; ++i)
      own[static_cast<size_t>(i)] = box_of(boxes.values<float>().data() + (batch * dims[1] + i) * 4, centred);
    for (int64_t c = 0; c < scored[1]; ++c) {
      const float* of_class = scores.values<float>().data() + (batch * scored[1] + c) * scored[2];
      for (const int64_t i : select(own, of_class, limits)) selected.insert(selected.end(), {batch, c, i});
    }
  }
  const std::array<int64_t, 2> shape = {static_cast<int64_t>(selected.size()) / 3, 3};
  return std::vector<AnyValue>{WALLE_TRY(Tensor::of<int64_t>(shape, selected))};
}

}  // namespace

extern const OpDef kNonMaxSuppression = {
    .name = "NonMaxSuppression",
    .formula = "y = (batch, class, box) by falling score, without boxes that overlap a taken one by more than t",
    .op_class = OpClass::host,
    .operands = {2, 5},
    .results = {1, 1},
    .attributes = "center_point_box:int=0",
    .infer = infer,
    .carry_out = carry_out};

}  // namespace walle::ops
