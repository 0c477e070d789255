#include "libwalle/import/limits.h"

#include <algorithm>

namespace walle::import {

bool absurd(const graph::Value& value) {
  int64_t count = 1;
  for (size_t i = 0; value.shape && i < value.shape->size(); ++i) {
    const graph::Dim& dim = (*value.shape)[i];
    if (!dim.known()) continue;
    const bool overflows = dim.value() < 0 || __builtin_mul_overflow(count, std::max<int64_t>(1, dim.value()), &count);
    if (overflows || count > engine::kMaxElements) return true;
  }
  return false;
}

}  // namespace walle::import
