"""Chunks cover every row once, whatever the number of threads."""

import numpy as np
import pytest

from drgsim._parallel import chunks, over_chunks, thread_count
from drgsim.errors import ArgumentError


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 100])
@pytest.mark.parametrize("threads", [1, 3])
def test_every_row_is_visited_once(rows, threads):
    seen = np.zeros(rows, int)

    def work(start, stop):
        seen[start:stop] += 1

    over_chunks(work, rows, threads=threads, chunk=10)
    assert (seen == 1).all()


def test_the_first_exception_is_raised():
    def work(start, stop):
        raise ZeroDivisionError(start)

    with pytest.raises(ZeroDivisionError):
        over_chunks(work, 100, threads=2, chunk=10)


def test_chunks_are_consecutive():
    assert list(chunks(25, 10)) == [(0, 10), (10, 20), (20, 25)]


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "2"])
def test_a_wrong_number_of_threads_is_refused(bad):
    with pytest.raises(ArgumentError, match="threads"):
        thread_count(bad)
