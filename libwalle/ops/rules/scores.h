#pragma once

#include "libwalle/ops/rules/formula.h"

// Scores of the classical models of ai.onnx.ml, and the labels that they choose.
namespace walle::ops::rules {

enum class ScoreTransform : uint8_t { none, softmax, logistic, softmax_zero, probit };

/// The attribute post_transform. Errors: invalid_argument.
[[nodiscard]] Result<ScoreTransform> score_transform(const NodeView& node);
/// scores [N, targets]. softmax_zero: softmax over what is not 0, which stays 0 (|x| ≤ 1e-7, as in ONNX Runtime).
/// probit: √2 · erf⁻¹(2x - 1) by Winitzki's approximation (2008), as in ONNX Runtime.
[[nodiscard]] Term transformed(Term scores, ScoreTransform transform);

/// What two classes of which one score [N, 1] decides show, as in ONNX Runtime: with LOGISTIC the sigmoids of -score
/// and score, with PROBIT those of `other` and score, else `other` and score as they are.
[[nodiscard]] Term both_of_one(Term other, Term score, ScoreTransform transform);

/// The class labels, of the attribute named `ints`. Errors: unsupported for labels that are strings
/// ("classlabels_strings").
[[nodiscard]] Result<Ints> class_labels(const NodeView& node, std::string_view ints);
/// labels[index] for each of [N] indices.
[[nodiscard]] Term chosen(const Ints& labels, Term index);
/// [N]: where score > threshold the second label, else the first. score: [N].
[[nodiscard]] Term chosen_above(const Ints& labels, Term score, double threshold);

/// x as [N, features] (a vector is one row) in f32, or f64 if it is that.
[[nodiscard]] Result<Term> sample_rows(const NodeView& node, Formula& f);
/// Dimension N of operand 0, as sample_rows sees it. Errors: invalid_argument for other ranks.
[[nodiscard]] Result<Dim> sample_count(const NodeView& node, InferContext& context);
/// x [N, features] · wᵀ + b, with coefficients [targets, features] and intercepts [targets] of those attributes, as
/// f32. Errors: invalid_argument where they do not fit.
[[nodiscard]] Result<Term> linear_scores(const NodeView& node, Term x, int64_t targets);

}  // namespace walle::ops::rules
