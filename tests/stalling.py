"""A machine that stalls: runs pytest, and stops its processes for two seconds, one or all of them, again and again.

    python -m tests.stalling [--seed N] PYTEST-ARGUMENTS

No part of the suite: for whoever wants to know whether a test leans on the machine being quick, or the gateway on never
being held up. Needs /proc. Ends with pytest's exit code.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

STALL_SECONDS = 2.0
BETWEEN_SECONDS = (1.0, 5.0)
ALL_SHARE = 0.2
"""How many of the stalls stop everything, not one process."""


def main() -> int:
    """Run pytest under stalls."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    options, arguments = parser.parse_known_args()
    chance = random.Random(options.seed)  # noqa: S311 -- which process, and when
    running = subprocess.Popen([sys.executable, "-m", "pytest", *arguments])
    count = 0
    while running.poll() is None:
        time.sleep(chance.uniform(*BETWEEN_SECONDS))
        processes = [running.pid, *sorted(_descendants(running.pid))]
        _stall(processes if chance.random() < ALL_SHARE else [chance.choice(processes)])
        count += 1
    sys.stderr.write(f"{count} stalls of {STALL_SECONDS} s\n")
    return running.returncode


def _stall(processes: list[int]) -> None:
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, number)
        if number is signal.SIGSTOP:
            time.sleep(STALL_SECONDS)


def _descendants(root: int) -> Iterator[int]:
    """Give the Python processes under `root`: pytest's workers, gateways, sandboxes."""
    children = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            children[int(parent)].append((int(folder.name), b"python" in (folder / "cmdline").read_bytes()))
    left = [root]
    while left:
        for process, is_python in children[left.pop()]:
            left.append(process)
            if is_python:
                yield process


if __name__ == "__main__":
    sys.exit(main())
