"""Kills each program, with SIGKILL, in the middle of the way from a tag to a feature: way.py BUILD ROOT.

For every victim and both moments (a release that is on its way to the device, events that were just acknowledged) the way has
to end in the same state as without the kill: the new version installed, every acknowledged visit reported exactly once. Prints
a ledger of what was killed when, and what came back.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

BUILD, ROOT = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(ROOT / "examples" / "demo"))

from scenario import Scenario  # noqa: E402
from stack import Failed, Stack, start_broker, start_device, wait  # noqa: E402

VICTIMS = ("walled", "walle-vmd", "walle-netd", "walle-broker", "mosquitto")


class Way:
    def __init__(self, folder: Path):
        self.folder = folder
        self.stack = Stack(BUILD, folder)
        self.scenario = Scenario(folder)
        self.task = folder / "seen"
        shutil.copytree(ROOT / "tests/fault/way", self.task)
        self.policy = folder / "rollout.toml"
        self.policy.write_text("[[stage]]\nname = \"all\"\nshare = 1.0\n[stop]\nat_least = 1\nsilence = \"10m\"\n")
        self.version = 0
        self.visits: list[str] = []
        self.commands: dict[str, list] = {}

    def start(self) -> None:
        urls, broker = start_broker(self.stack, self.folder, self.scenario.signers, fixed_ports=True)
        start_device(self.stack, self.folder, urls, broker, "reader-1")

    def kill(self, victim: str) -> str:
        """Kills the victim, and starts it again as systemd would where nobody else does."""
        named = [(name, p) for name, p in self.stack.running if name == victim]
        if named:
            name, process = named[0]
            command = process.args
            process.kill()
            process.wait()
            self.stack.running.remove((name, process))
            self.stack.start(name, command)
            return "started again by its supervisor"
        mine = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and self.belongs(int(p.name), victim)]
        for pid in mine:
            os.kill(pid, signal.SIGKILL)
        owner = "walled" if victim == "walle-vmd" else "walle-broker"
        return f"started again by {owner}" if mine else "was not running"

    def belongs(self, pid: int, victim: str) -> bool:
        """True for a descendant of our own processes with this program name."""
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
        return name.startswith(victim[:15]) and parent in {p.pid for _, p in self.stack.running}

    def release(self, victim: str | None) -> str:
        tag = self.scenario.release(self.task, f"1.0.{self.version}")
        version = f"1.0.{self.version}"
        self.version += 1
        self.stack.ctl("release", "create", tag, "--scenario", self.scenario.repository, "--policy", self.policy)
        note = self.kill(victim) if victim else ""

        def there():
            try:
                return any(r["version"] == version for r in self.stack.ctl("task", "list") if r["task"] == "seen")
            except Failed:
                return False

        wait(there, 60, f"{version} did not arrive after {victim} was killed", self.stack, "walle-netd")
        return note

    def visit(self, victim: str | None) -> str:
        name = f"visit-{len(self.visits)}"
        now = time.time_ns() // 1000
        path = self.folder / "visit.json"
        path.write_text(
            json.dumps(
                [
                    {"id": "enter", "page": "reader", "time_us": now},
                    {"id": "image", "page": "reader", "time_us": now + 1, "contents": {"name": name}},
                    {"id": "exit", "page": "reader", "time_us": now + 2},
                ]
            )
        )
        self.stack.ctl("events", "send", path)
        self.visits.append(name)
        note = self.kill(victim) if victim else ""
        wait(lambda: name in self.reported(), 60, f"{name} was lost when {victim} was killed", self.stack, "walled")
        return note

    def reported(self) -> list[str]:
        try:
            return [r["value"]["name"] for r in self.stack.ctl("results", "--task", "seen", "--limit", "1000")]
        except Failed:
            return []


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="walle-way."))
    way = Way(folder)
    rows = []
    try:
        way.start()
        way.release(None)
        way.visit(None)
        for victim in VICTIMS:
            for moment, step in (("release under way", way.release), ("events acknowledged", way.visit)):
                began = time.monotonic()
                note = step(victim)
                if step == way.release:
                    way.visit(None)
                rows.append((victim, moment, note, f"{time.monotonic() - began:.1f} s"))
        reported = way.reported()
        doubled = sorted({n for n in reported if reported.count(n) > 1})
        lost = sorted(set(way.visits) - set(reported))
        print(f"{'killed':14} {'when':20} {'came back':34} whole again after")
        for row in rows:
            print(f"{row[0]:14} {row[1]:20} {row[2]:34} {row[3]}")
        print(f"\nacknowledged {len(way.visits)}, reported {len(set(reported))}, lost {len(lost)} {lost}, doubled {len(doubled)} {doubled}")
        return 1 if lost or doubled else 0
    except Failed as failure:
        for row in rows:
            print(*row)
        print(f"failed: {failure}")
        return 1
    finally:
        way.stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
