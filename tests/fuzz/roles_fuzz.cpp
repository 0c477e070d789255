#include <cstdlib>

#include "ipc/bundle/roles.h"
#include "ipc/bundle/trust.h"

/// Envelopes and role documents: never a crash, and nothing unsigned is ever trusted.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto envelope = bundle::parse_envelope(text);
  if (!envelope) return 0;
  if (const auto root = bundle::root_from_value(envelope->content)) {
    if (!bundle::root_from_value(bundle::to_value(*root))) std::abort();
    (void)bundle::follow_chain(*root, "[" + std::string(text) + "]");
  }
  (void)bundle::timestamp_from_value(envelope->content);
  (void)bundle::snapshot_from_value(envelope->content);
  (void)bundle::targets_from_value(envelope->content);
  if (const auto trust = bundle::Trust::pin(text)) {
    if (!bundle::Trust::restore(trust->save())) std::abort();
  }
  return 0;
}
