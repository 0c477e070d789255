#include <cstdlib>

#include "ipc/bundle/manifest.h"
#include "ipc/bundle/path.h"

/// Bundle manifests: never a crash; what was accepted is safe to write out and has one encoding.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle;
  const auto manifest = bundle::decode_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  for (const auto& file : manifest->files) {
    if (!bundle::check_path(file.path)) std::abort();
  }
  const auto text = bundle::encode_manifest(*manifest);
  if (!text) std::abort();
  const auto again = bundle::decode_manifest(*text);
  if (!again || bundle::encode_manifest(*again).value_or("") != *text) std::abort();
  return 0;
}
