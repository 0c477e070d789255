#include "libwalle/lib/np/format.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/dtypes.h"
#include "libwalle/lib/np/element.h"

namespace walle::np {
namespace {
constexpr int64_t kSummaryAbove = 1000;
constexpr int64_t kEdge = 3;
constexpr size_t kColumns = 75;
constexpr int kDigits = 8;

/// Shortest text that reads back as the same number of the element's own precision.
std::string shortest(DType dtype, double value, std::chars_format format) {
  std::array<char, 400> text{};
  std::to_chars_result end{};
  if (dtype == DType::f64) {
    end = std::to_chars(text.data(), text.data() + text.size(), value, format);
  } else {
    end = std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value), format);
  }
  return {text.data(), end.ptr};
}

std::string special(double value) { return std::isnan(value) ? "nan" : (value < 0 ? "-inf" : "inf"); }

size_t fraction_digits(const std::string& text) {
  const size_t dot = text.find('.');
  const size_t end = std::min(text.find('e'), text.size());
  return dot == std::string::npos || dot > end ? 0 : end - dot - 1;
}

std::string fixed(double value, int digits) {
  std::array<char, 400> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  std::string result(text.data(), static_cast<size_t>(n));
  return digits == 0 ? result + "." : result;
}

/// How the floats of one array are printed: all alike.
struct FloatStyle {
  bool scientific = false;
  int digits = 0;
};

FloatStyle style_of(DType dtype, const std::vector<double>& values) {
  double largest = 0;
  double smallest = INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value) || value == 0) continue;
    largest = std::max(largest, std::fabs(value));
    smallest = std::min(smallest, std::fabs(value));
  }
  FloatStyle style;
  style.scientific = largest >= 1e8 || (largest > 0 && (smallest < 1e-4 || largest / smallest > 1000));
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const auto text =
        shortest(dtype, value, style.scientific ? std::chars_format::scientific : std::chars_format::fixed);
    style.digits = std::max(style.digits, static_cast<int>(std::min<size_t>(fraction_digits(text), kDigits)));
  }
  return style;
}

std::string scientific(double value, int digits) {
  std::array<char, 64> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.*e", digits, value);
  std::string result(text.data(), static_cast<size_t>(n));
  if (digits == 0) result.insert(result.find('e'), ".");
  return result;
}

/// Zeros at the end of a fraction become blanks, so that the points stay below one another: 1.5 under 3.125.
void blank_zeros(std::string& text) {
  for (size_t i = text.size(); i > 0 && text[i - 1] == '0'; --i) text[i - 1] = ' ';
}

void drop_common_blanks(std::vector<std::string>& texts) {
  auto ends_blank = [](const std::string& text) { return text.ends_with(' ') || text.find('.') == std::string::npos; };
  while (std::all_of(texts.begin(), texts.end(), ends_blank)) {
    bool changed = false;
    for (std::string& text : texts) {
      if (!text.ends_with(' ')) continue;
      text.pop_back();
      changed = true;
    }
    if (!changed) return;
  }
}

std::vector<std::string> float_texts(DType dtype, const std::vector<double>& values) {
  const FloatStyle style = style_of(dtype, values);
  std::vector<std::string> texts;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      texts.push_back(special(value));
    } else if (style.scientific) {
      texts.push_back(scientific(value, style.digits));
    } else {
      texts.push_back(fixed(value, style.digits));
      blank_zeros(texts.back());
    }
  }
  drop_common_blanks(texts);
  return texts;
}

std::string integer_text(DType dtype, const void* data) {
  if (dtype == DType::boolean) return *static_cast<const bool*>(data) ? "True" : "False";
  if (dtype == DType::u64) return std::to_string(*static_cast<const uint64_t*>(data));
  return std::to_string(to_int64(dtype, data));
}

/// Prints nested brackets; `texts` are the elements shown, in order.
class Printer {
 public:
  Printer(const Array& array, bool commas, size_t indent) : array_(array), commas_(commas), indent_(indent) {
    summary_ = array.size() > kSummaryAbove;
    collect(0, 0);
    if (is_float(array.dtype())) {
      texts_ = float_texts(array.dtype(), floats_);
    }
    for (const std::string& text : texts_) width_ = std::max(width_, text.size());
  }
  std::string print() {
    line_ = indent_;
    box(0);
    return out_;
  }

 private:
  template <class F>
  void positions(int axis, F&& f) const {
    const int64_t size = array_.dim(axis);
    for (int64_t i = 0; i < size; ++i) {
      if (summary_ && size > 2 * kEdge && i == kEdge) {
        f(int64_t{-1});
        i = size - kEdge;
      }
      f(i);
    }
  }
  void collect(int axis, int64_t offset) {
    if (axis == array_.rank()) {
      const std::byte* at = array_.data<std::byte>() + offset * static_cast<int64_t>(array_.item_bytes());
      if (is_float(array_.dtype())) {
        floats_.push_back(to_double(array_.dtype(), at));
      } else {
        texts_.push_back(integer_text(array_.dtype(), at));
      }
      return;
    }
    positions(axis, [&](int64_t i) {
      if (i >= 0) collect(axis + 1, offset + i * array_.strides()[axis]);
    });
  }
  void item(const std::string& text, bool first, bool last_of_row) {
    const size_t needed = text.size() + (first ? 0 : 1) + (commas_ && !last_of_row ? 1 : 0);
    if (!first && line_ + needed > kColumns - static_cast<size_t>(last_of_row ? array_.rank() : 0)) {
      out_ += "\n" + std::string(indent_ + static_cast<size_t>(array_.rank()), ' ');
      line_ = indent_ + static_cast<size_t>(array_.rank());
      out_ += text;
      line_ += text.size();
    } else {
      out_ += (first ? "" : " ") + text;
      line_ += text.size() + (first ? 0 : 1);
    }
    if (commas_ && !last_of_row) {
      out_ += ",";
      ++line_;
    }
  }
  void row() {
    const int axis = array_.rank() - 1;
    int64_t shown = 0;
    int64_t total = 0;
    positions(axis, [&](int64_t) { ++total; });
    positions(axis, [&](int64_t i) {
      std::string text = i < 0 ? "..." : texts_[next_++];
      if (i >= 0) text.insert(0, width_ - text.size(), ' ');
      item(text, shown == 0, shown == total - 1);
      ++shown;
    });
  }
  void box(int axis) {
    out_ += "[";
    ++line_;
    if (axis == array_.rank() - 1) {
      row();
    } else {
      bool first = true;
      positions(axis, [&](int64_t i) {
        if (!first) {
          out_ += std::string(commas_ ? "," : "") + std::string(static_cast<size_t>(array_.rank() - axis - 1), '\n') +
                  std::string(indent_ + static_cast<size_t>(axis) + 1, ' ');
        }
        line_ = indent_ + static_cast<size_t>(axis) + 1;
        first = false;
        if (i < 0) {
          out_ += "...";
        } else {
          box(axis + 1);
        }
      });
    }
    out_ += "]";
  }

  const Array& array_;
  bool commas_;
  size_t indent_;
  bool summary_ = false;
  std::vector<double> floats_;
  std::vector<std::string> texts_;
  size_t width_ = 0;
  size_t next_ = 0;
  size_t line_ = 0;
  std::string out_;
};

std::string scalar_text(const Array& array) {
  if (!is_float(array.dtype())) return integer_text(array.dtype(), array.raw());
  const double value = to_double(array.dtype(), array.raw());
  if (!std::isfinite(value)) return special(value);
  const double size = std::fabs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e16)) {
    return shortest(array.dtype(), value, std::chars_format::scientific);
  }
  const std::string text = shortest(array.dtype(), value, std::chars_format::fixed);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

bool is_default(DType dtype) { return dtype == DType::f64 || dtype == DType::i64 || dtype == DType::boolean; }
}  // namespace

std::string format_str(const Array& array) {
  if (array.rank() == 0) return scalar_text(array);
  if (array.size() == 0) return "[]";
  return Printer(array, false, 0).print();
}

std::string format_repr(const Array& array) {
  constexpr std::string_view kBegin = "array(";
  std::string text(kBegin);
  if (array.rank() == 0) {
    std::string scalar = scalar_text(array);
    if (scalar.ends_with(".0")) scalar.pop_back();
    text += scalar;
  } else if (array.size() == 0) {
    text += "[]";
    if (array.rank() != 1) text += ", shape=" + format_dims(array.dims());
  } else {
    text += Printer(array, true, kBegin.size()).print();
    if (array.size() > kSummaryAbove) text += ", shape=" + format_dims(array.dims());
  }
  if (is_default(array.dtype()) && array.size() > 0) return text + ")";
  if (array.dtype() == DType::f64) return text + ", dtype=float64)";
  const std::string suffix = "dtype=" + std::string(numpy_name(array.dtype())) + ")";
  const size_t last_line = text.size() - (text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  return text + (last_line + suffix.size() + 2 > kColumns ? ",\n      " : ", ") + suffix;
}

std::string format_scalar_repr(const Array& array) {
  if (array.dtype() == DType::boolean) return "np." + scalar_text(array) + "_";
  return "np." + std::string(numpy_name(array.dtype())) + "(" + scalar_text(array) + ")";
}

}  // namespace walle::np
