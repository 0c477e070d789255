#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "ipc/dbus/errors.h"
#include "ipc/dbus/value.h"
#include "libwalle/base/result.h"

/// Between the generated vtables and the handlers: arguments are read, rights checked, answers and errors written.
namespace walle::daemon {
struct Service;
}
namespace walle::daemon::bus {

/// What a method asks of its caller (org.walle.Right in the XML): `read` status, `use` models, `inject` events,
/// `observe` contents of events and rows, `admin` tasks.
enum class Right : uint8_t { read, use, inject, observe, admin };

/// Who calls, as the bus vouches for it.
struct Caller {
  std::string name;  ///< unique name on the bus
  uint32_t uid = 0;
  std::string path;  ///< of the object called
  bool admin = false;
};

/// Errors: permission_denied, naming the right and who has it.
[[nodiscard]] Status authorize(const Service& service, const Caller& caller, Right right);
[[nodiscard]] Result<Caller> caller_of(const Service& service, sd_bus_message* message);

/// A message that is held until its answer is there.
class HeldMessage {
 public:
  explicit HeldMessage(sd_bus_message* message);
  HeldMessage(HeldMessage&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  HeldMessage& operator=(HeldMessage&&) = delete;
  ~HeldMessage();
  [[nodiscard]] sd_bus_message* get() const { return message_; }

 private:
  sd_bus_message* message_;
};

/// A new answer to `message`, and its sending; the caller releases it by HeldMessage.
[[nodiscard]] sd_bus_message* new_reply(sd_bus_message* message);
void adopt_and_send(sd_bus_message* reply);
void send_error(sd_bus_message* message, const Error& error);
int set_error(sd_bus_error* target, const Error& error);

/// The answer that a handler owes. Called once; copyable so that std::function can hold it.
template <class Out>
class Reply {
 public:
  explicit Reply(sd_bus_message* message) : message_(std::make_shared<HeldMessage>(message)) {}
  void operator()(Result<Out> result) const {
    if (!result) return send_error(message_->get(), result.error());
    sd_bus_message* reply = new_reply(message_->get());
    if (reply == nullptr) return;
    const HeldMessage owned = take(reply);
    if (auto status = result->append_to(reply); !status) return send_error(message_->get(), status.error());
    adopt_and_send(reply);
  }

 private:
  static HeldMessage take(sd_bus_message* reply);
  std::shared_ptr<HeldMessage> message_;
};

namespace detail {
struct Adopt {};
void unref(sd_bus_message* message);
}  // namespace detail

template <class Out>
HeldMessage Reply<Out>::take(sd_bus_message* reply) {
  HeldMessage held(reply);  // takes a reference of its own
  detail::unref(reply);
  return held;
}

template <class In, class Out, class Handler>
int dispatch(sd_bus_message* message, void* user_data, sd_bus_error* error, Right right, Handler handler) {
  auto& service = *static_cast<Service*>(user_data);
  auto caller = caller_of(service, message);
  if (!caller) return set_error(error, caller.error());
  if (auto allowed = authorize(service, *caller, right); !allowed) return set_error(error, allowed.error());
  In in;
  if (auto read = in.read_from(message); !read) return set_error(error, read.error());
  const Reply<Out> reply(message);
  if constexpr (std::is_void_v<std::invoke_result_t<Handler, Service&, const Caller&, In, Reply<Out>>>) {
    handler(service, *caller, std::move(in), reply);
  }
  return 1;
}

template <class In, class Out>
int dispatch(sd_bus_message* message, void* user_data, sd_bus_error* error, Right right,
             Result<Out> (*handler)(Service&, const Caller&, In)) {
  const auto later = [handler](Service& service, const Caller& caller, In in, const Reply<Out>& reply) {
    reply(handler(service, caller, std::move(in)));
  };
  return dispatch<In, Out, decltype(later)>(message, user_data, error, right, later);
}

}  // namespace walle::daemon::bus
