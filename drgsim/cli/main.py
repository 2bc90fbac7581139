"""Parse the line, run one command, turn an error into one paragraph and an exit code."""

from __future__ import annotations

import _thread
import argparse
import atexit
import gc
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from importlib import import_module
from pathlib import Path

from .._atomic import held
from .._damaged import broken_under_a_cap, is_capped, is_out_of_memory
from .._version import __version__
from ..errors import DrgsimError, FileFormatError, WriteError, short
from ..language import VARIABLE, named_language, speaking, told
from ._parser import Parser, add_language, asked_language, refuse_writing_over_input
from ._say import print_any_text, say, warning_once

# one module each, imported only when its command (or the help) is asked for
COMMANDS: tuple[str, ...] = (
    "audit", "check", "code", "convert", "demo", "dip", "estimate", "office", "reconcile", "exchange",
    "explain", "group", "policy", "scheme", "serve", "simulate", "transition", "synth", "value", "verify",
)  # fmt: skip

_OBJECTS = 50_000  # made before Python looks for unused circles among them; 700 as it comes
EXIT_USE, EXIT_UNREADABLE, EXIT_STOPPED = 2, 3, 130


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole parser, or just the part one command needs (start-up stays fast)."""
    parser = Parser(
        prog="drgsim",
        description="Group, price and settle inpatient cases by CHS-DRG and DIP. 病例分组、付费与基金测算。",
        epilog="`drgsim COMMAND --help` explains one command. "
        "Exit codes: 0 done, 1 problems found in the data, 2 wrong use, 3 a file cannot be read or written.",
    )
    parser.add_argument("--version", action="version", version=f"drgsim {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS if only is None else (only,):
        import_module(f"drgsim.cli.{name}").add_parser(commands)
    add_language(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    if argv is None:  # the process is ours: schemes are many objects that stay, and looking them over costs
        gc.set_threshold(_OBJECTS)
        atexit.register(gc.freeze)  # the system takes back all at once; Python would look it over first
    words = list(sys.argv[1:] if argv is None else argv)
    with speaking(asked_language(words)):
        broken = argv is None and broken_under_a_cap()
        code = _no_memory() if broken else _run(words, own=argv is None)
    if argv is None and code != EXIT_STOPPED:  # all is done: who stops it now stops it at once
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return code


def _run(words: list[str], *, own: bool) -> int:
    """The exit code of one command. In a process of its `own` it is stopped by Ctrl-C however often."""
    try:
        if own and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # a shell's for what runs behind it
            sys.unraisablehook = _not_unheard
            signal.signal(signal.SIGINT, signal.default_int_handler)
        rest = _without_language(words)
        only = rest[0] if rest and rest[0] in COMMANDS else None
        print_any_text()
        _tell_odd_language()
        arguments = build_parser(only).parse_args(words)
        with warnings.catch_warnings():
            warnings.showwarning = warning_once()
            refuse_writing_over_input(arguments)
            out = getattr(arguments, "out", None)
            with held(out) if isinstance(out, str) and out else nullcontext():
                code = int(arguments.run(arguments) or 0)
        sys.stdout.flush()  # here, where a reader that has gone is noticed
        return code
    except (FileFormatError, WriteError) as error:
        return _stopped(f"drgsim: {error}", EXIT_UNREADABLE)
    except DrgsimError as error:
        return _stopped(f"drgsim: {error}", EXIT_USE)
    except BrokenPipeError:
        # the reader (head, less) has gone; that is not an error, and what is left to say goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        file = error.filename2 or error.filename  # the second is where a file was to be moved to
        why, place = told(str(error.strerror or error)), f": {short(str(file))}" if file else ""
        return _stopped(f"drgsim: a file cannot be read or written: {why}{place}", EXIT_UNREADABLE)
    except MemoryError:
        return _no_memory()
    except KeyboardInterrupt:
        if own:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # who stops it twice is told once
        return _stopped("drgsim: stopped", EXIT_STOPPED)
    except Exception as error:
        # its message could quote a case; what kind it is and where says enough to mend it
        if os.environ.get("DRGSIM_DEBUG") == "1":
            raise
        if is_out_of_memory(error) or is_capped():  # half of a library that found no room fails anyhow
            return _no_memory()
        at = traceback.extract_tb(error.__traceback__)[-1]
        return _stopped(
            f"drgsim: an error nobody foresaw: {type(error).__name__} at {Path(at.filename).name}:"
            f"{at.lineno}. Please report this line; DRGSIM_DEBUG=1 shows all, case contents perhaps too",
            EXIT_UNREADABLE,
        )


def _not_unheard(said: sys.UnraisableHookArgs) -> None:
    """Ctrl-C in the middle of what nobody can be told of (a callback of an import) is said again after it."""
    if issubclass(said.exc_type, KeyboardInterrupt):
        _thread.interrupt_main()
    else:
        sys.__unraisablehook__(said)


def _no_memory() -> int:
    return _stopped(
        "drgsim: there is not enough memory; what was being written was not kept. "
        "Give CSV or Parquet, which are read in parts, or fewer cases at a time",
        EXIT_UNREADABLE,
    )


def _stopped(why: str, code: int) -> int:
    with suppress(OSError):  # where the disk is full to which it is said, the code says it alone
        say(why, file=sys.stderr)
    return code


def _without_language(words: list[str]) -> list[str]:
    """The line without a language said before the command."""
    while words and words[0].startswith("--lang"):
        words = words[1:] if "=" in words[0] else words[2:]
    return words


def _tell_odd_language() -> None:
    asked = os.environ.get(VARIABLE, "").strip()
    if asked and named_language(asked) is None:
        say(f"drgsim: {VARIABLE}={asked} is no language spoken here; allowed: zh, en", file=sys.stderr)
