"""`drgsim demo`: the whole way from cases to a page, for a first look."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from .._paths import exists
from ..errors import ArgumentError
from ..simulation.progress import beside, processes
from ._reading import add_hospital_arguments, add_reading_arguments, reading_options, with_hospital_facts
from ._say import both, say
from ._simulating import add_running_arguments, ready, run

CASES, YEAR, REGION = 100_000, 2025, "province"  # three times as many stay within the bands
MOST = 10_000_000  # more fill any memory
# the shipped questions, each answered beside the baseline
SCENARIOS = (
    "baseline-drg",
    "cross-region-price-book",
    "special-review-ceiling",
    "high-outlier-excess-cap",
    "chs-drg-3",
    "drg-to-dip",
)
# what both processes work in, loaded before they part, or while the other one invents cases
_ROOMS = (
    "drgsim.simulation.record.record",
    "drgsim.fund.sensitivity",
    "drgsim.report.thirty_years",
    "scipy.special",
)
FUND_SCENARIOS, FUND_YEARS, FUND_DRAWS = ("premium-20", "delivery-free"), 30, 200


def add_parser(commands: Any) -> None:
    """Add `demo` to the command line."""
    parser = commands.add_parser(
        "demo",
        help="group, pay, settle and project a region under five reforms; one page 一键演示",
        description="Without a file: cases of an invented province. They are grouped, paid under the "
        "national default and five reforms, settled, and the funds projected. Writes a report (HTML), a "
        "workbook (Excel), the scenario documents and a run record. 从病例到一页报告,一条命令完成。",
        epilog="example: drgsim demo --out demo; drgsim demo --cases cases.xlsx --out mine",
    )
    add_reading_arguments(parser, required=False)
    parser.add_argument("--cases", metavar="FILE", help="your own cases instead of invented ones")
    parser.add_argument(
        "--n", "--stays", type=int, default=CASES, help=f"number of invented cases (default: {CASES:,})"
    )
    add_hospital_arguments(parser)
    add_running_arguments(parser, out="drgsim-demo")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    file = arguments.cases or arguments.file
    if arguments.cases and arguments.file:
        raise ArgumentError("one file of cases, not two", got=[arguments.file, arguments.cases])
    if file and file.isdecimal() and not exists(file):
        told = f"for invented cases: drgsim demo --n {file}"
        raise ArgumentError("--cases is a file of your own cases", got=file, do=told)
    if not file and not 0 < arguments.n <= MOST:
        told = "drgsim synth writes any number of cases, a part at a time"
        raise ArgumentError(
            "too few or too many for a demo", got=arguments.n, allowed=f"1 to {MOST:,}", do=told
        )
    if not arguments.quiet:
        source = (
            (file, file)
            if file
            else (f"虚构省份的 {arguments.n:,} 个病例", f"{arguments.n:,} invented cases")
        )
        told = both(
            f"{source[0]}，{len(SCENARIOS) - 1} 项改革，写入 {arguments.out} …",
            f"{source[1]} under {len(SCENARIOS) - 1} reforms, into {arguments.out} …",
        )
        say(told, file=sys.stderr, flush=True)
    ready(arguments)
    with processes():
        if file:
            _load(arguments)
            fund = beside(partial(_fund, arguments))
            cases, recipe = _read(file, arguments)
        else:
            made = beside(_inventing(arguments))
            _load(arguments)
            told = _fund(arguments)
            fund, (cases, recipe) = lambda: told, made()
        run(cases, list(SCENARIOS), arguments, recipe=recipe, more=fund)
    return 0


def _load(arguments: argparse.Namespace) -> None:
    """Load what a run works in, which knows what numbers it can do with."""
    for room in _ROOMS:
        import_module(room)
    from ..simulation.simulate import check_numbers

    check_numbers(years=arguments.years, draws=arguments.draws)


def _fund(arguments: argparse.Namespace) -> str:
    """Half a page: the country's fund in thirty years, with two of the shipped questions."""
    if not arguments.years:
        return ""
    from ..fund.fund import Fund
    from ..fund.sensitivity import sensitivity
    from ..fund.value import value
    from ..report.thirty_years import thirty_years

    fund = Fund.national()
    valued = value(fund, list(FUND_SCENARIOS), years=FUND_YEARS, draws=FUND_DRAWS, seed=1)
    return thirty_years(
        valued, sensitivity(fund, "reserve_months.employee", years=FUND_YEARS), lang=arguments.lang
    )


def _read(file: str, arguments: argparse.Namespace) -> tuple[Any, None]:
    from ._reading import read_grouped_cases

    cases = read_grouped_cases(file, quiet=arguments.quiet, **reading_options(arguments))
    return with_hospital_facts(cases, arguments), None


def _inventing(arguments: argparse.Namespace) -> Callable[[], tuple[Any, dict[str, Any]]]:
    """What makes the cases, with numbers out of their range refused at once."""
    from ..synthetic.generate import check_numbers, synthetic_cases

    recipe = {"region": REGION, "n": arguments.n, "year": YEAR, "seed": arguments.seed}
    check_numbers(n=arguments.n, year=YEAR, seed=arguments.seed)

    def invent() -> tuple[Any, dict[str, Any]]:
        start = time.perf_counter()
        cases = synthetic_cases(REGION, n=arguments.n, year=YEAR, seed=arguments.seed)
        if not arguments.quiet:
            seconds = time.perf_counter() - start
            say(
                f"{len(cases):,} cases of an invented province, {YEAR}, in {seconds:.0f} s; no row is a real "
                "person's 虚构省份,不含真实患者",
                file=sys.stderr,
            )
        return cases, {"synthetic": recipe}

    return invent
