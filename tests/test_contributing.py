"""CONTRIBUTING is true: files it names are there, what it says of them holds, and it fits on two screens."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = sorted({each for each in re.findall(r"`([\w./<>-]+)`", TEXT) if "/" in each})
RULES = ROOT / "drgsim" / "schemes" / "rules"
TERMS = {"Constant", "Member", "Count", "Compare", "HasSeverity", "And", "Or"}


def test_it_fits_on_two_screens():
    assert len(TEXT.splitlines()) <= 110


@pytest.mark.parametrize("name", [each for each in NAMED if not each.startswith("../")])
def test_the_files_it_names_are_there(name):
    pattern = re.sub(r"<\w+>", "*", name)
    assert list(ROOT.glob(pattern)), f"no {name}"


def test_every_room_of_the_package_stands_on_the_street():
    rooms = {path.parent.name for path in (ROOT / "drgsim").glob("*/__init__.py")}
    street = TEXT[TEXT.index("## The street") : TEXT.index("## Five tasks")]
    assert rooms - set(re.findall(r"`(\w+)`", street)) == set()


def matches(path):
    """Every match over rule terms in a file: the terms it names, and what stands in its last case."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Match) and len(node.cases) > 1:
            classes = {
                each.cls.id
                for case in node.cases
                for each in ast.walk(case.pattern)
                if isinstance(each, ast.MatchClass) and isinstance(each.cls, ast.Name)
            }
            if classes & TERMS and classes <= TERMS:
                yield classes, node.cases[-1]


def test_every_match_over_rule_terms_has_no_case_for_the_rest():
    """So that a new term is an error of types wherever a rule is taken apart."""
    found = 0
    for path in sorted((ROOT / "drgsim").rglob("*.py")):
        for _, last in matches(path):
            found += 1
            wild = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
            assert not wild or "assert_never" in ast.unparse(last), path
    assert found >= 12


def test_files_with_a_match_over_terms_are_named():
    having = {path.name for path in (ROOT / "drgsim").rglob("*.py") if any(matches(path))}
    assert {name for name in having if name not in TEXT} == set()
