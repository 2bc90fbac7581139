"""Mutants of a room: change one thing in its code, run its tests, and print what no test noticed.

    python benchmarks/mutants.py report --mutants 25 --seed 1
    python benchmarks/mutants.py settlement/statement.py --mutants 10 --tests tests/settlement

The tree is copied, and only the copy is changed. The room's tests run once without a mutant, and are watched:
against a mutant run only those that come by its statement, the quickest first, and the first failure ends it.
The same seed gives the same mutants of the same code. What survives stands with file, line, operator and the
code before and after: write the test that kills it, or argue why it is the same program. Own code and not
mutmut: it runs seconds of tests a mutant, in processes that have loaded pandas already, and works beside
compiled kernels.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import copy
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pandas as pd  # noqa: F401 (loaded once, before the processes part)
import pytest

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
_FORK = multiprocessing.get_context("fork")
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
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
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
    for name, value in ast.iter_fields(parent):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST):
                yield parent, name, place, node
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


@dataclass
class Watch:
    """A plugin of pytest: which tests come by which mutants' statements, and how long each test takes.

    What runs before a test (imports, fixtures) is noted under its file: other tests share it.
    """

    reached: dict[int, set[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    now: str = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.now = nodeid.partition("::")[0]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        before, self.now = self.now, item.nodeid
        try:
            return (yield)
        finally:
            self.now = before

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def note(self, number: int) -> None:
        self.reached.setdefault(number, set()).add(self.now)


def marked(text: str, places: dict[int, int]) -> str:
    """The code, telling `builtins.reached` the number of each mutant before its statement runs.

    >>> print(marked("if a:\\n    b = 1", {7: 2}))
    if a:
        getattr(__import__('builtins'), 'reached', __import__('builtins').abs)(7)
        b = 1
    """
    tree = ast.parse(text)
    for number, line in places.items():
        inner = max(
            (
                (node.lineno, -(node.end_lineno or 0), at, body)
                for parent in ast.walk(tree)
                for name in ("body", "orelse", "finalbody")
                if isinstance(body := getattr(parent, name, None), list)
                for at, node in enumerate(body)
                if node.lineno <= line <= (node.end_lineno or 0)
            ),
            key=lambda found: found[:2],
        )
        # no bare name: the code may have given it another meaning
        told = ast.parse(
            f"getattr(__import__('builtins'), 'reached', __import__('builtins').abs)({number})"
        ).body[0]
        for node in ast.walk(told):
            if hasattr(node, "lineno"):
                node.lineno = node.end_lineno = inner[0]
        inner[3].insert(inner[2], told)
    return ast.unparse(ast.fix_missing_locations(tree))


def run(copied: Path, tests: list[str]) -> tuple[bool, Watch]:
    """Whether every test passes on the copied tree, in a process of its own, and which mutants they reach."""
    ours, theirs = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_tested, args=(copied, tests, theirs))
    child.start()
    theirs.close()
    try:
        if ours.poll(_SECONDS):
            passed, watch = ours.recv()
            return passed, watch
        return False, Watch()
    except EOFError:  # the process died
        return False, Watch()
    finally:
        child.kill()
        child.join()


def _tested(copied: Path, tests: list[str], pipe: Connection) -> None:
    os.chdir(copied)
    os.environ["PYTHONPATH"] = str(copied)
    sys.path[:] = [str(copied), *(each for each in sys.path if Path(each) not in (ROOT, ROOT / "benchmarks"))]
    sys.dont_write_bytecode = True
    watch = Watch(now=tests[0].partition("::")[0])
    vars(builtins)["reached"] = watch.note
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *tests], plugins=[watch])
    # 5: no test was left after `not slow`
    pipe.send((code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED), watch))
    pipe.close()
    os._exit(0)


def tests_of(where: set[str], seconds: dict[str, float]) -> list[str]:
    """The quickest first; a file stands for its tests."""
    files = {each for each in where if "::" not in each}
    took = dict(seconds)
    for name, each in seconds.items():
        file = name.partition("::")[0]
        took[file] = took.get(file, 0.0) + each
    single = [each for each in where if "::" in each and each.partition("::")[0] not in files]
    return sorted(single, key=lambda each: took.get(each, 0.0)) + sorted(
        files, key=lambda f: took.get(f, 0.0)
    )


def survives(one: Mutant, copied: Path, tests: list[str]) -> bool:
    """Whether every test passes with the mutant in place of its file, in the copied tree."""
    place = copied / one.file
    own = place.read_bytes()
    place.write_text(one.text, encoding="utf-8")
    try:
        return not tests or run(copied, tests)[0]
    finally:
        place.write_bytes(own)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("place", help="a room, or a file or folder of one, below drgsim/")
    parser.add_argument("--mutants", type=int, default=25, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", metavar="PATH", nargs="*", help="default: the folder of the same name")
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
        where: dict[Path, dict[int, int]] = {}
        for number, each in enumerate(chosen):
            where.setdefault(each.file, {})[number] = each.line
        for file, lines in where.items():
            (copied / file).write_text(marked(texts[ROOT / file], lines), encoding="utf-8")
        reached: dict[int, set[str]] = {}
        seconds: dict[str, float] = {}
        for folder in asked.tests or [f"tests/{room}"]:
            for file in sorted((copied / folder).rglob("test_*.py")) or [copied / folder]:
                name = file.relative_to(copied).as_posix()
                passed, watch = run(copied, [name])
                took = sum(watch.seconds.values())
                print(
                    f"{'' if passed else 'left out, for it fails without a mutant: '}{name} {took:.0f} s",
                    flush=True,
                )
                seconds |= watch.seconds if passed else {}
                for number, tests in watch.reached.items() if passed else ():
                    reached.setdefault(number, set()).update(tests)
        for file in where:
            (copied / file).write_text(texts[ROOT / file], encoding="utf-8")
        left = []
        for number, each in enumerate(chosen):
            lives = survives(each, copied, tests_of(reached.get(number, set()), seconds))
            told = f"{each.file}:{each.line}: {each.operator}: {each.before} -> {each.after}"
            print(f"{number + 1:3}/{len(chosen)} {'LIVES' if lives else 'dies '} {told}", flush=True)
            left += [told] if lives else []
    print(f"{len(chosen) - len(left)} of {len(chosen)} mutants died ({1 - len(left) / len(chosen):.0%})")
    print(*left, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
