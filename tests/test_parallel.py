"""Work that overlaps: in order, bounded, and errors where they belong."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial

import pytest

from drgsim._damaged import whole
from drgsim._parallel import overlapped
from drgsim.cli._simulating import divided
from drgsim.language import speaking, stated_language
from drgsim.simulation.progress import at_hand, beside, in_turn, processes


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_order_is_that_of_the_items(threads):
    assert list(overlapped(iter(range(200)), lambda number: -number, threads=threads)) == [
        -number for number in range(200)
    ]


def test_threads_speak_the_language_of_who_asked():
    def items():
        yield stated_language()

    with speaking("en"):
        assert list(overlapped(items(), lambda drawn: (drawn, stated_language()), threads=2)) == [
            ("en", "en")
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


@pytest.mark.parametrize("threads", [1, 3])
def test_what_the_work_needs_is_made_before_it_while_items_are_drawn(threads):
    drawn, made = threading.Event(), []

    def items():
        drawn.set()
        yield from range(5)

    def first():
        assert threads == 1 or drawn.wait(10)
        made.append(threading.current_thread())

    done = list(overlapped(items(), lambda number: (number, len(made)), threads=threads, first=first))
    assert done == [(number, 1) for number in range(5)]
    assert made == [threading.current_thread()]


@pytest.mark.parametrize("threads", [1, 3])
def test_no_work_is_done_where_what_it_needs_cannot_be_made(threads):
    done, before = [], threading.active_count()
    with pytest.raises(ZeroDivisionError):
        list(overlapped(range(5), done.append, threads=threads, first=lambda: 1 // 0))
    assert done == []
    assert threading.active_count() == before


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


FORKS = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="a second process needs Linux")


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr("drgsim.simulation.progress.thread_count", lambda threads: 2)
    with processes():
        yield


@FORKS
def test_a_part_is_done_in_another_process_and_comes_back(two_cores):
    here = os.getpid()
    other, numbers = beside(lambda: (os.getpid(), list(range(100_000))))()
    assert other != here
    assert numbers == list(range(100_000))
    assert beside(lambda: beside(os.getpid)() == os.getpid())()  # only one process is beside another


@FORKS
def test_several_parts_are_done_in_one_other_process_each_had_when_it_is_there(two_cores):
    here = os.getpid()
    reading, writing = os.pipe()

    def fails():
        if os.getpid() != here:
            raise OSError("no space left")
        return "done here"

    waits = in_turn(os.getpid, lambda: bytes(1 << 20), lambda: os.read(reading, 1), fails)
    other = waits[0]()  # while the third still waits
    assert at_hand()
    assert other != here
    assert waits[1]() == bytes(1 << 20)
    os.write(writing, b"!")
    assert waits[3]() == "done here"
    assert waits[2]() == b"!"
    with pytest.raises(ChildProcessError):
        os.waitpid(other, os.WNOHANG)
    for end in (reading, writing):
        os.close(end)


@FORKS
def test_of_several_works_each_process_takes_the_next_when_it_is_free(two_cores, tmp_path):
    here = os.getpid()

    def work(number):
        time.sleep(0.02)
        (tmp_path / f"{number}-{os.getpid()}").touch()
        if number == 5 and os.getpid() != here:
            raise OSError("no space left")
        return number, os.getpid()

    numbers, workers = zip(*divided(*(partial(work, number) for number in range(8))), strict=True)
    assert numbers == tuple(range(8))
    assert here in workers
    began = [int(each.name[0]) for each in tmp_path.iterdir()]
    assert {*began} == {*range(8)}
    assert len({each.name.partition("-")[2] for each in tmp_path.iterdir()}) == 2
    assert all(began.count(number) == 1 for number in range(8) if workers[number] != here)


def test_works_are_divided_among_one_process_where_no_other_may_be_used():
    assert divided(os.getpid, lambda: "second") == [os.getpid(), "second"]


def test_circles_are_looked_for_again_after_a_command():
    with processes():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_library_starts_no_process(monkeypatch):
    monkeypatch.setattr("drgsim.simulation.progress.thread_count", lambda threads: 2)
    assert not at_hand()
    assert beside(os.getpid)() == os.getpid()


@FORKS
@pytest.mark.parametrize("ends", ["error", "killed", "unpicklable", "hangs"])
def test_what_the_other_process_cannot_do_is_done_here(two_cores, monkeypatch, ends):
    here = os.getpid()
    monkeypatch.setattr("drgsim.simulation.progress._PATIENCE", 0.2)

    def work():
        if os.getpid() != here:
            if ends == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if ends == "hangs":
                time.sleep(60)
            if ends == "unpicklable":
                return lambda: None
            raise OSError("no space left")
        return 42

    assert beside(work)() == 42


@FORKS
def test_an_error_of_a_part_is_raised_where_its_result_is_asked_for(two_cores):
    def work():
        raise OSError("no space left")

    wait = beside(work)
    with pytest.raises(OSError, match="no space"):
        wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="where memory is capped by ulimit -v")
@pytest.mark.parametrize(
    ("done", "code", "told"),
    [
        ("os.abort()", 3, "not enough memory"),
        ("os._exit(1)", 3, "not enough memory"),  # as a library does that gives up
        ("raise NameError", 3, "not enough memory"),
        ("raise SystemExit(2)", 2, ""),
        ("os.kill(os.getpid(), signal.SIGTERM)", -15, ""),
        ("return 1", 1, ""),
    ],
)
def test_what_ends_a_process_without_memory_is_told(done, code, told):
    work = (
        "import os, resource, signal, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 33, 1 << 33))\n"
        "import drgsim.cli.code as command\nfrom drgsim.cli import main\n"
        f"def run(arguments):\n {done}\n"
        "command._show = run\n"
        "sys.argv[1:] = ['code', 'show', 'K80.101']\n"
        "sys.exit(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "words",
    ["std::bad_alloc", "malloc of size 64 failed", "cannot map zero-fill pages", "can't start new thread"],
)
def test_memory_refused_in_any_words_is_no_damage(words):
    with pytest.raises(MemoryError), whole("cases.parquet"):
        raise OSError(words)


@FORKS
def test_what_nobody_waits_for_ends_with_its_command(monkeypatch):
    monkeypatch.setattr("drgsim.simulation.progress.thread_count", lambda threads: 2)
    reading, writing = os.pipe()

    def work():
        os.write(writing, f"{os.getpid()}\n".encode())
        time.sleep(60)

    with suppress(OSError), processes():
        beside(work)
        child = int(os.read(reading, 20))
        raise OSError("the file is gone")
    for end in (reading, writing):
        os.close(end)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
