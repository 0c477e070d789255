#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/graph/backend.h"

namespace walle::search {

/// What one candidate took for one problem.
struct Measurement {
  std::string backend;
  std::string kernel;
  Params params;
  double us = 0;
};

/// A problem that was measured.
struct MeasuredProblem {
  std::string text;  ///< in words, for people
  std::vector<Measurement> candidates;
};

/// What was measured on a device: what its backends reach, and how long candidates take for problems. Kept in a file
/// (JSON); of use on the processor that it was measured on alone.
struct Profile {
  std::string processor;                             ///< DeviceInfo::description of the backend `cpu`
  std::map<std::string, graph::DeviceInfo> devices;  ///< by backend
  std::map<std::string, MeasuredProblem> problems;   ///< by problem_digest

  /// The measured time of a candidate for a problem; null: not measured.
  [[nodiscard]] const Measurement* find(const std::string& digest, std::string_view backend,
                                        const graph::Candidate& candidate) const;
  /// What a backend reaches: as measured, else `known`.
  [[nodiscard]] const graph::DeviceInfo& device(std::string_view backend, const graph::DeviceInfo& known) const;
};

/// Most bytes of a profile's file.
inline constexpr size_t kMaxProfileBytes = size_t{64} << 20;

/// The name of a problem in a profile: 32 hexadecimal digits out of `problem_key`.
[[nodiscard]] std::string problem_digest(std::string_view problem_key);

/// A profile out of its file's text. Errors: data_loss saying what is wrong with it.
[[nodiscard]] Result<Profile> parse_profile(std::string_view json);
[[nodiscard]] std::string to_text(const Profile& profile);

/// The profile in a file. Errors: not_found; data_loss and resource_exhausted naming the file.
[[nodiscard]] Result<Profile> read_profile(const std::string& path);

}  // namespace walle::search
