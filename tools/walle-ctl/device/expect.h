#pragma once

#include <string>
#include <vector>

#include "libwalle/base/value.h"

namespace walle::ctl {

/// How far numbers may lie apart: |given - expected| ≤ absolute + relative · |expected|.
struct Tolerance {
  double absolute = 1e-6;
  double relative = 1e-3;
};

/// Where `given` does not fulfil `expected`, a line each ("words[2].score: 0.5 instead of 0.9"). Maps may have more
/// keys than expected; lists have the same length; numbers are compared with the tolerance.
[[nodiscard]] std::vector<std::string> differences(const Value& expected, const Value& given,
                                                   const Tolerance& tolerance, const std::string& path = "");

}  // namespace walle::ctl
