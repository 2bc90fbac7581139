"""The runner of mutants: what it changes, whom it asks, and that it tells what nobody noticed."""

import ast
import doctest
import sys

import pytest

from benchmarks import mutants


def test_its_examples():
    failed, ran = doctest.testmod(mutants)
    assert (failed, ran > 3) == (0, True)


def test_each_operator_changes_one_thing():
    code = (
        "def f(a, b: int = 1):\n    'Text 2.'\n    a += min(a, 3)\n    if a and not b:\n        return -a\n"
    )
    found = {
        (one.line, one.operator, one.before, one.after)
        for number in range(len(mutants.places(ast.parse(code))))
        for one in [mutants.mutant(mutants.Path("f.py"), code, number)]
    }
    assert found == {
        (1, "constant", "1", "2"),
        (3, "left out", "a += min(a, 3)", "pass"),
        (3, "call", "min(a, 3)", "max(a, 3)"),
        (3, "constant", "3", "4"),
        (4, "if", "if a and (not b): return -a", "if not (a and (not b)): return -a"),
        (4, "and/or", "a and (not b)", "a or not b"),
        (4, "sign", "not b", "b"),
        (5, "return", "return -a", "return None"),
        (5, "sign", "-a", "a"),
    }


def test_a_word_run_once_is_noted_for_the_whole_file():
    watch = mutants.Watch(once={2}, now="tests/test_a.py::test_b")
    watch.note(1)
    watch.note(2)
    assert watch.reached == {1: {"tests/test_a.py::test_b"}, 2: {"tests/test_a.py"}}


CODE = """
FIRST = min(3, 4)

class Kept:
    held = 1

    @property
    def one(self):
        return max(self.held, 0)

def least(a, b):
    return min(a, b)

def unasked(a):
    return min(a, 0)
"""
TESTS = """
from own_code import FIRST, Kept, least

def test_least():
    assert least(1, 2) == 1

def test_equal():
    assert least(2, 2) == 2

def test_kept():
    assert Kept().one == 1 and FIRST
"""


@pytest.mark.slow  # ten forks and processes of pytest
@pytest.mark.skipif(sys.platform == "win32", reason="the runner parts its processes by fork")
def test_what_nobody_notices_lives(tmp_path):
    (tmp_path / "own_code.py").write_text(CODE)
    (tmp_path / "test_code.py").write_text(TESTS)
    (tmp_path / "test_wrong.py").write_text("def test_wrong():\n    assert False\n")
    numbers = range(len(mutants.places(ast.parse(CODE))))
    drawn = [mutants.mutant(mutants.Path("own_code.py"), CODE, number) for number in numbers]
    chosen = dict(enumerate((each for each in drawn if each.operator in ("call", "return")), start=1))
    assert [each.line for each in chosen.values()] == [2, 9, 9, 12, 12, 15, 15]
    said = tmp_path / "said"

    def say(text):
        with said.open("a") as file:
            file.write(f"{text}\n")

    tests = ["test_wrong.py", "test_code.py"]
    left = mutants.hunt(tmp_path, chosen, tests, None, say)
    # `max(3, 4)` is as true as `min(3, 4)`; nobody asks `unasked`
    assert [each.line for each in left.values()] == [2, 15, 15]
    assert (tmp_path / "own_code.py").read_text() == CODE
    assert said.read_text().splitlines() == [
        "left out, for it fails without a mutant: test_wrong.py",
        "test_code.py 0 s, comes by 4 of 6",
        "  2 dies  own_code.py:9: return: return max(self.held, 0) -> return None",
        "  3 dies  own_code.py:9: call: max(self.held, 0) -> min(self.held, 0)",
        "  4 dies  own_code.py:12: return: return min(a, b) -> return None",
        "  5 dies  own_code.py:12: call: min(a, b) -> max(a, b)",
    ]
