#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libwalle/graph/graph.h"
#include "libwalle/passes/pass.h"
#include "libwalle/search/search.h"

namespace walle::session {

/// Below this a step is done before a second thread has come.
inline constexpr double kSerialUs = 15;

/// Where a value lies while a plan runs.
enum class Place : uint8_t { none, arena, input, output, constant };

struct Slot {
  Place place = Place::none;
  int64_t index = 0;   ///< of the input or output
  int64_t offset = 0;  ///< bytes from the start of the arena, input or output
  const void* data = nullptr;
};

struct Plan;

/// One thing to do. `kernel` runs a program's step; `branch` and `loop` run blocks.
struct PlanStep {
  enum class Kind : uint8_t { kernel, branch, loop };
  Kind kind = Kind::kernel;
  std::string node;     ///< name of the source node
  std::string_view op;  ///< its operator
  Problem problem;
  std::shared_ptr<const search::Choice> choice;
  std::vector<Slot> operands, results;
  int64_t clear_bytes = 0;  ///< of result 0, before it runs: a raster that does not write everything
  bool serial = false;      ///< too small for several threads
  size_t program = 0;
  size_t program_index = 0;
  std::shared_ptr<const void> packed;
  std::vector<std::unique_ptr<Plan>> blocks;
  Slot scratch;  ///< of blocks: their arenas and the loop's buffers
  int64_t carried = 0;
};

/// A copy from a value to an output that could not be made in place.
struct OutputCopy {
  Slot from;
  size_t output = 0;
  int64_t bytes = 0;
};

struct PlanOutput {
  DType dtype = DType::f32;
  std::vector<int64_t> dims;
  int64_t bytes = 0;
};

/// A graph for concrete shapes, ready to run: a flat list of steps and one arena. Immutable once made; a plan is run by
/// one thread at a time, because its programs are.
struct Plan {
  graph::Graph graph;  ///< after all passes; owns constants
  std::vector<std::unique_ptr<PlanStep>> steps;
  std::vector<std::unique_ptr<graph::Program>> programs;
  std::vector<OutputCopy> copies;
  std::vector<PlanOutput> outputs;
  std::vector<int64_t> input_bytes;
  std::vector<passes::RasterFate> rasters;
  int64_t arena_bytes = 0;
  int64_t unshared_bytes = 0;  ///< what the arena would take without reuse
  size_t workspace_bytes = 0;
  double made_us = 0;
};

}  // namespace walle::session
