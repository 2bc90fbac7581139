"""`drgsim explain`: why one case is in its group."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..errors import ArgumentError
from ..language import stated_language
from ..words import word_in
from ._reading import add_reading_arguments, case_of_file
from ._say import aligned, say

# option, column of the case, help
INPUTS: tuple[tuple[str, str, str], ...] = (
    ("dx", "diagnoses", "diagnoses joined by |, principal first 诊断编码, 主要诊断在前"),
    ("proc", "procedures", "procedures joined by |, main first 手术操作编码, 主要手术在前"),
    ("sex", "sex", "1 for men, 2 for women"),
    ("age", "age", "age in years 年龄"),
    ("age-days", "age_days", "age in days of a newborn 日龄"),
    ("weight", "birth_weight", "birth weight, g 出生体重"),
    ("admission-weight", "admission_weight", "newborn's weight at admission, g 入院体重"),
    ("los", "los", "length of stay, days 住院天数"),
    ("discharge", "discharge", "discharge mode, 1-5 or 9 离院方式"),
    ("dept", "department", "department of discharge 出院科室"),
    ("icu-hours", "icu_hours", "hours in intensive care 重症监护时长"),
)
_SHOWN = (
    "change",
    "principal",
    "main_procedure",
    "mdc",
    "adrg",
    "drg",
    "severity",
    "status",
    "eligible_codes",
)


def add_parser(commands: Any) -> None:
    """Add `explain` to the command line."""
    parser = commands.add_parser(
        "explain",
        help="why one case is in its group 单病例入组说明",
        description="Shows every test on the way of one case to its group: which code passed or failed it, "
        "which CC or MCC count, and what the neighbouring groups ask for. Give the case by --dx, --sex, "
        "--age …, or a FILE and the --case in it. 逐步说明一个病例的入组过程。",
    )
    add_reading_arguments(parser, required=False)
    parser.add_argument("--case", metavar="CASE_ID", help="the case_id in FILE; only this case is shown")
    parser.add_argument("--scheme", metavar="ID", required=True, help="see `drgsim scheme list`")
    for option, column, text in INPUTS:
        parser.add_argument(f"--{option}", dest=column, metavar=option.upper(), help=text)
    parser.add_argument("--lang", choices=("zh", "en"), default=stated_language() or "zh")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text")
    parser.add_argument(
        "--full", action="store_true", help="text: also list every test that failed 列出全部检验"
    )
    parser.add_argument(
        "--what-if",
        action="store_true",
        help="the group for other choices of principal and main codes 改选试算",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..grouping.grouper import DrgGrouper

    case = _case(arguments)
    grouper = DrgGrouper(arguments.scheme)
    show = say if arguments.format == "text" else print  # what programs read stays as it is
    show(_what_if(grouper, case, arguments) if arguments.what_if else _explained(grouper, case, arguments))
    return 0


def _explained(grouper: Any, case: Any, arguments: argparse.Namespace) -> str:
    explanation = grouper.explain(case)
    if arguments.format == "json":
        return str(explanation.to_json())
    if arguments.format == "html":
        return str(explanation.to_html(arguments.lang))
    return str(explanation.text(arguments.lang, full=arguments.full))


def _what_if(grouper: Any, case: Any, arguments: argparse.Namespace) -> str:
    from ..grouping.explanation import TRUST
    from ..grouping.what_if import what_if

    frame = what_if(grouper, case, lang=arguments.lang)
    if arguments.format == "json":
        rows = json.loads(frame.to_json(orient="records", force_ascii=False))
        return json.dumps(rows, ensure_ascii=False, indent=2)
    if arguments.format == "html":
        return str(frame.to_html(index=False))
    table = frame[list(_SHOWN)].astype(object).where(frame[list(_SHOWN)].notna(), "").astype(str)
    origin = frame.attrs["drgsim"]
    head = f"{origin['scheme']} [{TRUST[origin['trust']].of(arguments.lang)}]"
    for name, kind in (("severity", "severity_of"), ("status", "drg_status")):
        table[name] = [word_in(cell, kind) for cell in table[name]]
    heads = [word_in(name, "what_if") for name in _SHOWN]
    return "\n".join([head, aligned([heads, *table.to_numpy().tolist()]), frame.attrs["note"]])


def _case(arguments: argparse.Namespace) -> Any:
    """The case of the options, or the one asked for in the file."""
    given = {
        column: getattr(arguments, column)
        for _, column, _ in INPUTS
        if getattr(arguments, column) is not None
    }
    if arguments.file is None:
        if "diagnoses" not in given:
            raise ArgumentError("no case is given", allowed=("--dx … --sex … --age …", "FILE --case CASE_ID"))
        return {"sex": None, "age": None} | given
    if given or arguments.case is None:
        raise ArgumentError(
            "with a FILE, the case is named by --case and nothing else",
            got=sorted(given) or None,
            do="drgsim explain FILE --case CASE_ID --scheme ID",
        )
    return case_of_file(arguments)
