#include <vector>

#include "pyvm/package/cv_arguments.h"
#include "pyvm/package/module_def.h"

namespace walle::package {
namespace {

struct Constant {
  const char* name;
  long value;
};
constexpr Constant kConstants[] = {{"IMREAD_UNCHANGED", -1},
                                   {"IMREAD_GRAYSCALE", 0},
                                   {"IMREAD_COLOR", 1},
                                   {"IMWRITE_JPEG_QUALITY", 1},
                                   {"IMWRITE_WEBP_QUALITY", 64},
                                   {"INTER_NEAREST", 0},
                                   {"INTER_LINEAR", 1},
                                   {"INTER_CUBIC", 2},
                                   {"INTER_AREA", 3},
                                   {"WARP_INVERSE_MAP", 16},
                                   {"COLOR_BGR2BGRA", 0},
                                   {"COLOR_RGB2RGBA", 0},
                                   {"COLOR_BGRA2BGR", 1},
                                   {"COLOR_RGBA2RGB", 1},
                                   {"COLOR_BGR2RGBA", 2},
                                   {"COLOR_RGB2BGRA", 2},
                                   {"COLOR_RGBA2BGR", 3},
                                   {"COLOR_BGRA2RGB", 3},
                                   {"COLOR_BGR2RGB", 4},
                                   {"COLOR_RGB2BGR", 4},
                                   {"COLOR_BGRA2RGBA", 5},
                                   {"COLOR_RGBA2BGRA", 5},
                                   {"COLOR_BGR2GRAY", 6},
                                   {"COLOR_RGB2GRAY", 7},
                                   {"COLOR_GRAY2BGR", 8},
                                   {"COLOR_GRAY2RGB", 8},
                                   {"COLOR_GRAY2BGRA", 9},
                                   {"COLOR_GRAY2RGBA", 9},
                                   {"COLOR_BGRA2GRAY", 10},
                                   {"COLOR_RGBA2GRAY", 11},
                                   {"COLOR_BGR2YCrCb", 36},
                                   {"COLOR_RGB2YCrCb", 37},
                                   {"COLOR_BGR2HSV", 40},
                                   {"COLOR_RGB2HSV", 41},
                                   {"THRESH_BINARY", 0},
                                   {"THRESH_BINARY_INV", 1},
                                   {"THRESH_TRUNC", 2},
                                   {"THRESH_TOZERO", 3},
                                   {"THRESH_TOZERO_INV", 4},
                                   {"THRESH_OTSU", 8},
                                   {"ADAPTIVE_THRESH_MEAN_C", 0},
                                   {"ADAPTIVE_THRESH_GAUSSIAN_C", 1},
                                   {"MORPH_RECT", 0},
                                   {"MORPH_CROSS", 1},
                                   {"MORPH_ELLIPSE", 2},
                                   {"MORPH_ERODE", 0},
                                   {"MORPH_DILATE", 1},
                                   {"MORPH_OPEN", 2},
                                   {"MORPH_CLOSE", 3},
                                   {"MORPH_GRADIENT", 4},
                                   {"MORPH_TOPHAT", 5},
                                   {"MORPH_BLACKHAT", 6},
                                   {"RETR_EXTERNAL", 0},
                                   {"RETR_LIST", 1},
                                   {"RETR_CCOMP", 2},
                                   {"RETR_TREE", 3},
                                   {"CHAIN_APPROX_NONE", 1},
                                   {"CHAIN_APPROX_SIMPLE", 2},
                                   {"ROTATE_90_CLOCKWISE", 0},
                                   {"ROTATE_180", 1},
                                   {"ROTATE_90_COUNTERCLOCKWISE", 2},
                                   {"BORDER_CONSTANT", 0},
                                   {"BORDER_REPLICATE", 1},
                                   {"BORDER_REFLECT", 2},
                                   {"BORDER_WRAP", 3},
                                   {"BORDER_REFLECT_101", 4},
                                   {"BORDER_DEFAULT", 4},
                                   {"NORM_INF", 1},
                                   {"NORM_L1", 2},
                                   {"NORM_L2", 4},
                                   {"NORM_MINMAX", 32},
                                   {"FILLED", -1},
                                   {"LINE_8", 8},
                                   {"LINE_AA", 16},
                                   {"CV_8U", 0},
                                   {"CV_16U", 2},
                                   {"CV_16S", 3},
                                   {"CV_32F", 5},
                                   {"CV_64F", 6},
                                   {"CC_STAT_LEFT", 0},
                                   {"CC_STAT_TOP", 1},
                                   {"CC_STAT_WIDTH", 2},
                                   {"CC_STAT_HEIGHT", 3},
                                   {"CC_STAT_AREA", 4}};

/// All themes' methods in one null-terminated table, which Python keeps pointing to.
PyMethodDef* all_methods() {
  static std::vector<PyMethodDef> methods = [] {
    std::vector<PyMethodDef> all;
    for (const auto theme : {cv_image_methods(), cv_geometry_methods(), cv_filter_methods(), cv_shape_methods(),
                             cv_draw_methods(), cv_arithmetic_methods()}) {
      all.insert(all.end(), theme.begin(), theme.end());
    }
    all.push_back({nullptr, nullptr, 0, nullptr});
    return all;
  }();
  return methods.data();
}

int execute(PyObject* module) {
  if (!require_np()) return -1;
  for (const Constant& constant : kConstants) {
    if (PyModule_AddIntConstant(module, constant.name, constant.value) != 0) return -1;
  }
  return 0;
}

PyObject* init() {
  static PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)},
                                     {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
                                     {0, nullptr}};
  static PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                                   "walle.cv",
                                   "Images with OpenCV's names and results.",
                                   0,
                                   all_methods(),
                                   slots,
                                   nullptr,
                                   nullptr,
                                   nullptr};
  return PyModuleDef_Init(&definition);
}

}  // namespace

extern const ModuleDef kCv;
const ModuleDef kCv = {"walle.cv", init};

}  // namespace walle::package
