"""A page of reference for each room has every public name once, and what it names is there."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import drgsim
from tools.api_pages import FOLDER, pages

PAGES = pages()


def test_the_pages_are_as_the_tool_writes_them():
    written = {path.stem: path.read_text(encoding="utf-8") for path in Path(FOLDER).glob("*.md")}
    assert written == PAGES, "run `python -m tools.api_pages`"


@pytest.mark.parametrize("room", PAGES)
def test_every_name_of_a_page_is_there(room):
    for dotted in re.findall(r"^::: (.+)$", PAGES[room], re.MULTILINE):
        try:
            import_module(dotted)
        except ImportError:
            module, _, name = dotted.rpartition(".")
            assert getattr(import_module(module), name).__doc__, dotted


def test_every_class_of_the_package_stands_on_a_page():
    listed = {dotted.rpartition(".")[2] for text in PAGES.values() for dotted in re.findall(r"::: (.+)", text)}
    wanted = {name for name in drgsim.__all__ if isinstance(getattr(drgsim, name), type)} - {"DrgsimError"}
    assert wanted <= listed


def test_the_site_has_every_page():
    menu = (Path(FOLDER).parents[1] / "mkdocs.yml").read_text(encoding="utf-8")
    assert [room for room in PAGES if f"api/{room}.md" not in menu] == []
