"""`drgsim transition`: what another scheme changes for one's own cases."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .._atomic import together
from .._paths import is_file
from ._reading import (
    add_hospital_arguments,
    add_reading_arguments,
    reading_options,
    tell_reading,
    with_hospital_facts,
)
from ._say import both, say

PAGE, WORKBOOK = "transition.html", "transition.xlsx"


def add_parser(commands: Any) -> None:
    """Add `transition` to the command line."""
    parser = commands.add_parser(
        "transition",
        help="what another scheme changes 分组方案切换的影响",
        description="Groups the same cases by two schemes and says who moves where and why, what the new "
        "groups are worth, who gains and who loses at the same budget, which scheme explains cost better, "
        "and which cases to look at. "
        "同一批病例按两版方案分组：谁换组、为什么、谁受益受损、哪版更能解释费用、哪些病例需核对。",
        epilog="example: drgsim transition cases.xlsx --from chs-drg-2.0 --to chs-drg-3.0 --out transition",
    )
    add_reading_arguments(parser)
    add_hospital_arguments(parser)
    parser.add_argument(
        "--from", dest="from_scheme", required=True, metavar="ID", help="a scheme or DIP catalogue"
    )
    parser.add_argument(
        "--to", dest="to_scheme", required=True, metavar="ID", help="a scheme or DIP catalogue"
    )
    parser.add_argument(
        "--policy", metavar="ID", help="the policy that pays both (national default otherwise)"
    )
    parser.add_argument(
        "--weights", metavar="ID|FILE", help="weights of the first scheme; measured otherwise"
    )
    parser.add_argument("--new-weights", metavar="ID|FILE", help="weights of the second; measured otherwise")
    parser.add_argument("--draws", type=int, default=200, metavar="N", help="draws of hospitals for bands")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument(
        "--case-list",
        action="store_true",
        help="add the cases to look at to the workbook (for one's own desk)",
    )
    parser.add_argument("--out", required=True, metavar="DIR", help=f"folder for {PAGE} and {WORKBOOK}")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..cases import read_cases
    from ..errors import ArgumentError
    from ..report.transition import transition

    folder = Path(arguments.out)
    if folder.exists() and not folder.is_dir():
        raise ArgumentError("a folder is needed to write to", got=folder.name)
    read = read_cases(arguments.file, **reading_options(arguments))
    tell_reading(read)
    cases = with_hospital_facts(read, arguments)
    found = transition(
        cases,
        arguments.from_scheme,
        arguments.to_scheme,
        policy=arguments.policy,
        weights=_table(arguments.weights),
        new_weights=_table(arguments.new_weights),
        draws=arguments.draws,
        seed=arguments.seed,
    )
    if found.refused is not None:
        raise found.refused
    with together(folder) as part:
        found.to_html(part / PAGE)
        found.to_excel(part / WORKBOOK, cases=arguments.case_list)
    for zh, en in found.notes:
        say(both(zh, en))
    say(found)
    print(f"{folder / PAGE}\n{folder / WORKBOOK}")
    return 0


def _table(word: str | None) -> Any:
    from ..weights.weights import Weights

    return Weights.from_table(word) if word is not None and is_file(word) else word
