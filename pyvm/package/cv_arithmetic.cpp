#include "libwalle/lib/cv/arithmetic.h"

#include "pyvm/package/cv_arguments.h"

namespace walle::package {
namespace {

template <cv::PixelOp kOp>
PyObject* pixel_op(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array a;
  np::Array b;
  if (!parse<2>(args, kwargs, "O&O&", {"src1", "src2"}, array_argument, &a, array_argument, &b)) return nullptr;
  return finish(cv::pixel_op(a, b, kOp));
}

PyObject* bitwise_not(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  if (!parse<1>(args, kwargs, "O&", {"src"}, array_argument, &image)) return nullptr;
  return finish(cv::bitwise_not(image));
}

PyObject* add_weighted(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array a;
  np::Array b;
  double alpha = 0;
  double beta = 0;
  double gamma = 0;
  if (!parse<5>(args, kwargs, "O&dO&dd", {"src1", "alpha", "src2", "beta", "gamma"}, array_argument, &a, &alpha,
                array_argument, &b, &beta, &gamma))
    return nullptr;
  return finish(cv::add_weighted(a, alpha, b, beta, gamma));
}

PyObject* convert_scale_abs(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  PyObject* dst = nullptr;
  double alpha = 1;
  double beta = 0;
  if (!parse<4>(args, kwargs, "O&|Odd", {"src", "dst", "alpha", "beta"}, array_argument, &image, &dst, &alpha, &beta))
    return nullptr;
  return finish(cv::convert_scale_abs(image, alpha, beta));
}

PyObject* mean(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  std::optional<np::Array> mask;
  if (!parse<2>(args, kwargs, "O&|O&", {"src", "mask"}, array_argument, &image, optional_array_argument, &mask))
    return nullptr;
  const auto m = cv::mean_std_dev(image, mask);
  return m ? Py_BuildValue("(dddd)", m->mean[0], m->mean[1], m->mean[2], m->mean[3]) : raise(m.error());
}

PyObject* mean_std_dev(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  PyObject* ignored = nullptr;
  std::optional<np::Array> mask;
  if (!parse<4>(args, kwargs, "O&|OOO&", {"src", "mean", "stddev", "mask"}, array_argument, &image, &ignored, &ignored,
                optional_array_argument, &mask))
    return nullptr;
  const auto m = cv::mean_std_dev(image, mask);
  if (!m) return raise(m.error());
  const int64_t channels = image.rank() == 3 ? image.dim(2) : 1;
  return Py_BuildValue("(NN)", finish(np::Array::copy_of(DType::f64, {channels, 1}, m->mean.data())),
                       finish(np::Array::copy_of(DType::f64, {channels, 1}, m->deviation.data())));
}

PyObject* min_max_loc(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  if (!parse<1>(args, kwargs, "O&", {"src"}, array_argument, &image)) return nullptr;
  const auto e = cv::min_max_loc(image);
  if (!e) return raise(e.error());
  return Py_BuildValue("(dd(LL)(LL))", e->minimum, e->maximum, static_cast<long long>(e->minimum_at[0]),
                       static_cast<long long>(e->minimum_at[1]), static_cast<long long>(e->maximum_at[0]),
                       static_cast<long long>(e->maximum_at[1]));
}

PyObject* count_non_zero(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  if (!parse<1>(args, kwargs, "O&", {"src"}, array_argument, &image)) return nullptr;
  const auto count = cv::count_non_zero(image);
  return count ? PyLong_FromLongLong(*count) : raise(count.error());
}

PyObject* split(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  if (!parse<1>(args, kwargs, "O&", {"m"}, array_argument, &image)) return nullptr;
  auto channels = cv::split(image);
  if (!channels) return raise(channels.error());
  PyObject* out = PyTuple_New(static_cast<Py_ssize_t>(channels->size()));
  for (size_t i = 0; out != nullptr && i < channels->size(); ++i)
    PyTuple_SET_ITEM(out, static_cast<Py_ssize_t>(i), wrap((*channels)[i]));
  return out;
}

PyObject* merge(PyObject*, PyObject* args, PyObject* kwargs) {
  PyObject* list = nullptr;
  if (!parse<1>(args, kwargs, "O", {"mv"}, &list)) return nullptr;
  PyObject* items = PySequence_Fast(list, "merge needs a list of channels");
  if (items == nullptr) return nullptr;
  std::vector<np::Array> channels;
  bool good = true;
  for (Py_ssize_t i = 0; good && i < PySequence_Fast_GET_SIZE(items); ++i)
    good = array_argument(PySequence_Fast_GET_ITEM(items, i), &channels.emplace_back()) != 0;
  Py_DECREF(items);
  return good ? finish(cv::merge(channels)) : nullptr;
}

PyObject* normalize(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  PyObject* dst = nullptr;
  double alpha = 1;
  double beta = 0;
  int type = 4;
  if (!parse<5>(args, kwargs, "O&O|ddi", {"src", "dst", "alpha", "beta", "norm_type"}, array_argument, &image, &dst,
                &alpha, &beta, &type))
    return nullptr;
  return finish(cv::normalize(image, alpha, beta, type));
}

PyObject* calc_hist(PyObject*, PyObject* args, PyObject* kwargs) {
  PyObject* images = nullptr;
  PyObject* channels = nullptr;
  std::optional<np::Array> mask;
  PyObject* sizes = nullptr;
  PyObject* ranges = nullptr;
  if (!parse<5>(args, kwargs, "OOO&OO", {"images", "channels", "mask", "histSize", "ranges"}, &images, &channels,
                optional_array_argument, &mask, &sizes, &ranges))
    return nullptr;
  PyObject* first = PySequence_GetItem(images, 0);
  if (first == nullptr) return nullptr;
  np::Array image;
  const bool good = array_argument(first, &image) != 0;
  Py_DECREF(first);
  std::array<double, 4> channel{};
  if (!good || color_argument(channels, &channel) == 0) return nullptr;
  return finish(cv::histogram(image, static_cast<int64_t>(channel[0]), mask));
}

PyObject* equalize_hist(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  if (!parse<1>(args, kwargs, "O&", {"src"}, array_argument, &image)) return nullptr;
  return finish(cv::equalize_hist(image));
}

}  // namespace

std::span<const PyMethodDef> cv_arithmetic_methods() {
  static const PyMethodDef kMethods[] = {
      method("add", pixel_op<cv::PixelOp::add>, "add(src1, src2): saturating"),
      method("subtract", pixel_op<cv::PixelOp::subtract>, "subtract(src1, src2): saturating"),
      method("multiply", pixel_op<cv::PixelOp::multiply>, "multiply(src1, src2): saturating"),
      method("absdiff", pixel_op<cv::PixelOp::absdiff>, "absdiff(src1, src2)"),
      method("min", pixel_op<cv::PixelOp::minimum>, "min(src1, src2)"),
      method("max", pixel_op<cv::PixelOp::maximum>, "max(src1, src2)"),
      method("bitwise_and", pixel_op<cv::PixelOp::bit_and>, "bitwise_and(src1, src2)"),
      method("bitwise_or", pixel_op<cv::PixelOp::bit_or>, "bitwise_or(src1, src2)"),
      method("bitwise_xor", pixel_op<cv::PixelOp::bit_xor>, "bitwise_xor(src1, src2)"),
      method("bitwise_not", bitwise_not, "bitwise_not(src)"),
      method("addWeighted", add_weighted, "addWeighted(src1, alpha, src2, beta, gamma)"),
      method("convertScaleAbs", convert_scale_abs, "convertScaleAbs(src, alpha=1, beta=0)"),
      method("mean", mean, "mean(src, mask=None) -> four means"),
      method("meanStdDev", mean_std_dev, "meanStdDev(src, mask=None) -> (mean, stddev)"),
      method("minMaxLoc", min_max_loc, "minMaxLoc(src) -> (min, max, min location, max location)"),
      method("countNonZero", count_non_zero, "countNonZero(src)"),
      method("split", split, "split(m) -> tuple of channels"),
      method("merge", merge, "merge(mv): one image from channels"),
      method("normalize", normalize, "normalize(src, dst, alpha=1, beta=0, norm_type=NORM_L2)"),
      method("calcHist", calc_hist,
             "calcHist(images, channels, mask, histSize, ranges): 256 bins of one uint8 channel"),
      method("equalizeHist", equalize_hist, "equalizeHist(src)"),
  };
  return kMethods;
}

}  // namespace walle::package
