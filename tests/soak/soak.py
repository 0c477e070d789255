"""Events through walled and a task for a while: soak.py BUILD ROOT SECONDS [--json].

Visits of a page are sent as fast as their runs are done; at the end each image's number has to be in the task's table exactly once, and
the memory of walled and its task host has to be where it was after the first tenth of the time. Nothing else runs: no broker, so
features stay in the spool.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ARGUMENTS = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ARGUMENTS.add_argument("build", type=Path)
ARGUMENTS.add_argument("root", type=Path)
ARGUMENTS.add_argument("seconds", type=float)
ARGUMENTS.add_argument("--json", action="store_true", help="one JSON document instead of the table")
arguments = ARGUMENTS.parse_args()
sys.path.insert(0, str(arguments.root / "examples" / "demo"))

from stack import BUS, Failed, Stack, wait  # noqa: E402

VISITS = 40  # in one batch
IMAGES = 5  # of a visit
GROWTH = 1.10  # of memory after the first tenth...
SLACK_KB = 10240  # ...and so much on top: the page caches of four databases fill, 2 MiB each


def resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def children(pid: int) -> list[int]:
    out = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                out.append(int(entry.name))
        except OSError:
            pass
    return out


class Soak:
    def __init__(self, folder: Path):
        self.folder = folder
        self.state = folder / "state"
        self.stack = Stack(arguments.build, folder)
        self.number = 0
        self.runs = 0

    def start(self) -> None:
        bus = self.folder / "bus"
        (self.folder / "bus.conf").write_text(BUS.format(path=bus))
        self.stack.start("dbus-daemon", ["dbus-daemon", f"--config-file={self.folder / 'bus.conf'}", "--nofork", "--nopidfile"])
        wait(bus.exists, 5, "the private bus did not come up")
        self.stack.environment["WALLE_BUS"] = f"unix:path={bus}"
        config = self.folder / "walled.toml"
        config.write_text(f'state_dir = "{self.state}"\nruntime_dir = "{self.folder / "run"}"\nbus = "unix:path={bus}"\n')
        self.stack.start("walled", [self.stack.bin / "walled", "--config", config])
        wait(lambda: self.stack.call("walle-ctl", "status", check=False) != "", 10, "walled did not come up", self.stack, "walled")
        self.stack.call("walle-ctl", "task", "install", arguments.root / "tests/soak/counted")

    def batch(self) -> None:
        """Sends some visits, then waits until their runs are done."""
        now = time.time_ns() // 1000
        events = []
        for visit in range(VISITS):
            at = now + visit * 100
            events.append({"id": "enter", "page": "reader", "time_us": at})
            for image in range(IMAGES):
                events.append({"id": "image", "page": "reader", "time_us": at + 1 + image, "contents": {"number": self.number}})
                self.number += 1
            events.append({"id": "exit", "page": "reader", "time_us": at + 50})
        path = self.folder / "visits.json"
        path.write_text(json.dumps(events))
        self.stack.ctl("events", "send", path)
        self.runs += VISITS
        wait(lambda: self.stored() >= self.number, 60, f"{self.number} images were sent, {self.stored()} are stored", self.stack, "walled")

    def stored(self) -> int:
        rows = self.stack.ctl("stream", "rows", "counted", "-n", "1")
        return 1 + max((row["number"] for row in rows), default=-1)

    def memory(self) -> dict[str, int]:
        walled = dict((name, process.pid) for name, process in self.stack.running)["walled"]
        out = {"walled": resident_kb(walled)}
        for i, pid in enumerate(sorted(children(walled))):
            out[f"walle-vmd{'' if i == 0 else i}"] = resident_kb(pid)
        return out

    def numbers(self) -> Counter:
        """All that the table holds, read from its file once walled has ended."""
        with sqlite3.connect(self.state / "rows.db") as rows:
            table = "SELECT value FROM rows WHERE table_id = (SELECT id FROM tables WHERE name = 'counted')"
            return Counter(number_in(value) for (value,) in rows.execute(table))


def number_in(row: bytes) -> int:
    """The member "number" of a row in CBOR: an unsigned integer of one to nine bytes (RFC 8949, 3.1)."""
    at = row.index(b"\x66number") + 7
    short = row[at] & 0x1F
    return short if short < 24 else int.from_bytes(row[at + 1 : at + 1 + (1 << (short - 24))], "big")


def report(result: dict) -> None:
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"{'program':12} {'RSS before':>12} {'RSS after':>12}")
    for name, before in result["before_kb"].items():
        print(f"{name:12} {before:9} KiB {result['after_kb'].get(name, 0):9} KiB")
    print(
        f"\n{result['seconds']:.0f} s: {result['events']} events, {result['runs']} runs, {result['events_per_s']:.0f} events a second; "
        f"lost {result['lost']}, doubled {result['doubled']}" + "".join(f"\n{line}" for line in result["faults"])
    )


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="walle-soak."))
    soak = Soak(folder)
    try:
        soak.start()
        began = time.monotonic()
        before: dict[str, int] = {}
        while (passed := time.monotonic() - began) < arguments.seconds or not before:
            soak.batch()
            if not before and passed >= arguments.seconds / 10:
                before = soak.memory()
        after, seconds = soak.memory(), time.monotonic() - began
        soak.stack.stop()
        numbers = soak.numbers()
        faults = [f"{name} grew from {kb} to {after.get(name, 0)} KiB" for name, kb in before.items() if after.get(name, 0) > kb * GROWTH + SLACK_KB]
        faults += [f"{name} is not there any more" for name in before if name not in after]
        lost = [n for n in range(soak.number) if n not in numbers]
        doubled = [n for n, count in numbers.items() if count > 1]
        events = soak.runs * (IMAGES + 2)
        report(
            {
                "seconds": seconds,
                "events": events,
                "runs": soak.runs,
                "events_per_s": events / seconds,
                "before_kb": before,
                "after_kb": after,
                "lost": len(lost),
                "doubled": len(doubled),
                "faults": faults,
            }
        )
        return 1 if lost or doubled or faults else 0
    except Failed as failure:
        print(f"soak: {failure}", file=sys.stderr)
        return 1
    finally:
        soak.stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
