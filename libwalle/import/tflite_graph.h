#pragma once

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
        states_(model.tensors[subgraph].size(), graph::kNoValue) {}

  /// Makes the graph's inputs, all its nodes and outputs.
  [[nodiscard]] Status run_model();
  /// Adds the nodes, reading `inputs`; returns the values of the subgraph's outputs.
  [[nodiscard]] tflite::Translated run(std::vector<graph::ValueId> inputs);

  [[nodiscard]] Result<graph::ValueId> value_of(size_t tensor) override;
  [[nodiscard]] const tflite::TensorInfo& info_of(size_t tensor) const override;
  [[nodiscard]] Status set_state(size_t tensor, graph::ValueId next) override;
  [[nodiscard]] tflite::Translated call(int64_t index, graph::Graph& graph,
                                        std::vector<graph::ValueId> inputs) override;
  [[nodiscard]] Result<std::unique_ptr<graph::Graph>> block(int64_t index, std::vector<graph::Value> leading) override;

 private:
  [[nodiscard]] const tflite::schema::SubGraph& source() const;
  [[nodiscard]] Result<graph::ValueId> add_input(const tflite::TensorInfo& info);
  [[nodiscard]] Result<size_t> tensor_index(int64_t index) const;
  [[nodiscard]] Status check_tensors(const flatbuffers::Vector<int32_t>* indices, bool optional) const;
  [[nodiscard]] Status translate(const tflite::schema::Operator& source, size_t position);
  [[nodiscard]] Status translate(const tflite::TranslationDef& def, const tflite::schema::Operator& source,
                                 const std::string& name);
  [[nodiscard]] Result<graph::ValueId> finish(tflite::Operation& operation, size_t output, graph::ValueId value,
                                              graph::ValueId first_new);
  [[nodiscard]] tflite::Translated outputs();

  TfliteModel& model_;
  graph::Graph& graph_;
  size_t subgraph_;
  int depth_;
  std::string prefix_;
  std::string current_;                 ///< the node being translated
  std::vector<graph::ValueId> values_;  ///< by tensor
  std::vector<graph::ValueId> states_;  ///< by variable tensor: its value after the run
};

}  // namespace walle::import
