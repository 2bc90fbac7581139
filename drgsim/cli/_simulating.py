"""What `demo` and `simulate` share: their options, telling how far a run is, and writing what it found."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError

if TYPE_CHECKING:
    from ..report.comparison import Comparison
    from ..simulation.progress import Progress

REPORT, WORKBOOK, RECORD, SCENARIOS = "report.html", "results.xlsx", "record.json", "scenarios"
_STAGES = {"pay": "paying", "project": "projecting", "draw": "drawing", "write": "writing"}


def add_running_arguments(parser: argparse.ArgumentParser, *, out: str | None) -> None:
    """Add how far to look and where to write."""
    parser.add_argument(
        "--out",
        default=out,
        required=out is None,
        metavar="DIR",
        help="folder to write to" + (f" (default: {out})" if out else ""),
    )
    parser.add_argument("--years", type=int, default=5, help="years to project (default: 5; 0: none)")
    parser.add_argument(
        "--draws", type=int, default=1000, help="draws for the bands (default: 1000; 0: no bands)"
    )
    parser.add_argument("--seed", type=int, default=0, help="keys every draw (default: 0)")
    parser.add_argument("--budgets", metavar="FILE", help="CSV: region, insurance, budget (yuan)")
    parser.add_argument(
        "--funds", metavar="FILE", help="CSV: region, insurance, income, other_spending, reserve (yuan)"
    )
    parser.add_argument(
        "--lang",
        choices=("zh", "en"),
        help="language of charts (default: Chinese where a font for it is installed)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(
    cases: Any, scenarios: list[Any], arguments: argparse.Namespace, *, recipe: dict[str, Any] | None
) -> Comparison:
    """Simulate, write report, workbook, scenarios and record, and print what came out."""
    from ..report.simulate import simulate
    from ..simulation.record import write_record

    out = Path(arguments.out)
    if out.exists() and not out.is_dir():
        raise ArgumentError("--out must be a folder", got=str(out))
    tell = None if arguments.quiet else Teller()
    result = simulate(
        cases,
        scenarios,
        years=arguments.years,
        draws=arguments.draws,
        seed=arguments.seed,
        budgets=_table(arguments.budgets),
        funds=_table(arguments.funds),
        progress=tell,
    )
    if tell is not None:
        tell.say("write", str(out))
    (out / SCENARIOS).mkdir(parents=True, exist_ok=True)
    for scenario in result.scenarios:
        scenario.to_yaml(out / SCENARIOS / f"{scenario.id}.yaml")
    write_record(result, out / RECORD, recipe=recipe)
    invented = recipe is not None
    result.to_excel(out / WORKBOOK, synthetic=invented)
    result.to_html(out / REPORT, lang=arguments.lang, synthetic=invented)
    if tell is not None:
        tell.done()
    print(result)
    print(f"\n{out / REPORT}\n{out / WORKBOOK}\n{out / SCENARIOS}\n{out / RECORD}")
    return result


class Teller:
    """Prints a line a stage, with the time it took; a moving line on a terminal."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.stage = ""

    def __call__(self, progress: Progress) -> None:
        self.say(progress.stage, progress.what, progress.done, progress.total)

    def say(self, stage: str, what: str, done: int = 0, total: int = 0) -> None:
        seconds = time.perf_counter() - self.start
        line = f"{seconds:5.0f} s  {_STAGES.get(stage, stage)} {what}".rstrip()
        if sys.stderr.isatty():
            share = f"  {done}/{total}" if total else ""
            print(f"\r\x1b[K{line}{share}", end="", file=sys.stderr, flush=True)
        elif stage != self.stage:
            print(line, file=sys.stderr, flush=True)
        self.stage = stage

    def done(self) -> None:
        seconds = time.perf_counter() - self.start
        end = "\r\x1b[K" if sys.stderr.isatty() else ""
        print(f"{end}{seconds:5.0f} s  done", file=sys.stderr)


def _table(path: str | None) -> Any:
    """A small table of the user's own, its regions as text."""
    if path is None:
        return None
    import pandas as pd

    try:
        return pd.read_csv(path, dtype={"region": str, "insurance": str})
    except (ValueError, pd.errors.ParserError) as error:
        raise ArgumentError(
            "a table cannot be read", got=path, allowed="CSV in UTF-8 with a header", do=str(error)
        ) from error
