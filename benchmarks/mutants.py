"""Mutants of a room: change one thing in its code, run its tests, and print what no test noticed.

    python benchmarks/mutants.py report --mutants 25 --seed 1
    python benchmarks/mutants.py settlement/statement.py --mutants 10 --tests tests/settlement
    python benchmarks/mutants.py cases --mutants 14 --seed 12 --only 3 9     # these two of the fourteen again

The tree is copied, and only the copy is changed. One process collects the room's tests, those in files
named like the changed modules first, and the examples of these modules. While any mutant lives, each file of
tests runs once without one, in a fork of that process that is watched; then the tests that come by a mutant's
statement run against it, the quickest first, in a fork in which the changed function has the changed code.
The first failure ends it. What stands outside functions is seen by imports: there a process of its own
imports the changed file. A mutant that no test comes by lives. The same seed gives the same mutants of the
same code. What survives stands with file, line, operator and the code before and after: write the test that
kills it, or argue why it is the same program. Own code and not mutmut: a mutant costs the seconds of its
tests alone, beside compiled kernels.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import copy
import gc
import multiprocessing
import os
import random
import re
import resource
import shutil
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

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
_SECONDS = 900  # of wall time for the tests of one mutant
_DAY = 86_400
_SLOWER = 5  # times the processor time of its tests, and 15 s: a loop without end counts as noticed
# a compiled scheme and proven cases are kept between tests under the hash of their data, not of this code
_KEPT_BY = {"codes", "cases", "schemes", "grouping", "synthetic"}


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

    What runs before a test (imports, fixtures) is noted under its file: other tests share it. So is what runs
    once for all who ask later (`once`).
    """

    once: set[int] = field(default_factory=set)
    reached: dict[int, set[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    now: str = ""
    failed: str = ""

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
        self.failed = self.failed or (report.nodeid if report.failed else "")

    def note(self, number: int) -> None:
        where = self.now.partition("::")[0] if number in self.once else self.now
        self.reached.setdefault(number, set()).add(where)


def around(text: str, line: int) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions in whose bodies this line stands; none for what an import runs.

    >>> code = "a = 1\\ndef b(c=2):\\n    return 3"
    >>> [len(around(code, line)) for line in (1, 2, 3)]
    [0, 0, 1]
    """
    return [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body[0].lineno <= line <= (node.end_lineno or 0)
    ]


def swapped(file: Path, old: str, new: str) -> None:
    """Give every function of a loaded file the code that it has in the new text; who holds it, calls that.

    Raises ValueError where a function then holds other variables of the code around it than before.
    """
    before, after = _codes(file, old), _codes(file, new)
    for each in gc.get_objects():
        if not isinstance(each, types.FunctionType) or each.__code__.co_filename != str(file):
            continue
        name, line = each.__code__.co_qualname, each.__code__.co_firstlineno
        if name in after:  # not in: made by a function that ran, which makes the new one when it runs again
            place = [code.co_firstlineno for code in before[name]].index(line)
            each.__code__ = after[name][place]


def _codes(file: Path, text: str) -> dict[str, list[types.CodeType]]:
    """The codes of the functions that an import makes, by name, in the order of the text."""
    found: dict[str, list[types.CodeType]] = {}
    waiting = [compile(text, str(file), "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop(0)
        waiting += [each for each in code.co_consts if isinstance(each, types.CodeType)]
        if "<locals>" not in code.co_qualname:
            found.setdefault(code.co_qualname, []).append(code)
    return {name: sorted(codes, key=lambda code: code.co_firstlineno) for name, codes in found.items()}


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


def apart(work: Callable[[], Any], most: float, wall: float = _SECONDS) -> Any:
    """What `work` returns in a fork of this process; None when it ended without an answer: its time was over
    (`most` is processor time in seconds), or it crashed."""
    ours, theirs = _FORK.Pipe(duplex=False)

    def whole() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(most), int(most) + 5))
        theirs.send(work())
        os._exit(0)

    child = _FORK.Process(target=whole)
    child.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(wall) else None
    except EOFError:
        return None
    finally:
        child.kill()
        child.join()


def tested(copied: Path, tests: list[str], kept: Path | None, plugin: object) -> bool:
    """Whether every test passes in this process, which has loaded nothing of the copied tree yet."""
    os.chdir(copied)
    os.environ["PYTHONPATH"] = str(copied)
    os.environ.pop("DRGSIM_CACHE", None)
    if kept is not None:
        os.environ["DRGSIM_CACHE"] = str(kept)
    sys.path[:] = [str(copied), *(each for each in sys.path if Path(each) not in (ROOT, ROOT / "benchmarks"))]
    sys.dont_write_bytecode = True
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *tests], plugins=[plugin])
    # 5: no test was left after `not slow`
    return code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


@dataclass
class Hunt:
    """A plugin of pytest that runs the collected tests against mutants instead of once.

    `living` holds the mutants no test has noticed yet, by number; `imported` those that only an import can
    show, for they stand outside functions or change what a function holds; `say` prints.
    """

    copied: Path
    living: dict[int, Mutant]
    say: Callable[[str], object]
    texts: dict[Path, str] = field(default_factory=dict)
    imported: set[int] = field(default_factory=set)
    ran: bool = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.texts = {
            each.file: (self.copied / each.file).read_text("utf-8") for each in self.living.values()
        }
        files: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            whole = item.nodeid.partition("::")[0]
            files.setdefault(item.nodeid if whole == "tests/test_doctests.py" else whole, []).append(item)
        if session.testsfailed:  # to collect
            return False
        self.ran = True
        self.imported = {n for n, each in self.living.items() if not around(self.texts[each.file], each.line)}
        for name, items in files.items():
            inside = {n: each for n, each in self.living.items() if n not in self.imported}
            if inside:
                self.file(session, name, items, inside)
        return True

    def file(
        self, session: pytest.Session, name: str, items: list[pytest.Item], inside: dict[int, Mutant]
    ) -> None:
        """Run one file of tests, watched, and then what comes by each mutant against it."""
        watch = apart(lambda: self.watched(session, items, inside), _SECONDS)
        if watch is None:
            self.say(f"left out, for it fails without a mutant: {name}")
            return
        took = sum(watch.seconds.values())
        self.say(f"{name} {took:.0f} s, comes by {len(watch.reached)} of {len(inside)}")
        for number, at in sorted(watch.reached.items()):
            each, whole = self.living[number], any("::" not in place for place in at)
            against = [item for item in items if whole or item.nodeid in at]
            against.sort(key=lambda item: 0 if whole else watch.seconds.get(item.nodeid, 0.0))
            found = self.noticed(session, against, each, 15 + _SLOWER * took)
            if found == "by an import":
                self.imported.add(number)
            elif found != "passes":
                del self.living[number]
                self.say(f"{number:3} dies  {told(each)}")

    def watched(
        self, session: pytest.Session, items: list[pytest.Item], inside: dict[int, Mutant]
    ) -> Watch | None:
        watch = Watch(now=items[0].nodeid.partition("::")[0])
        lines: dict[Path, dict[int, int]] = {}
        for number, each in inside.items():
            lines.setdefault(each.file, {})[number] = each.line
            kept = (
                ast.unparse(one) for f in around(self.texts[each.file], each.line) for one in f.decorator_list
            )
            watch.once |= {number} if any("cache" in one for one in kept) else set()
        vars(builtins)["reached"] = watch.note
        for file, numbers in lines.items():
            text = marked(self.texts[file], numbers)
            (self.copied / file).write_text(text, encoding="utf-8")
            swapped(self.copied / file, self.texts[file], text)
        session.config.pluginmanager.register(watch)
        try:
            return watch if passes(session, items) else None
        finally:
            for file in lines:
                (self.copied / file).write_text(self.texts[file], encoding="utf-8")

    def noticed(
        self, session: pytest.Session, items: list[pytest.Item], one: Mutant, most: float
    ) -> str | None:
        """What the tests do with the mutant in place of its function; None when they do not end."""

        def work() -> str:
            try:
                swapped(self.copied / one.file, self.texts[one.file], one.text)
            except ValueError:
                return "by an import"
            return "passes" if passes(session, items) else "fails"

        place = self.copied / one.file
        place.write_text(one.text, encoding="utf-8")  # for what is loaded later, and processes of their own
        try:
            return apart(work, most)
        finally:
            place.write_text(self.texts[one.file], encoding="utf-8")


def passes(session: pytest.Session, items: list[pytest.Item]) -> bool:
    """Whether all these tests pass, in this order; the first failure ends it."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return False
    return True


def nearest(tests: list[str], modules: list[str]) -> list[str]:
    """Test files in the order in which they are tried: those that share words with the modules come first.

    >>> nearest(["tests/a/test_write.py", "tests/a/test_excel_table.py"], ["drgsim/a/excel_table.py"])
    ['tests/a/test_excel_table.py', 'tests/a/test_write.py']
    """

    def words(name: str) -> set[str]:
        return {each.removesuffix("s") for each in re.split(r"[_/.]", name) if each not in ("py", "test")}

    sought = [words(module) for module in modules]
    return sorted(tests, key=lambda test: (-sum(len(words(Path(test).stem) & each) for each in sought), test))


def hunt(
    copied: Path, chosen: dict[int, Mutant], tests: list[str], kept: Path | None, say: Callable[[str], object]
) -> dict[int, Mutant]:
    """The mutants that no test notices, by number; says each test file and each death as it goes."""

    def whole() -> Hunt:
        hunting = Hunt(copied, dict(chosen), say)
        with suppress(Exception):  # of pytest, at its end
            tested(copied, tests, kept, hunting)
        hunting.say = repr  # no file goes from one process to another
        return hunting

    hunted = apart(whole, _DAY, _DAY)
    if hunted is None or not hunted.ran:
        raise RuntimeError("the tests cannot be collected")
    for number in sorted(hunted.imported):
        each = hunted.living[number]
        if noticed_by_import(each, copied, tests, kept):
            del hunted.living[number]
            say(f"{number:3} dies  {told(each)} (by an import)")
    return hunted.living


def noticed_by_import(one: Mutant, copied: Path, tests: list[str], kept: Path | None) -> bool:
    """Whether a test that passes without the mutant fails in a process that imports it, or does not end."""
    place, left = copied / one.file, list(tests)
    own = place.read_text(encoding="utf-8")
    while left:
        watch = Watch()
        place.write_text(one.text, encoding="utf-8")
        failed = apart(partial(_first_failure, copied, left, kept, watch), _SECONDS)
        place.write_text(own, encoding="utf-8")
        if failed is None or failed[0]:
            return failed is None
        file = failed[1].partition("::")[0]
        if not file or apart(partial(tested, copied, [failed[1]], kept, object()), _SECONDS):
            return True
        left = [each for each in left if each.partition("::")[0] != file]
    return False


def _first_failure(copied: Path, tests: list[str], kept: Path | None, watch: Watch) -> tuple[bool, str]:
    return tested(copied, tests, kept, watch), watch.failed


def told(one: Mutant) -> str:
    return f"{one.file}:{one.line}: {one.operator}: {one.before} -> {one.after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("place", help="a room, or a file or folder of one, below drgsim/")
    parser.add_argument("--mutants", type=int, default=25, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", metavar="PATH", nargs="*", help="default: the folder of the same name")
    parser.add_argument("--only", metavar="NUMBER", nargs="*", type=int, help="these of the mutants drawn")
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
    chosen = {
        at: mutant(file.relative_to(ROOT), texts[file], number)
        for at, (file, number) in enumerate(drawn, start=1)
        if asked.only is None or at in asked.only
    }
    with tempfile.TemporaryDirectory() as aside:
        copied, kept = Path(aside) / "tree", Path(aside) / "kept"
        copied.mkdir()
        kept.mkdir(mode=0o700)
        for entry in sorted(ROOT.iterdir()):
            if entry.name in ("drgsim", "tests"):
                shutil.copytree(entry, copied / entry.name, ignore=shutil.ignore_patterns("__pycache__"))
            elif not entry.name.startswith("."):
                (copied / entry.name).symlink_to(entry)
        modules = sorted({each.file.as_posix() for each in chosen.values()})
        found = [
            file.relative_to(copied).as_posix()
            for folder in asked.tests or [f"tests/{room}"]
            for file in sorted((copied / folder).rglob("test_*.py")) or [copied / folder]
        ]
        dotted = [name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in modules]
        examples = [f"tests/test_doctests.py::test_examples[{name}]" for name in dotted]
        shared = None if room in _KEPT_BY or room.endswith(".py") else kept
        tests = nearest(found, modules) + ([] if asked.tests else examples)
        with os.fdopen(os.dup(1), "w") as out:  # pytest takes the other
            left = hunt(copied, chosen, tests, shared, partial(print, file=out, flush=True))
    print(f"{len(chosen) - len(left)} of {len(chosen)} mutants died ({1 - len(left) / len(chosen):.0%})")
    print(*(f"{number:3} LIVES {told(each)}" for number, each in left.items()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
