"""`drgsim simulate`: one's own cases under one's own policies, side by side and years ahead."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .._paths import is_file
from ..simulation.progress import processes
from ._reading import add_hospital_arguments, add_reading_arguments, reading_options, with_hospital_facts
from ._simulating import add_running_arguments, ready, run

ASSIGNMENT, SCENARIO, POLICY = "=", "drgsim_scenario", "drgsim_policy"


def add_parser(commands: Any) -> None:
    """Add `simulate` to the command line."""
    parser = commands.add_parser(
        "simulate",
        help="cases under several policies, side by side 多方案模拟测算",
        description="Pays and settles the same cases under a baseline and any number of reforms, projects "
        "the funds, and writes a report (HTML), a workbook (Excel), the scenario documents and a run record. "
        "同一批病例按基线与改革方案分别付费、清算并预测基金收支。",
        epilog="example: drgsim simulate cases.parquet --baseline baseline-drg --reform "
        "cross-region-price-book --reform outlier.high.threshold/3=2.5 --out results",
    )
    add_reading_arguments(parser, required=False)
    parser.add_argument("--cases", metavar="FILE", help="the file of cases, if not given as FILE")
    parser.add_argument(
        "--baseline",
        required=True,
        metavar="ID",
        help="a scenario or a policy: an id that is shipped, or a YAML file; with levers it is compared with "
        "itself before them",
    )
    parser.add_argument(
        "--reform",
        action="append",
        default=[],
        metavar="FILE",
        help="a scenario, a policy, a YAML file of paths and values, or path=value (several joined by a "
        "comma), hospitals/ID/level=3 or hospitals/ID/merged_into=ID; may be given again",
    )
    add_hospital_arguments(parser)
    add_running_arguments(parser, out=None)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..errors import ArgumentError
    from ..simulation.simulate import check_numbers, read_scenarios
    from ._reading import read_grouped_cases

    file = arguments.cases or arguments.file
    if file is None or (arguments.cases and arguments.file):
        raise ArgumentError("one file of cases is needed", do="drgsim simulate cases.parquet --baseline …")
    first = baseline(arguments.baseline)
    if not arguments.reform and not (first.levers or first.responses):
        raise ArgumentError("no reform to compare with the baseline", do="add --reform FILE or path=value")
    ready(arguments)
    check_numbers(years=arguments.years, draws=arguments.draws)
    stated = [first, *(reform(word) for word in arguments.reform)]
    scenarios = read_scenarios(stated)
    read = read_grouped_cases(file, quiet=arguments.quiet, **reading_options(arguments))
    cases = with_hospital_facts(read, arguments)
    with processes():
        run(cases, scenarios, arguments, recipe=None)
    return 0


def baseline(word: str) -> Any:
    """A scenario, or a policy as a scenario without levers."""
    from ..errors import NotFoundError
    from ..policy.library import shipped as shipped_policies
    from ..simulation.scenario.scenario import Scenario

    if word in Scenario.available():
        return Scenario.load(word)
    if word in shipped_policies():
        return Scenario.of(word)
    if not is_file(word):
        shipped = [*Scenario.available(), *shipped_policies()]
        raise NotFoundError(
            "no such baseline", got=word, allowed="a scenario, a policy, or a YAML file", nearest=shipped
        )
    return Scenario.of(word) if _is_policy(word) else Scenario.load(word)


def reform(word: str) -> Any:
    """A scenario's id or file, assignments, or another policy in place of the baseline's."""
    from ..policy.library import shipped as shipped_policies
    from ..policy.reform import parse_assignments
    from ..simulation.scenario.scenario import Scenario

    file = is_file(word)
    if ASSIGNMENT in word and not file:
        return parse_assignments(word.split(","))
    if word in shipped_policies() or (file and _is_policy(word)):
        return Scenario.of(word, id=Path(word).stem)
    return word


def _is_policy(path: str) -> bool:
    """Whether a file is a policy of its own; a scenario may hold one inside."""
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    return f"{POLICY}:" in text and f"{SCENARIO}:" not in text
