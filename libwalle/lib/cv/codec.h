#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libwalle/lib/cv/image.h"

namespace walle::cv {

/// What imdecode gives: OpenCV's IMREAD_… numbers.
enum class ReadMode : int { unchanged = -1, grayscale = 0, color = 1 };

/// Decodes a PNG, JPEG or WebP file in memory. color: [h, w, 3] u8 in BGR order; grayscale: [h, w]; unchanged: as in
/// the file (gray, BGR or BGRA). The format is found by its first bytes; sides and pixels (64 million) are bounded
/// before anything is allocated. Errors: invalid_argument: what is wrong with the file.
[[nodiscard]] Result<np::Array> imdecode(std::span<const uint8_t> bytes, ReadMode mode);

/// Encodes u8 gray, BGR or BGRA. extension: ".png", ".jpg"/".jpeg" or ".webp"; quality 1 to 100 (JPEG and WebP).
[[nodiscard]] Result<std::vector<uint8_t>> imencode(std::string_view extension, const np::Array& image,
                                                    int quality = 95);

}  // namespace walle::cv
