#include "libwalle/lib/cv/codec.h"
#include "libwalle/lib/cv/color.h"
#include "libwalle/lib/cv/resize.h"
#include "pyvm/package/cv_arguments.h"

namespace walle::package {
namespace {

PyObject* imdecode(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array bytes;
  int flags = 1;
  if (!parse<2>(args, kwargs, "O&|i", {"buf", "flags"}, array_argument, &bytes, &flags)) return nullptr;
  const auto dense = bytes.astype(DType::u8, false);
  if (!dense) return raise(dense.error());
  const auto flat = dense->contiguous();
  if (!flat) return raise(flat.error());
  const auto mode = flags < 0 ? cv::ReadMode::unchanged : (flags == 0 ? cv::ReadMode::grayscale : cv::ReadMode::color);
  return finish(cv::imdecode({flat->data<uint8_t>(), static_cast<size_t>(flat->size())}, mode));
}

PyObject* imencode(PyObject*, PyObject* args, PyObject* kwargs) {
  const char* extension = nullptr;
  np::Array image;
  PyObject* params = nullptr;
  if (!parse<3>(args, kwargs, "sO&|O", {"ext", "img", "params"}, &extension, array_argument, &image, &params))
    return nullptr;
  int quality = 95;
  if (params != nullptr && params != Py_None && PySequence_Check(params) != 0 && PySequence_Size(params) >= 2) {
    PyObject* value = PySequence_GetItem(params, 1);
    if (value == nullptr) return nullptr;
    quality = static_cast<int>(PyLong_AsLong(value));
    Py_DECREF(value);
    if (PyErr_Occurred() != nullptr) return nullptr;
  }
  const auto bytes = cv::imencode(extension, image, quality);
  if (!bytes) return raise(bytes.error());
  return Py_BuildValue("(ON)", Py_True,
                       finish(np::Array::copy_of(DType::u8, {static_cast<int64_t>(bytes->size())}, bytes->data())));
}

PyObject* cvt_color(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  int code = 0;
  if (!parse<2>(args, kwargs, "O&i", {"src", "code"}, array_argument, &image, &code)) return nullptr;
  return finish(cv::cvt_color(image, static_cast<cv::ColorCode>(code)));
}

PyObject* resize(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  std::array<int64_t, 2> size{};
  PyObject* dst = nullptr;
  double fx = 0;
  double fy = 0;
  int interpolation = 1;
  if (!parse<6>(args, kwargs, "O&|O&Oddi", {"src", "dsize", "dst", "fx", "fy", "interpolation"}, array_argument, &image,
                size_argument, &size, &dst, &fx, &fy, &interpolation))
    return nullptr;
  if (interpolation < 0 || interpolation > 3)
    return raise(
        {ErrorCode::unsupported, "interpolation must be INTER_NEAREST, INTER_LINEAR, INTER_CUBIC or INTER_AREA"});
  return finish(cv::resize(image, size[0], size[1], fx, fy, static_cast<cv::Interpolation>(interpolation)));
}

}  // namespace

std::span<const PyMethodDef> cv_image_methods() {
  static const PyMethodDef kMethods[] = {
      method("imdecode", imdecode, "imdecode(buf, flags=IMREAD_COLOR): decodes PNG, JPEG or WebP bytes; BGR order"),
      method("imencode", imencode, "imencode(ext, img, params=None) -> (True, bytes as uint8 array)"),
      method("cvtColor", cvt_color, "cvtColor(src, code): converts colours"),
      method("resize", resize, "resize(src, dsize, fx=0, fy=0, interpolation=INTER_LINEAR)"),
  };
  return kMethods;
}

}  // namespace walle::package
