"""Mutants of a room: change one thing in its code, run its tests, and print what no test noticed.

    python benchmarks/mutants.py report --mutants 25 --seed 1
    python benchmarks/mutants.py settlement/statement.py --mutants 10 --tests tests/settlement

The tree is copied, and only the copy is changed. For each mutant the test files that name its module run
first, then the rest of the room's; the first failure ends it. The same seed gives the same mutants of the
same code. What survives stands with file, line, operator and the code before and after: write the test that
kills it, or argue why it is the same program. Own code and not mutmut: it knows which tests mirror a file,
needs no run over the whole suite, and works beside compiled kernels.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"}
_SECONDS = 900  # for the tests of one mutant; a loop without end counts as noticed


@dataclass(frozen=True)
class Mutant:
    """One change of one file: where, which operator, the code before and after, and the whole new text."""

    file: Path
    line: int
    operator: str
    before: str
    after: str
    text: str


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every other node that could stand in a node's place, with the name of the operator.

    >>> [(name, ast.unparse(other)) for name, other in changes(ast.parse("a < 2", mode="eval").body)]
    [('compare', 'a <= 2')]
    """
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARE:
            yield "compare", _with(node, ops=[_COMPARE[type(operator)]()])
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC and not _is_text(node):
            yield "arithmetic", _with(node, op=_ARITHMETIC[type(operator)]())
        case ast.BoolOp(op=operator):
            yield "and/or", _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield "sign", operand
        case ast.IfExp(body=body, orelse=orelse):
            yield "either", _with(node, body=orelse, orelse=body)
        case ast.If(test=test) if not (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"):
            yield "if", _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Constant(value=bool(value)):
            yield "constant", ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield "constant", ast.Constant(value + 1)
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield "call", _with(node, func=ast.Name(_CALLS[name], ast.Load()))
        case ast.Return(value=ast.expr()):
            yield "return", ast.Return(ast.Constant(None))
        case ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield "left out", ast.Pass()


def places(tree: ast.AST) -> list[tuple[ast.AST, str, int | None, ast.AST, str, ast.AST]]:
    """Every change of a file, in the order of the text: parent, field, place, node, operator, other node.

    Annotations and docstrings stay as they are.
    """
    return [(*where, operator, other) for where in _nodes(tree) for operator, other in changes(where[-1])]


def mutant(file: Path, text: str, number: int) -> Mutant:
    """One mutant of a file, by its number among `places`."""
    tree = ast.parse(text)
    parent, field, place, node, operator, other = places(tree)[number]
    before, after = _short(node), _short(other)
    if place is None:
        setattr(parent, field, other)
    else:
        getattr(parent, field)[place] = other
    whole = ast.unparse(ast.fix_missing_locations(tree))
    return Mutant(file, getattr(node, "lineno", 0), operator, before, after, whole)


def _nodes(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST):
                yield parent, field, place, node
                yield from _nodes(node)


def _with(node: ast.AST, **changed: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in changed.items():
        setattr(other, name, value)
    return other


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]


def tests_of(module: str, folder: Path) -> list[str]:
    """The test files of a folder, those that name the module first."""
    leaf = module.rsplit(".", 1)[-1]

    def rank(file: Path) -> tuple[bool, bool, bool]:
        text = file.read_text(encoding="utf-8")
        return file.stem != f"test_{leaf}", module not in text, leaf not in text

    return [str(file) for file in sorted(sorted(folder.rglob("test_*.py")), key=rank)]


def passes(copied: Path, tests: list[str]) -> bool:
    """Whether every test passes on the copied tree."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow"]
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copied, env={**os.environ, "PYTHONPATH": str(copied)},
            capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survives(one: Mutant, copied: Path, folder: Path) -> bool:
    """Whether every test passes with the mutant in place of its file, in the copied tree."""
    place = copied / one.file
    own = place.read_bytes()
    place.write_text(one.text, encoding="utf-8")
    try:
        return passes(copied, tests_of(".".join(one.file.with_suffix("").parts), folder))
    finally:
        place.write_bytes(own)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("place", help="a room, or a file or folder of one, below drgsim/")
    parser.add_argument("--mutants", type=int, default=25, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", metavar="DIR", help="default: the folder of tests of the same name")
    parser.add_argument(
        "--unchecked", action="store_true", help="do not first run the tests without a mutant"
    )
    asked = parser.parse_args()
    place = ROOT / "drgsim" / asked.place
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    room = Path(asked.place).parts[0]
    if not files:
        parser.error(f"no code at {place}")
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    every = [
        (file, number) for file, text in texts.items() for number, _ in enumerate(places(ast.parse(text)))
    ]
    drawn = random.Random(asked.seed).sample(every, min(asked.mutants, len(every)))
    chosen = [mutant(file.relative_to(ROOT), texts[file], number) for file, number in drawn]
    with tempfile.TemporaryDirectory() as aside:
        copied = Path(aside)
        for entry in sorted(ROOT.iterdir()):
            if entry.name in ("drgsim", "tests"):
                shutil.copytree(entry, copied / entry.name, ignore=shutil.ignore_patterns("__pycache__"))
            elif not entry.name.startswith("."):
                (copied / entry.name).symlink_to(entry)
        folder = copied / (asked.tests or f"tests/{room}")
        if not asked.unchecked and not passes(copied, [str(folder)]):
            parser.error(f"the tests of {folder.name} fail without a mutant")
        left = []
        for number, each in enumerate(chosen, start=1):
            lives = survives(each, copied, folder)
            told = f"{each.file}:{each.line}: {each.operator}: {each.before} -> {each.after}"
            print(f"{number:3}/{len(chosen)} {'LIVES' if lives else 'dies '} {told}", flush=True)
            left += [told] if lives else []
    print(f"{len(chosen) - len(left)} of {len(chosen)} mutants died ({1 - len(left) / len(chosen):.0%})")
    print(*left, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
