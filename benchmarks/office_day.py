"""What an office waits for, as whole commands: a million rows checked, a month, a change of scheme.

`python benchmarks/office_day.py [--rows 1000000] [--stays 50000] [--moved 300000]` prints seconds and the
peak of memory of each command, in a process of its own.

`python benchmarks/office_day.py --held [--rows 1000000]` prints what each further row costs in memory at the
peak and in processor time: every command takes so many rows, and three times as many (the same cases under
other ids), and the difference is divided by the rows between.
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd
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


def held(place: Path, rows: int) -> None:
    """Bytes and processor time that each further row costs every command."""
    cases = drgsim.synthetic_cases(n=rows, year=2025, seed=1)
    few, many = place / "few.parquet", place / "many.parquet"
    again = [
        cases.assign(**{name: f"{turn}-" + cases[name] for name in ("case_id", "patient_id")})
        for turn in range(3)
    ]
    drgsim.write_cases(again[0], few)
    drgsim.write_cases(pd.concat(again, ignore_index=True), many)
    for name, words in COMMANDS.items():
        took = []
        for number, source in enumerate((few, many)):
            told = [
                word.format(source=source, out=place / f"{name.replace(' ', '-')}{number}") for word in words
            ]
            took.append(drgsim_apart(*told))
            if took[-1].code > 1:
                raise SystemExit(f"{name} ended with {took[-1].code}\n{took[-1].told}")
        first, last = took
        held = (last.peak - first.peak) * 1024 * 1024 / (2 * rows)
        used = (last.processor - first.processor) * 1e6 / (2 * rows)
        print(
            f"{name:16} {held:7,.0f} bytes a row, {used:6.1f} µs a row; "
            f"{rows:,} rows: {first.peak:,.0f} MB, {3 * rows:,}: {last.peak:,.0f} MB",
            flush=True,
        )


COMMANDS = {
    "group": ["group", "{source}", "-o", "{out}.parquet", "--quiet"],
    "dip group": [
        "dip",
        "group",
        "{source}",
        "-o",
        "{out}.parquet",
        "--catalogue",
        "dip-national-3.0",
        "--quiet",
    ],
    "convert": ["convert", "{source}", "{out}.parquet"],
    "check": ["check", "{source}"],
    "check --out": ["check", "{source}", "--out", "{out}.csv"],
    "estimate": ["estimate", "{source}", "--policy", "harbin", "-o", "{out}.parquet"],
    "dip fit": ["dip", "fit", "{source}", "-o", "{out}"],
    "transition": [
        "transition",
        "{source}",
        "--from",
        "chs-drg-2.0",
        "--to",
        "chs-drg-3.0",
        "--out",
        "{out}",
    ],
}


def main() -> None:
    """Make the cases, which is not timed, and run the commands, the smallest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", action="store_true", help="memory and time of each further row")
    for name, default in (("rows", 1_000_000), ("stays", 50_000), ("moved", 300_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if asked.held:
            held(place, asked.rows)
            return
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
