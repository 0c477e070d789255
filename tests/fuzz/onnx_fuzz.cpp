#include <cstdlib>

#include "libwalle/graph/graph.h"
#include "libwalle/import/onnx.h"

/// ONNX files: never a crash; what was accepted verifies, also as a copy.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto graph = walle::import::load_onnx({data, size}, "");
  if (graph && !walle::graph::verify(graph->clone())) std::abort();
  return 0;
}
