"""What an office waits for, as whole commands: a million rows checked, a month, a change of scheme.

`python benchmarks/office_day.py [--rows 1000000] [--stays 50000] [--moved 300000]` prints seconds and the
peak of memory of each command, in a process of its own.
"""

import argparse
import tempfile
from pathlib import Path

from apart import drgsim_apart

import drgsim


def timed(*words: str) -> None:
    """Run one command of the product and print what it took."""
    took = drgsim_apart(*words)
    print(
        f"{words[0]:12} {took.seconds:7.1f} s, cpu {took.processor:7.1f} s, peak {took.peak:8,.0f} MB, "
        f"exit {took.code}"
    )
    if took.code > 1:
        print(took.told)


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
