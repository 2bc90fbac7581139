"""Parse the line, run one command, turn an error into one paragraph and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from .._version import __version__
from ..errors import DrgsimError, FileFormatError

# one module each, imported only when its command (or the help) is asked for
COMMANDS: tuple[str, ...] = ("check", "code", "convert", "explain", "group", "policy", "scheme", "synth")

EXIT_USE, EXIT_UNREADABLE, EXIT_STOPPED = 2, 3, 130


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole parser, or just the part one command needs (start-up stays fast)."""
    parser = argparse.ArgumentParser(
        prog="drgsim",
        description="Group, price and settle inpatient cases by CHS-DRG and DIP. 病例分组、付费与基金测算。",
        epilog="`drgsim COMMAND --help` explains one command. "
        "Exit codes: 0 done, 1 problems found in the data, 2 wrong use, 3 unreadable input.",
    )
    parser.add_argument("--version", action="version", version=f"drgsim {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS if only is None else (only,):
        import_module(f"drgsim.cli.{name}").add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    only = words[0] if words and words[0] in COMMANDS else None
    arguments = build_parser(only).parse_args(words)
    try:
        return int(arguments.run(arguments) or 0)
    except FileFormatError as error:
        print(f"drgsim: {error}", file=sys.stderr)
        return EXIT_UNREADABLE
    except DrgsimError as error:
        print(f"drgsim: {error}", file=sys.stderr)
        return EXIT_USE
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has gone; that is not an error
        return 0
    except KeyboardInterrupt:
        print("drgsim: stopped", file=sys.stderr)
        return EXIT_STOPPED
