"""Starts and stops what the demo runs: programs with logs, a private bus, the broker, a device."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path


class Failed(Exception):
    """The demo cannot go on; the message says why."""


class Stack:
    """Processes of the demo, in a folder of their own. Ends them in reverse order."""

    def __init__(self, build: Path, folder: Path):
        self.bin = build / "bin"
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.running: list[tuple[str, subprocess.Popen]] = []
        self.environment = dict(os.environ)

    def start(self, name: str, command: list[str | Path], wait_for: str | None = None, seconds: float = 20) -> str:
        """Starts a program; returns the line of its output that begins with `wait_for`."""
        log = self.logs / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, env=self.environment, start_new_session=True
            )
        self.running.append((name, process))
        if wait_for is None:
            return ""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in log.read_text(errors="replace").splitlines():
                if line.startswith(wait_for):
                    return line
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise Failed(f"{name} did not come up; its log ends with:\n{self.tail(name)}")

    def tail(self, name: str, lines: int = 15) -> str:
        return "\n".join((self.logs / f"{name}.log").read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        for _, process in reversed(self.running):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for _, process in reversed(self.running):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self.running.clear()

    def call(self, *command: str | Path, check: bool = True) -> str:
        """Runs one of our programs to its end; returns its output."""
        done = subprocess.run(
            [str(self.bin / command[0]), *map(str, command[1:])], capture_output=True, text=True, env=self.environment
        )
        if check and done.returncode != 0:
            raise Failed(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}".strip())
        return done.stdout

    def ctl(self, *arguments: str | Path):
        """walle-ctl ... --json, parsed."""
        return json.loads(self.call("walle-ctl", *arguments, "--json"))


BUS = """<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_broker(stack: Stack, folder: Path, signers: Path, fixed_ports: bool = False) -> tuple[dict[str, str], Path]:
    """Starts walle-broker on free ports; returns its URLs and its state folder. fixed_ports: the same after a restart."""
    ports = [free_port() if fixed_ports else 0 for _ in range(3)]
    state = folder / "broker"
    config = folder / "broker.toml"
    config.write_text(
        f'[server]\nstate_dir = "{state}"\nhost = "127.0.0.1"\n[api]\nhttp = "127.0.0.1:{ports[0]}"\nhttps = "127.0.0.1:{ports[1]}"\n'
        f'[mqtt]\nlisten = "127.0.0.1:{ports[2]}"\n[tasks]\nallowed_signers = "{signers}"\n'
    )
    line = stack.start("walle-broker", [stack.bin / "walle-broker", "--config", config], wait_for="READY")
    urls = dict(part.split("=", 1) for part in line.split()[1:])
    stack.environment.update(WALLE_BROKER=urls["api"], WALLE_TOKEN=(state / "admin.token").read_text().strip())
    return urls, state


def start_device(stack: Stack, folder: Path, urls: dict[str, str], broker: Path, name: str) -> None:
    """A private bus, an enrolled walle-netd and walled on it."""
    state, run = folder / "device", folder / "run"
    for path in (state, run):
        path.mkdir(parents=True, exist_ok=True)
    bus = run / "bus"
    (folder / "bus.conf").write_text(BUS.format(path=bus))
    stack.start("dbus-daemon", ["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork", "--nopidfile"])
    wait(bus.exists, 5, "the private bus did not come up")
    stack.environment["WALLE_BUS"] = f"unix:path={bus}"

    token = stack.ctl("device", "enrol", "--name", name, "--label", "room=reading")["token"]
    netd = folder / "netd.toml"
    netd.write_text(f'state_dir = "{state / "net"}"\nsocket = "{run / "net.sock"}"\nreport_interval = "2s"\n')
    ca = broker / "keys" / "ca.crt"
    stack.call("walle-netd", "--config", netd, "--enrol", urls["https"], "--token", token, "--ca", ca, "--device", name)

    walled = folder / "walled.toml"
    walled.write_text(
        f'state_dir = "{state / "walled"}"\nruntime_dir = "{run}"\nbus = "{stack.environment["WALLE_BUS"]}"\n'
        f'[device]\nid = "{name}"\n[device.labels]\nroom = "reading"\n[trust]\nroot = "{state / "net" / "identity" / "root.json"}"\n'
    )
    stack.start("walled", [stack.bin / "walled", "--config", walled])
    wait(lambda: stack.call("walle-ctl", "status", check=False) != "", 10, "walled did not come up", stack, "walled")
    stack.start("walle-netd", [stack.bin / "walle-netd", "--config", netd])


def wait(condition, seconds: float, message: str, stack: Stack | None = None, log: str = ""):
    """Polls until `condition()` is true and returns its value; else raises with the tail of a log."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise Failed(message + (f"; its log ends with:\n{stack.tail(log)}" if stack and log else ""))
