"""The glossary is what `data/words.csv` says, and says the words of the house."""

from pathlib import Path

from drgsim.words import words
from tools.glossary import page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_as_the_tool_writes_it():
    assert (DOCS / "glossary.md").read_text(encoding="utf-8") == page(), "run `python -m tools.glossary`"


def test_every_word_stands_on_the_page():
    text = page()
    for each in words().values():
        assert f"| {each.zh} | {each.en} | `{each.id}` |" in text


def test_the_words_of_the_house_are_explained_in_both_languages():
    for name in ("street", "step", "book", "stay", "world", "lever", "response"):
        own = words()[f"house.{name}"]
        assert own.definition
        assert own.definition_zh
