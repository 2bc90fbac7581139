"""Every shape of column that holds the same codes gives the same ids."""

import sys
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from drgsim.codes import EMPTY, UNKNOWN, Codebook
from drgsim.codes.columns import BLOCK, CodeColumnError
from drgsim.codes.pieces import pieces_of

BOOK = Codebook(["A00.000", "A00.000x001", "A17.000x001+G05.0*"])
TEXTS = ["A00.000|A17.000x001+G05.0*", None, "A00.000x001", "", "?|A00.000||", "|A00.000", "A00.000x001"]
IDS = [[0, 2], [], [1], [], [UNKNOWN, 0], [EMPTY, 0], [1]]
DROPPED = [0, 0, 0, 0, 2, 0, 0]
LISTS = [None if text is None else text.split("|") for text in TEXTS]


def with_missing(missing):
    return [missing if text is None else text for text in TEXTS]


def string_dtype(storage, missing):
    return pd.Series(TEXTS, dtype=pd.StringDtype(storage, na_value=missing))


def under_a_missing_value():
    """Arrow allows bytes where a value is missing."""
    full = pa.array(["x" if text is None else text for text in TEXTS])
    mask = pa.py_buffer(np.packbits([text is not None for text in TEXTS], bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.string(), len(TEXTS), [mask, *full.buffers()[1:]])


def sliced(array):
    return pa.concat_arrays([pa.array(["A00.000|?", None], array.type), array, pa.array(["?"], array.type)])[
        2:-1
    ]


COLUMNS = {
    "list": lambda: TEXTS,
    "tuple": lambda: tuple(TEXTS),
    "list with NaN": lambda: with_missing(np.nan),
    "list with NA": lambda: with_missing(pd.NA),
    "list with NaT": lambda: with_missing(pd.NaT),
    "lists": lambda: LISTS,
    "lists and texts": lambda: [*LISTS[:3], *TEXTS[3:]],
    "tuples and arrays": lambda: [LISTS[0], None, tuple(LISTS[2]), [None], np.array(LISTS[4]), *LISTS[5:]],
    "array of objects": lambda: np.array(TEXTS, dtype=object),
    "array of str": lambda: np.array(with_missing("")),
    "array of StringDType": lambda: np.array(TEXTS, dtype=np.dtypes.StringDType(na_object=None)),
    "series": lambda: pd.Series(TEXTS, index=list("gfedcba")),
    "series of objects": lambda: pd.Series(TEXTS, dtype=object),
    "series, pandas' strings": lambda: string_dtype("python", np.nan),
    "series, pandas' strings with NA": lambda: string_dtype("python", pd.NA),
    "series, Arrow strings": lambda: string_dtype("pyarrow", np.nan),
    "series, Arrow strings with NA": lambda: string_dtype("pyarrow", pd.NA),
    "series, ArrowDtype": lambda: pd.Series(TEXTS, dtype=pd.ArrowDtype(pa.string())),
    "series, ArrowDtype of lists": lambda: pd.Series(LISTS, dtype=pd.ArrowDtype(pa.list_(pa.string()))),
    "series of lists": lambda: pd.Series(LISTS),
    "series, every second row": lambda: pd.Series([x for text in TEXTS for x in (text, "?")])[::2],
    "categorical": lambda: pd.Series(TEXTS, dtype="category"),
    "categorical of objects": lambda: pd.Series(pd.Series(TEXTS, dtype=object).astype("category")),
    "index": lambda: pd.Index(TEXTS),
    "Arrow string": lambda: pa.array(TEXTS),
    "Arrow large string": lambda: pa.array(TEXTS, pa.large_string()),
    "Arrow string view": lambda: pa.array(TEXTS, pa.string_view()),
    "Arrow dictionary": lambda: pa.array(TEXTS).dictionary_encode(),
    "Arrow dictionary with a missing entry": lambda: pa.DictionaryArray.from_arrays(
        pa.array(range(len(TEXTS)), pa.int8()), pa.array(TEXTS)
    ),
    "Arrow slice": lambda: sliced(pa.array(TEXTS)),
    "Arrow slice of a large string": lambda: sliced(pa.array(TEXTS, pa.large_string())),
    "Arrow bytes under a missing value": under_a_missing_value,
    "Arrow list": lambda: pa.array(LISTS),
    "Arrow large list": lambda: pa.array(LISTS, pa.large_list(pa.string())),
    "Arrow list of dictionary": lambda: pa.array(LISTS, pa.list_(pa.dictionary(pa.int32(), pa.string()))),
    "Arrow slice of a list": lambda: pa.concat_arrays([pa.array([["?"], None]), pa.array(LISTS)])[2:],
    "Arrow chunks": lambda: pa.chunked_array([TEXTS[:2], [], TEXTS[2:]], pa.string()),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_all_shapes_agree(path, name):
    lists = BOOK.encode(COLUMNS[name]())
    assert [lists.row(position).tolist() for position in range(len(lists))] == IDS
    assert lists.dropped.tolist() == DROPPED
    assert lists.offsets[0] == 0
    assert len(lists.ids) == lists.offsets[-1]


def test_polars_through_the_arrow_door():
    polars = pytest.importorskip("polars")
    lists = BOOK.encode(polars.Series(TEXTS))
    assert [lists.row(position).tolist() for position in range(len(lists))] == IDS


EMPTY_COLUMNS = {
    "no rows": list,
    "no rows of Arrow": lambda: pa.array([], pa.string()),
    "no rows of Arrow lists": lambda: pa.array([], pa.list_(pa.string())),
    "no chunks": lambda: pa.chunked_array([], pa.string()),
    "no rows of pandas": lambda: pd.Series([], dtype="str"),
    "no categories": lambda: pd.Series([], dtype="category"),
    "NaN only": lambda: pd.Series([np.nan, np.nan]),
    "None only": lambda: pd.Series([None, None], dtype=object),
    "Arrow null": lambda: pa.nulls(2),
    "missing Arrow strings": lambda: pa.nulls(2, pa.string()),
    "missing lists": lambda: pa.nulls(2, pa.list_(pa.string())),
    "missing categories": lambda: pd.Series([None, None], dtype="category"),
    "empty texts": lambda: ["", ""],
    "empty lists": lambda: [[], []],
}


@pytest.mark.parametrize("name", EMPTY_COLUMNS)
def test_columns_without_codes(path, name):
    column = EMPTY_COLUMNS[name]()
    lists = BOOK.encode(column)
    assert len(lists) == len(column)
    assert lists.flat.size == 0


def test_numbers_are_read_as_they_are_written(path):
    book = Codebook(["51.23", "7"])
    assert book.encode([51.23, 7, None]).ids.tolist() == [0, 1]
    assert book.encode(pd.Series([51.23, np.nan])).ids.tolist() == [0]
    assert book.encode(pa.array([7, None, 8])).ids.tolist() == [1, UNKNOWN]
    assert book.encode(pd.Series([7, 8], dtype="Int64")).ids.tolist() == [1, UNKNOWN]


def test_an_element_of_a_list_is_never_cut(path):
    assert BOOK.encode([["A00.000|A00.000", "A00.000"]]).ids.tolist() == [UNKNOWN, 0]


def test_the_input_is_not_changed():
    column = pd.Series(TEXTS, dtype=object)
    before = column.copy()
    BOOK.encode(column)
    pd.testing.assert_series_equal(column, before)


def test_blocks_and_threads_give_the_same_answer(path):
    texts = [TEXTS[(i * i) % len(TEXTS)] for i in range(5 * BOOK.n_catalogue + 2 * BLOCK)]
    expected = [IDS[(i * i) % len(TEXTS)] for i in range(len(texts))]
    for column in (texts, pa.array(texts), pa.array(texts, pa.large_string())):
        for threads in (1, 2, 5):
            lists = BOOK.encode(column, threads=threads)
            assert lists.counts.tolist() == list(map(len, expected))
            assert lists.ids.tolist() == list(chain.from_iterable(expected))


def test_many_chunks_of_rows_with_gaps_between_them():
    texts = ["A00.000||A00.000x001"] * 150_000 + [""] * 10 + ["A00.000|"] * 50_000
    one, four = (BOOK.encode(pa.array(texts), threads=threads) for threads in (1, 4))
    assert one.counts.tolist() == [2] * 150_000 + [0] * 10 + [1] * 50_000
    assert one.ids.tolist() == [0, 1] * 150_000 + [0] * 50_000
    assert one.dropped.sum() == 200_000
    assert (one.ids == four.ids).all()
    assert (one.offsets == four.offsets).all()
    assert (one.dropped == four.dropped).all()


WRONG = {
    "one text": "A00.000",
    "bytes": b"A00.000",
    "None": None,
    "dict": {"a": 1},
    "frame": pd.DataFrame({"a": ["A"]}),
    "two dimensions": np.array([["A"]], dtype=object),
    "array of bytes": np.array([b"A"]),
    "Arrow binary": pa.array([b"A"]),
    "Arrow struct": pa.array([{"a": "A"}]),
    "Arrow lists of lists": pa.array([[["A"]]]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_column_of_codes_is_refused(path, name):
    with pytest.raises(CodeColumnError, match=r"\[DS101\].*allowed: text joined by \|"):
        BOOK.encode(WRONG[name])


def test_a_list_among_the_codes_of_one_row_is_unknown_and_no_other_row_changes():
    deep = ["A00.000"]
    for _ in range(100_000):
        deep = [deep]
    for cell in ([["A00.000"]], ["A00.000", ["B"]], [[]], np.array([["A00.000"]]), [("A00.000",)], [deep]):
        rows = ["A00.000", cell, "A00.000"]
        made = BOOK.encode(rows)
        starts = made.offsets.tolist()
        assert made.ids[starts[0] : starts[1]].tolist() == made.ids[starts[2] : starts[3]].tolist() == [0]
        assert UNKNOWN in made.ids[starts[1] : starts[2]].tolist()
        assert [*map(len, pieces_of(rows))] == np.diff(starts).tolist()


def test_plain_texts_need_neither_pandas_nor_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert BOOK.encode(["A00.000", ""]).ids.tolist() == [0]
