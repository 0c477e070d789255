#!/usr/bin/env python3
"""Reports, and never fails: sources without a test of their own, the largest files, the longest functions."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("kernels", "libwalle", "ipc", "streamd", "pyvm", "daemon", "cloud-broker", "tools")


def sources() -> list[Path]:
    return [p for top in TOPS for p in sorted((ROOT / top).rglob("*.cpp"))]


def without_test(paths: list[Path]) -> list[Path]:
    tests = "\n".join(p.read_text(errors="replace") for p in (ROOT / "tests").rglob("*.cpp"))
    missing = []
    for path in paths:
        relative = path.relative_to(ROOT)
        mirror = ROOT / "tests/unit" / relative.parent / f"{path.stem}_test.cpp"
        header = relative.with_suffix(".h").as_posix()
        if not mirror.exists() and header not in tests:
            missing.append(relative)
    return missing


def functions(path: Path) -> list[tuple[int, str]]:
    """(lines, where) of each body that starts at column 0 or inside a namespace, by matching braces."""
    found, start, depth, name = [], 0, 0, ""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        code = re.sub(r'"(\\.|[^"\\])*"|//.*', "", line)
        if depth == 0 and re.match(r"[A-Za-z].*\)\s*(const)?\s*(noexcept)?\s*(override)?\s*\{\s*$", code) and not code.startswith(("namespace", "struct", "class")):
            start, name = number, line.strip()[:70]
        if start:
            depth += code.count("{") - code.count("}")
            if depth <= 0:
                found.append((number - start + 1, f"{path.relative_to(ROOT)}:{start} {name}"))
                start, depth = 0, 0
    return found


def main() -> None:
    paths = sources()
    missing = without_test(paths)
    print(f"sources without a test of their own: {len(missing)} of {len(paths)}")
    for path in missing[:15]:
        print(f"  {path}")
    print("largest files:")
    for lines, path in sorted(((len(p.read_text(errors="replace").splitlines()), p.relative_to(ROOT)) for p in paths), reverse=True)[:8]:
        print(f"  {lines:5} {path}")
    print("longest functions:")
    for lines, where in sorted((f for p in paths for f in functions(p)), reverse=True)[:8]:
        print(f"  {lines:5} {where}")


main()
