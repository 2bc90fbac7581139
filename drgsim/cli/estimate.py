"""`drgsim estimate`: what a file of cases will be paid, as a workbook or a table of stays."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._paths import exists, is_dir
from ._reading import (
    add_hospital_arguments,
    add_reading_arguments,
    hospital_facts,
    read_grouped_cases,
    reading_options,
)
from ._say import both, say

if TYPE_CHECKING:
    import pandas as pd

PROBLEMS_FOUND = 1
_WRITTEN = (".xlsx", ".csv", ".parquet", ".json")


def add_parser(commands: Any) -> None:
    """Add `estimate` to the command line."""
    parser = commands.add_parser(
        "estimate",
        help="what a file of cases will be paid, as a workbook 病例付费测算",
        description="Groups the cases (unless they have a column drg), prices each by the policy, and writes "
        "a workbook: by department, case by case, what is worth a special review, what could not be "
        "estimated and why, and what the numbers rest on; as .csv, .parquet or .json, a table of the stays. "
        "不丢一行;无法测算的病例写明原因。",
        epilog="example: drgsim estimate cases.xlsx --policy harbin -o estimate.xlsx",
    )
    add_reading_arguments(parser)
    add_hospital_arguments(parser)
    parser.add_argument("--policy", required=True, metavar="ID", help="a shipped policy or a YAML file")
    parser.add_argument("--on", metavar="DATE", help="the day whose rules hold (default: the policy's last)")
    parser.add_argument(
        "--weights", metavar="FILE", help="weight table: CSV, the id of a published one, or a DIP catalogue"
    )
    parser.add_argument("--scheme", metavar="ID", help="group by this scheme instead of the policy's")
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help=", ".join(_WRITTEN))
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..errors import ArgumentError
    from ..payment.faces.estimate import estimate
    from ..policy.policy import Policy

    if Path(arguments.out).suffix.lower() not in _WRITTEN:
        raise ArgumentError(
            "the ending of the file says how it is written", got=arguments.out, allowed=_WRITTEN
        )
    policy = Policy.load(arguments.policy, on=arguments.on)
    path = Path(arguments.out)
    answer = estimate(
        read_grouped_cases(arguments.file, **reading_options(arguments)),
        policy,
        weights=weights_of(arguments.weights),
        scheme=arguments.scheme,
        hospital=hospital_facts(arguments),
    )
    one = both(answer.text(lang="zh"), answer.text(lang="en"), "\n") if len(answer) == 1 else None
    told = "\n".join([one, *answer.told]) if one else str(answer)
    code = PROBLEMS_FOUND if len(answer.payments.unpaid) else 0
    if path.suffix.lower() == ".xlsx":
        answer.to_excel(path)
    else:
        stays = answer.frame
        del answer  # neither the cases nor how each was paid is needed to write what was found
        _write(stays, path)
    say(told, file=sys.stderr)
    return code


def _write(stays: pd.DataFrame, path: Path) -> None:
    """One row a stay, as `Estimate.frame` has it."""
    from .._atomic import replacing
    from ..cases.write import write_cases

    if path.suffix.lower() == ".json":
        with replacing(path) as part:
            stays.to_json(part, orient="records", force_ascii=False, indent=1)
    else:
        write_cases(stays, path, encoding="utf-8-sig")


def weights_of(name: str | None) -> Any:
    """A published table by its id, a DIP catalogue (id or folder), a file, or None for the policy's own."""

    from ..dip import DipCatalogue
    from ..errors import NotFoundError
    from ..weights.weights import Weights

    if name is None:
        return None
    if name in Weights.published():
        return Weights.load(name)
    if name in DipCatalogue.published() or is_dir(name):
        return Weights.from_catalogue(name)
    if not exists(name):
        known = [*Weights.published(), *DipCatalogue.published()]
        raise NotFoundError("no such weight table, catalogue or file", got=name, allowed=known, nearest=known)
    return Weights.from_table(name)
