"""`drgsim office`: the month of a hospital's insurance office, as a workbook and a page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .._atomic import together
from ._reading import (
    add_hospital_arguments,
    add_reading_arguments,
    hospital_facts,
    read_grouped_cases,
    reading_options,
)
from ._say import say
from .estimate import weights_of

WORKBOOK, PAGE = "office.xlsx", "office.html"


def add_parser(commands: Any) -> None:
    """Add `office` to the command line."""
    parser = commands.add_parser(
        "office",
        help="the month of a hospital's insurance office 医保办月报",
        description="CMI, cost and time index, ungrouped stays, outliers and margin by department, doctor, "
        "group and insurance; this month beside the last and the same of last year; winners and losers, "
        "special reviews within the quota, warnings before submission, explanations. Writes office.xlsx and "
        "office.html, without identifiers. 医院医保办每月工作簿与网页。",
        epilog="example: drgsim office cases.xlsx --policy harbin --hospital hospital.toml --out month",
    )
    add_reading_arguments(parser)
    add_hospital_arguments(parser)
    parser.add_argument("--policy", required=True, metavar="ID", help="a shipped policy or a YAML file")
    parser.add_argument("--on", metavar="DATE", help="the day whose rules hold (default: the policy's last)")
    parser.add_argument("--weights", metavar="FILE", help="weight table (CSV, or the id of a published one)")
    parser.add_argument("--scheme", metavar="ID", help="group by this scheme instead of the policy's")
    parser.add_argument(
        "--month", metavar="YYYY-MM", help="default: the last month of FILE that is about whole"
    )
    parser.add_argument("--last", metavar="FILE", help="last month's cases, if FILE does not hold them 上月")
    parser.add_argument("--year-ago", metavar="FILE", help="the cases of the same month last year 去年同月")
    parser.add_argument("--peers", metavar="CSV", help="peers' indicators: name, cmi, cost_index … 同行指标")
    parser.add_argument(
        "--reference", metavar="FILE", help="the region's means: group, mean_cost, mean_days 区域均值"
    )
    parser.add_argument("--thresholds", metavar="TOML", help="what warnings are cut at 警示阈值")
    parser.add_argument("--case-ids", action="store_true", help="also write the case ids into the workbook")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write to")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..errors import ArgumentError
    from ..policy.policy import Policy
    from ..report.office import office

    out = Path(arguments.out)
    if out.exists() and not out.is_dir():
        raise ArgumentError("--out must be a folder", got=str(out))
    options = reading_options(arguments)
    policy = Policy.load(arguments.policy, on=arguments.on)

    def read(path: str | None) -> Any:
        return None if path is None else read_grouped_cases(path, **options)

    month = office(
        read(arguments.file),
        policy,
        month=arguments.month,
        last_month=read(arguments.last),
        year_ago=read(arguments.year_ago),
        peers=arguments.peers,
        reference=arguments.reference,
        weights=weights_of(arguments.weights),
        scheme=arguments.scheme,
        hospital=hospital_facts(arguments),
        thresholds=arguments.thresholds,
    )
    with together(out) as part:
        month.to_excel(part / WORKBOOK, case_ids=arguments.case_ids)
        month.to_html(part / PAGE)
    say(month, file=sys.stderr)
    print(f"{out / WORKBOOK}\n{out / PAGE}")
    return 0
