"""`drgsim reconcile`: the bureau's groups and payments beside ours, with the reason of each difference."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ._reading import (
    add_hospital_arguments,
    add_reading_arguments,
    hospital_facts,
    read_grouped_cases,
    reading_options,
    tell_left_out,
)
from ._say import say
from .estimate import weights_of

DIFFERENCES_FOUND = 1


def add_parser(commands: Any) -> None:
    """Add `reconcile` to the command line."""
    parser = commands.add_parser(
        "reconcile",
        help="the bureau's groups and payments beside ours 与局方对账",
        description="Sets the group, weight and payment the bureau returned beside ours, case by case, with "
        "the reason of each difference, sums by department and the days left to appeal. Exit code 1 when "
        "anything differs. 逐例对账, 说明差异原因和剩余申诉天数; 可生成特例单议申请表和更正后的 4101 清单。",
        epilog="example: drgsim reconcile cases.xlsx returned.xlsx --policy harbin --appeal-days 10 "
        "-o reconciled.xlsx",
    )
    add_reading_arguments(parser)
    add_hospital_arguments(parser)
    parser.add_argument(
        "bureau",
        metavar="BUREAU_FILE",
        help="CSV or Excel with case number (病案号) or settlement id (结算ID), group, weight, payment",
    )
    parser.add_argument("--policy", required=True, metavar="ID", help="a shipped policy or a YAML file")
    parser.add_argument("--on", metavar="DATE", help="the day whose rules hold (default: the policy's last)")
    parser.add_argument("--weights", metavar="FILE", help="weight table (CSV, or the id of a published one)")
    parser.add_argument("--scheme", metavar="ID", help="group by this scheme instead of the policy's")
    parser.add_argument(
        "--appeal-days", type=int, metavar="N", help="days to appeal after the return 申诉期限"
    )
    parser.add_argument("--returned", metavar="DATE", help="the day the bureau returned its file 反馈日期")
    parser.add_argument("--today", metavar="DATE", help="the day to count from (default: today)")
    parser.add_argument(
        "--apply", metavar="CASE_ID", action="append", default=[], help="write a special-review sheet 申请表"
    )
    parser.add_argument(
        "--corrections", metavar="CSV", help="case_id (病案号), column (应改项目), value (改为)"
    )
    parser.add_argument(
        "--corrected", metavar="OUT", help="the corrected lists as 4101: .json, .xlsx 更正后的清单"
    )
    parser.add_argument(
        "-o", "--out", required=True, metavar="OUT", help=".xlsx; applications stand beside it"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..errors import ArgumentError
    from ..office.applications import write_applications
    from ..office.reconcile import reconcile
    from ..policy.policy import Policy

    out = Path(arguments.out)
    if out.suffix.lower() != ".xlsx":
        raise ArgumentError("a reconciliation is written as a workbook", got=arguments.out, allowed=".xlsx")
    cases = read_grouped_cases(arguments.file, **reading_options(arguments))
    found = reconcile(
        cases,
        arguments.bureau,
        Policy.load(arguments.policy, on=arguments.on),
        weights=weights_of(arguments.weights),
        scheme=arguments.scheme,
        hospital=hospital_facts(arguments),
        appeal_days=arguments.appeal_days,
        returned=arguments.returned,
        on=arguments.today,
    )
    found.to_excel(out)
    written = [out]
    if arguments.apply:
        written.append(out.with_name(f"{out.stem}-申请表.xlsx"))
        write_applications(found.estimate, arguments.apply, written[-1])
    if arguments.corrected:
        written.append(_corrected(cases, arguments))
    say(found, file=sys.stderr)
    print("\n".join(map(str, written)))
    return DIFFERENCES_FOUND if len(found.differences) else 0


def _corrected(cases: Any, arguments: argparse.Namespace) -> Path:
    from ..cases.columns import without_personal
    from ..office.list_files import is_lists
    from ..office.settlement_list import corrected, not_in_4101, read_corrections, write_4101

    new = corrected(cases, read_corrections(arguments.corrections)) if arguments.corrections else cases
    source = arguments.file if is_lists(str(arguments.file)) else None
    write_4101(new, arguments.corrected, source=source, before=cases)
    if source is None:
        tell_left_out(not_in_4101(without_personal(new)))
    return Path(arguments.corrected)
