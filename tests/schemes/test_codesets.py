"""Prefixes with exceptions mean exactly the codes they were made from, in as few words as can be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.codes import Catalogue
from drgsim.schemes.codesets import Universe, compact, expand
from drgsim.schemes.scheme_errors import PackError
from tests.schemes.strategies import codes, universes

SMALL = Universe(["A00.0", "A00.1", "A00.1x001", "A00.1x002", "A01.0", "B10.0"])


@pytest.mark.parametrize(
    ("inside", "prefixes"),
    [
        (set(), []),
        ({"A00.0"}, ["A00.0"]),
        ({"A00.0", "A00.1", "A00.1x001", "A00.1x002"}, ["A00"]),
        ({"A00.1x001", "A00.1x002"}, ["A00.1x"]),
        ({"A00.1"}, ["=A00.1"]),
        ({"A00.0", "A00.1x001", "A00.1x002", "A01.0"}, ["A0", "-=A00.1"]),
        ({"A00.0", "A00.1", "A00.1x001", "A00.1x002", "A01.0"}, ["A0"]),
        (set(SMALL.codes), ["A0", "B10.0"]),
    ],
)
def test_the_prefixes_of(inside, prefixes):
    assert compact(inside, SMALL) == prefixes
    assert expand(prefixes, SMALL) == inside


@settings(max_examples=60)
@given(universes, st.data())
def test_any_set_of_any_universe_comes_back(members, data):
    inside = data.draw(st.sets(st.sampled_from(sorted(members))))
    universe = Universe(members)
    prefixes = compact(inside, universe)
    assert expand(prefixes, universe) == inside
    assert len(prefixes) <= len(inside)
    assert len(compact(members - inside, universe)) <= len(prefixes) + len({code[0] for code in members})


@settings(max_examples=60)
@given(universes, codes, st.data())
def test_the_order_of_the_prefixes_does_not_matter(members, extra, data):
    universe = Universe(members).with_codes([extra])
    inside = data.draw(st.sets(st.sampled_from(universe.codes)))
    prefixes = data.draw(st.permutations(compact(inside, universe)))
    assert expand(prefixes, universe) == inside


@pytest.mark.parametrize("kind", ["diagnosis", "procedure"])
def test_the_real_catalogue_comes_back(kind):
    listed = Catalogue.load(kind).codes
    universe = Universe(listed)
    for step in (2, 7, 101):
        inside = frozenset(listed[::step])
        assert expand(compact(inside, universe), universe) == inside
    chapter = {code for code in listed if code.startswith(("I", "3"))}
    assert len(compact(chapter, universe)) == 1


def test_adding_known_codes_keeps_the_universe():
    assert SMALL.with_codes(["A00.0"]) is SMALL
    assert "C00.0" in SMALL.with_codes(["C00.0"])


@pytest.mark.parametrize(
    ("prefixes", "message"),
    [
        (["C00"], "fits no code"),
        (["=A00"], "fits no code"),
        (["A00", "-A00.2"], "fits no code"),
        (["A00", "A00"], "stands twice"),
        (["A00", "-A00"], "stands twice"),
    ],
)
def test_a_fault_is_named(prefixes, message):
    with pytest.raises(PackError, match=message):
        expand(prefixes, SMALL)


def test_a_code_outside_the_universe_cannot_be_written():
    with pytest.raises(PackError, match="outside the universe"):
        compact({"C00.0"}, SMALL)
