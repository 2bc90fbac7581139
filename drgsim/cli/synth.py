"""`drgsim synth`: cases of an invented region that meet published totals, block by block."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from ..errors import ArgumentError
from ..language import stated_language
from ._say import both, say, table_text

CASES, CASES_MEASURED = 10_000, 200_000


def add_parser(commands: Any) -> None:
    """Add `synth` to the command line."""
    parser = commands.add_parser(
        "synth",
        help="make synthetic cases of an invented region 生成合成病例",
        description="Writes cases of an invented region whose totals meet the published national statistics "
        "of a year. The same options give the same cases on every machine. No row is a real person's; "
        "--fidelity says what the cases preserve and what not. "
        "生成符合公开统计数据的合成病例, 不含任何真实患者。",
        epilog="example: drgsim synth --n 100000 --seed 7 --out cases.parquet",
    )
    parser.add_argument("-o", "--out", metavar="OUT", help=".csv, .csv.gz or .parquet")
    parser.add_argument("--n", type=int, help="number of cases (default: 10000; with --fidelity 200000)")
    parser.add_argument(
        "--region", default="province", metavar="ID", help="invented region (default: province)"
    )
    parser.add_argument(
        "--year", type=int, default=2025, help="whose published totals are met (default: 2025)"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed, other cases (default: 0)")
    parser.add_argument(
        "--dirt", type=float, default=0.0, metavar="SHARE", help="share of cases with something wrong in them"
    )
    parser.add_argument(
        "--scheme", default="chs-drg-2.0", metavar="ID", help="whose groups the cases are made for"
    )
    parser.add_argument(
        "--truth",
        action="store_true",
        help="also write the group each case was made for, and its kind of dirt",
    )
    parser.add_argument(
        "--fidelity", action="store_true", help="print the figures beside the published ones instead of cases"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.fidelity:
        return _tell_fidelity(arguments)
    if not arguments.out:
        raise ArgumentError(
            "where to write the cases is not said", do="add --out cases.parquet, or --fidelity"
        )
    from ..cases.chunk_writer import chunk_writer
    from ..synthetic.generate import iter_synthetic_cases

    start, done = time.perf_counter(), 0
    n = CASES if arguments.n is None else arguments.n
    chunks = iter_synthetic_cases(
        arguments.region,
        n=n,
        year=arguments.year,
        seed=arguments.seed,
        dirt=arguments.dirt,
        scheme=arguments.scheme,
        truth=arguments.truth,
    )
    with chunk_writer(arguments.out) as write:
        for cases in chunks:
            write(cases)
            done += len(cases)
            if not arguments.quiet and sys.stderr.isatty():
                say(f"\r{done:,} of {n:,} cases", end="", file=sys.stderr)
    if not arguments.quiet:
        line = "\r" if sys.stderr.isatty() else ""
        say(f"{line}{done:,} cases in {time.perf_counter() - start:.1f} s", file=sys.stderr)
    return 0


def _tell_fidelity(arguments: argparse.Namespace) -> int:
    from ..synthetic.generate import synthetic_cases
    from ..synthetic.region import SyntheticRegion

    region = SyntheticRegion.load(arguments.region)
    n = CASES_MEASURED if arguments.n is None else arguments.n
    cases = synthetic_cases(region, n=n, year=arguments.year, seed=arguments.seed, scheme=arguments.scheme)
    found = region.fidelity(cases, year=arguments.year)
    columns = ["target", "achieved", "gap", "noise", "source", "state", stated_language() or "en"]
    say(table_text(found.frame[columns], float_format="{:,.4g}".format))
    say(f"\n{both('未保留的内容', 'Not preserved')}:")
    for row in found.not_preserved[stated_language() or "en"]:
        say(f"- {row}")
    return 0
