#include "libwalle/lib/cv/filter.h"

#include "libwalle/lib/cv/morphology.h"
#include "libwalle/lib/cv/threshold.h"
#include "pyvm/package/cv_arguments.h"

namespace walle::package {
namespace {

cv::Border border_of(int border) {
  return border >= 0 && border <= 4 ? static_cast<cv::Border>(border) : cv::Border::reflect_101;
}

PyObject* gaussian_blur(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  std::array<int64_t, 2> size{};
  double sigma_x = 0;
  double sigma_y = 0;
  PyObject* dst = nullptr;
  int border = 4;
  if (!parse<6>(args, kwargs, "O&O&d|Odi", {"src", "ksize", "sigmaX", "dst", "sigmaY", "borderType"}, array_argument,
                &image, size_argument, &size, &sigma_x, &dst, &sigma_y, &border))
    return nullptr;
  return finish(cv::gaussian_blur(image, size[0], size[1], sigma_x, sigma_y, border_of(border)));
}

PyObject* blur(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  std::array<int64_t, 2> size{};
  int border = 4;
  if (!parse<3>(args, kwargs, "O&O&|i", {"src", "ksize", "borderType"}, array_argument, &image, size_argument, &size,
                &border))
    return nullptr;
  return finish(cv::blur(image, size[0], size[1], border_of(border)));
}

PyObject* median_blur(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  int size = 0;
  if (!parse<2>(args, kwargs, "O&i", {"src", "ksize"}, array_argument, &image, &size)) return nullptr;
  return finish(cv::median_blur(image, size));
}

PyObject* filter_2d(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  np::Array kernel;
  PyObject* depth_object = nullptr;
  PyObject* ignored = nullptr;
  double delta = 0;
  int border = 4;
  if (!parse<7>(args, kwargs, "O&OO&|OOdi", {"src", "ddepth", "kernel", "dst", "anchor", "delta", "borderType"},
                array_argument, &image, &depth_object, array_argument, &kernel, &ignored, &ignored, &delta, &border)) {
    return nullptr;
  }
  DType depth = image.dtype();
  if (depth_argument(depth_object, &depth) == 0) return nullptr;
  const auto weights = kernel.astype(DType::f64);
  if (!weights) return raise(weights.error());
  if (kernel.rank() != 2) return raise({ErrorCode::invalid_argument, "the kernel must have two dimensions"});
  return finish(cv::filter_2d(image, depth,
                              std::vector<double>(weights->data<double>(), weights->data<double>() + weights->size()),
                              kernel.dim(0), kernel.dim(1), delta, border_of(border)));
}

PyObject* sobel(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  PyObject* depth_object = nullptr;
  PyObject* dst = nullptr;
  int dx = 0;
  int dy = 0;
  int size = 3;
  double scale = 1;
  double delta = 0;
  int border = 4;
  if (!parse<9>(args, kwargs, "O&Oii|Oiddi",
                {"src", "ddepth", "dx", "dy", "dst", "ksize", "scale", "delta", "borderType"}, array_argument, &image,
                &depth_object, &dx, &dy, &dst, &size, &scale, &delta, &border)) {
    return nullptr;
  }
  DType depth = image.dtype();
  if (depth_argument(depth_object, &depth) == 0) return nullptr;
  return finish(cv::sobel(image, depth, dx, dy, size, scale, delta, border_of(border)));
}

PyObject* laplacian(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  PyObject* depth_object = nullptr;
  PyObject* dst = nullptr;
  int size = 1;
  double scale = 1;
  double delta = 0;
  int border = 4;
  if (!parse<7>(args, kwargs, "O&O|Oiddi", {"src", "ddepth", "dst", "ksize", "scale", "delta", "borderType"},
                array_argument, &image, &depth_object, &dst, &size, &scale, &delta, &border))
    return nullptr;
  DType depth = image.dtype();
  if (depth_argument(depth_object, &depth) == 0) return nullptr;
  return finish(cv::laplacian(image, depth, size, scale, delta, border_of(border)));
}

PyObject* threshold(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  double level = 0;
  double maximum = 0;
  int type = 0;
  if (!parse<4>(args, kwargs, "O&ddi", {"src", "thresh", "maxval", "type"}, array_argument, &image, &level, &maximum,
                &type))
    return nullptr;
  auto result = cv::threshold(image, level, maximum, type);
  if (!result) return raise(result.error());
  return Py_BuildValue("(dN)", result->first, wrap(std::move(result->second)));
}

PyObject* adaptive_threshold(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  double maximum = 0;
  int method_code = 0;
  int type = 0;
  int block = 3;
  double c = 0;
  if (!parse<6>(args, kwargs, "O&diiid", {"src", "maxValue", "adaptiveMethod", "thresholdType", "blockSize", "C"},
                array_argument, &image, &maximum, &method_code, &type, &block, &c))
    return nullptr;
  return finish(cv::adaptive_threshold(image, maximum, method_code, type, block, c));
}

PyObject* in_range(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  std::array<double, 4> low{};
  std::array<double, 4> high{};
  if (!parse<3>(args, kwargs, "O&O&O&", {"src", "lowerb", "upperb"}, array_argument, &image, color_argument, &low,
                color_argument, &high))
    return nullptr;
  return finish(cv::in_range(image, low, high));
}

PyObject* structuring_element(PyObject*, PyObject* args, PyObject* kwargs) {
  int shape = 0;
  std::array<int64_t, 2> size{};
  if (!parse<2>(args, kwargs, "iO&", {"shape", "ksize"}, &shape, size_argument, &size)) return nullptr;
  const auto element = cv::structuring_element(shape, size[0], size[1]);
  if (!element) return raise(element.error());
  return finish(np::Array::copy_of(DType::u8, {element->rows, element->columns}, element->cells.data()));
}

PyObject* grow(PyObject* args, PyObject* kwargs,
               Result<np::Array> (*function)(const np::Array&, const cv::Element&, int64_t)) {
  np::Array image;
  cv::Element element;
  PyObject* ignored = nullptr;
  int iterations = 1;
  if (!parse<5>(args, kwargs, "O&O&|OOi", {"src", "kernel", "dst", "anchor", "iterations"}, array_argument, &image,
                element_argument, &element, &ignored, &ignored, &iterations))
    return nullptr;
  return finish(function(image, element, iterations));
}
PyObject* dilate(PyObject*, PyObject* args, PyObject* kwargs) { return grow(args, kwargs, cv::dilate); }
PyObject* erode(PyObject*, PyObject* args, PyObject* kwargs) { return grow(args, kwargs, cv::erode); }

PyObject* morphology_ex(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  int operation = 0;
  cv::Element element;
  PyObject* ignored = nullptr;
  int iterations = 1;
  if (!parse<6>(args, kwargs, "O&iO&|OOi", {"src", "op", "kernel", "dst", "anchor", "iterations"}, array_argument,
                &image, &operation, element_argument, &element, &ignored, &ignored, &iterations))
    return nullptr;
  return finish(cv::morphology(image, operation, element, iterations));
}

}  // namespace

std::span<const PyMethodDef> cv_filter_methods() {
  static const PyMethodDef kMethods[] = {
      method("GaussianBlur", gaussian_blur, "GaussianBlur(src, ksize, sigmaX, sigmaY=0, borderType=BORDER_DEFAULT)"),
      method("blur", blur, "blur(src, ksize, borderType=BORDER_DEFAULT)"),
      method("medianBlur", median_blur, "medianBlur(src, ksize)"),
      method("filter2D", filter_2d, "filter2D(src, ddepth, kernel, delta=0, borderType=BORDER_DEFAULT)"),
      method("Sobel", sobel, "Sobel(src, ddepth, dx, dy, ksize=3, scale=1, delta=0, borderType=BORDER_DEFAULT)"),
      method("Laplacian", laplacian, "Laplacian(src, ddepth, ksize=1, scale=1, delta=0, borderType=BORDER_DEFAULT)"),
      method("threshold", threshold, "threshold(src, thresh, maxval, type) -> (level, image)"),
      method("adaptiveThreshold", adaptive_threshold,
             "adaptiveThreshold(src, maxValue, adaptiveMethod, thresholdType, blockSize, C)"),
      method("inRange", in_range, "inRange(src, lowerb, upperb): uint8 mask"),
      method("getStructuringElement", structuring_element, "getStructuringElement(shape, ksize)"),
      method("dilate", dilate, "dilate(src, kernel, iterations=1)"),
      method("erode", erode, "erode(src, kernel, iterations=1)"),
      method("morphologyEx", morphology_ex, "morphologyEx(src, op, kernel, iterations=1)"),
  };
  return kMethods;
}

}  // namespace walle::package
