#pragma once

#include "libwalle/ops/rules/forest.h"

// Forests as TreeEnsembleRegressor and TreeEnsembleClassifier of ai.onnx.ml write them: nodes by tree and number,
// leaves with weights for targets or classes.
namespace walle::ops::rules {

/// The forest of the attributes nodes_*, KIND_treeids, KIND_nodeids, KIND_ids and KIND_weights (KIND: "target" or
/// "class"), base_values and post_transform, with `targets` targets. Weights of numbers in 64 bits (…_as_tensor) are
/// taken where they are given. Errors: invalid_argument where the lists do not fit together.
[[nodiscard]] Result<Forest> forest_of_columns(const NodeView& node, std::string_view kind, int64_t targets);

/// The declarations of the attributes that both operators have.
#define WALLE_TREE_COLUMNS                                                                                      \
  "base_values:floats?, base_values_as_tensor:tensor?, nodes_falsenodeids:ints, nodes_featureids:ints, "        \
  "nodes_hitrates:floats?, nodes_hitrates_as_tensor:tensor?, nodes_missing_value_tracks_true:ints?, "           \
  "nodes_modes:strings, nodes_nodeids:ints, nodes_treeids:ints, nodes_truenodeids:ints, nodes_values:floats?, " \
  "nodes_values_as_tensor:tensor?, post_transform:string?"

}  // namespace walle::ops::rules
