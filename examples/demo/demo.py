"""Document reading on a device, from a git tag to a feature in the cloud: demo.py BUILD ROOT (started by demo.sh)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from picture import draw
from scenario import Scenario
from stack import Failed, Stack, start_broker, start_device, wait

DEVICE = "reader-1"
BROKEN = 'def run(event, ctx):\n    raise RuntimeError("version 1.1.0 is broken on purpose")\n'
POLICY = """
targets = 'labels.room == "reading"'
[[stage]]
name = "all"
share = 1.0
[stop]
at_least = 1
silence = "10m"
action = "rollback"
"""


class Narrator:
    """Tells what happens, with the seconds each step took."""

    def __init__(self):
        self.rows: list[tuple[str, str]] = []
        self.began = self.last = time.monotonic()

    def say(self, text: str) -> None:
        now = time.monotonic()
        print(f"[{now - self.began:6.1f} s] {text}", flush=True)
        self.last = now

    def row(self, name: str, value: str) -> None:
        self.rows.append((name, value))

    def table(self) -> None:
        width = max(len(name) for name, _ in self.rows)
        print("\n" + "\n".join(f"  {name.ljust(width)}  {value}" for name, value in self.rows))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()


def missing_words(known: list[str], lines: list[dict]) -> tuple[int, list[str]]:
    """Known words that the lines do not hold, spaces ignored."""
    read = squeeze(" ".join(line["text"] for line in lines))
    words = [w for line in known for w in line.split()]
    return len(words), [w for w in words if squeeze(w) not in read]


def visit(stack: Stack, folder: Path, pages: list[Path]) -> None:
    """One visit of the page `reader`, as an app would report it: enter, images, exit."""
    now = time.time_ns() // 1000
    events = [{"id": "enter", "page": "reader", "time_us": now}]
    for i, page in enumerate(pages):
        events.append({"id": "image", "page": "reader", "time_us": now + 1 + i, "contents": {"name": page.stem, "image": {"$file": page.name}}})
    events.append({"id": "exit", "page": "reader", "time_us": now + 100})
    path = folder / "visit.json"
    path.write_text(json.dumps(events))
    stack.ctl("events", "send", path)


def installed(stack: Stack, version: str, states: tuple[str, ...] = ()):
    """The device's row of the task if it is at this version (and in one of these states)."""
    for row in stack.ctl("task", "list"):
        if row.get("task") == "ocr" and row.get("version") == version and (not states or row.get("state") in states):
            return row
    return None


def features(stack: Stack) -> dict[str, dict]:
    """Page name → the newest feature that the cloud has of it."""
    found: dict[str, dict] = {}
    for row in reversed(stack.ctl("results", "--task", "ocr", "--name", "ocr")):
        found[row["value"]["name"]] = row
    return found


def blob_bytes(stack: Stack) -> int:
    """Bytes of blobs that the broker has served, from its metrics."""
    request = urllib.request.Request(
        stack.environment["WALLE_BROKER"] + "/metrics", headers={"Authorization": "Bearer " + stack.environment["WALLE_TOKEN"]}
    )
    text = urllib.request.urlopen(request, timeout=5).read().decode()
    return int(sum(float(v) for v in re.findall(r"^walle\w*blob\w*bytes\w*(?:\{[^}]*\})? (\S+)$", text, re.M)))


def release(stack: Stack, tag: str, repository: Path, policy: Path) -> None:
    stack.ctl("release", "create", tag, "--scenario", repository, "--policy", policy)


def read_pages(stack: Stack, tell: Narrator, folder: Path, out: Path) -> None:
    """Sends both pages, waits for their features, compares with the known words, draws."""
    pages = folder / "pages"
    known = (pages / "words.txt").read_text().splitlines()
    sent = time.monotonic()
    visit(stack, pages, [pages / "page.png"])
    visit(stack, pages, [pages / "photo.png"])
    tell.say("an app sent two visits of the page 'reader' over D-Bus: a page, and the same as a phone sees it")
    got = wait(lambda: (f := features(stack)) and {"page", "photo"} <= f.keys() and f, 60, "the features did not arrive", stack, "walled")
    tell.say(f"the cloud has both features, {time.monotonic() - sent:.1f} s after the events")
    text, bad = [], []
    for name in ("page", "photo"):
        lines = got[name]["value"]["lines"]
        total, missing = missing_words(known, lines)
        share = (total - len(missing)) / total
        tell.row(f"words found on {name}.png", f"{total - len(missing)} of {total}" + (f", missing: {' '.join(missing)}" if missing else ""))
        text += [f"# {name}.png"] + [line["text"] for line in lines] + [""]
        if share < 0.95:
            bad.append(f"{name}.png: {share:.0%}")
    (out / "ocr.txt").write_text("\n".join(text))
    draw([(pages / f"{name}.png", got[name]["value"]["lines"]) for name in ("page", "photo")], out / "ocr.png")
    tell.row("picture", str(out / "ocr.png"))
    tell.row("text", str(out / "ocr.txt"))
    if bad:
        raise Failed("fewer than 95 % of the known words were found: " + ", ".join(bad))


def break_and_roll_back(stack: Stack, tell: Narrator, scenario: Scenario, task: Path, folder: Path, policy: Path) -> None:
    tag = scenario.release(task, "1.1.0", lambda copy: (copy / "main.py").write_text(BROKEN))
    release(stack, tag, scenario.repository, policy)
    wait(lambda: installed(stack, "1.1.0"), 60, "the device did not take v1.1.0", stack, "walle-netd")
    tell.say("v1.1.0, broken on purpose, is on the device, on probation")
    before = blob_bytes(stack)
    visit(stack, folder / "pages", [folder / "pages" / "page.png"])
    wait(lambda: installed(stack, "1.0.0"), 60, "the device did not go back to v1.0.0", stack, "walled")
    tell.say("its first run failed: v1.0.0 serves again")
    since = time.time_ns() // 1000
    visit(stack, folder / "pages", [folder / "pages" / "page.png"])
    wait(lambda: (f := features(stack).get("page")) and f["received_us"] > since and f["version"] == "1.0.0", 60, "v1.0.0 does not answer", stack, "walled")
    tell.row("v1.1.0", "failed its probation; v1.0.0 serves again")
    tell.row("downloaded for the rollback", f"{blob_bytes(stack) - before} bytes")
    if blob_bytes(stack) != before:
        raise Failed("the rollback downloaded something")


def play(stack: Stack, tell: Narrator, root: Path, folder: Path, out: Path) -> None:
    task = folder / "ocr"
    shutil.copytree(root / "examples" / "ocr", task, dirs_exist_ok=True)
    subprocess.run([sys.executable, root / "examples/demo/pages.py", folder / "pages"], check=True)
    scenario = Scenario(folder)
    tag = scenario.release(task, "1.0.0")
    tell.say(f"a git scenario with the task 'ocr'; tag {tag} is signed")
    urls, broker = start_broker(stack, folder, scenario.signers)
    tell.say(f"walle-broker on embedded defaults: {urls['mqtt']} (its own mosquitto, TLS), SQLite, blobs at {urls['https']}")
    start_device(stack, folder, urls, broker, DEVICE)
    tell.say(f"device {DEVICE} enrolled; walled on a private bus, walle-netd connected")
    policy = folder / "rollout.toml"
    policy.write_text(POLICY)
    began = time.monotonic()
    release(stack, tag, scenario.repository, policy)
    tell.say(f"walle-ctl release create {tag}: bundle signed, offered in the device's next report")
    wait(lambda: installed(stack, "1.0.0"), 60, "the device did not take v1.0.0", stack, "walle-netd")
    tell.say("the device pulled the blobs, verified them, installed and reported")
    tell.row("release to installed", f"{time.monotonic() - began:.1f} s, {blob_bytes(stack) / 1e6:.1f} MB pulled")
    read_pages(stack, tell, folder, out)
    break_and_roll_back(stack, tell, scenario, task, folder, policy)


def hints(stack: Stack, root: Path) -> None:
    environment = " ".join(f"{k}={stack.environment[k]}" for k in ("WALLE_BUS", "WALLE_BROKER", "WALLE_TOKEN") if k in stack.environment)
    print(f"\nIt keeps running. To play with it:\n  export {environment} PATH={stack.bin}:$PATH")
    for command in ("walle-ctl status", "walle-ctl task list", "walle-ctl release list", "walle-ctl device show " + DEVICE, "walle-ctl results --task ocr", "walle-ctl logs"):
        print(f"  {command}")
    print("To release another task, for example examples/vad:")
    for command in (
        "git init -q /tmp/sounds && cd /tmp/sounds && git config user.name Author && git config user.email author@example.org",
        f"git config gpg.format ssh && git config user.signingkey {stack.folder / 'author'}",
        f"cp -r {root / 'examples' / 'vad'} . && git add -A && git commit -q -m vad && git tag -s vad/v1.0.0 -m vad",
        "walle-ctl release create vad/v1.0.0 --scenario .",
        "walle-ctl task list   # a few seconds later it is there, on probation",
        f"walle-ctl events send {root / 'examples' / 'vad' / 'cases' / 'speech.json'}   # twice: its probation asks for two runs",
        "walle-ctl results --task vad && walle-ctl release watch vad/v1.0.0",
    ):
        print(f"  {command}")
    print("Stop it with:  kill " + " ".join(str(p.pid) for _, p in stack.running))


def main() -> int:
    build, root = Path(sys.argv[1]), Path(sys.argv[2])
    out = root / "build" / "demo"
    shutil.rmtree(out, ignore_errors=True)
    folder = out / "work"
    folder.mkdir(parents=True)
    stack, tell, failed = Stack(build, folder), Narrator(), None
    try:
        play(stack, tell, root, folder, out)
    except BaseException as error:  # whatever happens, everything is stopped
        failed = error if isinstance(error, Failed) else f"{type(error).__name__}: {error}"
    tell.row("time", f"{time.monotonic() - tell.began:.0f} s")
    tell.table()
    keep = os.environ.get("KEEP") == "1"
    if keep and not failed:
        hints(stack, root)
        return 0
    stack.stop()
    if failed:
        print(f"\nThe demo failed: {failed}\nLogs: {stack.logs}", file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    print("\nEverything is stopped and removed.")
    return 0


sys.exit(main())
