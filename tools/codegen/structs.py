"""ipc/dbus/<interface>.h: a struct for the inputs and one for the outputs of each method, one for each signal."""
import model

INCLUDES = """#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "ipc/dbus/marshal.h"
#include "libwalle/base/unique_fd.h"
#include "libwalle/base/value.h"

namespace walle::dbus {
"""


def _default(argument):
    kind = argument.cpp
    if kind == "Value":
        return " = Value::object()"
    if kind in ("bool",):
        return " = false"
    if kind.endswith("_t") or kind == "double":
        return " = 0"
    return ""


def struct(name, arguments):
    fields = "".join(f"  {a.cpp} {a.name}{_default(a)};\n" for a in arguments)
    appends = "".join(f"    WALLE_TRY(append(m, {a.name}));\n" for a in arguments)
    reads = "".join(f"    WALLE_TRY(read(m, {a.name}));\n" for a in arguments)
    unused = "" if arguments else "[[maybe_unused]] "
    return (
        f"struct {name} {{\n{fields}\n"
        f"  [[nodiscard]] Status append_to({unused}sd_bus_message* m) const {{\n"
        f"    using dbus::append;\n{appends}    return {{}};\n  }}\n"
        f"  [[nodiscard]] Status read_from({unused}sd_bus_message* m) {{\n"
        f"    using dbus::read;\n{reads}    return {{}};\n  }}\n}};\n\n"
    )


def header(interface):
    text = model.BANNER.format(name=interface.name) + INCLUDES
    text += f'\ninline constexpr const char* k{interface.name} = "{interface.full_name}";\n\n'
    for method in interface.methods:
        text += struct(f"{interface.name}{method.name}In", method.inputs)
        text += struct(f"{interface.name}{method.name}Out", method.outputs)
    for signal in interface.signals:
        text += struct(f"{interface.name}{signal.name}Signal", signal.arguments)
    return text + "}  // namespace walle::dbus\n"
