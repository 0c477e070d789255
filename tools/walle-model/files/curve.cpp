#include "tools/walle-model/files/curve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "libwalle/base/file.h"

namespace walle::workbench {
namespace {

std::string number(double value, const char* format = "%.6g") {
  if (std::isnan(value)) return "";
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string csv(const std::vector<EpochRow>& rows) {
  std::string text = "epoch,loss,accuracy,validation_loss,validation_accuracy,seconds\n";
  for (const EpochRow& row : rows) {
    text += std::to_string(row.epoch);
    for (const double v : {row.loss, row.accuracy, row.validation_loss, row.validation_accuracy, row.seconds})
      text += "," + number(v);
    text += '\n';
  }
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

/// A panel of the picture: lines over the epochs, y from `low` to `high`.
class Panel {
 public:
  Panel(double left, std::string title, double low, double high, size_t epochs)
      : left_(left), low_(low), high_(high), epochs_(epochs) {
    text_ = label(left_, kTop - 14, title, "start", 14);
    for (int i = 0; i <= 4; ++i) {
      const double value = low + (high - low) * i / 4;
      const double at = y(value);
      text_ += "<line x1='" + number(left_) + "' x2='" + number(left_ + kWidth) + "' y1='" + number(at) + "' y2='" +
               number(at) + "' stroke='#ddd'/>\n" + label(left_ - 6, at + 4, number(value, "%.3g"), "end", 11);
    }
    text_ += label(left_, kTop + kHeight + 18, "1", "middle", 11) +
             label(left_ + kWidth, kTop + kHeight + 18, std::to_string(epochs) + " epochs", "end", 11);
  }

  void line(const std::vector<double>& values, const std::string& colour, const std::string& name) {
    std::string points;
    for (size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i])) points += number(x(i)) + "," + number(y(values[i])) + " ";
    }
    if (points.empty()) return;
    text_ += "<polyline fill='none' stroke='" + colour + "' stroke-width='2' points='" + points + "'/>\n";
    const double at = kTop + kHeight + 36;
    text_ += "<rect x='" + number(left_ + legend_) + "' y='" + number(at - 9) + "' width='10' height='10' fill='" +
             colour + "'/>\n" + label(left_ + legend_ + 15, at, name, "start", 12);
    legend_ += 110;
  }

  [[nodiscard]] const std::string& text() const { return text_; }

  static std::string label(double x, double y, const std::string& text, const char* anchor, int size) {
    return "<text x='" + number(x) + "' y='" + number(y) + "' text-anchor='" + anchor + "' font-size='" +
           std::to_string(size) + "'>" + escaped(text) + "</text>\n";
  }

 private:
  static constexpr double kTop = 70, kWidth = 300, kHeight = 200;
  [[nodiscard]] double x(size_t i) const {
    return left_ + kWidth * static_cast<double>(i) / static_cast<double>(std::max<size_t>(epochs_ - 1, 1));
  }
  [[nodiscard]] double y(double value) const {
    return kTop + kHeight * (1 - (std::clamp(value, low_, high_) - low_) / (high_ - low_));
  }

  double left_, low_, high_;
  size_t epochs_;
  double legend_ = 0;
  std::string text_;
};

std::string svg(const std::string& title, const std::vector<EpochRow>& rows) {
  std::vector<double> loss, accuracy, validation_loss, validation_accuracy;
  double highest = 1e-9;
  double lowest = 1;
  for (const EpochRow& row : rows) {
    loss.push_back(row.loss);
    accuracy.push_back(row.accuracy);
    validation_loss.push_back(row.validation_loss);
    validation_accuracy.push_back(row.validation_accuracy);
    for (const double v : {row.loss, row.validation_loss}) highest = std::isfinite(v) ? std::max(highest, v) : highest;
    for (const double v : {row.accuracy, row.validation_accuracy})
      lowest = std::isfinite(v) ? std::min(lowest, v) : lowest;
  }
  Panel losses(50, "loss", 0, highest, rows.size());
  losses.line(loss, "#1f6fb4", "training");
  losses.line(validation_loss, "#d9622b", "validation");
  Panel accuracies(420, "accuracy", std::min(0.9, std::floor(lowest * 10) / 10), 1, rows.size());
  accuracies.line(accuracy, "#1f6fb4", "training");
  accuracies.line(validation_accuracy, "#d9622b", "validation");
  return "<svg xmlns='http://www.w3.org/2000/svg' width='760' height='320' font-family='sans-serif' fill='#222'>\n"
         "<rect width='760' height='320' fill='white'/>\n" +
         Panel::label(50, 28, title, "start", 16) + losses.text() + accuracies.text() + "</svg>\n";
}

}  // namespace

std::string percent(double share) { return std::isnan(share) ? "-" : number(share * 100, "%.2f %%"); }

Status write_curve(const std::string& path, const std::string& title, const std::vector<EpochRow>& rows) {
  if (path.ends_with(".csv")) return write_file_atomically(path, csv(rows));
  if (path.ends_with(".svg")) return write_file_atomically(path, svg(title, rows));
  return fail(ErrorCode::invalid_argument, "--curve is a .csv or an .svg file, not '" + path + "'");
}

}  // namespace walle::workbench
