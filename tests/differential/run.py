"""run.py DRIVER --count N --seed S [--seconds T] [--graph I] [--only OP,OP]: random graphs through the engine.

Draws N graphs, lets the driver run each and prints a summary. A graph whose outputs differ from ONNX Runtime's, or that
crashes the driver, is shrunk and printed with its seed; `--graph I` draws that one alone. Exit 1 if there were any."""

import argparse
import collections
import os
import re
import signal
import sys
import time

from case import check, draw
from driver import Driver
from graph import Graph
from operators import TABLE
from shrink import describe, shrink


class Totals:
    def __init__(self):
        self.counts = collections.Counter()
        self.unsupported = collections.Counter()
        self.operators = collections.Counter()
        self.wrong = []


def judge(driver, case, totals, show_unsupported):
    try:
        check(case)
    except Exception as error:  # ONNX Runtime's exceptions have no common base
        totals.counts["refused by ONNX Runtime"] += 1
        Graph.refused[f"whole graph: {str(error).splitlines()[0][-100:]}"] += 1
        return
    verdict, message = driver.run(case)
    totals.counts[verdict] += 1
    totals.operators.update(node.op_type for node in case.nodes)
    if verdict == "unsupported":
        reason = re.sub(r"'[^']*'|\d+", "…", message)
        totals.unsupported[reason] += 1
        if show_unsupported and totals.unsupported[reason] == 1:
            small, last = shrink(driver, case, verdict)
            print(f"\nunsupported: seed {case.seed[0]} graph {case.seed[1]}: {last}\n{describe(small)}", flush=True)
    elif verdict != "ok":
        small, last = shrink(driver, case, verdict)
        totals.wrong.append((case.seed, verdict, last))
        print(f"\n{verdict}: seed {case.seed[0]} graph {case.seed[1]}: {message}\n  shrunk: {last}\n{describe(small)}",
              flush=True)


def work(options, first, progress):
    """Graphs from `first` on. Returns the exit status; what has begun is written to `progress`."""
    driver, totals, begun = Driver(options.driver), Totals(), time.monotonic()
    only = options.only.split(",") if options.only else None
    last = options.graph + 1 if options.graph is not None else options.count
    done = first
    for index in range(first, last):
        if options.seconds and time.monotonic() - begun > options.seconds:
            break
        os.write(progress, f"{index}\n".encode())
        judge(driver, draw((options.seed, index), only), totals, options.unsupported)
        done = index + 1
        if options.every and done % options.every == 0:
            print(f"{done} graphs: {dict(totals.counts)}", flush=True)
    summary(options, totals, done - first, time.monotonic() - begun)
    return 1 if totals.wrong else 0


def summary(options, totals, graphs, seconds):
    print(f"\n{graphs} graphs of seed {options.seed} in {seconds:.0f} s: "
          + ", ".join(f"{number} {what}" for what, number in sorted(totals.counts.items())))
    print(f"{len(totals.operators)} operators, {sum(totals.operators.values())} nodes; "
          f"{len(TABLE)} ways to draw one; rarest: "
          + ", ".join(f"{op} {number}" for op, number in totals.operators.most_common()[:-6:-1]))
    for title, counter in (("not supported by the engine", totals.unsupported), ("refused by ONNX Runtime", Graph.refused)):
        if not counter or (title.startswith("refused") and not options.refused):
            continue
        print(f"{title}:")
        for reason, number in counter.most_common(40):
            print(f"  {number:6} {reason}")


def supervised(options):
    """The work in a child process: ONNX Runtime crashes on some valid graphs, and the rest are to be run all the same."""
    first, crashes, status = options.graph or 0, 0, 0
    begun = time.monotonic()
    while True:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            os._exit(flushed(work(options, first, write)))
        os.close(write)
        with os.fdopen(read) as lines:
            started = [int(line) for line in lines]
        _, code = os.waitpid(child, 0)
        if not os.WIFSIGNALED(code):
            return max(status, os.waitstatus_to_exitcode(code))
        crashes += 1
        print(f"graph {started[-1]}: ONNX Runtime itself died of {signal.Signals(os.WTERMSIG(code)).name}; "
              "going on behind it", flush=True)
        first = started[-1] + 1
        if options.seconds:
            options.seconds = max(1, options.seconds - (time.monotonic() - begun))
        if crashes > 100 or options.graph is not None:
            return 1


def flushed(status):
    sys.stdout.flush()
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("driver")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0, help="stop after so long")
    parser.add_argument("--graph", type=int, help="this graph alone")
    parser.add_argument("--only", help="draw these operators alone")
    parser.add_argument("--every", type=int, default=0, help="a line after so many graphs")
    parser.add_argument("--unsupported", action="store_true", help="show one graph of each kind that the engine refuses")
    parser.add_argument("--refused", action="store_true", help="list what ONNX Runtime refused")
    sys.exit(supervised(parser.parse_args()))


if __name__ == "__main__":
    main()
