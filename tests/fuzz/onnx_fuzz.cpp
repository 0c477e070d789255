#include <cstdlib>

#include "libwalle/graph/graph.h"
#include "libwalle/import/onnx.h"
#include "tests/fuzz/plan_and_run.h"

/// ONNX files: never a crash; what was accepted verifies, also as a copy, and can be planned and run.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto graph = walle::import::load_onnx({data, size}, "");
  if (!graph) return 0;
  if (!walle::graph::verify(graph->clone())) std::abort();
  walle::fuzz::plan_and_run(*std::move(graph));
  return 0;
}
