#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/curve.h"
#include "tools/walle-model/files/dataset.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

using Clock = std::chrono::steady_clock;
using engine::Dataset;
using engine::Score;
using engine::Trainer;

struct Options {
  std::string model, data, labels, validation, test, output, curve;
  engine::TrainOptions train;
  int epochs = 10;
  bool json = false;
};

std::atomic<bool> stopped{false};
void stop(int) { stopped = true; }

/// While it lives, Ctrl-C and SIGTERM end the epoch instead of the program.
class StopOnSignal {
 public:
  StopOnSignal() {
    struct sigaction action {};
    action.sa_handler = stop;
    sigaction(SIGINT, &action, &interrupt_);
    sigaction(SIGTERM, &action, &terminate_);
  }
  ~StopOnSignal() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

 private:
  struct sigaction interrupt_ {
  }, terminate_{};
};

/// A bar on stderr, if that is a terminal, that erases itself.
class Bar {
 public:
  Bar(int epoch, int epochs) : text_("epoch " + std::to_string(epoch) + "/" + std::to_string(epochs) + " ") {}
  ~Bar() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
  }
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;

  void show(int64_t done, int64_t all) {
    constexpr int64_t kCells = 30;
    if (isatty(STDERR_FILENO) != 1) return;
    const auto full = static_cast<size_t>(done * kCells / std::max<int64_t>(all, 1));
    std::cerr << '\r' << text_ << '[' << std::string(full, '#') << std::string(kCells - full, '.') << "] " << done
              << '/' << all << std::flush;
    shown_ = true;
  }

 private:
  std::string text_;
  bool shown_ = false;
};

std::string fixed(double value) {
  if (std::isnan(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

void print_row(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += cell + std::string(cell.size() < 12 ? 12 - cell.size() : 1, ' ');
  std::cout << line << std::endl;
}

Value number(double value) { return std::isfinite(value) ? Value(value) : Value(); }

Value score_json(const Score& score) {
  return {{"loss", number(score.loss)}, {"accuracy", number(score.accuracy)}, {"samples", score.samples}};
}

/// Higher is better: accuracy where there are classes, else the loss turned round.
double merit(const Score& score) { return std::isnan(score.accuracy) ? -score.loss : score.accuracy; }

/// What a run keeps: its rows, and the weights of the best epoch.
struct Run {
  std::vector<EpochRow> rows;
  std::vector<engine::Parameter> best;
  Score best_score;
  int64_t best_epoch = 0;  ///< 0: none yet
};

/// One epoch and its validation. False: it was stopped.
Result<bool> train_epoch(Trainer& trainer, const Options& options, int epoch, const Dataset& data,
                         const Dataset* validation, Run& run) {
  const auto start = Clock::now();
  Result<Score> trained = fail(ErrorCode::internal, "");
  {
    Bar bar(epoch, options.epochs);
    trained = trainer.epoch(data, [&bar](int64_t done, int64_t all) {
      bar.show(done, all);
      return !stopped.load();
    });
  }
  if (!trained && trained.error().code == ErrorCode::cancelled) return false;
  if (!trained) return fail(trained.error());
  Score checked{.loss = NAN, .accuracy = NAN};
  if (validation != nullptr) checked = WALLE_TRY(trainer.evaluate(*validation));
  const Score& score = validation != nullptr ? checked : *trained;
  const bool better = run.best_epoch == 0 || merit(score) > merit(run.best_score) ||
                      (merit(score) == merit(run.best_score) && score.loss < run.best_score.loss);
  if (better) {
    run.best = trainer.parameters();
    run.best_score = score;
    run.best_epoch = epoch;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  run.rows.push_back({epoch, trained->loss, trained->accuracy, checked.loss, checked.accuracy, seconds});
  if (!options.json)
    print_row({std::to_string(epoch), fixed(trained->loss), percent(trained->accuracy), fixed(checked.loss),
               percent(checked.accuracy), microseconds(seconds * 1e6), better ? "best" : ""});
  return true;
}

Result<std::optional<Dataset>> validation_of(const engine::Model& model, const Options& options, Dataset& data) {
  if (options.validation.empty()) return std::optional<Dataset>();
  char* end = nullptr;
  const double share = std::strtod(options.validation.c_str(), &end);
  if (*end == '\0') return std::optional(WALLE_TRY(split_dataset(data, share, options.train.seed)));
  return std::optional(WALLE_TRY(load_dataset(model, options.validation, options.labels)));
}

void print_end(const Options& options, const Run& run, const std::optional<Score>& test, size_t bytes) {
  Value epochs = Value::array();
  for (const EpochRow& row : run.rows)
    epochs.push_back({{"epoch", row.epoch},
                      {"loss", number(row.loss)},
                      {"accuracy", number(row.accuracy)},
                      {"validation_loss", number(row.validation_loss)},
                      {"validation_accuracy", number(row.validation_accuracy)},
                      {"seconds", row.seconds}});
  if (options.json) {
    print_json({{"output", options.output},
                {"bytes", bytes},
                {"epochs", epochs},
                {"best_epoch", run.best_epoch},
                {"best", score_json(run.best_score)},
                {"test", test ? score_json(*test) : Value()},
                {"stopped", stopped.load()}});
    return;
  }
  if (test)
    std::cout << "test: loss " << fixed(test->loss) << ", accuracy " << percent(test->accuracy) << " of "
              << test->samples << " samples\n";
  std::cout << options.output << ": the weights of epoch " << run.best_epoch << ", "
            << format_bytes(static_cast<int64_t>(bytes)) << '\n';
}

Result<int> train(const Options& options) {
  if (!options.curve.ends_with(".csv") && !options.curve.ends_with(".svg") && !options.curve.empty())
    return fail(ErrorCode::invalid_argument, "--curve is a .csv or an .svg file, not '" + options.curve + "'");
  const auto model = WALLE_TRY(load_model(options.model));
  Dataset data = WALLE_TRY(load_dataset(*model, options.data, options.labels));
  const auto validation = WALLE_TRY(validation_of(*model, options, data));
  std::optional<Dataset> test;
  if (!options.test.empty()) test = WALLE_TRY(load_dataset(*model, options.test, options.labels));
  const auto trainer = WALLE_TRY(Trainer::create(model, options.train));
  if (!options.json) {
    int64_t weights = 0;
    for (const engine::Parameter& p : trainer->parameters()) weights += p.value.count();
    std::cout << trainer->parameters().size() << " parameters with " << weights << " weights, " << data.count()
              << " samples\n";
    print_row({"epoch", "loss", "accuracy", "validation", "accuracy", "time"});
  }
  const StopOnSignal guard;
  Run run;
  for (int epoch = 1; epoch <= options.epochs && !stopped; ++epoch) {
    if (!WALLE_TRY(train_epoch(*trainer, options, epoch, data, validation ? &*validation : nullptr, run))) break;
  }
  if (run.best_epoch == 0)
    return fail(ErrorCode::cancelled, "stopped before the first epoch's end; nothing is written");
  if (stopped && !options.json) std::cout << "stopped; the best epoch so far is written\n";
  WALLE_TRY(trainer->restore(run.best));
  std::optional<Score> tested;
  if (test) tested = WALLE_TRY(trainer->evaluate(*test));
  const auto bytes = WALLE_TRY(trainer->save());
  WALLE_TRY(write_file_atomically(options.output, bytes));
  if (!options.curve.empty())
    WALLE_TRY(write_curve(options.curve,
                          std::filesystem::path(options.model).filename().string() + ", " + options.train.optimizer,
                          run.rows));
  print_end(options, run, tested, bytes.size());
  return 0;
}

std::string list(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  engine::TrainOptions& t = options->train;
  line.required("MODEL", options->model, "A .onnx or .walle file with a free batch dimension");
  line.required("--data", options->data, "Samples: an .npz file, a folder of .npy files, or a .npy file");
  line.text("--labels", options->labels, "Name of the labels' array in the data, or a .npy file (y)");
  line.text("--validation", options->validation, "Other samples, or a share of the data such as 0.2");
  line.text("--test", options->test, "Samples on which the best weights are scored at the end");
  line.text("--loss", t.loss, list(engine::losses()) + " (cross-entropy)");
  line.text("--optimizer", t.optimizer, list(engine::optimizers()) + " (adam)");
  line.number("--learning-rate", t.learning_rate, "Step size (adam 0.001, sgd 0.01)");
  line.number("--momentum", t.momentum, "Of sgd (0.9)");
  line.number("--weight-decay", t.weight_decay, "Pull of the weights towards 0 (0)");
  line.number("--epochs", options->epochs, "Passes over the data (10)", 1, 100000);
  line.number("--batch", t.batch, "Samples of a step (32)");
  line.number("--seed", t.seed, "Of the shuffling (1)");
  line.text("--trainable", t.trainable, "Train only weights whose name contains a match of this expression (all)");
  line.threads(t.threads);
  line.backend(t.backend);
  line.required("-o,--output", options->output, "The .walle file to write");
  line.text("--curve", options->curve, "Loss and accuracy by epoch, as .csv or .svg");
  line.json(options->json);
  return [options] { return train(*options); };
}

}  // namespace

extern const VerbDef kTrain;
const VerbDef kTrain = {"train", "Trains a model's weights on samples",
                        "Examples:\n  walle-model train net.onnx --data train.npz --validation 0.2 -o net.walle\n"
                        "  walle-model train net.onnx --data train.npz --trainable '^head' -o tuned.walle    only some "
                        "weights\nCtrl-C ends the run and writes the best weights so far.",
                        attach};

}  // namespace walle::workbench
