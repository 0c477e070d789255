"""ipc/client/<interface>.{h,cpp}: a class whose member functions make the calls."""
import model


def _passed(argument):
    plain = argument.cpp in ("bool", "double") or argument.cpp.endswith("_t")
    return f"{argument.cpp} {argument.name}" if plain else f"{_qualified(argument)} {argument.name}"


def _qualified(argument):
    return argument.cpp.replace("ObjectPath", "dbus::ObjectPath")


def _result(interface, method):
    if not method.outputs:
        return "Status"
    if len(method.outputs) == 1:
        return f"Result<{_qualified(method.outputs[0])}>"
    return f"Result<dbus::{interface.name}{method.name}Out>"


def _signature(interface, method, scope=""):
    arguments = [_passed(a) for a in method.inputs]
    default = "" if scope else " = kCallTimeoutUs"
    arguments.append(f"int64_t timeout_us{default}")
    return f"{_result(interface, method)} {scope}{method.snake}({', '.join(arguments)})"


def header(interface):
    text = model.BANNER.format(name=interface.name)
    text += '#pragma once\n\n#include "ipc/client/connection.h"\n'
    text += f'#include "ipc/dbus/{interface.snake}.h"\n#include "ipc/dbus/names.h"\n\nnamespace walle::client {{\n\n'
    text += model.comment(interface.doc)
    text += f"class {interface.name} {{\n public:\n"
    text += "  /// `connection` has to outlive this object.\n"
    text += f"  explicit {interface.name}(Connection& connection, std::string path = dbus::kPath)\n"
    text += "      : connection_(&connection), path_(std::move(path)) {}\n\n"
    for method in interface.methods:
        text += model.comment(method.doc, "  ")
        text += f"  [[nodiscard]] {_signature(interface, method)};\n\n"
    for item in interface.properties:
        text += model.comment(item.doc, "  ")
        text += f"  [[nodiscard]] Result<{item.cpp}> {item.snake}();\n\n"
    text += " private:\n  Connection* connection_;\n  std::string path_;\n};\n\n}  // namespace walle::client\n"
    return text


def _call(interface, method):
    struct = f"dbus::{interface.name}{method.name}"
    text = f"{_signature(interface, method, interface.name + '::')} {{\n"
    text += f"  {struct}In in;\n"
    for a in method.inputs:
        text += f"  in.{a.name} = std::move({a.name});\n"
    text += f"  {struct}Out out;\n"
    text += f'  WALLE_TRY(connection_->call(path_, dbus::k{interface.name}, "{method.name}",\n'
    text += "                              [&](sd_bus_message* m) { return in.append_to(m); },\n"
    text += "                              [&](sd_bus_message* m) { return out.read_from(m); }, timeout_us));\n"
    if not method.outputs:
        text += "  return {};\n"
    elif len(method.outputs) == 1:
        text += f"  return std::move(out.{method.outputs[0].name});\n"
    else:
        text += "  return out;\n"
    return text + "}\n\n"


def source(interface):
    text = model.BANNER.format(name=interface.name)
    text += f'#include "ipc/client/{interface.snake}.h"\n\n#include <systemd/sd-bus.h>\n\n'
    text += "namespace walle::client {\n\n"
    for method in interface.methods:
        text += _call(interface, method)
    for item in interface.properties:
        text += f"Result<{item.cpp}> {interface.name}::{item.snake}() {{\n  {item.cpp} value{{}};\n"
        text += f'  WALLE_TRY(connection_->get_property(path_, dbus::k{interface.name}, "{item.name}", '
        text += f'"{item.signature}",\n'
        text += "                                      [&](sd_bus_message* m) { return dbus::read(m, value); }));\n"
        text += "  return value;\n}\n\n"
    return text + "}  // namespace walle::client\n"
