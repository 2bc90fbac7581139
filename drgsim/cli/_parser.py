"""A parser that explains itself in the language users are spoken to in; every command takes `--lang`."""

from __future__ import annotations

import argparse
import glob
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ..errors import ArgumentError
from ..language import LANGUAGES, Language, in_chinese, language, stated_language, told

WRITES = ("out", "corrected", "csv", "template")  # every other argument that names a file is read
OWN = "decisions"  # what an audit reads of its own folder, and writes there with more in it
IN_A_FOLDER = (  # what a run writes into its folder
    *("report.*", "results.xlsx", "record.json", "scenarios/*.yaml", "office.*", "transition.*"),
    *("findings.xlsx", "summary.md", "page.html", "valuation.*", "backtest.csv", "funds.csv"),
    *("groups.csv", "lines.csv", "people.csv", "present_value.csv", "assumptions.csv", "bands.csv"),
    *("mdc.csv", "adrg.csv", "drg.csv", "order.csv", "scheme.toml", "catalogue.toml", "sets.txt"),
    *("types.csv", "keys.csv", "auxiliary.csv", "procedure_facts.csv", "hospital_coefficients.csv"),
)


def refuse_writing_over_input(arguments: argparse.Namespace) -> None:
    """Raises ArgumentError when a file that is to be written is one of those that are read."""
    targets: list[Path] = []
    for written in (Path(each) for name in WRITES if isinstance(each := getattr(arguments, name, None), str)):
        if written.is_dir():
            targets += (found for name in IN_A_FOLDER for found in written.glob(name) if found.is_file())
        elif written.is_file():
            targets.append(written)
    if not targets:
        return
    for name, given in vars(arguments).items():
        if name in (*WRITES, OWN):
            continue
        for source in _files(given):
            for target in targets:
                if target.samefile(source):
                    raise ArgumentError(
                        "the result would be written over what it is made from",
                        got=target.name,
                        do="give another name or folder",
                    )


def _files(given: object) -> Iterator[Path]:
    """The files an argument names: itself, those of a folder, those of a pattern."""
    for each in given if isinstance(given, list) else [given]:
        if not isinstance(each, str) or "\0" in each:
            continue
        path = Path(each)
        if path.is_dir():
            yield from (found for found in path.iterdir() if found.is_file())
        elif path.is_file():
            yield path
        elif glob.has_magic(each):
            yield from (Path(found) for found in glob.glob(each, recursive=True) if Path(found).is_file())  # noqa: PTH207


OPTION = "--lang"


class Parser(argparse.ArgumentParser):
    """Help, usage and errors as argparse writes them, or the same in Chinese."""

    def format_help(self) -> str:
        return self._said(super().format_help)

    def format_usage(self) -> str:
        return self._said(super().format_usage)

    def _said(self, formatted: Any) -> str:
        if stated_language() is None:
            return str(formatted())
        if language() == "zh":
            self.formatter_class = _Chinese
        self.description = told(self.description or "") or None
        self.epilog = told(self.epilog or "") or None
        for group in self._action_groups:
            group.title = told(group.title or "") or None
        for action in self._actions:
            _tell(action)
        return str(formatted())

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        said = f"：错误：{in_chinese(message)}" if language() == "zh" else f": error: {told(message)}"
        self.exit(2, f"{self.prog}{said}\n")


class _Chinese(argparse.HelpFormatter):
    """Chinese has no spaces to break a line at, and its signs are two columns wide."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(self._whitespace_matcher.sub(" ", text).strip(), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return textwrap.indent("\n".join(wrapped(text, width - len(indent))), indent)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, broken after a Chinese sign or at a space.

    >>> wrapped("病例分组 by drgsim", 8)
    ['病例分组', 'by', 'drgsim']
    """
    lines, line, room = [], "", 0
    for piece in _pieces(text):
        wide = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in piece)
        if line and room + wide > width and piece not in "，。；：、）":
            lines.append(line.rstrip())
            line, room = "", 0
        if line or not piece.isspace():
            line, room = line + piece, room + wide
    return [*lines, line.rstrip()] if line.strip() else lines or [""]


def _pieces(text: str) -> Iterable[str]:
    piece = ""
    for sign in text:
        if sign == " " or unicodedata.east_asian_width(sign) in "WF":
            yield from filter(None, (piece, sign))
            piece = ""
        else:
            piece += sign
    yield from filter(None, (piece,))


def _tell(action: argparse.Action) -> None:
    if action.help and action.help != argparse.SUPPRESS:
        action.help = told(action.help)
    for choice in getattr(action, "_choices_actions", ()):
        if choice.help:
            choice.help = told(choice.help)


def add_language(parser: argparse.ArgumentParser) -> None:
    """Give `--lang` to a parser and all below it that have none of their own."""
    if not any(OPTION in action.option_strings for action in parser._actions):
        parser.add_argument(
            OPTION,
            choices=LANGUAGES,
            default=argparse.SUPPRESS,
            help="language of what is said (default: that of DRGSIM_LANG, then of the locale)",
        )
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in {id(each): each for each in action.choices.values()}.values():
                add_language(each)


def asked_language(words: Sequence[str]) -> Language | None:
    """The language a command line asks for, read before the line is: its errors are told in it too.

    >>> asked_language(["group", "x.csv", "--lang", "zh"]), asked_language(["--lang=en"]), asked_language([])
    ('zh', 'en', None)
    """
    found: Language | None = None
    for word, following in zip(words, [*words, ""][1:], strict=True):
        value = following if word == OPTION else word.removeprefix(f"{OPTION}=") if "=" in word else ""
        for each in LANGUAGES:
            found = each if value == each and word.startswith(OPTION) else found
    return found
