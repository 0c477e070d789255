#pragma once

#include <fcntl.h>
#include <systemd/sd-bus.h>

#include <cstring>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "ipc/dbus/value.h"
#include "libwalle/base/file.h"
#include "libwalle/base/result.h"
#include "libwalle/base/unique_fd.h"
#include "libwalle/base/value.h"

/// How C++ types lie in D-Bus messages. Included by generated code only: signatures come from the XML.
namespace walle::dbus {

/// An object path (`o`), which is text with a rule of its own.
struct ObjectPath {
  std::string text;
};

[[nodiscard]] inline Status checked(int code, const char* what) {
  if (code >= 0) return {};
  return fail(ErrorCode::invalid_argument, std::string(what) + ": " + std::strerror(-code));
}

template <class T>
struct Codec;

template <class T, char kType>
struct BasicCodec {
  static std::string signature() { return std::string(1, kType); }
  static Status append(sd_bus_message* m, const T& value) {
    return checked(sd_bus_message_append_basic(m, kType, &value), "append");
  }
  static Status read(sd_bus_message* m, T& value) {
    return checked(sd_bus_message_read_basic(m, kType, &value), "read");
  }
};

template <>
struct Codec<uint8_t> : BasicCodec<uint8_t, 'y'> {};
template <>
struct Codec<int32_t> : BasicCodec<int32_t, 'i'> {};
template <>
struct Codec<uint32_t> : BasicCodec<uint32_t, 'u'> {};
template <>
struct Codec<int64_t> : BasicCodec<int64_t, 'x'> {};
template <>
struct Codec<uint64_t> : BasicCodec<uint64_t, 't'> {};
template <>
struct Codec<double> : BasicCodec<double, 'd'> {};

template <>
struct Codec<bool> {
  static std::string signature() { return "b"; }
  static Status append(sd_bus_message* m, bool value) {
    const int raw = value ? 1 : 0;
    return checked(sd_bus_message_append_basic(m, 'b', &raw), "append");
  }
  static Status read(sd_bus_message* m, bool& value) {
    int raw = 0;
    WALLE_TRY(checked(sd_bus_message_read_basic(m, 'b', &raw), "read"));
    value = raw != 0;
    return {};
  }
};

template <>
struct Codec<std::string> {
  static std::string signature() { return "s"; }
  static Status append(sd_bus_message* m, const std::string& value) {
    return checked(sd_bus_message_append_basic(m, 's', clean_text(value).c_str()), "append");
  }
  static Status read(sd_bus_message* m, std::string& value) {
    const char* raw = nullptr;
    WALLE_TRY(checked(sd_bus_message_read_basic(m, 's', &raw), "read"));
    value = raw;
    return {};
  }
};

template <>
struct Codec<ObjectPath> {
  static std::string signature() { return "o"; }
  static Status append(sd_bus_message* m, const ObjectPath& value) {
    return checked(sd_bus_message_append_basic(m, 'o', value.text.c_str()), "append");
  }
  static Status read(sd_bus_message* m, ObjectPath& value) {
    const char* raw = nullptr;
    WALLE_TRY(checked(sd_bus_message_read_basic(m, 'o', &raw), "read"));
    value.text = raw;
    return {};
  }
};

/// Descriptors are duplicated on reading, because the message closes its own.
template <>
struct Codec<UniqueFd> {
  static std::string signature() { return "h"; }
  static Status append(sd_bus_message* m, const UniqueFd& value) {
    const int fd = value.get();
    return checked(sd_bus_message_append_basic(m, 'h', &fd), "append descriptor");
  }
  static Status read(sd_bus_message* m, UniqueFd& value) {
    int fd = -1;
    WALLE_TRY(checked(sd_bus_message_read_basic(m, 'h', &fd), "read descriptor"));
    value.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!value) return fail(system_error("duplicate descriptor"));
    return {};
  }
};

/// a{sv}
template <>
struct Codec<Value> {
  static std::string signature() { return "a{sv}"; }
  static Status append(sd_bus_message* m, const Value& value) { return append_map(m, value); }
  static Status read(sd_bus_message* m, Value& value) {
    value = WALLE_TRY(read_map(m));
    return {};
  }
};

template <>
struct Codec<std::vector<uint8_t>> {
  static std::string signature() { return "ay"; }
  static Status append(sd_bus_message* m, const std::vector<uint8_t>& value) {
    return checked(sd_bus_message_append_array(m, 'y', value.data(), value.size()), "append bytes");
  }
  static Status read(sd_bus_message* m, std::vector<uint8_t>& value) {
    const void* data = nullptr;
    size_t size = 0;
    WALLE_TRY(checked(sd_bus_message_read_array(m, 'y', &data, &size), "read bytes"));
    value.assign(static_cast<const uint8_t*>(data), static_cast<const uint8_t*>(data) + size);
    return {};
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static std::string signature() { return "a" + Codec<T>::signature(); }
  static Status append(sd_bus_message* m, const std::vector<T>& value) {
    WALLE_TRY(checked(sd_bus_message_open_container(m, 'a', Codec<T>::signature().c_str()), "open array"));
    for (const T& item : value) WALLE_TRY(Codec<T>::append(m, item));
    return checked(sd_bus_message_close_container(m), "close array");
  }
  static Status read(sd_bus_message* m, std::vector<T>& value) {
    WALLE_TRY(checked(sd_bus_message_enter_container(m, 'a', Codec<T>::signature().c_str()), "enter array"));
    while (sd_bus_message_at_end(m, 0) == 0) {
      value.emplace_back();
      WALLE_TRY(Codec<T>::read(m, value.back()));
    }
    return checked(sd_bus_message_exit_container(m), "leave array");
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static std::string entry() { return "s" + Codec<T>::signature(); }
  static std::string signature() { return "a{" + entry() + "}"; }
  static Status append(sd_bus_message* m, const std::map<std::string, T>& value) {
    WALLE_TRY(checked(sd_bus_message_open_container(m, 'a', ("{" + entry() + "}").c_str()), "open map"));
    for (const auto& [key, item] : value) {
      WALLE_TRY(checked(sd_bus_message_open_container(m, 'e', entry().c_str()), "open entry"));
      WALLE_TRY(Codec<std::string>::append(m, key));
      WALLE_TRY(Codec<T>::append(m, item));
      WALLE_TRY(checked(sd_bus_message_close_container(m), "close entry"));
    }
    return checked(sd_bus_message_close_container(m), "close map");
  }
  static Status read(sd_bus_message* m, std::map<std::string, T>& value) {
    WALLE_TRY(checked(sd_bus_message_enter_container(m, 'a', ("{" + entry() + "}").c_str()), "enter map"));
    while (sd_bus_message_enter_container(m, 'e', entry().c_str()) > 0) {
      std::string key;
      WALLE_TRY(Codec<std::string>::read(m, key));
      WALLE_TRY(Codec<T>::read(m, value[key]));
      WALLE_TRY(checked(sd_bus_message_exit_container(m), "leave entry"));
    }
    return checked(sd_bus_message_exit_container(m), "leave map");
  }
};

template <class... T>
struct Codec<std::tuple<T...>> {
  static std::string contents() { return (std::string() + ... + Codec<T>::signature()); }
  static std::string signature() { return "(" + contents() + ")"; }
  static Status append(sd_bus_message* m, const std::tuple<T...>& value) {
    WALLE_TRY(checked(sd_bus_message_open_container(m, 'r', contents().c_str()), "open struct"));
    Status status;
    std::apply([&](const T&... part) { ((status = status ? Codec<T>::append(m, part) : status), ...); }, value);
    WALLE_TRY(std::move(status));
    return checked(sd_bus_message_close_container(m), "close struct");
  }
  static Status read(sd_bus_message* m, std::tuple<T...>& value) {
    WALLE_TRY(checked(sd_bus_message_enter_container(m, 'r', contents().c_str()), "enter struct"));
    Status status;
    std::apply([&](T&... part) { ((status = status ? Codec<T>::read(m, part) : status), ...); }, value);
    WALLE_TRY(std::move(status));
    return checked(sd_bus_message_exit_container(m), "leave struct");
  }
};

template <class T>
[[nodiscard]] Status append(sd_bus_message* message, const T& value) {
  return Codec<T>::append(message, value);
}
template <class T>
[[nodiscard]] Status read(sd_bus_message* message, T& value) {
  return Codec<T>::read(message, value);
}

}  // namespace walle::dbus
