#include "libwalle/lib/cv/image.h"

#include <algorithm>

namespace walle::cv {

Result<Image> to_image(const np::Array& array, std::string_view what) {
  const bool form = array.rank() == 2 || (array.rank() == 3 && array.dim(2) >= 1 && array.dim(2) <= 4);
  const bool type = array.dtype() == DType::u8 || array.dtype() == DType::u16 || array.dtype() == DType::i16 ||
                    array.dtype() == DType::f32 || array.dtype() == DType::f64;
  if (!form || !type) {
    return fail(
        ErrorCode::invalid_argument,
        std::string(what) +
            " must be [height, width] or [height, width, 1 to 4] of uint8, uint16, int16, float32 or float64, not " +
            std::string(name_of(array.dtype())) + " " + np::format_dims(array.dims()));
  }
  if (array.dim(0) < 1 || array.dim(1) < 1 || array.dim(0) > kMaxSide || array.dim(1) > kMaxSide) {
    return fail(ErrorCode::invalid_argument,
                std::string(what) + " is empty or too large: " + np::format_dims(array.dims()));
  }
  Image image;
  image.array = WALLE_TRY(array.contiguous());
  image.height = array.dim(0);
  image.width = array.dim(1);
  image.channels = array.rank() == 3 ? array.dim(2) : 1;
  return image;
}

Result<Image> new_image(DType dtype, int64_t height, int64_t width, int64_t channels, bool flat) {
  if (height < 1 || width < 1 || height > kMaxSide || width > kMaxSide) {
    return fail(ErrorCode::invalid_argument, "an image of " + std::to_string(width) + " x " + std::to_string(height) +
                                                 " cannot be made: sides are 1 to " + std::to_string(kMaxSide));
  }
  Image image;
  image.array = WALLE_TRY(np::Array::empty(dtype, flat ? np::Dims{height, width} : np::Dims{height, width, channels}));
  image.height = height;
  image.width = width;
  image.channels = channels;
  return image;
}

int64_t border_index(int64_t i, int64_t size, Border border) {
  if (i >= 0 && i < size) return i;
  switch (border) {
    case Border::constant:
      return -1;
    case Border::replicate:
      return std::clamp<int64_t>(i, 0, size - 1);
    case Border::wrap:
      return ((i % size) + size) % size;
    case Border::reflect: {
      const int64_t period = 2 * size;
      const int64_t m = ((i % period) + period) % period;
      return m < size ? m : period - 1 - m;
    }
    case Border::reflect_101: {
      if (size == 1) return 0;
      const int64_t period = 2 * size - 2;
      const int64_t m = ((i % period) + period) % period;
      return m < size ? m : period - m;
    }
  }
  return -1;
}

}  // namespace walle::cv
