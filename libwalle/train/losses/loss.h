#pragma once

#include <span>
#include <string_view>

#include "libwalle/autodiff/formula/expression.h"

namespace walle::train {

/// A loss: one number that says how far an output is from what it should be.
struct LossDef {
  std::string_view name;     ///< "cross-entropy"
  std::string_view formula;  ///< one line of mathematics
  DType labels{};            ///< dtype of the labels in the graph
  bool classes = false;      ///< labels are class numbers along the output's axis 1: accuracy makes sense
  /// The labels' dims for an output of `dims`.
  std::vector<int64_t> (*label_dims)(const std::vector<int64_t>& dims) = nullptr;
  autodiff::Expression (*build)(const autodiff::Expression& output, const autodiff::Expression& labels) = nullptr;
};

/// All losses, sorted by file name (generated).
[[nodiscard]] std::span<const LossDef* const> losses();

}  // namespace walle::train
