#include <cstdlib>

#include "libwalle/graph/graph.h"
#include "libwalle/import/tflite.h"

/// TensorFlow Lite files: never a crash; what was accepted verifies, also as a copy.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto graph = walle::import::load_tflite({data, size});
  if (graph && !walle::graph::verify(graph->clone())) std::abort();
  return 0;
}
