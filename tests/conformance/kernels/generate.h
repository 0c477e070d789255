#pragma once

#include <random>
#include <string>
#include <vector>

#include "kernels/abi/kernel.h"

namespace walle::conformance {

/// Random problems of a family, awkward ones first: odd sizes, strides that are transposed, reversed or 0, epilogues.
[[nodiscard]] std::vector<Problem> generate(Family family, std::mt19937& random);

/// The problem in one line, for messages of failed tests.
[[nodiscard]] std::string describe(const Problem& problem);

}  // namespace walle::conformance
