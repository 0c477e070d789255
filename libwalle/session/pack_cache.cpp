#include "libwalle/session/pack_cache.h"

namespace walle::session {
namespace {

template <class T>
void put(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Constant (its address and how it is seen), kernel, layout and size.
std::string key_of(const Operand& operand, const graph::Candidate& candidate, const Packing& packing) {
  std::string key(packing.layout);
  key += '\0';
  key += candidate.kernel->name;
  put(key, operand.data);
  put(key, packing.bytes);
  put(key, operand.dtype);
  for (const int64_t d : operand.dims) put(key, d);
  for (const int64_t s : operand.strides) put(key, s);
  return key;
}

}  // namespace

Result<std::shared_ptr<const void>> PackCache::pack(const Problem& problem, const graph::Candidate& candidate,
                                                    const engine::Tensor& constant, graph::Memory& memory) {
  const KernelDef& kernel = *candidate.kernel;
  const Packing packing = kernel.packing(problem, candidate.params);
  const Operand& operand = problem.operands[static_cast<size_t>(packing.operand)];
  const std::string key = key_of(operand, candidate, packing);
  const std::scoped_lock lock(mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) return it->second.packed;
  Charge charge = WALLE_TRY(Charge::take(budget_, static_cast<int64_t>(packing.bytes), "packed weights"));
  const auto bytes = memory.allocate(packing.bytes);
  if (!bytes)
    return fail(ErrorCode::resource_exhausted, "no memory for " + std::to_string(packing.bytes) + " bytes of weights");
  kernel.pack(problem, candidate.params, operand.data, bytes.get());
  entries_.emplace(key, Entry{constant, bytes, packing.bytes, std::move(charge)});
  return std::shared_ptr<const void>(bytes);
}

size_t PackCache::bytes() const {
  const std::scoped_lock lock(mutex_);
  size_t total = 0;
  for (const auto& [key, entry] : entries_) total += entry.bytes;
  return total;
}

}  // namespace walle::session
