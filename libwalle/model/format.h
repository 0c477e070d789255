#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/graph/op.h"

namespace walle::model {

/// Version of the format that this build writes, and the newest that it reads.
inline constexpr uint32_t kFormatVersion = 1;
/// Bounds of what is read; a file over them is refused before it is built.
inline constexpr size_t kMaxNodes = 1'000'000;
inline constexpr size_t kMaxValues = 4'000'000;
inline constexpr size_t kMaxBlockDepth = 32;

/// A model as the bytes of a `.walle` file:
///
///   header    magic "WALLE\r\n\x1a", version u32, min_reader u32, then (offset u64, bytes u64, sha256) of the graph
///   section
///             and of the weights section, then sha256 of the header so far; little endian
///   graph     FlatBuffers (model.fbs), 64-byte aligned
///   weights   raw tensors, each 64-byte aligned, the section page-aligned, so that it can be mapped and shared
///
/// Equal graphs give equal bytes. Errors: invalid_argument if the graph was lowered already (it holds core forms).
[[nodiscard]] Result<std::vector<uint8_t>> write_model(const graph::Graph& graph);

/// Reads what `write_model` wrote. Weights are not copied: their tensors hold `keep_alive`, the owner of `bytes`.
/// Everything is verified before it is used: hashes, the FlatBuffer, bounds of every tensor, names of operators,
/// graph::verify. Bytes must be 64-byte aligned (a mapping is). Errors: data_loss naming the damaged section;
/// unsupported for a newer format or an unknown operator.
[[nodiscard]] Result<graph::Graph> read_model(std::span<const uint8_t> bytes, std::shared_ptr<void> keep_alive,
                                              const graph::OpTable& table);

/// True if the bytes begin like a `.walle` file.
[[nodiscard]] bool is_walle_file(std::span<const uint8_t> bytes);

}  // namespace walle::model
