"""Chinese pages have the commands, the code and the figures of the English ones."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAIRS = {"README.zh-CN.md": "README.md"} | {
    f"docs/zh/{path.name}": f"docs/{path.name}"
    for path in sorted((ROOT / "docs" / "zh").glob("*.md"))
    if path.name != "index.md"
}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])")
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def _text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def _blocks(text):
    """Code without its comments, which each page has in its own language."""
    return [
        (kind, [re.sub(r"(^|\s+)#\s.*$", "", line).rstrip() for line in body.splitlines()])
        for kind, body in _BLOCK.findall(text)
    ]


def _figures(text):
    prose = re.sub(r"\]\([^)]*\)", "]", _BLOCK.sub("", text))
    return {found.replace(",", "") for found in _NUMBER.findall(prose)}


def _commands(text):
    """What stands as code inside sentences, but Chinese names of files."""
    return set(re.findall(r"`((?:drgsim|pytest|python|DRGSIM|time|--|\.ci)[^`]*)`", _BLOCK.sub("", text)))


@pytest.mark.parametrize(("zh", "en"), PAIRS.items())
def test_the_code_is_the_same(zh, en):
    assert _blocks(_text(zh)) == _blocks(_text(en))


@pytest.mark.parametrize(("zh", "en"), PAIRS.items())
def test_the_figures_are_the_same(zh, en):
    ours, theirs = _figures(_text(zh)), _figures(_text(en))
    assert (ours - theirs, theirs - ours) == (set(), set())


@pytest.mark.parametrize(("zh", "en"), PAIRS.items())
def test_the_commands_in_sentences_are_the_same(zh, en):
    missing = {re.sub(r"\s+", " ", each) for each in _commands(_text(en))} - {
        re.sub(r"\s+", " ", each) for each in _commands(_text(zh))
    }
    assert missing == set()


@pytest.mark.parametrize("page", [*PAIRS, "docs/zh/index.md"])
def test_links_lead_somewhere(page):
    folder = (ROOT / page).parent
    targets = [each for each in _LINK.findall(_text(page)) if "://" not in each]
    # a notebook is a page of the site
    gone = [each for each in targets if not ((folder / each).exists() or _notebook(folder / each).exists())]
    assert gone == []


def _notebook(page):
    return page.with_suffix(".ipynb")


def test_each_reader_has_a_page():
    assert {f"docs/zh/{name}.md" for name in ("office", "policies", "simulation", "fund", "scale", "exchange")} <= set(PAIRS)
