"""`drgsim verify`: does a run record hold, and does running it again give what it says."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ._reading import add_layout_arguments, read_grouped_cases, reading_options
from ._say import say
from .main import EXIT_UNREADABLE

DIFFERS = 1


def add_parser(commands: Any) -> None:
    """Add `verify` to the command line."""
    parser = commands.add_parser(
        "verify",
        help="check a run record 核对运行记录",
        description="Checks that a run record is whole, that its scenarios, policies, schemes and weights "
        "are the same here, and that running it again gives every stated result to the fen. The cases are "
        "made again where the record says how; otherwise give them. 核对运行记录, 逐分复算。",
        epilog="example: drgsim verify out/record.json. Exit codes: 0 it holds, 1 something differs, "
        "3 the record cannot be read.",
    )
    parser.add_argument("record", metavar="RECORD", help="the JSON file a simulation wrote")
    parser.add_argument("--cases", metavar="FILE", help="the cases of the run, as `drgsim group` reads them")
    add_layout_arguments(parser)
    parser.add_argument("--no-rerun", action="store_true", help="check without running it again")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..simulation.record.record import read_record
    from ..simulation.record.verify import verify
    from ..simulation.scenario_errors import RecordError

    told = None if arguments.quiet or not sys.stderr.isatty() else _tell
    try:
        record = read_record(arguments.record)
        cases = _cases(arguments, record["input"]["columns"]) if arguments.cases else None
        found = verify(record, cases, rerun=not arguments.no_rerun, progress=told)
    except RecordError as error:
        say(f"drgsim: {error}", file=sys.stderr)
        return EXIT_UNREADABLE
    say(found)
    return 0 if found.ok else DIFFERS


def _cases(arguments: argparse.Namespace, columns: list[str]) -> Any:
    """The cases, without groups that were added to the file since the run."""
    from ..cases.given import GROUPS

    cases = read_grouped_cases(arguments.cases, quiet=True, **reading_options(arguments))
    added = [name for name in GROUPS if name in cases.columns and name not in columns]
    return cases.drop(columns=added)


def _tell(progress: Any) -> None:
    say(f"\r{progress.done}/{progress.total} {progress.what}\x1b[K", end="\r", file=sys.stderr)
