#!/usr/bin/env python3
"""program_manual.py PROGRAM SECTION VERSION OUT: a man page out of the program's own --help, verbs included."""

import re
import subprocess
import sys
from dataclasses import dataclass, field

SEE_ALSO = {
    "walled": "walle-ctl(1), walle-netd(8), walle-vmd(8), org.walle.Walle1.Manager(5)",
    "walle-vmd": "walled(8)",
    "walle-netd": "walled(8), walle-broker(8), walle-ctl(1)",
    "walle-broker": "walle-ctl(1), walle-netd(8), walle-fleet(1)",
    "walle-ctl": "walled(8), walle-broker(8), walle-model(1), org.walle.Walle1.Tasks(5)",
    "walle-model": "walle-ctl(1), walled(8)",
    "walle-fleet": "walle-broker(8), walle-netd(8)",
}


@dataclass
class Help:
    """What one --help says."""

    summary: list = field(default_factory=list)
    usage: str = ""
    entries: dict = field(default_factory=dict)  # section -> [(term, text)]
    footer: list = field(default_factory=list)


def ask(program, words):
    answer = subprocess.run([program, *words, "--help"], capture_output=True, text=True, timeout=60)
    if answer.returncode != 0:
        sys.exit(f"{program} {' '.join(words)} --help ended with {answer.returncode}: {answer.stderr}")
    return parse(answer.stdout)


def parse(text):
    help_, section = Help(), None
    for line in text.splitlines():
        head = re.fullmatch(r"(Options|Subcommands|Positionals|\[Option Group: .*\]):", line)
        if line.startswith("Usage:"):
            help_.usage, section = line.removeprefix("Usage:").strip(), "Options"
        elif head:
            section = head[1]
        elif re.match(r"  \S", line) and section:
            term, _, words = line.strip().partition("  ")
            help_.entries.setdefault(section, []).append([term, words.strip()])
        elif re.match(r"   +\S", line) and section and help_.entries.get(section):
            entry = help_.entries[section][-1]
            entry[1] = (entry[1] + " " + line.strip()).strip()
        elif help_.usage:
            section = None if line.strip() else section
            help_.footer.append(line)
        else:
            help_.summary.append(line)
    return help_


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def paragraph(lines):
    return [roff(line) if line.strip() else ".PP" for line in "\n".join(lines).strip().splitlines()]


def entries(help_, section):
    out = []
    for term, words in help_.entries.get(section, []):
        term = term.replace(" REQUIRED", "")
        out += [".TP", f"\\fB{roff(term)}\\fR", roff(words) if words else "\\&"]
    return out


def footer(help_):
    lines = "\n".join(help_.footer).strip().splitlines()
    return [".PP", ".nf", *[roff(line) for line in lines], ".fi"] if lines else []


def verbs(program, words, help_):
    """The page's part for each verb, nouns first."""
    out = []
    for name, _ in help_.entries.get("Subcommands", []):
        inner = ask(program, [*words, name])
        if inner.entries.get("Subcommands"):
            out += verbs(program, [*words, name], inner)
            continue
        positionals = [f"\\fI{roff(term.split()[0])}\\fR" for term, _ in inner.entries.get("Positionals", [])]
        title = " ".join([f"\\fB{roff(' '.join([*words, name]))}\\fR", *positionals])
        out += [f".SS {title}", *paragraph(inner.summary)]
        out += entries(inner, "Positionals")
        inner.entries["Options"] = [e for e in inner.entries.get("Options", []) if not e[0].startswith("-h,")]
        out += entries(inner, "Options") + footer(inner)
    return out


def page(program, section, version):
    name = program.rsplit("/", 1)[-1]
    help_ = ask(program, [])
    summary = " ".join(" ".join(help_.summary).split()).removeprefix(f"{name}: ") or "see below"
    first = re.split(r"(?<=\w)[.:] ", summary.rstrip("."))[0]
    out = [f'.TH {name.upper()} {section} "" "Walle {version}" "Walle"', ".SH NAME", f"{roff(name)} \\- {roff(first)}"]
    out += [".SH SYNOPSIS", f"\\fB{roff(name)}\\fR {roff(help_.usage.partition(' ')[2])}"]
    out += [".SH DESCRIPTION", roff(summary if summary.endswith(".") else summary + ".")]
    if help_.entries.get("Options"):
        out += [".SH OPTIONS", *entries(help_, "Options")]
    commands = verbs(program, [], help_)
    if commands:
        out += [".SH COMMANDS", *commands]
    if any(line.strip() for line in help_.footer):
        out += [".SH NOTES", *footer(help_)[1:]]
    out += [".SH EXIT STATUS", "0: done; 1: refused or failed, with one message on standard error; 2: usage."]
    out += [".SH SEE ALSO", roff(SEE_ALSO.get(name, "walled(8)"))]
    return "\n".join(out) + "\n"


def main():
    program, section, version, target = sys.argv[1:]
    with open(target, "w", encoding="utf-8") as file:
        file.write(page(program, section, version))


if __name__ == "__main__":
    main()
