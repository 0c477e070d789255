#include "libwalle/lib/cv/contours.h"

#include <algorithm>
#include <numeric>

namespace walle::cv {
namespace {

/// Neighbours in clockwise order (y down), starting to the right.
constexpr std::array<std::array<int, 2>, 8> kNeighbours = {
    {{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}};

struct Chain {
  bool hole = false;
  int parent = 0;  ///< number of the enclosing border; 1 is the frame
  Contour points;
};

/// The algorithm's state: labels with a frame of zeros around the image.
class BorderFollower {
 public:
  explicit BorderFollower(const Image& image)
      : width_(image.width + 2), height_(image.height + 2), label_(static_cast<size_t>(width_ * height_), 0) {
    for_pixel(image.dtype(), [&](auto zero) {
      using T = decltype(zero);
      for (int64_t y = 0; y < image.height; ++y) {
        for (int64_t x = 0; x < image.width; ++x) at(x + 1, y + 1) = image.row<T>(y)[x] != T{0} ? 1 : 0;
      }
    });
    borders_.resize(2);
    borders_[1].hole = true;
  }

  std::vector<Chain> run() {
    for (int64_t y = 1; y + 1 < height_; ++y) {
      int last = 1;
      for (int64_t x = 1; x + 1 < width_; ++x) visit(x, y, last);
    }
    return std::move(borders_);
  }

 private:
  int& at(int64_t x, int64_t y) { return label_[static_cast<size_t>(y * width_ + x)]; }

  void visit(int64_t x, int64_t y, int& last) {
    const int here = at(x, y);
    if (here == 0) return;
    const bool outer = here == 1 && at(x - 1, y) == 0;
    const bool hole = !outer && here >= 1 && at(x + 1, y) == 0;
    if (outer || hole) {
      if (hole && here > 1) last = here;
      Chain border;
      border.hole = hole;
      const Chain& enclosing = borders_[static_cast<size_t>(last)];
      border.parent = enclosing.hole == hole ? enclosing.parent : last;
      borders_.push_back(std::move(border));
      follow(x, y, outer ? 4 : 0);
    }
    if (at(x, y) != 1) last = std::abs(at(x, y));
  }

  /// Follows one border from (x, y); `from` is the direction of the zero pixel that started it.
  void follow(int64_t x0, int64_t y0, int from) {
    const int number = static_cast<int>(borders_.size()) - 1;
    Contour& points = borders_.back().points;
    int first = -1;
    for (int k = 0; k < 8 && first < 0; ++k) {
      const int d = (from + k) & 7;
      if (at(x0 + kNeighbours[static_cast<size_t>(d)][0], y0 + kNeighbours[static_cast<size_t>(d)][1]) != 0) first = d;
    }
    if (first < 0) {
      at(x0, y0) = -number;
      points.push_back({static_cast<double>(x0 - 1), static_cast<double>(y0 - 1)});
      return;
    }
    const int64_t x1 = x0 + kNeighbours[static_cast<size_t>(first)][0];
    const int64_t y1 = y0 + kNeighbours[static_cast<size_t>(first)][1];
    int64_t x = x0;
    int64_t y = y0;
    int back = first;
    while (true) {
      bool right_is_zero = false;
      int next = -1;
      for (int k = 1; k <= 8; ++k) {
        const int d = (back - k + 16) & 7;
        const bool set =
            at(x + kNeighbours[static_cast<size_t>(d)][0], y + kNeighbours[static_cast<size_t>(d)][1]) != 0;
        if (set) {
          next = d;
          break;
        }
        right_is_zero |= d == 0;
      }
      points.push_back({static_cast<double>(x - 1), static_cast<double>(y - 1)});
      if (right_is_zero) {
        at(x, y) = -number;
      } else if (at(x, y) == 1) {
        at(x, y) = number;
      }
      const int64_t nx = x + kNeighbours[static_cast<size_t>(next)][0];
      const int64_t ny = y + kNeighbours[static_cast<size_t>(next)][1];
      if (nx == x0 && ny == y0 && x == x1 && y == y1) return;
      x = nx;
      y = ny;
      back = (next + 4) & 7;
    }
  }

  int64_t width_;
  int64_t height_;
  std::vector<int> label_;
  std::vector<Chain> borders_;
};

/// Keeps the points where the chain turns.
Contour turning_points(const Contour& chain) {
  const size_t n = chain.size();
  if (n <= 2) return chain;
  Contour out;
  for (size_t i = 0; i < n; ++i) {
    const Point& a = chain[(i + n - 1) % n];
    const Point& b = chain[i];
    const Point& c = chain[(i + 1) % n];
    if (b.x - a.x != c.x - b.x || b.y - a.y != c.y - b.y) out.push_back(b);
  }
  return out.empty() ? Contour{chain[0]} : out;
}

/// The border's parent among those that the mode keeps; -1: none.
int kept_parent(const std::vector<Chain>& borders, const std::vector<int>& position, size_t border, int mode) {
  if (mode < 2) return -1;
  const auto parent = static_cast<size_t>(borders[border].parent);
  if (parent < 2 || (mode == 2 && !borders[border].hole)) return -1;
  return position[parent];
}

}  // namespace

Result<ContourTree> find_contours(const np::Array& array, int mode, int method) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.channels != 1)
    return fail(ErrorCode::invalid_argument,
                "findContours needs an image with one channel; convert or threshold it first");
  if (mode < 0 || mode > 3 || method < 1 || method > 2)
    return fail(ErrorCode::unsupported,
                "findContours takes RETR_EXTERNAL, LIST, CCOMP or TREE and CHAIN_APPROX_NONE or SIMPLE");
  std::vector<Chain> borders = BorderFollower(image).run();
  ContourTree tree;
  std::vector<int> position(borders.size(), -1);
  std::vector<size_t> kept;
  for (size_t i = borders.size(); i-- > 2;) {
    if (mode == 0 && (borders[i].hole || borders[i].parent != 1)) continue;
    position[i] = static_cast<int>(kept.size());
    kept.push_back(i);
  }
  std::vector<int> last_of_parent(borders.size() + 1, -1);
  for (const size_t i : kept) {
    const int index = static_cast<int>(tree.contours.size());
    tree.contours.push_back(method == 2 ? turning_points(borders[i].points) : borders[i].points);
    const int parent = kept_parent(borders, position, i, mode);
    tree.hierarchy.push_back({-1, -1, -1, parent});
    int& last = last_of_parent[static_cast<size_t>(parent + 1)];
    tree.hierarchy.back()[1] = last;
    if (last >= 0) tree.hierarchy[static_cast<size_t>(last)][0] = index;
    last = index;
  }
  for (size_t i = tree.hierarchy.size(); i-- > 0;) {
    if (tree.hierarchy[i][3] >= 0) tree.hierarchy[static_cast<size_t>(tree.hierarchy[i][3])][2] = static_cast<int>(i);
  }
  return tree;
}

namespace {

/// Disjoint sets of provisional labels.
class LabelSets {
 public:
  int make() {
    parent_.push_back(static_cast<int>(parent_.size()));
    return static_cast<int>(parent_.size()) - 1;
  }
  int find(int a) {
    while (parent_[static_cast<size_t>(a)] != a)
      a = parent_[static_cast<size_t>(a)] = parent_[static_cast<size_t>(parent_[static_cast<size_t>(a)])];
    return a;
  }
  void unite(int a, int b) {
    a = find(a);
    b = find(b);
    parent_[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
  }
  [[nodiscard]] size_t size() const { return parent_.size(); }

 private:
  std::vector<int> parent_;
};

}  // namespace

Result<Components> connected_components(const np::Array& array, int connectivity) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.channels != 1 || (connectivity != 4 && connectivity != 8))
    return fail(ErrorCode::invalid_argument, "connectedComponents needs one channel and connectivity 4 or 8");
  Components out;
  out.labels = WALLE_TRY(np::Array::zeros(DType::i32, {image.height, image.width}));
  auto* label = out.labels.data<int32_t>();
  const auto set = [&](int64_t x, int64_t y) {
    return for_pixel(image.dtype(), [&](auto zero) { return image.row<decltype(zero)>(y)[x] != decltype(zero){0}; });
  };
  LabelSets sets;
  (void)sets.make();
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) {
      if (!set(x, y)) continue;
      int mine = 0;
      for (int64_t d = -1; d <= 2; ++d) {
        const int64_t nx = d == 2 ? x - 1 : x + d;
        const int64_t ny = d == 2 ? y : y - 1;
        if (nx < 0 || nx >= image.width || ny < 0 || (connectivity == 4 && (d == -1 || d == 1))) continue;
        const int other = label[ny * image.width + nx];
        if (other == 0) continue;
        if (mine != 0) sets.unite(mine, other);
        mine = mine == 0 ? other : mine;
      }
      label[y * image.width + x] = mine == 0 ? sets.make() : mine;
    }
  }
  std::vector<int> number(sets.size(), -1);
  number[0] = 0;
  out.statistics.push_back({0, 0, 0, 0, 0});
  out.centroids.push_back({});
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) {
      int& n = number[static_cast<size_t>(sets.find(label[y * image.width + x]))];
      if (n < 0) {
        n = static_cast<int>(out.statistics.size());
        out.statistics.push_back({0, 0, 0, 0, 0});
        out.centroids.push_back({});
      }
      label[y * image.width + x] = n;
      auto& s = out.statistics[static_cast<size_t>(n)];
      const int ix = static_cast<int>(x);
      const int iy = static_cast<int>(y);
      if (s[4] == 0) s = {ix, iy, ix, iy, 0};  // left, top, right, bottom until the end
      s = {std::min(s[0], ix), std::min(s[1], iy), std::max(s[2], ix), std::max(s[3], iy), s[4] + 1};
      out.centroids[static_cast<size_t>(n)].x += static_cast<double>(x);
      out.centroids[static_cast<size_t>(n)].y += static_cast<double>(y);
    }
  }
  for (size_t i = 0; i < out.statistics.size(); ++i) {
    auto& s = out.statistics[i];
    if (s[4] == 0) continue;
    s[2] += 1 - s[0];
    s[3] += 1 - s[1];
    out.centroids[i].x /= s[4];
    out.centroids[i].y /= s[4];
  }
  return out;
}

}  // namespace walle::cv
