"""daemon/bus/<interface>.{h,cpp}: declarations of the handlers (a missing one does not link) and the sd-bus vtable."""
import model


def header(interface):
    text = model.BANNER.format(name=interface.name)
    text += '#pragma once\n\n#include "daemon/bus/dispatch.h"\n'
    text += f'#include "ipc/dbus/{interface.snake}.h"\n\n'
    text += f"/// Handlers of {interface.full_name}: each is defined in daemon/bus/{interface.snake}/<name>.cpp.\n"
    text += f"namespace walle::daemon::bus::{interface.snake} {{\n\n"
    for method in interface.methods:
        struct = f"dbus::{interface.name}{method.name}"
        text += model.comment(method.doc)
        if method.is_async:
            text += f"void {method.snake}(Service& service, const Caller& caller, {struct}In in, "
            text += f"Reply<{struct}Out> reply);\n\n"
        else:
            text += f"[[nodiscard]] Result<{struct}Out> {method.snake}(Service& service, const Caller& caller, "
            text += f"{struct}In in);\n\n"
    for item in interface.properties:
        text += model.comment(item.doc)
        text += f"[[nodiscard]] {item.cpp} {item.snake}(Service& service);\n\n"
    text += "/// The table for sd_bus_add_object_vtable, with a Service* as user data.\n"
    text += "[[nodiscard]] const sd_bus_vtable* vtable();\n\n"
    return text + f"}}  // namespace walle::daemon::bus::{interface.snake}\n"


def _names(arguments):
    return " ".join(f"SD_BUS_PARAM({a.name})" for a in arguments) or "\"\""


def _joined(arguments):
    return "".join(a.signature for a in arguments)


def _thunk(interface, method):
    struct = f"dbus::{interface.name}{method.name}"
    return (
        f"int {method.snake}_thunk(sd_bus_message* message, void* service, sd_bus_error* error) {{\n"
        f"  return dispatch<{struct}In, {struct}Out>(message, service, error, Right::{method.right}, "
        f"{method.snake});\n}}\n\n"
    )


def _property_thunk(item):
    return (
        f"int {item.snake}_thunk(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* service,\n"
        f"                 sd_bus_error*) {{\n"
        f"  return dbus::append(reply, {item.snake}(*static_cast<Service*>(service))) ? 0 : -EINVAL;\n}}\n\n"
    )


def source(interface):
    text = model.BANNER.format(name=interface.name)
    text += f'#include "daemon/bus/{interface.snake}.h"\n\n#include <systemd/sd-bus.h>\n\n#include <cerrno>\n\n'
    text += f"namespace walle::daemon::bus::{interface.snake} {{\nnamespace {{\n\n"
    text += "".join(_thunk(interface, m) for m in interface.methods)
    text += "".join(_property_thunk(p) for p in interface.properties)
    text += "const sd_bus_vtable kVtable[] = {\n    SD_BUS_VTABLE_START(0),\n"
    for method in interface.methods:
        text += f'    SD_BUS_METHOD_WITH_NAMES("{method.name}", "{_joined(method.inputs)}", {_names(method.inputs)},\n'
        text += f'                             "{_joined(method.outputs)}", {_names(method.outputs)}, '
        text += f"{method.snake}_thunk, SD_BUS_VTABLE_UNPRIVILEGED),\n"
    for item in interface.properties:
        flag = "SD_BUS_VTABLE_PROPERTY_CONST" if item.constant else "SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE"
        text += f'    SD_BUS_PROPERTY("{item.name}", "{item.signature}", {item.snake}_thunk, 0, {flag}),\n'
    for signal in interface.signals:
        text += f'    SD_BUS_SIGNAL_WITH_NAMES("{signal.name}", "{_joined(signal.arguments)}", '
        text += f"{_names(signal.arguments)}, 0),\n"
    text += "    SD_BUS_VTABLE_END,\n};\n\n}  // namespace\n\n"
    text += "const sd_bus_vtable* vtable() { return kVtable; }\n\n"
    return text + f"}}  // namespace walle::daemon::bus::{interface.snake}\n"
