#include "libwalle/raster/compose.h"

#include <algorithm>
#include <numeric>

namespace walle::raster {
namespace {

/// Axes while splitting: more than a region may have; canonical form brings them down again.
using WorkAxes = InlineVector<Axis, 12>;

struct Box {
  int64_t src = 0;  ///< start in the intermediate buffer
  int64_t dst = 0;
  WorkAxes axes;
};

/// A position or step of the intermediate buffer in the digits of the producer's destination strides; the last digit is
/// what is left below the smallest stride.
using Digits = InlineVector<int64_t, Region::kMaxAxes + 1>;

using Steps = InlineVector<Digits, WorkAxes::capacity()>;

class Composer {
 public:
  Composer(const Region& consumer, const Region& producer, size_t limit, Regions& out)
      : consumer_(consumer), producer_(producer), limit_(limit), out_(out), budget_(8 * limit + 64) {}

  /// False: refused.
  bool run() {
    if (!nested()) return false;
    Box box{.src = consumer_.src_offset, .dst = consumer_.dst_offset, .axes = {}};
    for (const Axis& axis : consumer_.axes) {
      Axis a = axis;
      if (a.src_stride < 0) {
        box.src += (a.size - 1) * a.src_stride;
        box.dst += (a.size - 1) * a.dst_stride;
        a = {a.size, -a.src_stride, -a.dst_stride};
      }
      if (a.size != 1) box.axes.push_back(a);
    }
    std::stable_sort(box.axes.begin(), box.axes.end(),
                     [](const Axis& a, const Axis& b) { return a.src_stride > b.src_stride; });
    return map(box);
  }

 private:
  /// Digits are unique only if each axis lies inside one step of the next outer one.
  [[nodiscard]] bool nested() const {
    int64_t extent = 1;
    for (size_t j = producer_.axes.size(); j-- > 0;) {
      const Axis& axis = producer_.axes[j];
      if (axis.dst_stride < extent) return false;
      extent += (axis.size - 1) * axis.dst_stride;
    }
    return true;
  }

  [[nodiscard]] Digits digits(int64_t value) const {
    Digits d;
    for (const Axis& axis : producer_.axes) {
      int64_t q = value / axis.dst_stride;
      if (value % axis.dst_stride < 0) --q;
      d.push_back(q);
      value -= q * axis.dst_stride;
    }
    d.push_back(value);
    return d;
  }

  bool map(const Box& box) {
    if (budget_-- == 0) return false;
    const Digits start = digits(box.src - producer_.dst_offset);
    Digits last = start;
    Steps steps;
    for (const Axis& axis : box.axes) {
      steps.push_back(digits(axis.src_stride));
      for (size_t j = 0; j < last.size(); ++j) last[j] += (axis.size - 1) * steps.back()[j];
    }
    const size_t m = producer_.axes.size();
    if (m > 0 && (start[0] >= producer_.axes[0].size || last_position(box) < producer_.dst_offset)) return true;
    if (start[m] == 0 && last[m] == 0 && inside(start, last)) return emit(box, start, steps);
    if (still_outside(box, start, last)) return true;
    return split(box, start, last, steps);
  }

  [[nodiscard]] static int64_t last_position(const Box& box) {
    int64_t position = box.src;
    for (const Axis& axis : box.axes) position += (axis.size - 1) * axis.src_stride;
    return position;
  }

  [[nodiscard]] bool inside(const Digits& start, const Digits& last) const {
    for (size_t j = 0; j < producer_.axes.size(); ++j) {
      if (start[j] < 0 || last[j] >= producer_.axes[j].size) return false;
    }
    return true;
  }

  /// No carry can happen and one digit is never in range: nothing of the box is written by the producer.
  [[nodiscard]] bool still_outside(const Box& box, const Digits& start, const Digits& last) const {
    const size_t m = producer_.axes.size();
    if (m == 0) return last_position(box) < producer_.dst_offset || box.src > producer_.dst_offset;
    if (!no_carry(start, last)) return false;
    for (size_t j = 0; j < m; ++j) {
      if (last[j] < 0 || start[j] >= producer_.axes[j].size) return true;
    }
    return start[m] == last[m] && start[m] != 0;
  }

  /// The digits stay those of a floor division over the whole box: the lower digits never reach the next outer stride.
  [[nodiscard]] bool no_carry(const Digits& start, const Digits& last) const {
    int64_t reach = last[producer_.axes.size()];
    for (size_t j = producer_.axes.size(); j-- > 0;) {
      if (reach >= producer_.axes[j].dst_stride) return false;
      reach += last[j] * producer_.axes[j].dst_stride;
    }
    (void)start;
    return true;
  }

  bool emit(const Box& box, const Digits& start, const Steps& steps) {
    Region piece;
    piece.source = producer_.source;
    piece.fill = producer_.fill;
    piece.combine = consumer_.combine;
    piece.dst_offset = box.dst;
    piece.src_offset = producer_.src_offset;
    for (size_t j = 0; j < producer_.axes.size(); ++j) piece.src_offset += start[j] * producer_.axes[j].src_stride;
    WorkAxes axes;
    for (size_t k = 0; k < box.axes.size(); ++k) {
      int64_t stride = 0;
      for (size_t j = 0; j < producer_.axes.size(); ++j) stride += steps[k][j] * producer_.axes[j].src_stride;
      if (box.axes[k].size != 1) axes.push_back({box.axes[k].size, stride, box.axes[k].dst_stride});
    }
    if (!shrink(axes)) return false;
    for (const Axis& axis : axes) piece.axes.push_back(axis);
    if (out_.size() == limit_) return false;
    out_.push_back(canonical(piece));
    return true;
  }

  /// Fuses axes until they fit a region.
  static bool shrink(WorkAxes& axes) {
    for (bool changed = true; changed && axes.size() > Region::kMaxAxes;) {
      changed = false;
      for (size_t a = 0; a < axes.size() && !changed; ++a) {
        for (size_t b = 0; b < axes.size() && !changed; ++b) {
          if (a == b || axes[a].src_stride != axes[b].src_stride * axes[b].size ||
              axes[a].dst_stride != axes[b].dst_stride * axes[b].size)
            continue;
          axes[a] = {axes[a].size * axes[b].size, axes[b].src_stride, axes[b].dst_stride};
          axes.erase(b);
          changed = true;
        }
      }
    }
    return axes.size() <= Region::kMaxAxes;
  }

  bool split(const Box& box, const Digits& start, const Digits& last, const Steps& steps) {
    const size_t m = producer_.axes.size();
    // The innermost digit that leaves its range decides; the axis that moves it least is split first.
    for (size_t j = m + 1; j-- > 0;) {
      const int64_t radix = j == m ? 1 : producer_.axes[j].size;
      if (start[j] >= 0 && last[j] < radix) continue;
      const size_t k = mover(box, steps, j);
      if (k == box.axes.size()) continue;
      if (j == m) return split_remainder(box, k);
      return split_digit(box, start, steps, j, k);
    }
    return false;
  }

  /// Of the axes that move digit j the one with the smallest source stride; box.axes.size() if none does.
  [[nodiscard]] static size_t mover(const Box& box, const Steps& steps, size_t j) {
    size_t best = box.axes.size();
    for (size_t k = 0; k < box.axes.size(); ++k) {
      if (steps[k][j] == 0 || box.axes[k].size <= 1) continue;
      if (best == box.axes.size() || box.axes[k].src_stride <= box.axes[best].src_stride) best = k;
    }
    return best;
  }

  /// An axis that walks between the elements of the producer's innermost axis: one piece for each phase.
  bool split_remainder(const Box& box, size_t k) {
    const Axis axis = box.axes[k];
    const int64_t unit = producer_.axes.empty() ? axis.src_stride * axis.size + 1 : producer_.axes.back().dst_stride;
    const int64_t phases = std::min(axis.size, unit / std::gcd(unit, axis.src_stride));
    if (phases > static_cast<int64_t>(4 * limit_)) return false;
    for (int64_t phase = 0; phase < phases; ++phase) {
      Box part = box;
      part.src += phase * axis.src_stride;
      part.dst += phase * axis.dst_stride;
      part.axes[k] = {(axis.size - phase + phases - 1) / phases, axis.src_stride * phases, axis.dst_stride * phases};
      if (!map(part)) return false;
    }
    return true;
  }

  /// Cuts axis k where digit j reaches the end of its range or the next outer stride.
  bool split_digit(const Box& box, const Digits& start, const Steps& steps, size_t j, size_t k) {
    const Axis axis = box.axes[k];
    const int64_t period = j == 0 ? 0 : producer_.axes[j - 1].dst_stride;
    const int64_t step = axis.src_stride;
    if (period > 0 && step < period && period % step == 0 && axis.size > period / step) {
      int64_t below = 0;  // position inside the period at the start of the box
      for (size_t i = j; i < start.size(); ++i)
        below += start[i] * (i < producer_.axes.size() ? producer_.axes[i].dst_stride : 1);
      const int64_t inner = period / step;
      const int64_t head = below % period == 0 ? 0 : std::min(axis.size, (period - below + step - 1) / step);
      return split_periodic(box, k, head, inner);
    }
    // One cut: inside the range, or before it, or behind it.
    const int64_t e = steps[k][j];
    const int64_t size = producer_.axes[j].size;
    int64_t cut = 0;
    if (start[j] < 0) {
      cut = (-start[j] + e - 1) / e;
    } else if (start[j] < size) {
      cut = (size - start[j] + e - 1) / e;
    } else {
      cut = period > 0 ? std::max<int64_t>(1, (period / producer_.axes[j].dst_stride - start[j]) / e) : axis.size;
    }
    if (cut <= 0 || cut >= axis.size) cut = axis.size / 2;
    return cut_at(box, k, cut);
  }

  bool cut_at(const Box& box, size_t k, int64_t cut) {
    Box first = box;
    Box second = box;
    first.axes[k].size = cut;
    second.axes[k].size -= cut;
    second.src += cut * box.axes[k].src_stride;
    second.dst += cut * box.axes[k].dst_stride;
    return map(first) && map(second);
  }

  bool split_periodic(const Box& box, size_t k, int64_t head, int64_t inner) {
    if (head > 0) return cut_at(box, k, head);
    const Axis axis = box.axes[k];
    const int64_t outer = axis.size / inner;
    if (outer * inner != axis.size) return cut_at(box, k, outer * inner);
    Box part = box;
    part.axes[k] = {inner, axis.src_stride, axis.dst_stride};
    if (!part.axes.insert(k, {outer, axis.src_stride * inner, axis.dst_stride * inner})) return false;
    return map(part);
  }

  const Region& consumer_;
  const Region& producer_;
  size_t limit_;
  Regions& out_;
  size_t budget_;
};

}  // namespace

std::optional<Regions> compose(const Region& consumer, std::span<const Region> producer, size_t limit) {
  if (consumer.source == Region::kFill) return Regions{canonical(consumer)};
  if (consumer.indexed) return std::nullopt;
  Regions out;
  if (count(consumer) == 0) return out;
  for (const Region& region : producer) {
    if (region.combine != Combine::copy || region.indexed) return std::nullopt;
    if (!Composer(consumer, region, limit, out).run()) return std::nullopt;
  }
  if (consumer.combine == Combine::max) {
    int64_t covered = 0;
    for (const Region& region : out) covered += count(region);
    if (covered != count(consumer)) return std::nullopt;
  }
  canonicalise(out);
  return out;
}

}  // namespace walle::raster
