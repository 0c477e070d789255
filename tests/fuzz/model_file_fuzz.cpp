#include <algorithm>
#include <cstdlib>
#include <memory>

#include "libwalle/model/format.h"
#include "libwalle/model/header.h"
#include "tests/fuzz/plan_and_run.h"

namespace {

using walle::engine::Tensor;

/// Gives the sections of a damaged file the hashes that they have now: a hostile author's file, not a broken disk's.
void repair(std::span<uint8_t> file) {
  constexpr size_t kSections = 16;  // after magic and versions
  constexpr size_t kSectionBytes = 48;
  if (file.size() < walle::model::kHeaderBytes) return;
  for (size_t s = 0; s < 2; ++s) {
    const auto at = file.subspan(kSections + s * kSectionBytes, kSectionBytes);
    uint64_t offset = 0;
    uint64_t bytes = 0;
    for (size_t i = 8; i-- > 0;) {
      offset = offset << 8 | at[i];
      bytes = bytes << 8 | at[8 + i];
    }
    if (offset > file.size() || bytes > file.size() - offset) continue;
    const auto digest = walle::sha256(file.subspan(offset, bytes));
    std::copy(digest.begin(), digest.end(), at.begin() + 16);
  }
  const size_t body = walle::model::kHeaderBytes - 32;
  const auto digest = walle::sha256(file.first(body));
  std::copy(digest.begin(), digest.end(), file.begin() + body);
}

}  // namespace

/// .walle files: never a crash, and what was accepted can be written again, planned and run.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto count = static_cast<int64_t>(size);
  auto file = Tensor::empty(walle::DType::u8, std::span(&count, 1));  // aligned, as a mapping is
  if (!file) return 0;
  const auto bytes = file->mutable_values<uint8_t>();
  std::copy_n(data, size, bytes.begin());
  repair(bytes);
  auto graph = walle::model::read_model(bytes, std::make_shared<Tensor>(*file), walle::session::operators());
  if (!graph) return 0;
  if (!walle::model::write_model(*graph)) std::abort();
  walle::fuzz::plan_and_run(*std::move(graph));
  return 0;
}
