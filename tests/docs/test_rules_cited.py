"""Every § that code cites is stated in docs/rules.md, with a source that resolves and an example that runs."""

import doctest
import re
from pathlib import Path

import pytest

import drgsim
from drgsim.sources import load

PACKAGE = Path(drgsim.__file__).resolve().parent
PAGE = PACKAGE.parent / "docs" / "rules.md"
_CITED = re.compile(r"([Pp]ayment|[Ff]und) rules (§[\d.]*\d(?:-\d+)?(?:(?:,| to| and| example) §?[\d.]*\d(?:-\d+)?)*)")
_HEADING = re.compile(r"^## (Payment|Fund) rules §([\d.]+) (.+)$", re.MULTILINE)


def _sections():
    parts = _HEADING.split(PAGE.read_text(encoding="utf-8"))[1:]
    return {
        (kind.lower(), number): (title, text)
        for kind, number, title, text in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=True)
    }


def _cited():
    """(file, kind, number) of every citation; a § that names no rules is one of kind ''."""
    rooms = [PACKAGE, *(PACKAGE.parent / name for name in ("tests", "tools", "benchmarks"))]
    files = [path for room in rooms for kind in ("*.py", "*.pyx", "*.pyi") for path in room.rglob(kind)]
    for path in sorted(path for path in files if path != Path(__file__)):
        text = re.sub(r"\s+(?:#\s+)?", " ", path.read_text(encoding="utf-8"))
        name = path.relative_to(PACKAGE.parent).as_posix()
        for kind, numbers in _CITED.findall(text):
            for number in re.findall(r"§([\d.]*\d)", numbers):
                yield name, kind.lower(), number
        for number in re.findall(r"§([\d.]*\d)?", _CITED.sub("", text)):
            yield name, "", number


SECTIONS = _sections()


def test_every_citation_is_a_section_of_the_page():
    cited = sorted(set(_cited()))
    assert len(cited) > 30
    missing = [(name, kind, number) for name, kind, number in cited if (kind, number) not in SECTIONS]
    assert missing == [], "state the rule in docs/rules.md; write `payment rules §2.1` or `fund rules §5.2`"


@pytest.mark.parametrize(("kind", "number"), SECTIONS)
def test_a_section_has_a_source_a_state_and_an_example_that_runs(kind, number):
    title, text = SECTIONS[kind, number]
    assert re.search("[\u4e00-\u9fff]", title), "the Chinese name of the rule"
    ids = re.findall(r"\b(?:[A-Z]{1,2}\d{2,3})\b", text)
    assert ids, "a source"
    assert [id for id in ids if id not in load()] == []
    assert re.search(r"\b(read|secondary|assumed)\b", text)
    blocks = re.findall(r"```pycon\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) == 1
    test = doctest.DocTestParser().get_doctest(blocks[0], {}, f"{kind} §{number}", "rules.md", 0)
    assert test.examples
    results = doctest.DocTestRunner(verbose=False).run(test)
    assert results.failed == 0
