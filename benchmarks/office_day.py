"""What an office waits for, as whole commands: a million rows checked, a month, a change of scheme.

`python benchmarks/office_day.py [--rows 1000000] [--stays 50000] [--moved 300000]` prints seconds and the
peak of memory of each command, in a process of its own.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import drgsim


def timed(*words: str) -> None:
    """Run one command of the product and print what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "drgsim", *words], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 1024
    print(f"{words[0]:12} {seconds:7.1f} s, cpu {cpu:7.1f} s, peak {peak:8,.0f} MB, exit {done.returncode}")
    if done.returncode > 1:
        print(done.stderr[-2000:])


def main() -> None:
    """Make the cases, which is not timed, and run the commands, the smallest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("rows", 1_000_000), ("stays", 50_000), ("moved", 300_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, n in (("stays", asked.stays), ("moved", asked.moved), ("rows", asked.rows)):
            cases = drgsim.synthetic_cases(n=n, year=2025, seed=1)
            drgsim.write_cases(cases, place / f"{name}.parquet")
        weights = ("--policy", "national-drg-rate", "--weights", "chs-drg-2.0-example")
        timed("office", str(place / "stays.parquet"), *weights, "--out", str(place / "month"))
        schemes = ("--from", "chs-drg-2.0", "--to", "chs-drg-3.0")
        timed("transition", str(place / "moved.parquet"), *schemes, "--out", str(place / "transition"))
        timed("check", str(place / "rows.parquet"), "--out", str(place / "problems.csv"))


if __name__ == "__main__":
    main()
