#include "libwalle/passes/evaluate.h"
#include "libwalle/passes/pass.h"

namespace walle::passes {

extern const PassDef kAffine, kAttention, kCse, kDce, kEpilogue, kExpand, kFoldCore, kInfer, kLayout, kLower, kNorms,
    kPads, kPatterns, kQdq, kRasterMerge, kRasterShare, kSimplify, kSteps, kViews;

std::span<const PassDef* const> model_passes() {
  static constexpr const PassDef* kPasses[] = {&kInfer, &kDce, &kCse, &kLayout, &kPads,
                                               &kDce,   &kQdq, &kDce, &kAffine, &kDce};
  return kPasses;
}

std::span<const PassDef* const> plan_passes() {
  static constexpr const PassDef* kPasses[] = {
      &kInfer,    &kDce, &kLower, &kFoldCore,  &kDce,   &kRasterShare, &kRasterMerge, &kRasterShare, &kDce, &kSimplify,
      &kPatterns, &kDce, &kNorms, &kAttention, &kSteps, &kDce,         &kEpilogue,    &kViews,       &kDce};
  return kPasses;
}

std::span<const PassDef* const> lowering_passes() {
  static constexpr const PassDef* kPasses[] = {&kInfer, &kDce, &kLower, &kFoldCore, &kDce};
  return kPasses;
}

std::span<const PassDef* const> stage_passes() {
  static constexpr const PassDef* kPasses[] = {&kInfer, &kDce, &kExpand, &kDce};
  return kPasses;
}

std::span<const PassDef* const> tidy_passes() {
  static constexpr const PassDef* kPasses[] = {&kDce};
  return kPasses;
}

Status run_alone(std::span<const PassDef* const> passes, graph::Graph& graph, PassContext& context) {
  if (context.fold_bytes < 0) context.fold_bytes = fold_allowance(graph);
  for (const PassDef* pass : passes) {
    WALLE_TRY(pass->run(graph, context));
    if (context.dump) context.dump(pass->name, graph);
  }
  return {};
}

Status run(std::span<const PassDef* const> passes, graph::Graph& graph, PassContext& context) {
  WALLE_TRY(run_alone(passes, graph, context));
  for (graph::Node& node : graph.nodes) {
    for (auto& block : node.blocks) WALLE_TRY(run(passes, *block, context));
  }
  return {};
}

}  // namespace walle::passes
