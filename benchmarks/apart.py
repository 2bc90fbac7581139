"""A command in a process of its own, and what it took: a child starts with the peak of memory of the process
that makes it, so a small one stands between."""

import compileall
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import drgsim

_BETWEEN = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.stderr.write(done.stderr.decode()[-2000:])
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class Took:
    """Wall and processor seconds, megabytes at the peak, the exit code and the end of what was told."""

    seconds: float
    processor: float
    peak: float
    code: int
    told: str


def warm() -> dict[str, str]:
    """The surroundings of a command as it is installed: our files are translated once, not in every run."""
    compileall.compile_dir(Path(drgsim.__file__).parent, quiet=1)
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def drgsim_apart(*words: object) -> Took:
    """Run `drgsim` with these words."""
    surroundings = warm()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    line = [sys.executable, "-c", _BETWEEN, sys.executable, "-m", "drgsim", *map(str, words)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=surroundings)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(seconds, used, int(done.stdout or 0) / 1024, done.returncode, done.stderr)
