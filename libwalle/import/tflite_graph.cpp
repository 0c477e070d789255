#include "libwalle/import/tflite_graph.h"

#include <algorithm>

#include "libwalle/import/limits.h"
#include "libwalle/import/tflite/rules/define.h"
#include "libwalle/import/tflite/table.h"

namespace walle::import {
namespace {

namespace schema = tflite::schema;

using graph::Graph;
using graph::kNoValue;
using graph::ValueId;
using tflite::Operation;
using tflite::TensorInfo;
using tflite::Translated;
using tflite::TranslationDef;

/// The operator's number; files older than operator 127 have it in a byte.
schema::BuiltinOperator code_of(const schema::OperatorCode& source) {
  return std::max(source.builtin_code(), static_cast<schema::BuiltinOperator>(source.deprecated_builtin_code()));
}

std::string name_of(const schema::OperatorCode& source) {
  const schema::BuiltinOperator code = code_of(source);
  if (code == schema::BuiltinOperator::CUSTOM)
    return source.custom_code() == nullptr ? "CUSTOM" : source.custom_code()->str().substr(0, 256);
  const std::string known = schema::EnumNameBuiltinOperator(code);
  return known.empty() ? "operator " + std::to_string(static_cast<int>(code)) : known;
}

const TranslationDef* translation_of(const schema::OperatorCode& source) {
  const schema::BuiltinOperator code = code_of(source);
  for (const TranslationDef* def : tflite::translations()) {
    if (def->code != code) continue;
    if (code != schema::BuiltinOperator::CUSTOM) return def;
    if (source.custom_code() != nullptr && source.custom_code()->string_view() == def->custom) return def;
  }
  return nullptr;
}

Result<graph::Value> typed(const TensorInfo& info, Graph& graph, const std::string& name) {
  if (!info.dtype)
    return fail(ErrorCode::unsupported,
                "tensor '" + info.name + "' has type " + schema::EnumNameTensorType(info.source->type()));
  graph::Value value{.name = name, .dtype = info.dtype};
  graph::Shape shape;
  for (const int64_t dim : info.dims) {
    shape.push_back(dim >= 0 ? graph::Dim(dim)
                             : graph.fresh_symbol(name.substr(0, 256) + "." + std::to_string(shape.size())));
  }
  value.shape = std::move(shape);
  return value;
}

}  // namespace

const schema::SubGraph& TfliteGraph::source() const {
  return *model_.source.subgraphs()->Get(static_cast<flatbuffers::uoffset_t>(subgraph_));
}

const TensorInfo& TfliteGraph::info_of(size_t tensor) const { return model_.tensors[subgraph_][tensor]; }

Result<size_t> TfliteGraph::tensor_index(int64_t index) const {
  const size_t count = values_.size();
  if (index >= 0 && static_cast<size_t>(index) < count) return static_cast<size_t>(index);
  return fail(ErrorCode::invalid_argument,
              "tensor " + std::to_string(index) + " does not exist; there are " + std::to_string(count));
}

Status TfliteGraph::check_tensors(const flatbuffers::Vector<int32_t>* indices, bool optional) const {
  if (indices == nullptr) return {};
  for (const int32_t index : *indices) {
    if (optional && index == -1) continue;
    WALLE_TRY(tensor_index(index));
  }
  return {};
}

Result<ValueId> TfliteGraph::add_input(const TensorInfo& info, const std::string& name) {
  const ValueId id = graph_.add_value(WALLE_TRY(typed(info, graph_, prefix_ + name)));
  graph_.inputs.push_back(id);
  return id;
}

Result<ValueId> TfliteGraph::value_of(size_t tensor) {
  if (values_[tensor] != kNoValue) return values_[tensor];
  const TensorInfo& info = info_of(tensor);
  const bool empty = std::find(info.dims.begin(), info.dims.end(), 0) != info.dims.end();
  if (info.constant || (empty && !info.variable)) {
    values_[tensor] = graph_.add_constant(prefix_ + info.name, WALLE_TRY(model_.reader.read(info)));
  } else if (info.variable) {
    if (depth_ > 0)
      return fail(ErrorCode::unsupported, "tensor '" + info.name + "' is a variable inside of a WHILE or IF");
    values_[tensor] = WALLE_TRY(add_input(info, info.name));
  } else {
    return fail(ErrorCode::invalid_argument, "tensor '" + info.name + "' is read before it is made");
  }
  return values_[tensor];
}

Status TfliteGraph::set_state(size_t tensor, ValueId next) {
  if (!info_of(tensor).variable) return {};
  if (states_[tensor] != kNoValue)
    return fail(ErrorCode::unsupported, "the variable '" + info_of(tensor).name + "' is changed by two operators");
  states_[tensor] = next;
  return {};
}

Translated TfliteGraph::call(int64_t index, Graph& graph, std::vector<ValueId> inputs) {
  if (index < 0 || static_cast<size_t>(index) >= model_.tensors.size())
    return fail(ErrorCode::invalid_argument, "subgraph " + std::to_string(index) + " does not exist");
  if (depth_ >= kMaxDepth)
    return fail(ErrorCode::resource_exhausted, "subgraphs are nested deeper than " + std::to_string(kMaxDepth));
  const std::string prefix = prefix_ + current_ + "/subgraph_" + std::to_string(index) + "/";
  TfliteGraph callee(model_, graph, static_cast<size_t>(index), depth_ + 1, prefix);
  auto made = callee.run(std::move(inputs));
  if (made && !callee.variables_.empty())
    return fail(ErrorCode::unsupported, "a variable is read or changed inside of a WHILE or IF");
  return made ? std::move(made) : fail(made.error().with("subgraph " + std::to_string(index)));
}

Result<std::unique_ptr<Graph>> TfliteGraph::block(int64_t index, std::vector<graph::Value> leading) {
  if (index < 0 || static_cast<size_t>(index) >= model_.tensors.size())
    return fail(ErrorCode::invalid_argument, "subgraph " + std::to_string(index) + " does not exist");
  auto made = std::make_unique<Graph>();
  made->symbols = graph_.symbols;
  for (graph::Value& value : leading) made->inputs.push_back(made->add_value(std::move(value)));
  const auto* inputs = model_.source.subgraphs()->Get(static_cast<flatbuffers::uoffset_t>(index))->inputs();
  for (flatbuffers::uoffset_t i = 0; inputs != nullptr && i < inputs->size(); ++i) {
    const auto& tensors = model_.tensors[static_cast<size_t>(index)];
    if (inputs->Get(i) < 0 || static_cast<size_t>(inputs->Get(i)) >= tensors.size())
      return fail(ErrorCode::invalid_argument, "an input of subgraph " + std::to_string(index) + " does not exist");
    const TensorInfo& info = tensors[static_cast<size_t>(inputs->Get(i))];
    made->inputs.push_back(made->add_value(WALLE_TRY(typed(info, *made, info.name))));
  }
  return made;
}

/// The value under the tensor's name, quantised or cast to what the tensor is.
Result<ValueId> TfliteGraph::finish(Operation& operation, size_t output, ValueId value, ValueId first_new) {
  graph::GraphBuilder& builder = operation.builder();
  const TensorInfo& info = operation.output(output);
  value = WALLE_TRY(operation.store(output, value));
  const auto dtype = graph_.value(value).dtype;
  if (!dtype || !info.dtype) return fail(ErrorCode::unsupported, "the type of '" + info.name + "' is not known here");
  if (dtype != info.dtype && !is_float(*dtype) && !is_float(*info.dtype))
    value = WALLE_TRY(ops::rules::cast(builder, value, *info.dtype));
  if (graph_.value(value).dtype != info.dtype) {
    return fail(ErrorCode::unsupported, "makes '" + info.name + "' as " + std::string(walle::name_of(*dtype)) +
                                            ", which the file has as " + std::string(walle::name_of(*info.dtype)));
  }
  if (absurd(graph_.value(value))) return fail(ErrorCode::invalid_argument, "'" + info.name + "' is too large");
  if (value < first_new || graph_.value(value).constant) value = WALLE_TRY(builder.one("Identity", {value}));
  graph_.value(value).name = prefix_ + info.name;
  return value;
}

Status TfliteGraph::translate(const TranslationDef& def, const schema::Operator& source, const std::string& name) {
  current_ = name;
  graph::GraphBuilder builder(graph_, model_.operators, prefix_ + name);
  Operation operation(def, source, prefix_ + name, builder, *this);
  const auto first_new = static_cast<ValueId>(graph_.values.size());
  const auto made = WALLE_TRY(def.translate(operation));
  for (size_t i = 0; i < operation.output_count(); ++i) {
    const int32_t tensor = source.outputs()->Get(static_cast<flatbuffers::uoffset_t>(i));
    if (i >= made.size() || made[i] == kNoValue) continue;
    ValueId& value = values_[static_cast<size_t>(tensor)];
    if (value != kNoValue) return fail(ErrorCode::invalid_argument, "makes '" + operation.output(i).name + "' again");
    const bool again =
        std::find(made.begin(), made.begin() + static_cast<long>(i), made[i]) - made.begin() < static_cast<long>(i);
    value = WALLE_TRY(finish(operation, i, made[i], again ? made[i] + 1 : first_new));
  }
  return {};
}

Status TfliteGraph::translate(const schema::Operator& source, size_t position) {
  if (--model_.nodes_left < 0) return fail(ErrorCode::resource_exhausted, "the model has more than 2^20 operators");
  const auto* codes = model_.source.operator_codes();
  const std::string number = "operator " + std::to_string(position);
  if (codes == nullptr || source.opcode_index() >= codes->size())
    return fail(ErrorCode::invalid_argument, number + " has no operator code");
  const schema::OperatorCode& code = *codes->Get(source.opcode_index());
  std::string where = number + " (" + name_of(code) + ")";
  const auto in = check_tensors(source.inputs(), true);
  const auto out = check_tensors(source.outputs(), false);
  if (!in) return fail(in.error().with(where));
  if (!out) return fail(out.error().with(where));
  const bool makes = source.outputs() != nullptr && source.outputs()->size() > 0;
  if (makes) where += " '" + info_of(static_cast<size_t>(source.outputs()->Get(0))).name + "'";
  const TranslationDef* def = translation_of(code);
  if (def == nullptr) return fail(ErrorCode::unsupported, where + ": this build does not know the operator");
  if (!def->refusal.empty()) return fail(ErrorCode::unsupported, where + ": " + std::string(def->refusal));
  if (!makes && !def->silent) return fail(ErrorCode::invalid_argument, where + ": has no results");
  const auto done = translate(*def, source, name_of(code) + "_" + std::to_string(position));
  return done ? done : fail(done.error().with(where));
}

Translated TfliteGraph::outputs() {
  std::vector<ValueId> result;
  if (source().outputs() == nullptr) return result;
  for (const int32_t index : *source().outputs()) result.push_back(WALLE_TRY(value_of(WALLE_TRY(tensor_index(index)))));
  return result;
}

Translated TfliteGraph::run(std::vector<ValueId> inputs) {
  const auto* ports = source().inputs();
  const size_t count = ports != nullptr ? ports->size() : 0;
  if (count != inputs.size()) {
    return fail(ErrorCode::invalid_argument,
                "takes " + std::to_string(count) + " inputs, is given " + std::to_string(inputs.size()));
  }
  for (size_t i = 0; i < count; ++i)
    values_[WALLE_TRY(tensor_index(ports->Get(static_cast<flatbuffers::uoffset_t>(i))))] = inputs[i];
  size_t position = 0;
  if (source().operators() != nullptr) {
    for (const schema::Operator* one : *source().operators()) WALLE_TRY(translate(*one, position++));
  }
  return outputs();
}

Status TfliteGraph::run_model() {
  graph_.name = source().name() != nullptr ? source().name()->str().substr(0, tflite::kMaxName) : std::string();
  std::vector<ValueId> inputs;
  if (source().inputs() != nullptr) {
    for (const int32_t index : *source().inputs()) {
      const TensorInfo& info = info_of(WALLE_TRY(tensor_index(index)));
      inputs.push_back(WALLE_TRY(add_input(info, info.name)));
    }
  }
  graph_.outputs = WALLE_TRY(run(std::move(inputs)));
  for (size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == kNoValue) continue;
    graph_.value(states_[i]).name = info_of(i).name + "/next";
    graph_.outputs.push_back(states_[i]);
  }
  WALLE_TRY(finish_variables());
  if (graph_.outputs.empty()) return fail(ErrorCode::invalid_argument, "the model has no outputs");
  return {};
}

}  // namespace walle::import
