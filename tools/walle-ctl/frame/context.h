#pragma once

#include <string>

#include "tools/walle-ctl/frame/output.h"

namespace walle::ctl {

/// Where a verb works: the device's bus, the broker, and how the user wants to read the answers.
/// Order: option, environment, default.
class Context {
 public:
  Context(bool json, std::string bus, std::string broker, std::string token)
      : output_(json, 1), bus_(std::move(bus)), broker_(std::move(broker)), token_(std::move(token)) {}

  [[nodiscard]] Output& output() { return output_; }
  [[nodiscard]] bool json() const { return output_.json(); }
  /// "system" (default), "session" or a D-Bus address: --bus, WALLE_BUS.
  [[nodiscard]] const std::string& bus() const { return bus_; }
  /// URL of the broker's API: --broker, WALLE_BROKER; empty when none was given.
  [[nodiscard]] const std::string& broker() const { return broker_; }
  /// The broker's access token: --token-file (contents), WALLE_TOKEN; may be empty.
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  Output output_;
  std::string bus_;
  std::string broker_;
  std::string token_;
};

}  // namespace walle::ctl
