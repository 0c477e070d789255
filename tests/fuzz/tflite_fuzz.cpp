#include <cstdlib>

#include "libwalle/graph/graph.h"
#include "libwalle/import/tflite.h"
#include "tests/fuzz/plan_and_run.h"

/// TensorFlow Lite files: never a crash; what was accepted verifies, also as a copy, and can be planned and run.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto graph = walle::import::load_tflite({data, size});
  if (!graph) return 0;
  if (!walle::graph::verify(graph->clone())) std::abort();
  walle::fuzz::plan_and_run(*std::move(graph));
  return 0;
}
