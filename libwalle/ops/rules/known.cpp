#include "libwalle/ops/rules/known.h"

#include <algorithm>
#include <limits>

namespace walle::ops::rules {
namespace {

std::optional<Dim> truth(bool value) { return Dim(value ? 1 : 0); }

/// The remainder with the sign of b.
int64_t modulo(int64_t a, int64_t b) {
  const int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/// Both are numbers.
std::optional<Dim> of_numbers(BinaryOp op, int64_t a, int64_t b) {
  const bool divides = b != 0 && !(a == std::numeric_limits<int64_t>::min() && b == -1);
  switch (op) {
    case BinaryOp::div:
      return divides ? std::optional<Dim>(a / b) : std::nullopt;
    case BinaryOp::mod:
      return divides ? std::optional<Dim>(modulo(a, b)) : std::nullopt;
    case BinaryOp::min:
      return Dim(std::min(a, b));
    case BinaryOp::max:
      return Dim(std::max(a, b));
    case BinaryOp::equal:
      return truth(a == b);
    case BinaryOp::less:
      return truth(a < b);
    case BinaryOp::less_equal:
      return truth(a <= b);
    case BinaryOp::greater:
      return truth(a > b);
    case BinaryOp::greater_equal:
      return truth(a >= b);
    case BinaryOp::logical_and:
      return truth(a != 0 && b != 0);
    case BinaryOp::logical_or:
      return truth(a != 0 || b != 0);
    case BinaryOp::logical_xor:
      return truth((a != 0) != (b != 0));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Dim> known_binary(BinaryOp op, const Dim& a, const Dim& b) {
  if (op == BinaryOp::add) return Dim::add(a, b);
  if (op == BinaryOp::sub) return Dim::sub(a, b);
  if (op == BinaryOp::mul) return Dim::mul(a, b);
  if (a.known() && b.known()) return of_numbers(op, a.value(), b.value());
  if (op == BinaryOp::div && b.known() && b.value() > 0) return Dim::div(a, b);
  if (op == BinaryOp::equal && a == b) return truth(true);
  return std::nullopt;
}

std::optional<std::vector<Dim>> known_binary(BinaryOp op, const NodeView& node, size_t a, size_t b) {
  const auto left = node.known(a);
  const auto right = node.known(b);
  if (!left || !right) return std::nullopt;
  if (left->size() != right->size() && left->size() != 1 && right->size() != 1) return std::nullopt;
  const size_t count = left->size() == 1 ? right->size() : left->size();
  std::vector<Dim> result;
  for (size_t i = 0; i < count; ++i) {
    const auto one = known_binary(op, (*left)[left->size() == 1 ? 0 : i], (*right)[right->size() == 1 ? 0 : i]);
    if (!one) return std::nullopt;
    result.push_back(*one);
  }
  return result;
}

void pass_known(const NodeView& node, InferContext& context, size_t rank) {
  if (rank > 1) return;
  if (auto elements = node.known(0)) context.set_known(0, *std::move(elements));
}

}  // namespace walle::ops::rules
