#!/usr/bin/env python3
"""Fails on an include that the architecture does not allow.

Two rules. Every quoted include must lead into the file's own module or into one that its walle_module(... USES ...)
names. And whatever USES says, a folder of DIRECTIONS may only ever use what its row allows.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {".h", ".cpp", ".cc"}

# folder prefix → prefixes that it may include; the longest matching prefix decides. "kernels/abi" counts as public.
DIRECTIONS = {
    "kernels": ["kernels"],
    "kernels/abi": ["kernels/abi"],
    "libwalle/base": ["libwalle/base"],
    "libwalle/tensor": ["libwalle/base", "libwalle/tensor", "libwalle/include", "kernels/abi"],
    "libwalle/raster": ["libwalle/base", "libwalle/tensor", "libwalle/raster", "libwalle/include", "kernels/abi"],
    "libwalle/graph": ["libwalle/base", "libwalle/tensor", "libwalle/raster", "libwalle/graph", "libwalle/include", "kernels/abi"],
    "libwalle/ops": ["libwalle/base", "libwalle/tensor", "libwalle/raster", "libwalle/graph", "libwalle/ops", "libwalle/include", "kernels/abi"],
    "libwalle/passes": ["libwalle/base", "libwalle/tensor", "libwalle/raster", "libwalle/graph", "libwalle/passes", "libwalle/include", "kernels/abi"],
    "libwalle/search": ["libwalle/base", "libwalle/tensor", "libwalle/raster", "libwalle/graph", "libwalle/search", "libwalle/include", "kernels/abi"],
    "libwalle/backends": ["libwalle/base", "libwalle/tensor", "libwalle/raster", "libwalle/graph", "libwalle/backends", "libwalle/include", "kernels"],
    "libwalle/model": ["libwalle/base", "libwalle/tensor", "libwalle/raster", "libwalle/graph", "libwalle/model", "libwalle/include", "kernels/abi", "libwalle/ops/table.h"],
    "libwalle/import": ["libwalle", "kernels/abi"],
    "libwalle/session": ["libwalle", "kernels"],
    "libwalle/lib": ["libwalle/base", "libwalle/lib", "libwalle/include", "kernels/abi"],
    "libwalle/include": ["libwalle/base", "libwalle/include", "kernels/abi"],
    "ipc": ["ipc", "libwalle/base"],
    "streamd": ["streamd", "libwalle/base", "ipc"],
    "pyvm": ["pyvm", "libwalle/base", "libwalle/lib", "libwalle/include", "kernels/abi", "streamd", "ipc"],
    "daemon": ["daemon", "libwalle/base", "libwalle/include", "kernels/abi", "ipc", "streamd", "pyvm"],
    "cloud-broker": ["cloud-broker", "libwalle/base", "ipc", "streamd/trigger"],
    "tools/walle-ctl": ["tools/walle-ctl", "libwalle/base", "ipc"],
}
# Never linked into what runs on a device.
FORBIDDEN = {"daemon": ["libwalle/import"], "pyvm": ["libwalle/import"], "libwalle/session": ["libwalle/import"]}


def modules() -> dict[str, set[str]]:
    """Module folder → folders that it USES, read from every CMakeLists.txt."""
    found: dict[str, set[str]] = {}
    for cmake in ROOT.rglob("CMakeLists.txt"):
        if "build" in cmake.relative_to(ROOT).parts:
            continue
        text = cmake.read_text()
        variables: dict[str, list[str]] = {}
        for name, values in re.findall(r"(?:set|list)\(\s*(?:APPEND\s+)?(\w+)\s+([^)]*)\)", text):
            variables.setdefault(name, []).extend(values.split())
        for name, body in re.findall(r"walle_(?:module|program)\(\s*([^\s)]+)([^)]*)\)", text):
            body = re.sub(r"\$\{(\w+)\}", lambda m: " ".join(variables.get(m.group(1), [])), body)
            words = body.split()
            folder = name
            if "walle_program(" + name in text and words:
                folder = words[0]
            uses, active = set(), False
            for word in words:
                if word in ("USES", "LINK", "SOURCES"):
                    active = word == "USES"
                elif active:
                    uses.add(word)
            found.setdefault(folder, set()).update(uses)
    return found


def longest(prefixes, path: str):
    fitting = [p for p in prefixes if path == p or path.startswith(p + "/")]
    return max(fitting, key=len) if fitting else None


def closure(folder: str, table: dict[str, set[str]]) -> set[str]:
    """What a module reaches through USES; public headers of a used module may include theirs."""
    seen, open_ = set(), [folder]
    while open_:
        for used in table.get(open_.pop(), ()):
            if used not in seen:
                seen.add(used)
                open_.append(used)
    return seen


def check_file(path: Path, table: dict[str, set[str]]) -> list[str]:
    relative = path.relative_to(ROOT).as_posix()
    own = longest(table, relative)
    row = longest(DIRECTIONS, relative)
    wrong = []
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+(?:"([^"]+/[^"]+)"|<(walle/[^>]+)>)', line)
        if not match:
            continue
        target = match.group(1) or "libwalle/include/" + match.group(2)
        if not (ROOT / target).exists():
            continue  # a generated header
        if row and not any(target == p or target.startswith(p + "/") for p in DIRECTIONS[row]):
            wrong.append(f"{relative}:{number}: {row} may not use {target}; it may use {', '.join(DIRECTIONS[row])}")
            continue
        if any(target.startswith(p + "/") for p in FORBIDDEN.get(row or "", [])):
            wrong.append(f"{relative}:{number}: {target} is never linked on the device")
            continue
        module = longest(table, target)
        if own and module and module != own and module not in closure(own, table):
            wrong.append(f"{relative}:{number}: includes {target}, but module {own} does not USE {module}")
    return wrong


def main() -> int:
    table = modules()
    wrong = []
    for top in ("kernels", "libwalle", "ipc", "streamd", "pyvm", "daemon", "cloud-broker", "tools"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in SOURCES:
                wrong += check_file(path, table)
    print("\n".join(wrong) if wrong else f"includes: {len(table)} modules, every include goes the right way")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
