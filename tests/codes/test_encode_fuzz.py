"""Whatever a column holds, the kernel answers as its readable twin does, and never falls over."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from drgsim.codes import Catalogue, Codebook, CodeLists, readable

CODES = Catalogue.load("diagnosis").codes
BOOK = Codebook.for_kind("diagnosis", extra=["é" * 5, "x" * 12, "y" * 40, "😀"])
IDS = {code: position for position, code in enumerate(BOOK.codes)}

any_text = st.text(st.characters(codec=None), max_size=30)  # lone surrogates and NUL included
code = st.sampled_from([*CODES[::97], *BOOK.codes[-4:], *(code for code in CODES if len(code) > 11)])
bent = st.builds(lambda code, at, text: code[:at] + text + code[at:], code, st.integers(0, 18), any_text)
marks = st.sampled_from(["|", "||", "\n", "\0", "", " "])
text = st.lists(code | bent | marks | any_text | st.just("|"), max_size=8).map("".join)
row = st.none() | st.just(float("nan")) | text | st.lists(code, max_size=8).map("|".join)
piece = st.none() | code | any_text
list_row = st.none() | st.lists(piece, max_size=6)
number = st.integers() | st.floats() | st.booleans()


def assert_same(column) -> CodeLists:
    ours, twin = BOOK.encode(column), readable.encode(column, IDS)
    np.testing.assert_array_equal(ours.ids, twin.ids)
    np.testing.assert_array_equal(ours.offsets, twin.offsets)
    np.testing.assert_array_equal(ours.dropped, twin.dropped)
    return ours


@given(st.lists(row, max_size=20))
def test_texts(values):
    lists = assert_same(values)
    for other in (pd.Series(values, dtype=object), np.array([*values, ""], dtype=object)[:-1]):
        np.testing.assert_array_equal(BOOK.encode(other).ids, lists.ids)


@given(st.lists(list_row, max_size=12))
def test_lists(values):
    assert_same(values)


@given(st.lists(row | list_row | number, max_size=12))
def test_mixtures(values):
    assert_same(values)


def encodable(value) -> bool:
    return not isinstance(value, str) or not any("\ud800" <= sign <= "\udfff" for sign in value)


@given(st.lists(row.filter(encodable), max_size=20), st.integers(0, 5), st.integers(0, 5))
def test_arrow(values, before, after):
    values = [None if value != value else value for value in values]
    for type_ in (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int16(), pa.string())):
        array = pa.array(values, type_)
        assert_same(array[before : max(before, len(array) - after)])


@given(st.lists(row, max_size=20))
def test_categories(values):
    assert_same(pd.Series(values, dtype=object).astype("category"))


@given(st.lists(row, max_size=12), st.data())
def test_the_order_of_rows_and_where_they_are_cut_do_not_matter(values, data):
    lists = BOOK.encode(values)
    order = data.draw(st.permutations(range(len(values))))
    shuffled = BOOK.encode([values[position] for position in order])
    assert [shuffled.row(i).tolist() for i in range(len(values))] == [lists.row(i).tolist() for i in order]
    cut = data.draw(st.integers(0, len(values)))
    parts = [BOOK.encode(values[:cut]), BOOK.encode(values[cut:])]
    assert np.concatenate([part.ids for part in parts]).tolist() == lists.ids.tolist()


@given(
    st.sets(
        st.text(st.characters(codec=None, exclude_characters="|\n"), min_size=1, max_size=30), max_size=40
    )
)
def test_any_codes_can_make_a_codebook(codes):
    book = Codebook(sorted(codes))
    assert book.encode(list(book.codes)).ids.tolist() == list(range(len(codes)))
    assert book.encode([list(book.codes)]).flat.tolist() == list(range(len(codes)))
