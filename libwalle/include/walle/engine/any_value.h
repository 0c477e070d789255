#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <walle/engine/tensor.h>

namespace walle::engine {

/// What a value of a model is declared to be. `optional_sequence`: an optional whose element is a sequence.
enum class ValueKind : uint8_t { tensor, sequence, optional, optional_sequence };

/// "tensor", "sequence", "optional", "optional sequence".
[[nodiscard]] std::string_view name_of(ValueKind kind);

/// What a value of a model is while it runs: a tensor, a sequence of tensors, or nothing. An optional that has its
/// element is that element; one without is absent. Copying copies references.
/// Thread: const access is safe from several threads.
class AnyValue {
 public:
  /// Absent.
  AnyValue() = default;
  /// Requires: tensor.defined().
  AnyValue(Tensor tensor) : held_(std::move(tensor)) {}  // NOLINT: a tensor is a value
  /// A sequence of tensors of `dtype` and any shapes. Errors: invalid_argument if an element is of another dtype.
  [[nodiscard]] static Result<AnyValue> sequence(DType dtype, std::vector<Tensor> elements);

  [[nodiscard]] bool absent() const { return std::holds_alternative<std::monostate>(held_); }
  [[nodiscard]] bool is_tensor() const { return std::holds_alternative<Tensor>(held_); }
  [[nodiscard]] bool is_sequence() const { return !absent() && !is_tensor(); }
  /// Requires: is_tensor().
  [[nodiscard]] const Tensor& tensor() const { return std::get<Tensor>(held_); }
  /// Requires: is_sequence().
  [[nodiscard]] const std::vector<Tensor>& elements() const { return std::get<Shared>(held_)->elements; }
  /// Of the tensor, or of the sequence's elements. Requires: not absent.
  [[nodiscard]] DType dtype() const { return is_tensor() ? tensor().dtype() : std::get<Shared>(held_)->dtype; }
  /// Bytes of the tensor, or of all elements.
  [[nodiscard]] int64_t bytes() const;

 private:
  struct Sequence {
    DType dtype{};
    std::vector<Tensor> elements;
  };
  using Shared = std::shared_ptr<const Sequence>;
  std::variant<std::monostate, Tensor, Shared> held_;
};

/// "f32[2,3]", "sequence of 4 f32", "nothing": for messages.
[[nodiscard]] std::string describe(const AnyValue& value);

}  // namespace walle::engine
