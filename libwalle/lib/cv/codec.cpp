#include "libwalle/lib/cv/codec.h"

#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>
#include <webp/encode.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "libwalle/lib/cv/color.h"

namespace walle::cv {
namespace {

constexpr int64_t kMaxPixels = 64LL << 20;

Result<Image> sized(int64_t width, int64_t height, int64_t channels) {
  if (width * height > kMaxPixels)
    return fail(ErrorCode::resource_exhausted, "the image has " + std::to_string(width * height) +
                                                   " pixels, more than the limit of " + std::to_string(kMaxPixels));
  return new_image(DType::u8, height, width, channels, channels == 1);
}

Result<Image> decode_png(std::span<const uint8_t> bytes) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0)
    return fail(ErrorCode::invalid_argument, std::string("not a valid PNG: ") + png.message);
  const std::unique_ptr<png_image, decltype(&png_image_free)> guard(&png, &png_image_free);
  const bool color = (png.format & PNG_FORMAT_FLAG_COLOR) != 0;
  const bool alpha = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  png.format = alpha ? PNG_FORMAT_BGRA : (color ? PNG_FORMAT_BGR : PNG_FORMAT_GRAY);
  Image image = WALLE_TRY(sized(png.width, png.height, alpha ? 4 : (color ? 3 : 1)));
  if (png_image_finish_read(&png, nullptr, image.array.raw(), 0, nullptr) == 0)
    return fail(ErrorCode::invalid_argument, std::string("not a valid PNG: ") + png.message);
  return image;
}

Result<Image> decode_jpeg(std::span<const uint8_t> bytes) {
  const std::unique_ptr<void, int (*)(tjhandle)> handle(tjInitDecompress(), &tjDestroy);
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colorspace = 0;
  if (tjDecompressHeader3(handle.get(), bytes.data(), bytes.size(), &width, &height, &subsampling, &colorspace) != 0) {
    return fail(ErrorCode::invalid_argument, std::string("not a valid JPEG: ") + tjGetErrorStr2(handle.get()));
  }
  if (width < 1 || height < 1) return fail(ErrorCode::invalid_argument, "not a valid JPEG: it has no picture");
  const bool gray = colorspace == TJCS_GRAY;
  Image image = WALLE_TRY(sized(width, height, gray ? 1 : 3));
  if (tjDecompress2(handle.get(), bytes.data(), bytes.size(), image.row<uint8_t>(0), width, 0, height,
                    gray ? TJPF_GRAY : TJPF_BGR, TJFLAG_ACCURATEDCT) != 0 &&
      tjGetErrorCode(handle.get()) == TJERR_FATAL) {
    return fail(ErrorCode::invalid_argument, std::string("not a valid JPEG: ") + tjGetErrorStr2(handle.get()));
  }
  return image;
}

Result<Image> decode_webp(std::span<const uint8_t> bytes) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK)
    return fail(ErrorCode::invalid_argument, "not a valid WebP: damaged header");
  const int64_t channels = features.has_alpha != 0 ? 4 : 3;
  Image image = WALLE_TRY(sized(features.width, features.height, channels));
  const auto size = static_cast<size_t>(image.height * image.width * channels);
  const int stride = static_cast<int>(image.width * channels);
  const uint8_t* done = channels == 4
                            ? WebPDecodeBGRAInto(bytes.data(), bytes.size(), image.row<uint8_t>(0), size, stride)
                            : WebPDecodeBGRInto(bytes.data(), bytes.size(), image.row<uint8_t>(0), size, stride);
  if (done == nullptr) return fail(ErrorCode::invalid_argument, "not a valid WebP: damaged or truncated");
  return image;
}

Result<Image> decode_any(std::span<const uint8_t> bytes) {
  const auto starts = [&](std::string_view magic, size_t at = 0) {
    return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
  };
  if (starts("\x89PNG")) return decode_png(bytes);
  if (starts("\xff\xd8")) return decode_jpeg(bytes);
  if (starts("RIFF") && starts("WEBP", 8)) return decode_webp(bytes);
  return fail(ErrorCode::invalid_argument, "the bytes are no PNG, JPEG or WebP file");
}

Result<std::vector<uint8_t>> encode_png(const Image& image) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<uint32_t>(image.width);
  png.height = static_cast<uint32_t>(image.height);
  png.format = image.channels == 4 ? PNG_FORMAT_BGRA : (image.channels == 3 ? PNG_FORMAT_BGR : PNG_FORMAT_GRAY);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::vector<uint8_t> bytes(size);
  if (png_image_write_to_memory(&png, bytes.data(), &size, 0, image.array.raw(), 0, nullptr) == 0)
    return fail(ErrorCode::internal, std::string("cannot encode PNG: ") + png.message);
  bytes.resize(size);
  return bytes;
}

Result<std::vector<uint8_t>> encode_jpeg(const Image& image, int quality) {
  if (image.channels == 4)
    return fail(ErrorCode::invalid_argument, "JPEG has no alpha channel; convert with cvtColor(image, COLOR_BGRA2BGR)");
  const std::unique_ptr<void, int (*)(tjhandle)> handle(tjInitCompress(), &tjDestroy);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const bool gray = image.channels == 1;
  const int rc = tjCompress2(handle.get(), image.row<uint8_t>(0), static_cast<int>(image.width), 0,
                             static_cast<int>(image.height), gray ? TJPF_GRAY : TJPF_BGR, &out, &size,
                             gray ? TJSAMP_GRAY : TJSAMP_420, quality, TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> guard(out, &tjFree);
  if (rc != 0) return fail(ErrorCode::internal, std::string("cannot encode JPEG: ") + tjGetErrorStr2(handle.get()));
  return std::vector<uint8_t>(out, out + size);
}

Result<std::vector<uint8_t>> encode_webp(const Image& image, int quality) {
  if (image.channels == 1)
    return fail(ErrorCode::invalid_argument, "WebP has no gray images; convert with cvtColor(image, COLOR_GRAY2BGR)");
  uint8_t* out = nullptr;
  const int stride = static_cast<int>(image.width * image.channels);
  const int w = static_cast<int>(image.width);
  const int h = static_cast<int>(image.height);
  const auto q = static_cast<float>(quality);
  const size_t size = image.channels == 4 ? WebPEncodeBGRA(image.row<uint8_t>(0), w, h, stride, q, &out)
                                          : WebPEncodeBGR(image.row<uint8_t>(0), w, h, stride, q, &out);
  const std::unique_ptr<uint8_t, void (*)(void*)> guard(out, &WebPFree);
  if (size == 0) return fail(ErrorCode::internal, "cannot encode WebP");
  return std::vector<uint8_t>(out, out + size);
}

}  // namespace

Result<np::Array> imdecode(std::span<const uint8_t> bytes, ReadMode mode) {
  const Image image = WALLE_TRY(decode_any(bytes));
  if (mode == ReadMode::unchanged) return image.array;
  if (mode == ReadMode::grayscale) {
    if (image.channels == 1) return image.array;
    return cvt_color(image.array, image.channels == 4 ? ColorCode::bgra2gray : ColorCode::bgr2gray);
  }
  if (image.channels == 3) return image.array;
  return cvt_color(image.array, image.channels == 4 ? ColorCode::bgra2bgr : ColorCode::gray2bgr);
}

Result<std::vector<uint8_t>> imencode(std::string_view extension, const np::Array& array, int quality) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.dtype() != DType::u8 || image.channels == 2)
    return fail(ErrorCode::invalid_argument, "imencode takes uint8 gray, BGR or BGRA images");
  quality = std::clamp(quality, 1, 100);
  if (extension == ".png") return encode_png(image);
  if (extension == ".jpg" || extension == ".jpeg") return encode_jpeg(image, quality);
  if (extension == ".webp") return encode_webp(image, quality);
  return fail(ErrorCode::unsupported, "cannot encode '" + std::string(extension) + "'; use .png, .jpg or .webp");
}

}  // namespace walle::cv
