"""Text files of named code lists: `sets.txt`, `severity.txt`, `exclusion.txt`, `extra_codes.txt`.

    DI_BB1 diagnosis 脑创伤        a heading: name, word, label (may be missing)
      S06 -S06.0                 indented: code prefixes with exceptions, see codesets.py

`diagnosis` or `procedure` state a whole list. In an overlay, `add` and `remove` change the list of
the base, `label` gives it another label, `drop` takes it away. `#` begins a line of comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .codesets import Universe, compact, expand
from .model import CodeSet
from .pack_tables import read_text
from .scheme_errors import PackError

Kind = Literal["diagnosis", "procedure"]
Universes = Mapping[Kind, Universe]

KINDS: tuple[Kind, ...] = ("diagnosis", "procedure")
CHANGES = ("add", "remove", "label", "drop")
_WIDTH = 100
_HEADING = re.compile(r"(\S+)[ \t]+(\S+)(?:[ \t]+(.*\S))?\s*")


@dataclass(slots=True)
class Block:
    """A heading and the prefixes under it; `where` is the file and line of the heading."""

    name: str
    word: str
    label: str = ""
    prefixes: list[str] = field(default_factory=list)
    where: str = ""


def read_blocks(path: Path) -> list[Block]:
    """The blocks of a file in its order; none when there is no such file."""
    if not path.is_file():
        return []
    blocks: list[Block] = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        where = f"{path.name} line {number}"
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] in " \t":
            if not blocks:
                raise PackError("codes before the first heading", where=where)
            blocks[-1].prefixes += line.split()
            continue
        heading = _HEADING.fullmatch(line)
        if heading is None or heading[2] not in (*KINDS, *CHANGES):
            raise PackError(
                "not a heading of a code list",
                got=line.strip()[:40],
                allowed=f"NAME WORD [LABEL], the word one of {', '.join((*KINDS, *CHANGES))}",
                where=where,
                do="write a heading, or indent a line of codes",
            )
        blocks.append(Block(heading[1], heading[2], heading[3] or "", [], where))
    return blocks


def write_blocks(path: Path, blocks: Iterable[Block], comment: str) -> None:
    """Write `blocks`, or no file when there are none."""
    lines: list[str] = []
    for block in blocks:
        lines.append(f"{block.name} {block.word} {block.label}".rstrip())
        lines += _wrapped(block.prefixes)
    if lines:
        text = "\n".join((*(f"# {line}" for line in comment.splitlines()), *lines, ""))
        path.write_text(text, encoding="utf-8", newline="\n")


def apply_blocks(
    base: Mapping[str, CodeSet], blocks: Iterable[Block], universes: Universes
) -> dict[str, CodeSet]:
    """The lists of `base` changed as `blocks` say, sorted by name.

    PackError when a change names a list that is not there, or a list is stated twice.
    """
    sets = dict(base)
    stated: set[tuple[str, str]] = set()
    for block in blocks:
        slot = "whole" if block.word in KINDS else block.word
        if (block.name, slot) in stated:
            raise PackError(
                "a code list is stated twice", got=f"{block.name} {block.word}", where=block.where
            )
        stated.add((block.name, slot))
        try:
            changed = _changed(sets, block, universes)
        except PackError as error:
            error.where = error.where or f"{block.where}, {block.name}"
            raise
        if changed is None:
            del sets[block.name]
        else:
            sets[block.name] = changed
    return dict(sorted(sets.items()))


def difference(base: Mapping[str, CodeSet], sets: Mapping[str, CodeSet], universes: Universes) -> list[Block]:
    """The shortest blocks that change `base` into `sets`."""
    blocks = [Block(name, "drop") for name in sorted(base.keys() - sets.keys())]
    for name, own in sorted(sets.items()):
        old = base.get(name)
        if old == own:
            continue
        universe = universes[own.kind]
        whole = Block(name, own.kind, own.label, compact(own.codes, universe))
        if old is None or old.kind != own.kind:
            blocks.append(whole)
            continue
        changes = [
            Block(name, word, "", compact(codes, universe))
            for word, codes in (("add", own.codes - old.codes), ("remove", old.codes - own.codes))
            if codes
        ]
        if old.label != own.label:
            changes.append(Block(name, "label", own.label))
        blocks += changes if _size(changes) < _size([whole]) else [whole]
    return blocks


def _changed(sets: Mapping[str, CodeSet], block: Block, universes: Universes) -> CodeSet | None:
    for kind in KINDS:
        if block.word == kind:
            return CodeSet(block.name, kind, expand(block.prefixes, universes[kind]), block.label)
    old = sets.get(block.name)
    if old is None:
        raise PackError("the base has no such code list", got=block.name, nearest=sets)
    if block.word == "drop":
        return None
    if block.word == "label":
        return CodeSet(old.name, old.kind, old.codes, block.label)
    codes = expand(block.prefixes, universes[old.kind])
    strange = codes & old.codes if block.word == "add" else codes - old.codes
    if strange:
        state = "already in" if block.word == "add" else "not in"
        raise PackError(f"a code to {block.word} is {state} the list of the base", got=min(strange))
    return CodeSet(
        old.name, old.kind, old.codes | codes if block.word == "add" else old.codes - codes, old.label
    )


def _wrapped(prefixes: Iterable[str]) -> list[str]:
    """Indented lines; a new chapter begins a new line once the line is half full."""
    lines: list[str] = []
    line, chapter = " ", ""
    for token in prefixes:
        bare = token.lstrip("-=")
        begins = bare[:1] if bare[:1].isalpha() else bare[:2]
        full = len(line) + 1 + len(token) > (_WIDTH if begins == chapter else _WIDTH // 2)
        if full and line != " ":
            lines.append(line)
            line = " "
        line += f" {token}"
        chapter = begins
    return [*lines, line] if line != " " else lines


def _size(blocks: list[Block]) -> int:
    return sum(len(b.name) + len(b.word) + len(b.label) + sum(len(p) + 1 for p in b.prefixes) for b in blocks)
