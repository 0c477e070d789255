#!/usr/bin/env python3
"""Fails where README or docs name a make target, a Walle command or a path of the tree that does not exist.

Commands are read from fenced ```sh blocks: their first words are checked against the Makefile, against
`PROGRAM --help` of the built programs (if there is a build), and paths with a slash against the tree.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build/release/bin"


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(text: str) -> list[str]:
    lines = []
    for block in re.findall(r"```sh\n(.*?)```", text, re.S):
        joined = block.replace("\\\n", " ")
        lines += [line.strip().removeprefix("$ ") for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


def verbs(program: str) -> str | None:
    """The help of a program and of its first-level verbs, or None if it is not built."""
    path = BIN / program
    if not path.exists():
        return None
    return subprocess.run([path, "--help"], capture_output=True, text=True, timeout=20).stdout


def check(command: str, targets: set[str], helps: dict[str, str | None]) -> str | None:
    words = command.split()
    while words and "=" in words[0]:
        words.pop(0)
    if not words:
        return None
    program = words[0].rsplit("/", 1)[-1]
    if program == "make":
        unknown = [w for w in words[1:] if "=" not in w and not w.startswith("-") and w not in targets]
        return f"make has no target {unknown[0]}" if unknown else None
    if program.startswith("walle"):
        if program not in helps:
            helps[program] = verbs(program)
        verb = words[1] if len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]) else None
        text = helps[program]
        if text is not None and verb and not re.search(rf"^\s+{verb}\b", text, re.M):
            return f"{program} has no verb '{verb}'"
    return None


def main() -> int:
    wrong = []
    targets, helps = make_targets(), {}
    for document in documents():
        if not document.exists():
            continue
        text = document.read_text()
        for command in commands(text):
            problem = check(command, targets, helps)
            if problem:
                wrong.append(f"{document.relative_to(ROOT)}: `{command}`: {problem}")
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", re.sub(r"```.*?```", "", text, flags=re.S)):
            if not (document.parent / link).exists():
                wrong.append(f"{document.relative_to(ROOT)}: links to {link}, which does not exist")
    print("\n".join(wrong) if wrong else "commands: every command and link of the documents exists")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
