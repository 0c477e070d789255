"""walle-model beside ONNX Runtime on the same models and inputs, in one run: peers.py BUILD MODELS [options].

Rounds are interleaved, so that whatever else the machine does hits both; a time is the least of all rounds. Answers are compared
first: a wrong one gets no time. Compare within one run only.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "conformance" / "models"))
import din  # noqa: E402
import efficientnet  # noqa: E402
import mobilenet  # noqa: E402
import resnet  # noqa: E402
import squeezenet  # noqa: E402
import transformers  # noqa: E402

FAMILIES = (mobilenet, resnet, squeezenet, efficientnet, transformers, din)
TOLERANCE = 5e-3  # largest difference over the largest value


class Failed(Exception):
    """A program did not do what it should; the message says what it said."""


@dataclass
class Case:
    name: str
    path: Path
    inputs: dict[str, np.ndarray]


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(shape).astype(np.float32)


def cases(models: Path, folder: Path, only: list[str]) -> list[Case]:
    """Public models that are fetched, and networks whose weights are made here: speed does not depend on them."""
    sample = {"input": noise(1, 576), "state": np.zeros((2, 1, 128), np.float32), "sr": np.array(16000, np.int64)}
    out = [
        Case("ppocr_det", models / "ppocr_det.onnx", {"x": noise(1, 3, 640, 640)}),
        Case("ppocr_rec", models / "ppocr_rec.onnx", {"x": noise(1, 3, 48, 320)}),
        Case("ppocr_cls", models / "ppocr_cls.onnx", {"x": noise(1, 3, 48, 192)}),
        Case("silero_vad", models / "silero_vad.onnx", sample),
    ]
    for family in FAMILIES:
        for name, (write, inputs) in family.MODELS.items():
            if only and name not in only:
                continue
            path = folder / f"{name}.onnx"
            write(str(path))
            out.append(Case(name, path, next(iter(inputs(np.random.default_rng(7)).values()))))
    unknown = set(only) - {case.name for case in out}
    if unknown:
        raise Failed(f"no model {', '.join(sorted(unknown))}; leave out --only to see all")
    return [case for case in out if not only or case.name in only]


class Peer:
    """ONNX Runtime with its defaults and as many threads."""

    def __init__(self, case: Case, threads: int):
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(str(case.path), options, providers=["CPUExecutionProvider"])
        self.names = [o.name for o in self.session.get_outputs()]
        self.inputs = case.inputs

    def outputs(self) -> dict[str, np.ndarray]:
        return dict(zip(self.names, self.session.run(None, self.inputs)))

    def round(self, seconds: float) -> float:
        """The least time of a run in µs; a tenth of the round is not counted."""
        begin, best = time.perf_counter(), math.inf
        while (now := time.perf_counter()) - begin < seconds or best == math.inf:
            self.session.run(None, self.inputs)
            took = time.perf_counter() - now
            if now - begin >= seconds / 10:
                best = min(best, took)
        return best * 1e6


class Walle:
    """walle-model on the .walle file, a fresh process each round."""

    def __init__(self, case: Case, threads: int, program: Path, precision: str, folder: Path):
        self.program, self.folder = program, folder
        self.options = ["--threads", str(threads), "--precision", precision]
        self.model = folder / f"{case.name}.walle"
        self.call("convert", case.path, "-o", self.model, "--json")
        for name, array in case.inputs.items():
            path = folder / f"{case.name}.{len(self.options)}.npy"
            np.save(path, array)
            self.options += ["--input", f"{name}={path}"]

    def call(self, *arguments) -> str:
        done = subprocess.run([str(self.program), *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr.strip() or f"walle-model {arguments[0]} ended with {done.returncode}")
        return done.stdout

    def outputs(self) -> dict[str, np.ndarray]:
        out = self.folder / "outputs"
        self.call("run", self.model, *self.options, "--output", out)
        return {path.stem: np.load(path) for path in out.glob("*.npy")}

    def round(self, seconds: float) -> float:
        return json.loads(self.call("bench", self.model, *self.options, "--seconds", seconds, "--json"))["min_us"]


def difference(peer: dict[str, np.ndarray], walle: dict[str, np.ndarray]) -> float:
    """The largest difference over the largest value of any output."""
    worst = 0.0
    for name, expected in peer.items():
        plain = "".join(c if c.isalnum() and c.isascii() or c in "._-" else "_" for c in name)
        got = walle.get(plain)
        if got is None or got.shape != expected.shape:
            return math.inf
        if expected.size:
            scale = max(float(np.abs(expected).max()), 1e-9)
            worst = max(worst, float(np.abs(expected.astype(np.float64) - got).max()) / scale)
    return worst


def measure(case: Case, arguments, folder: Path) -> dict:
    row = {"model": case.name, "threads": arguments.threads}
    try:
        peer = Peer(case, arguments.threads)
        walle = Walle(case, arguments.threads, arguments.build / "bin" / "walle-model", arguments.precision, folder)
        row["difference"] = difference(peer.outputs(), walle.outputs())
    except Failed as failure:
        return row | {"error": str(failure)}
    if not row["difference"] <= (TOLERANCE if arguments.precision != "fast" else 0.1):
        return row | {"error": f"another answer: differs by {row['difference']:.2g}"}
    times: dict[str, list[float]] = {"ort": [], "walle": []}
    for _ in range(arguments.rounds):
        times["ort"].append(peer.round(arguments.seconds / arguments.rounds))
        times["walle"].append(walle.round(arguments.seconds / arguments.rounds))
    row["ort_us"], row["walle_us"] = min(times["ort"]), min(times["walle"])
    row["ratio"] = row["walle_us"] / row["ort_us"]
    return row


def line(row: dict) -> str:
    if "error" in row:
        return f"{row['model']:20} {row['error']}"
    return f"{row['model']:20} {row['ort_us'] / 1e3:10.3f} {row['walle_us'] / 1e3:10.3f} {row['ratio']:8.2f}  {row['difference']:.1e}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="build folder, with bin/walle-model")
    parser.add_argument("models", type=Path, help="folder of the fetched models")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these models")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", default="high", choices=("strict", "high", "fast"))
    parser.add_argument("--seconds", type=float, default=3, help="for each engine and model (3)")
    parser.add_argument("--rounds", type=int, default=3, help="they take turns so often (3)")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    arguments = parser.parse_args()
    os.environ["WALLE_PROFILE"] = ""  # what somebody tuned on this machine is not what others get
    ort.set_default_logger_severity(3)
    with tempfile.TemporaryDirectory(prefix="walle-bench.") as folder:
        try:
            chosen = cases(arguments.models, Path(folder), arguments.only)
        except Failed as failure:
            print(f"bench: {failure}", file=sys.stderr)
            return 1
        if not arguments.json:
            print(f"{arguments.threads} thread(s), {arguments.precision}; ONNX Runtime {ort.__version__}")
            print(f"{'model':20} {'ORT ms':>10} {'Walle ms':>10} {'ratio':>8}  differs by")
        rows = []
        for case in chosen:
            rows.append(measure(case, arguments, Path(folder)))
            if not arguments.json:
                print(line(rows[-1]), flush=True)
    ratios = [row["ratio"] for row in rows if "ratio" in row]
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None
    if arguments.json:
        print(json.dumps({"rows": rows, "geometric_mean": mean, "onnxruntime": ort.__version__}))
    elif mean:
        print(f"{'geometric mean':20} {'':21} {mean:8.2f}  Walle's time over ONNX Runtime's, of {len(ratios)} models")
    return 0 if len(ratios) == len(rows) else 1


sys.exit(main())
