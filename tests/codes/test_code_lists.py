"""Lists of ids in two arrays: rows, slices, selections."""

import pickle

import numpy as np
import pytest

from drgsim.codes import EMPTY, UNKNOWN, Codebook, CodeLists

BOOK = Codebook(["A", "B", "C"])


@pytest.fixture
def lists() -> CodeLists:
    return BOOK.encode(["A|x", None, "|B||", "C|x|x"])


def as_lists(lists):
    return [lists.row(position).tolist() for position in range(len(lists))]


def test_rows(lists):
    assert len(lists) == 4
    assert as_lists(lists) == [[0, UNKNOWN], [], [EMPTY, 1], [2, UNKNOWN, UNKNOWN]]
    assert lists.dropped.tolist() == [0, 0, 2, 0]
    assert lists.counts.tolist() == [2, 0, 2, 3]
    assert lists.n_unknown == 3
    assert (lists.ids.dtype, lists.offsets.dtype, lists.dropped.dtype) == (np.int32, np.int64, np.uint8)


@pytest.mark.parametrize(
    "rows", [slice(0, 2), slice(1, 4), slice(2, None), slice(3, 3), slice(-1, None), slice(3, 1)]
)
def test_a_slice_holds_consecutive_rows(lists, rows):
    part = lists[rows]
    assert as_lists(part) == as_lists(lists)[rows]
    assert part.flat.tolist() == [id for row in as_lists(lists)[rows] for id in row]
    assert part.dropped.tolist() == lists.dropped[rows].tolist()
    assert part.n_unknown == sum(row.count(UNKNOWN) for row in as_lists(lists)[rows])
    assert np.shares_memory(part.ids, lists.ids)


def test_a_slice_with_a_step_is_refused(lists):
    with pytest.raises(IndexError, match="consecutive"):
        lists[::2]


def test_take(lists):
    part = lists[1:].take(np.array([2, -1, 1, 1, -7]))
    assert as_lists(part) == [[2, UNKNOWN, UNKNOWN], [], [EMPTY, 1], [EMPTY, 1], []]
    assert part.dropped.tolist() == [0, 0, 2, 2, 0]


def test_rows_with(lists):
    assert lists.rows_with(UNKNOWN).tolist() == [0, 3]
    assert lists.rows_with(EMPTY).tolist() == [2]
    assert lists[2:].rows_with(UNKNOWN).tolist() == [1]
    assert lists.rows_with(99).tolist() == []


def test_pickle(lists):
    again = pickle.loads(pickle.dumps(lists))
    assert as_lists(again) == as_lists(lists)


def test_display_shows_counts_only(lists):
    assert repr(lists) == "CodeLists(4 rows, 7 codes, 3 unknown)"
