"""The engine at the other end of two pipes."""

import signal
import struct
import subprocess


def packed(data):
    return struct.pack("<I", len(data)) + data


def frame(case):
    model, *groups = case.record()
    return packed(model) + b"".join(
        struct.pack("<I", len(group)) + b"".join(packed(tensor) for tensor in group) for group in groups)


class Driver:
    """Runs one graph after the other in one process; started again where that died."""

    def __init__(self, path):
        self.path = path
        self.process = None

    def run(self, case):
        """A verdict (ok, unsupported, wrong, crash) and its message."""
        if self.process is None:
            self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.process.stdin.write(frame(case))
            self.process.stdin.flush()
            line = self.process.stdout.readline().decode(errors="replace").rstrip("\n")
        except BrokenPipeError:
            line = ""
        if line:
            verdict, _, message = line.partition(" ")
            return verdict, message
        code = self.process.wait()
        self.process = None
        return "crash", signal.Signals(-code).name if code < 0 else f"exit status {code}"
