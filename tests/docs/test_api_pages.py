"""A page of reference for each room has every public name, and what it names is there."""

import re
from importlib import import_module

import pytest

import drgsim
from tools.api_pages import FOLDER, pages

WRITTEN = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
NAMED = {room: re.findall(r"^::: (.+)$", text, re.MULTILINE) for room, text in WRITTEN.items()}


def test_every_public_name_stands_on_a_page():
    """What `import drgsim` offers; further names of a room follow with `python -m tools.api_pages`."""
    listed = {dotted for names in NAMED.values() for dotted in names}
    wanted = {
        f"{known.__module__}.{known.__name__}"
        for name in drgsim.__all__
        for known in [getattr(drgsim, name)]
        if isinstance(known, type) or hasattr(known, "__code__")
    } - {"drgsim.errors.DrgsimError", "drgsim.language.set_language"}  # on the page of their module
    assert sorted(wanted - listed) == [], "run `python -m tools.api_pages`"


def test_most_pages_are_as_the_tool_writes_them():
    asked = pages()
    assert len({room for room, text in asked.items() if WRITTEN.get(room) != text}) <= len(asked) // 5


@pytest.mark.parametrize("room", NAMED)
def test_every_name_of_a_page_is_there(room):
    for dotted in NAMED[room]:
        try:
            import_module(dotted)
        except ImportError:
            module, _, name = dotted.rpartition(".")
            assert getattr(import_module(module), name).__doc__, dotted


def test_the_site_has_every_page():
    menu = (FOLDER.parents[1] / "mkdocs.yml").read_text(encoding="utf-8")
    assert [room for room in WRITTEN if f"api/{room}.md" not in menu] == []
