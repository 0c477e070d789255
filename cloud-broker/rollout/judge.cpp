#include "cloud-broker/rollout/judge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace walle::rollout {
namespace {

double polynomial(std::span<const double> coefficients, double x) {
  double sum = 0;
  for (const double coefficient : coefficients) sum = sum * x + coefficient;
  return sum;
}

Event stop_event(const Release& release) {
  return release.plan.stop.action == StopAction::pause ? Event::pause : Event::roll_back;
}

std::string count_text(int64_t part, int64_t of, std::string_view what) {
  return std::to_string(part) + " of " + std::to_string(of) + " " + std::string(what);
}

bool stage_passed(const Tally& stage, const Tally& total, const Stage& rule, int64_t at_least) {
  // A share that added nobody known has nothing to show; it leans on what earlier stages showed.
  if (stage.members == 0 && rule.devices.empty()) return total.good > 0;
  const int64_t needed = std::max<int64_t>(1, std::min(at_least, stage.members));
  return stage.decided() >= needed &&
         static_cast<double>(stage.good) >= rule.success * static_cast<double>(stage.decided());
}

}  // namespace

double normal_quantile(double p) {
  constexpr std::array a = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                            1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr std::array b = {-5.447609879822406e+01, 1.615858368580409e+02,  -1.556989798598866e+02,
                            6.680131188771972e+01,  -1.328068155288572e+01, 1.0};
  constexpr std::array c = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                            -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr std::array d = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00,
                            1.0};
  constexpr double kLow = 0.02425;
  if (p < kLow) {
    const double q = std::sqrt(-2 * std::log(p));
    return polynomial(c, q) / polynomial(d, q);
  }
  if (p > 1 - kLow) return -normal_quantile(1 - p);
  const double q = p - 0.5;
  return q * polynomial(a, q * q) / polynomial(b, q * q);
}

double wilson_lower_bound(int64_t failures, int64_t n, double confidence) {
  if (n <= 0) return 0;
  const double z = normal_quantile(confidence);
  const auto count = static_cast<double>(n);
  const double share = static_cast<double>(failures) / count;
  const double centre = share + z * z / (2 * count);
  const double spread = z * std::sqrt(share * (1 - share) / count + z * z / (4 * count * count));
  return std::max(0.0, (centre - spread) / (1 + z * z / count));
}

std::optional<Wish> judge_failures(const Release& release, const Tally& total, bool silence_counts) {
  const StopRule& stop = release.plan.stop;
  const int64_t failures = total.failed + (silence_counts ? total.silent : 0);
  const int64_t decided = total.good + failures;
  if (decided < stop.at_least) return std::nullopt;
  const double bound = wilson_lower_bound(failures, decided, stop.confidence);
  if (bound <= stop.failure) return std::nullopt;
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(),
                "%lld of %lld devices failed (%lld silent): at least %.1f %% with %.0f %% "
                "confidence, %.1f %% allowed",
                static_cast<long long>(failures), static_cast<long long>(decided), static_cast<long long>(total.silent),
                bound * 100, stop.confidence * 100, stop.failure * 100);
  return Wish{stop_event(release), text.data()};
}

std::optional<Wish> judge_stage(const Release& release, const Tallies& tallies, int64_t now_us) {
  if (auto stop = judge_failures(release, tallies.total, true)) return stop;
  const Stage& rule = release.plan.stages[static_cast<size_t>(release.stage)];
  const Tally& stage = tallies.stage;
  if (now_us - release.stage_started_us < rule.soak_us) return std::nullopt;
  const bool passed = stage_passed(stage, tallies.total, rule, release.plan.stop.at_least);
  // Everyone who could speak has spoken and it is not enough: waiting on cannot help.
  if (!passed && stage.members > 0 && stage.decided() >= stage.members)
    return Wish{stop_event(release),
                "stage " + rule.name + ": only " + count_text(stage.good, stage.decided(), "devices are good")};
  if (!passed) return std::nullopt;
  const std::string why = "stage " + rule.name + ": " + count_text(stage.good, stage.decided(), "devices are good");
  const int64_t next = release.stage + 1;
  if (next >= std::ssize(release.plan.stages)) return Wish{Event::finish, why};
  if (release.plan.stages[static_cast<size_t>(next)].approval && release.approved_stage < next) return std::nullopt;
  return Wish{Event::advance, why};
}

}  // namespace walle::rollout
