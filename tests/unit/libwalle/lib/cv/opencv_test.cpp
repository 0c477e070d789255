// Every function against OpenCV itself, on the inputs and results that reference.py writes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "libwalle/lib/cv/arithmetic.h"
#include "libwalle/lib/cv/codec.h"
#include "libwalle/lib/cv/color.h"
#include "libwalle/lib/cv/draw.h"
#include "libwalle/lib/cv/filter.h"
#include "libwalle/lib/cv/morphology.h"
#include "libwalle/lib/cv/shape.h"
#include "libwalle/lib/cv/threshold.h"
#include "tests/support/npy.h"
#include "tests/support/reference.h"

namespace walle::cv {
namespace {

class OpenCv : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::string(WALLE_BINARY_DIR) + "/tests/cv_reference";
    ready_ =
        testing::run_reference(std::string(WALLE_SOURCE_DIR) + "/tests/unit/libwalle/lib/cv/reference.py " + folder_);
  }
  void SetUp() override {
    if (!ready_) GTEST_SKIP() << "the reference environment is not installed: run make setup";
  }
  static np::Array load(const std::string& name) { return testing::read_npy(folder_ + "/" + name + ".npy"); }
  static std::vector<uint8_t> file(const std::string& name) { return read_file(folder_ + "/" + name).value(); }

  /// Largest difference of two arrays of equal form.
  static double difference(const np::Array& a, const np::Array& b) {
    EXPECT_EQ(a.dims(), b.dims());
    if (!(a.dims() == b.dims())) return INFINITY;
    const auto x = a.astype(DType::f64).value();
    const auto y = b.astype(DType::f64).value();
    double worst = 0;
    for (int64_t i = 0; i < x.size(); ++i) worst = std::max(worst, std::abs(x.data<double>()[i] - y.data<double>()[i]));
    return worst;
  }
  static void expect_near(const Result<np::Array>& got, const std::string& name, double tolerance = 1) {
    ASSERT_TRUE(got.has_value()) << got.error().message;
    EXPECT_LE(difference(*got, load(name)), tolerance) << name;
  }

  static std::string folder_;
  static bool ready_;
};
std::string OpenCv::folder_;
bool OpenCv::ready_ = false;

TEST_F(OpenCv, ColorConversions) {
  expect_near(cvt_color(load("color"), ColorCode::bgr2gray), "bgr2gray");
  expect_near(cvt_color(load("color"), ColorCode::bgr2hsv), "bgr2hsv");
  expect_near(cvt_color(load("color"), ColorCode::bgr2ycrcb), "bgr2ycrcb");
}

TEST_F(OpenCv, Resize) {
  const std::pair<const char*, Interpolation> all[] = {{"nearest", Interpolation::nearest},
                                                       {"linear", Interpolation::linear},
                                                       {"cubic", Interpolation::cubic},
                                                       {"area", Interpolation::area}};
  for (const auto& [name, interpolation] : all) {
    expect_near(resize(load("color"), 40, 31, 0, 0, interpolation), std::string("resize_") + name + "_small");
    // OpenCV enlarges INTER_AREA by a variant of linear interpolation of its own.
    if (interpolation != Interpolation::area)
      expect_near(resize(load("color"), 150, 133, 0, 0, interpolation), std::string("resize_") + name + "_large");
  }
}

TEST_F(OpenCv, Warps) {
  const auto matrix =
      get_perspective_transform({{{5, 7}, {80, 3}, {85, 60}, {2, 55}}}, {{{0, 0}, {63, 0}, {63, 47}, {0, 47}}});
  ASSERT_TRUE(matrix.has_value());
  const auto expected = load("perspective_matrix");
  for (size_t i = 0; i < 9; ++i) EXPECT_NEAR((*matrix)[i], expected.data<double>()[i], 1e-9);
  expect_near(warp_perspective(load("color"), *matrix, 64, 48, {}), "warp_perspective");
  expect_near(warp_perspective(load("color"), *matrix, 64, 48,
                               {.interpolation = Interpolation::cubic, .border = Border::replicate}),
              "warp_perspective_replicate");
  expect_near(warp_perspective(load("color"), get_rotation_matrix_2d({45, 33}, 30, 0.9), 91, 67, {.affine = true}),
              "warp_affine");
}

TEST_F(OpenCv, Filters) {
  expect_near(gaussian_blur(load("color"), 5, 5, 0, 0, Border::reflect_101), "gaussian_5");
  expect_near(gaussian_blur(load("gray"), 0, 0, 2.5, 0, Border::reflect_101), "gaussian_sigma");
  expect_near(blur(load("color"), 5, 3, Border::reflect_101), "blur");
  expect_near(median_blur(load("color"), 5), "median", 0);
  expect_near(sobel(load("gray"), DType::f32, 1, 0, 3, 1, 0, Border::reflect_101), "sobel_x", 0.01);
  expect_near(sobel(load("gray"), DType::f32, 0, 1, 5, 1, 0, Border::reflect_101), "sobel_y5", 0.01);
  expect_near(laplacian(load("gray"), DType::f32, 1, 1, 0, Border::reflect_101), "laplacian", 0.01);
}

TEST_F(OpenCv, Thresholds) {
  expect_near(threshold(load("gray"), 0, 255, kOtsu).value().second, "threshold_otsu", 0);
  expect_near(threshold(load("gray"), 120, 255, 2).value().second, "threshold_trunc", 0);
  const auto adaptive = adaptive_threshold(load("gray"), 255, 0, 0, 11, 2).value();
  const auto expected = load("adaptive");
  int64_t differing = 0;
  for (int64_t i = 0; i < adaptive.size(); ++i)
    differing += adaptive.data<uint8_t>()[i] != expected.data<uint8_t>()[i] ? 1 : 0;
  EXPECT_LE(differing, adaptive.size() / 100);  // a mean that is off by one flips pixels at the level
}

TEST_F(OpenCv, Morphology) {
  const Element ellipse = structuring_element(2, 5, 5).value();
  const auto expected = load("element_ellipse");
  for (size_t i = 0; i < 25; ++i) EXPECT_EQ(ellipse.cells[i], expected.data<uint8_t>()[i]) << i;
  expect_near(dilate(load("binary"), ellipse, 1), "dilate", 0);
  expect_near(morphology(load("binary"), 3, Element{}, 2), "close", 0);
  expect_near(morphology(load("gray"), 4, Element{}, 1), "gradient", 0);
}

std::vector<std::array<double, 8>> facts(const std::vector<Contour>& contours, bool with_rect) {
  std::vector<std::array<double, 8>> out;
  for (const Contour& c : contours) {
    const Rect box = bounding_rect(c);
    const RotatedRect turned = min_area_rect(c).value();
    out.push_back({contour_area(c), arc_length(c, true), static_cast<double>(c.size()), static_cast<double>(box.x),
                   static_cast<double>(box.y), static_cast<double>(box.width), static_cast<double>(box.height),
                   with_rect ? turned.width * turned.height : 0.0});
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST_F(OpenCv, Contours) {
  for (const bool list : {true, false}) {
    const auto expected = load(list ? "contours_list" : "contours_external");
    const auto got = facts(find_contours(load("binary"), list ? 1 : 0, list ? 2 : 1).value().contours, list);
    ASSERT_EQ(static_cast<int64_t>(got.size()), expected.dim(0));
    for (size_t i = 0; i < got.size(); ++i) {
      for (size_t k = 0; k < 8; ++k)
        EXPECT_NEAR(got[i][k], expected.data<double>()[i * 8 + k], 0.01 + 1e-3 * got[i][0]) << i << " " << k;
    }
  }
}

TEST_F(OpenCv, ShapesOfPoints) {
  const auto points = load("points");
  Contour contour;
  for (int64_t i = 0; i < points.dim(0); ++i)
    contour.push_back(
        {static_cast<double>(points.data<float>()[2 * i]), static_cast<double>(points.data<float>()[2 * i + 1])});
  const RotatedRect rect = min_area_rect(contour).value();
  const auto expected = load("min_area_rect");
  const double got[] = {rect.center.x, rect.center.y, rect.width, rect.height, rect.degrees};
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(got[i], expected.data<double>()[i], 1e-3) << i;
  const auto corners = box_points(rect);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(corners[i].x, load("box_points").data<double>()[2 * i], 1e-2);
    EXPECT_NEAR(corners[i].y, load("box_points").data<double>()[2 * i + 1], 1e-2);
  }
  EXPECT_NEAR(contour_area(convex_hull(contour)), load("hull_area").data<double>()[0], 1e-2);
}

TEST_F(OpenCv, ConnectedComponents) {
  const auto expected = load("labels_count");
  EXPECT_EQ(connected_components(load("binary"), 8)->statistics.size(),
            static_cast<size_t>(expected.data<int32_t>()[0]));
  EXPECT_EQ(connected_components(load("binary"), 4)->statistics.size(),
            static_cast<size_t>(expected.data<int32_t>()[1]));
}

TEST_F(OpenCv, FillPoly) {
  np::Array canvas = np::Array::zeros(DType::u8, {67, 91}).value();
  ASSERT_TRUE(fill_poly(canvas, {{{10, 10}, {70, 20}, {60, 55}, {20, 50}}}, {255, 0, 0, 0}).has_value());
  const auto expected = load("fill_poly");
  int64_t differing = 0;
  for (int64_t i = 0; i < canvas.size(); ++i)
    differing += canvas.data<uint8_t>()[i] != expected.data<uint8_t>()[i] ? 1 : 0;
  EXPECT_LE(differing, 60);  // outlines may differ by a pixel
}

TEST_F(OpenCv, Arithmetic) {
  const auto color = load("color");
  expect_near(equalize_hist(load("gray")), "equalize");
  expect_near(add_weighted(color, 0.3, flip(color, 0).value(), 0.9, 10), "add_weighted");
  expect_near(normalize(load("gray"), 0, 255, 32), "normalize");
}

TEST_F(OpenCv, Codecs) {
  expect_near(imdecode(file("color.png"), ReadMode::color), "color", 0);
  expect_near(imdecode(file("color.jpg"), ReadMode::color), "jpeg_decoded", 2);
  const auto bytes = imencode(".png", load("color"));
  ASSERT_TRUE(bytes.has_value());
  expect_near(imdecode(*bytes, ReadMode::color), "color", 0);
}

TEST(Codec, DamagedFilesAreRefusedWithTheirFormat) {
  const std::vector<uint8_t> png = {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0};
  EXPECT_NE(imdecode(png, ReadMode::color).error().message.find("PNG"), std::string::npos);
  const std::vector<uint8_t> jpeg = {0xff, 0xd8, 0xff, 0xe0};
  EXPECT_NE(imdecode(jpeg, ReadMode::color).error().message.find("JPEG"), std::string::npos)
      << imdecode(jpeg, ReadMode::color).error().message;
  EXPECT_FALSE(imdecode({}, ReadMode::color).has_value());
}

TEST(Image, WrongFormsNameWhatTheyAre) {
  const auto wrong = resize(np::Array::zeros(DType::i64, {3, 3}).value(), 2, 2, 0, 0, Interpolation::linear);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("i64 (3, 3)"), std::string::npos) << wrong.error().message;
}

}  // namespace
}  // namespace walle::cv
