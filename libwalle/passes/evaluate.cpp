#include "libwalle/passes/evaluate.h"

#include <algorithm>
#include <cstring>

#include "libwalle/graph/problem.h"
#include "libwalle/passes/isolate.h"
#include "libwalle/passes/lower.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using engine::Tensor;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Value;
using graph::ValueId;

class Serial final : public graph::Parallel {
 public:
  [[nodiscard]] int threads() const override { return 1; }
  void run(int64_t tiles, const std::function<void(TileRange, int)>& work) override { work({0, tiles}, 0); }
};

/// Takes the first kernel that needs no packing.
class FirstKernel final : public graph::CandidateSink {
 public:
  void offer(const graph::Candidate& candidate) override {
    if (found.kernel == nullptr && candidate.kernel->packing == nullptr) found = candidate;
  }
  void refuse(std::string_view, Refusal refusal) override { reason = refusal.reason; }
  graph::Candidate found;
  std::string_view reason = "the reference backend has no kernel for it";
};

Result<std::vector<Tensor>> run_core(const Graph& graph, const Node& node, PassContext& context) {
  const Problem problem = WALLE_TRY(graph::make_problem(graph, node, Precision::strict, 1));
  FirstKernel sink;
  context.reference->candidates(problem, sink);
  if (sink.found.kernel == nullptr) {
    return fail(ErrorCode::unsupported, "node '" + node.name + "' (" + std::string(node.op->name) +
                                            "): cannot be computed ahead: " + std::string(sink.reason));
  }
  const graph::Step step{.problem = &problem, .chosen = sink.found};
  const auto program = WALLE_TRY(context.reference->compile(std::span(&step, 1)));
  std::vector<const void*> operands;
  for (size_t i = 0; i < node.operands.size(); ++i) {
    if (node.operands[i] == kNoValue) {
      operands.push_back(nullptr);
      continue;
    }
    const Tensor& tensor = *graph.value(node.operands[i]).constant;
    const int64_t offset = graph::operand_offset(node, i) * bits_of(tensor.dtype()) / 8;
    operands.push_back(static_cast<const uint8_t*>(tensor.data()) + offset);
  }
  std::vector<Tensor> made;
  std::vector<void*> results;
  for (const Operand& result : problem.results) {
    made.push_back(WALLE_TRY(Tensor::zeros(result.dtype, result.dims)));
    results.push_back(made.back().mutable_data());
  }
  const size_t bytes = program->workspace_bytes(1);
  const auto workspace = context.reference->memory().allocate(bytes + 64);
  if (!workspace) return fail(ErrorCode::resource_exhausted, "no memory for a workspace");
  Serial serial;
  WALLE_TRY(program->run(0, operands, results, workspace.get(), serial));
  std::vector<Tensor> out;
  size_t next = 0;
  for (const ValueId id : node.results) out.push_back(id == kNoValue ? Tensor() : made[next++]);
  return out;
}

Result<std::vector<Tensor>> run_isolated(const Graph& graph, const Node& node, PassContext& context) {
  Graph alone = isolate(graph, node);
  WALLE_TRY(lower(alone, context));
  for (const Node& step : alone.nodes) {
    const auto results = WALLE_TRY(run_core(alone, step, context));
    for (size_t i = 0; i < results.size(); ++i) {
      if (step.results[i] == kNoValue) continue;
      Value& value = alone.value(step.results[i]);
      value.constant = results[i];
    }
  }
  std::vector<Tensor> out;
  size_t next = 0;
  for (const ValueId id : node.results) {
    if (id == kNoValue) {
      out.emplace_back();
      continue;
    }
    const Value& value = alone.value(alone.outputs[next++]);
    if (!value.constant)
      return fail(ErrorCode::unsupported, "node '" + node.name + "': its result cannot be computed ahead");
    out.push_back(*value.constant);
  }
  return out;
}

constexpr int64_t kSmall = 4096;

/// Equal for equal constants: small ones by their bytes, large ones by their address.
Result<std::string> key_of(const Graph& graph, const Node& node) {
  const Problem problem = WALLE_TRY(graph::make_problem(graph, node, Precision::strict, 1));
  std::string key = graph::problem_key(problem);
  for (size_t i = 0; i < node.operands.size(); ++i) {
    if (node.operands[i] == kNoValue) continue;
    const Tensor& tensor = *graph.value(node.operands[i]).constant;
    const int64_t offset = graph::operand_offset(node, i);
    key.append(reinterpret_cast<const char*>(&offset), sizeof offset);
    const void* data = tensor.data();
    if (tensor.bytes() <= kSmall && data != nullptr) {
      key.append(static_cast<const char*>(data), static_cast<size_t>(tensor.bytes()));
    } else {
      key.append(reinterpret_cast<const char*>(&data), sizeof data);
    }
  }
  return key;
}

/// Bytes of a constant as the f32 that packed and 8-bit weights become.
int64_t unpacked_bytes(const Tensor& tensor) { return (bits_of(tensor.dtype()) <= 8 ? 9 : 1) * tensor.bytes(); }

/// Of the constants of a graph and its blocks.
int64_t constant_bytes(const Graph& graph) {
  int64_t bytes = 0;
  for (const Value& value : graph.values) bytes += value.constant ? unpacked_bytes(*value.constant) : 0;
  for (const Node& node : graph.nodes) {
    for (const auto& block : node.blocks) bytes += constant_bytes(*block);
  }
  return bytes;
}

Result<std::vector<Tensor>> computed(const Graph& graph, const Node& node, PassContext& context) {
  auto results = WALLE_TRY(node.core ? run_core(graph, node, context) : run_isolated(graph, node, context));
  for (const Tensor& tensor : results) context.fold_bytes -= std::min(context.fold_bytes, tensor.bytes());
  return results;
}

}  // namespace

int64_t fold_allowance(const Graph& graph) { return (int64_t{256} << 20) + 10 * constant_bytes(graph); }

Result<std::vector<Tensor>> evaluate(const Graph& graph, const Node& node, PassContext& context) {
  if (!node.core || context.folded == nullptr) return computed(graph, node, context);
  const std::string key = WALLE_TRY(key_of(graph, node));
  std::vector<Tensor> results;
  if (context.folded->find(key, results)) return results;
  results = WALLE_TRY(computed(graph, node, context));
  std::vector<Tensor> operands;
  for (const ValueId id : node.operands) {
    if (id != kNoValue) operands.push_back(*graph.value(id).constant);
  }
  context.folded->keep(key, operands, results);
  return results;
}

bool foldable(const Graph& graph, const Node& node, const PassContext& context) {
  if (context.reference == nullptr || !node.blocks.empty() || node.op->random) return false;
  if (node.op->op_class >= graph::OpClass::control) return false;  // blocks, or carried out between plans
  int64_t operands = 0;
  for (const ValueId id : node.operands) {
    if (id == kNoValue) continue;
    if (!graph.value(id).constant) return false;
    operands += unpacked_bytes(*graph.value(id).constant);
  }
  // Somewhat more than it reads, but no chain of nodes that doubles each time.
  constexpr int64_t kMost = 64 << 20;
  const int64_t given = std::min(context.fold_bytes, std::max(operands, std::min(kMost, 2 * operands + (1 << 20))));
  for (const ValueId id : node.results) {
    if (id == kNoValue) continue;
    const int64_t elements = elements_of(graph, id);
    if (elements < 0 || !graph.value(id).dtype || bytes_of(*graph.value(id).dtype, elements) > given) return false;
  }
  return true;
}

bool FoldCache::find(const std::string& key, Tensors& results) const {
  const std::scoped_lock lock(mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return false;
  results = it->second.results;
  return true;
}

void FoldCache::keep(const std::string& key, const Tensors& operands, const Tensors& results) {
  constexpr size_t kMost = 4096;
  const std::scoped_lock lock(mutex_);
  if (entries_.size() < kMost) entries_.emplace(key, Entry{operands, results});
}

}  // namespace walle::passes
