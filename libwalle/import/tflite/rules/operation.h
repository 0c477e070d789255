#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/graph/op.h"
#include "libwalle/import/tflite/rules/schema_generated.h"
#include "libwalle/import/tflite/rules/tensor.h"

namespace walle::import::tflite {

using graph::Attributes;
using graph::GraphBuilder;
using graph::kNoValue;
using graph::ValueId;
using Ints = std::vector<int64_t>;
/// What a translation returns: a value for each output of the operator (kNoValue: there is none).
using Translated = Result<std::vector<ValueId>>;

class Operation;

/// How one TFLite operator becomes nodes of a graph: one const object in its own file, named after the operator
/// (`conv_2d.cpp`: kConv2d).
struct TranslationDef {
  schema::BuiltinOperator code{};
  std::string_view custom;   ///< CUSTOM: the name of the custom operator
  std::string_view op;       ///< (optional) the graph's operator, for translations that several operators share
  bool silent = false;       ///< the operator has no results
  std::string_view refusal;  ///< (optional) why the operator cannot be translated, and what to do instead
  /// Values of quantised outputs may be returned as real numbers; the importer quantises them.
  Translated (*translate)(Operation&) = nullptr;
};

/// What a translation needs to know of its surroundings; the importer of a subgraph is one.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  /// The value of a tensor as it is stored; constants are read when they are first asked for.
  /// Errors: invalid_argument if it is not made before it is read.
  [[nodiscard]] virtual Result<ValueId> value_of(size_t tensor) = 0;
  [[nodiscard]] virtual const TensorInfo& info_of(size_t tensor) const = 0;
  /// Says what a variable tensor becomes when the operator has run; nothing for other tensors.
  /// Errors: unsupported if two operators change it.
  [[nodiscard]] virtual Status set_state(size_t tensor, ValueId next) = 0;
  /// Variables of a resource. Says which one the tensor, a handle, stands for.
  [[nodiscard]] virtual Status name_variable(size_t handle, const std::string& name) = 0;
  /// Its value at this point; what it begins with is an input of its name, of the type of tensor `like`.
  /// Errors: unsupported inside of a WHILE or IF; invalid_argument if `handle` is none.
  [[nodiscard]] virtual Result<ValueId> read_variable(size_t handle, const TensorInfo& like) = 0;
  [[nodiscard]] virtual Status assign_variable(size_t handle, ValueId next) = 0;
  /// Notes what variables begin with, which subgraph `index` assigns.
  [[nodiscard]] virtual Status initialise(int64_t index) = 0;
  /// Imports subgraph `index` into `graph` as a function of `inputs`; returns its outputs.
  /// Errors: those of its operators; resource_exhausted if calls are nested too deeply.
  [[nodiscard]] virtual Translated call(int64_t index, graph::Graph& graph, std::vector<ValueId> inputs) = 0;
  /// A graph that has `leading` and then inputs with the types of subgraph `index` as its inputs, and nothing else.
  [[nodiscard]] virtual Result<std::unique_ptr<graph::Graph>> block(int64_t index,
                                                                    std::vector<graph::Value> leading) = 0;
};

/// One operator of a file while it is translated. Valid during the call.
class Operation {
 public:
  Operation(const TranslationDef& def, const schema::Operator& source, std::string name, GraphBuilder& builder,
            Surroundings& around)
      : def_(def), source_(source), name_(std::move(name)), builder_(builder), around_(around) {}

  [[nodiscard]] GraphBuilder& builder() { return builder_; }
  [[nodiscard]] Surroundings& around() { return around_; }
  [[nodiscard]] std::string op() const { return std::string(def_.op); }
  /// What the names of its nodes begin with.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] size_t input_count() const;
  [[nodiscard]] size_t output_count() const;
  /// False if the input is absent or not given.
  [[nodiscard]] bool has(size_t input) const;
  /// Requires: has(i); i < output_count(). The importer has checked the indices.
  [[nodiscard]] const TensorInfo& input(size_t i) const;
  [[nodiscard]] const TensorInfo& output(size_t i) const;

  /// The options' table. Errors: invalid_argument if the operator has others.
  template <class Options>
  [[nodiscard]] Result<const Options*> options() const {
    const auto* found = source_.builtin_options_as<Options>();
    if (found != nullptr) return found;
    return fail(ErrorCode::invalid_argument, "has no options, or those of another operator");
  }
  [[nodiscard]] std::span<const uint8_t> custom_options() const;
  /// The tensor's number. Requires: as input(i) and output(i).
  [[nodiscard]] size_t input_tensor(size_t i) const;
  [[nodiscard]] size_t output_tensor(size_t i) const;

  /// The input as it is stored: a quantised one as integers. Errors: invalid_argument if it is absent.
  [[nodiscard]] Result<ValueId> stored(size_t input);
  /// The input as real numbers. perm (empty: none) orders the axes of what is stored, before it is dequantised.
  [[nodiscard]] Result<ValueId> real(size_t input, const Ints& perm = {});
  /// The same of a value that has the dtype and quantisation of this tensor.
  [[nodiscard]] Result<ValueId> real(ValueId stored, const TensorInfo& info);
  /// `real` as output `output` stores it: quantised if it is.
  [[nodiscard]] Result<ValueId> store(size_t output, ValueId real);
  /// What the state in input `input` becomes, in real numbers; nothing if the input is no variable.
  [[nodiscard]] Status set_state(size_t input, ValueId next);
  /// An input of integers as an i64 value, for operands that are shapes, axes and indices.
  [[nodiscard]] Result<ValueId> index(size_t input);
  /// The numbers of an input that is constant or follows from shapes, of rank ≤ 1 or constant of any rank.
  /// Errors: unsupported naming the input if they depend on data.
  [[nodiscard]] Result<Ints> ints(size_t input);
  [[nodiscard]] Result<int64_t> integer(size_t input);
  /// The elements of a constant float input. Errors: unsupported if it is not constant.
  [[nodiscard]] Result<std::vector<float>> floats(size_t input);
  /// Dims of a value (-1: not known while importing). Errors: unsupported if the rank is not known.
  [[nodiscard]] Result<Ints> dims(ValueId value) const;
  [[nodiscard]] Result<size_t> rank(ValueId value) const;
  /// The same, all known. Errors: unsupported.
  [[nodiscard]] Result<Ints> known_dims(ValueId value) const;
  /// axis in [-rank, rank) → [0, rank). Errors: invalid_argument.
  [[nodiscard]] Result<int64_t> axis(int64_t axis, size_t rank) const;

  [[nodiscard]] static tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return walle::fail(code, std::move(message));
  }

 private:
  [[nodiscard]] Result<ValueId> dequantise(ValueId stored, const TensorInfo& info, int64_t axis);
  [[nodiscard]] Result<ValueId> quantise(ValueId real, const TensorInfo& info);

  const TranslationDef& def_;
  const schema::Operator& source_;
  std::string name_;
  GraphBuilder& builder_;
  Surroundings& around_;
};

}  // namespace walle::import::tflite
