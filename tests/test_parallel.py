"""Work that overlaps: in order, bounded, and errors where they belong."""

import threading

import pytest

from drgsim._parallel import overlapped


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_order_is_that_of_the_items(threads):
    assert list(overlapped(iter(range(200)), lambda number: -number, threads=threads)) == [
        -number for number in range(200)
    ]


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_is_raised_after_what_came_before_it(threads):
    def items():
        yield from range(5)
        raise OSError("the disk is gone")

    done = []
    with pytest.raises(OSError, match="gone"):
        done.extend(overlapped(items(), abs, threads=threads))
    assert done == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_of_the_work_is_raised_in_its_place(threads):
    seen = []
    with pytest.raises(ZeroDivisionError):
        seen.extend(overlapped([4, 2, 0, 1], lambda number: 4 // number, threads=threads))
    assert seen == [1, 2]


def test_no_more_is_under_way_than_was_said():
    drawn = []

    def items():
        for number in range(1000):
            drawn.append(number)
            yield number

    values = overlapped(items(), abs, threads=2, ahead=1)
    for expected in range(20):
        assert next(values) == expected
        assert len(drawn) <= expected + 1 + 2 + 1 + 2  # queued, one in the drawer's hand, one being used
    values.close()
    assert len(drawn) < 1000


def test_whoever_stops_early_leaves_no_thread_behind():
    before = threading.active_count()
    values = overlapped(iter(range(10**6)), abs, threads=3)
    next(values)
    values.close()
    assert threading.active_count() == before
