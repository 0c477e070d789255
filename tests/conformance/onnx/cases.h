#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <walle/engine/any_value.h>

#include "libwalle/base/result.h"
#include "libwalle/graph/graph.h"

namespace walle::conformance {

/// A folder with model.onnx and test_data_set_*: "node/test_abs" of Debian's libonnx-testdata, "newest/test_abs" of the
/// cases that tools/setup/onnx_cases.sh writes.
struct Case {
  std::string name;
  std::string folder;
};

/// The version of ONNX whose node cases are "newest": "1.23.2".
[[nodiscard]] std::string newest_version();
[[nodiscard]] bool is_newest(const Case& one);
/// All cases that are installed, sorted.
[[nodiscard]] std::vector<Case> all_cases();
/// Operators that a case's model uses, also in its blocks ("Add", "ai.onnx.ml.Binarizer"); empty if it cannot be read.
[[nodiscard]] std::set<std::string> operators_of(const Case& one);
/// Name → reason, of left_out.txt.
[[nodiscard]] std::map<std::string, std::string> left_out();

/// How the outputs of a case are compared if not with the usual tolerances.
struct Otherwise {
  bool in_range = false;  ///< random: types and shapes, and every number in [low, high]
  double low = 0, high = 0;
  double absolute = 0;  ///< else: the absolute tolerance
  std::string reason;
};
/// By name, of compared_otherwise.txt.
[[nodiscard]] const std::map<std::string, Otherwise>& compared_otherwise();

/// One set of inputs and expected outputs, in the model's order.
struct Data {
  std::vector<engine::AnyValue> inputs, outputs;
};
[[nodiscard]] Result<std::vector<Data>> data_of(const Case& one);

/// Runs a case on a backend and compares. All inputs are given when it runs. Errors: what went wrong or differs.
[[nodiscard]] Status run_case(const Case& one, const std::string& backend);

}  // namespace walle::conformance
