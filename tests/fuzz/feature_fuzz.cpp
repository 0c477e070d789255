#include <cstdlib>

#include "ipc/wire/feature.h"

/// Tunnel frames: bounded memory, never a crash; what was accepted survives a round trip.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle::wire;
  const FrameLimits limits{.frame_bytes = 1U << 20, .content_bytes = 1U << 20, .features = 64};
  (void)dictionary_of({data, size});
  if (const auto features = decode_features({data, size}, {}, limits)) {
    const auto frame = encode_features(*features);
    if (!frame) std::abort();
    const auto again = decode_features(*frame);
    if (!again || *again != *features) std::abort();
  }
  return 0;
}
