#pragma once

#include <map>
#include <string>
#include <vector>

#include "libwalle/import/tflite/rules/operation.h"

namespace walle::import {

/// What all subgraphs of one model share.
struct TfliteModel {
  const tflite::schema::Model& source;
  tflite::TensorReader reader;
  const graph::OpTable& operators;
  std::vector<std::vector<tflite::TensorInfo>> tensors;  ///< by subgraph
  int nodes_left = 0;
};

/// Imports a subgraph into a graph: as the whole model, as a block, or inlined into its caller.
class TfliteGraph final : public tflite::Surroundings {
 public:
  /// prefix: what the names of nodes and values begin with; "" for the model itself.
  TfliteGraph(TfliteModel& model, graph::Graph& graph, size_t subgraph, int depth, std::string prefix)
      : model_(model),
        graph_(graph),
        subgraph_(subgraph),
        depth_(depth),
        prefix_(std::move(prefix)),
        values_(model.tensors[subgraph].size(), graph::kNoValue),
        states_(model.tensors[subgraph].size(), graph::kNoValue),
        handles_(model.tensors[subgraph].size()) {}

  /// Makes the graph's inputs, all its nodes and outputs.
  [[nodiscard]] Status run_model();
  /// Adds the nodes, reading `inputs`; returns the values of the subgraph's outputs.
  [[nodiscard]] tflite::Translated run(std::vector<graph::ValueId> inputs);

  [[nodiscard]] Result<graph::ValueId> value_of(size_t tensor) override;
  [[nodiscard]] const tflite::TensorInfo& info_of(size_t tensor) const override;
  [[nodiscard]] Status set_state(size_t tensor, graph::ValueId next) override;
  [[nodiscard]] Status name_variable(size_t handle, const std::string& name) override;
  [[nodiscard]] Result<graph::ValueId> read_variable(size_t handle, const tflite::TensorInfo& like) override;
  [[nodiscard]] Status assign_variable(size_t handle, graph::ValueId next) override;
  [[nodiscard]] Status initialise(int64_t index) override;
  [[nodiscard]] tflite::Translated call(int64_t index, graph::Graph& graph,
                                        std::vector<graph::ValueId> inputs) override;
  [[nodiscard]] Result<std::unique_ptr<graph::Graph>> block(int64_t index, std::vector<graph::Value> leading) override;

 private:
  [[nodiscard]] const tflite::schema::SubGraph& source() const;
  [[nodiscard]] Result<graph::ValueId> add_input(const tflite::TensorInfo& info, const std::string& name);
  [[nodiscard]] Result<size_t> tensor_index(int64_t index) const;
  [[nodiscard]] Status check_tensors(const flatbuffers::Vector<int32_t>* indices, bool optional) const;
  [[nodiscard]] Status translate(const tflite::schema::Operator& source, size_t position);
  [[nodiscard]] Status translate(const tflite::TranslationDef& def, const tflite::schema::Operator& source,
                                 const std::string& name);
  [[nodiscard]] Result<graph::ValueId> finish(tflite::Operation& operation, size_t output, graph::ValueId value,
                                              graph::ValueId first_new);
  [[nodiscard]] tflite::Translated outputs();
  /// The name of the variable that tensor `handle` stands for. Errors: invalid_argument if it stands for none.
  [[nodiscard]] Result<std::string> variable_of(size_t handle) const;
  /// Adds NAME/next for each variable that is assigned, and the metadata of what variables begin with.
  [[nodiscard]] Status finish_variables();

  TfliteModel& model_;
  graph::Graph& graph_;
  size_t subgraph_;
  int depth_;
  std::string prefix_;
  std::string current_;                 ///< the node being translated
  std::vector<graph::ValueId> values_;  ///< by tensor
  std::vector<graph::ValueId> states_;  ///< by variable tensor: its value after the run

  /// A variable of a resource (VAR_HANDLE).
  struct Variable {
    graph::ValueId now = graph::kNoValue;  ///< its value at this point of the subgraph
    bool assigned = false;
    bool read = false;  ///< before it is assigned: it is an input
  };
  std::vector<std::string> handles_;           ///< by tensor: the name of the variable, or ""
  std::map<std::string, Variable> variables_;  ///< by name
  std::map<std::string, std::string> begins_;  ///< what variables begin with, in words
};

}  // namespace walle::import
