"""A file is there whole or not at all, and a place that cannot be written to is found out first."""

import errno
import gc
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from drgsim import DipCatalogue
from drgsim._atomic import _machine, _sweep, aside, held, replacing, scratch, together
from drgsim._excel import _Sink
from drgsim.cases.chunk_writer import chunk_writer
from drgsim.cases.write import table_writer, write_cases
from drgsim.dip.pack import save
from drgsim.errors import ArgumentError, NotFoundError, WriteError

FULL = Path("/dev/full")


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(target) as part:
        part.write_text(f"half {1 // 0}")
    assert target.read_text() == "old"
    with replacing(target) as part:
        part.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_places_that_cannot_be_written_to(tmp_path, monkeypatch):
    with pytest.raises(NotFoundError, match="no such folder"), replacing(tmp_path / "none" / "a.txt"):
        pass
    with pytest.raises(ArgumentError, match="folder"), replacing(tmp_path):
        pass

    def refuse(path, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.touch", refuse)
    with pytest.raises(WriteError, match=r"cannot be written to.*denied"), replacing(tmp_path / "a.txt"):
        pass


NAMES = ["a\0b.txt", "a\ud800b.txt", "x" * 300, "x/" * 3_000, "", 5, None, b"a\0b.txt"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_that_no_file_can_have(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    told = "not a path" if name is None or name == 5 else "no file can have such a name"
    for opened in (replacing, together, aside, held):
        with pytest.raises(ArgumentError, match=told) as error, opened(name):
            pass
        assert str(error.value).encode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a b'\"\n.txt", "甲.txt", "a\udcff.txt", b"a\xff.txt"], ids=repr)
def test_odd_names_that_files_can_have(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with held(name), replacing(name) as part:
        part.write_text("whole")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(os.fsdecode(name), "whole")]


def test_folders_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(ArgumentError, match="a folder is needed"), together(tmp_path / "file"):
        pass
    with pytest.raises(WriteError, match="cannot be written to"), together(tmp_path / "file" / "inside"):
        pass
    assert (tmp_path / "file").read_text() == "old"


def test_a_folder_in_the_way_of_one_file_stops_all(tmp_path):
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(ArgumentError, match="place of a folder"), together(tmp_path) as part:
        [(part / name).write_text("new") for name in ("a.txt", "b.txt")]
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]


def test_what_cannot_take_its_place_is_told(tmp_path, monkeypatch):
    def keep(path, target):
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path), None, str(target))

    monkeypatch.setattr("pathlib.Path.replace", keep)  # as a folder where only owners may remove
    with pytest.raises(WriteError, match="not permitted"), replacing(tmp_path / "a.txt"):
        pass
    with pytest.raises(WriteError, match="not permitted"), together(tmp_path) as part:
        (part / "a.txt").touch()
    assert list(tmp_path.iterdir()) == []


def test_folders_for_a_moment_of_killed_runs_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone, other = (tmp_path / f"drgsim-{_machine()}-{each}-ab_1" for each in (dead_process(), os.getppid()))
    foreign = tmp_path / "drgsim-something"
    for folder in (gone, other, foreign):
        folder.mkdir()
        (folder / "sheet1.xml").write_text("a stay")
    _sweep.cache_clear()
    with scratch() as folder:
        assert folder.parent == tmp_path
        assert not any(folder.iterdir())
        assert sys.platform == "win32" or folder.stat().st_mode & 0o077 == 0
        assert {path.name for path in tmp_path.iterdir()} == {folder.name, other.name, foreign.name}
    assert not folder.exists()


def dead_process():
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def leavings(folder, process, name="a", end=".txt"):
    return folder / f".{name}.{_machine()}-{process}.part{end}"


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path):
    gone = dead_process()
    mine = leavings(tmp_path, gone)
    others = [leavings(tmp_path, gone, name="b"), tmp_path / ".a.part.txt", tmp_path / "a.1.part.txt"]
    for path in (mine, *others):
        path.write_text("half")
    with replacing(tmp_path / "a.txt") as part:
        part.write_text("whole")
    assert not mine.exists()
    assert all(path.exists() for path in others)


def test_a_run_that_still_writes_is_told_of_at_the_start(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        leavings(tmp_path, other.pid).write_text("half")
        with pytest.raises(ArgumentError, match="another run"), replacing(tmp_path / "a.txt"):
            pass
        (tmp_path / f".{_machine()}-{other.pid}.part").mkdir()
        with pytest.raises(ArgumentError, match="another run"), aside(tmp_path):
            pass
        other.communicate(b"\n")
    with replacing(tmp_path / "a.txt"), aside(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_of_another_machines_run_the_age_is_known(tmp_path):
    part = tmp_path / ".a.00000000-1.part.txt"
    part.write_text("half")
    with pytest.raises(ArgumentError, match="another run"), replacing(tmp_path / "a.txt"):
        pass
    os.utime(part, (0, 0))
    with replacing(tmp_path / "a.txt"):
        pass
    assert not part.exists()


def test_a_number_that_another_process_has_now_is_no_run(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        left = [leavings(tmp_path, other.pid), tmp_path / f".a.{_machine()}-{other.pid}.run.txt"]
        for part in left:
            part.write_text("half")
            os.utime(part, (0, 0))  # older than the process of that number
        huge = leavings(tmp_path, 10**20)
        huge.write_text("half")
        with held(tmp_path / "a.txt"), replacing(tmp_path / "a.txt"):
            pass
        assert not any(part.exists() for part in [*left, huge])
        other.communicate(b"\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="where /proc tells the state of processes")
def test_a_killed_run_that_nobody_has_asked_after_is_dead(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        leavings(tmp_path, other.pid).write_text("half")
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # ended, and still in the table
        with replacing(tmp_path / "a.txt"):
            pass


def test_what_one_with_our_number_left_is_written_over(tmp_path):
    leavings(tmp_path, os.getpid()).write_text("half and more")
    with replacing(tmp_path / "a.txt") as part:
        part.write_text("whole")
    assert (tmp_path / "a.txt").read_text() == "whole"
    (tmp_path / f".{_machine()}-{os.getpid()}.part").mkdir()
    with aside(tmp_path) as part:
        assert not any(part.iterdir())


def test_two_threads_do_not_write_into_one_part(tmp_path):
    with replacing(tmp_path / "a.txt") as part:
        with pytest.raises(ArgumentError, match="another run"), replacing(tmp_path / "a.txt"):
            pass
        part.write_text("whole")
    with aside(tmp_path / "new") as part:
        with pytest.raises(ArgumentError, match="another run"), aside(tmp_path / "new"):
            pass
        assert part.is_dir()
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_a_place_is_held_while_a_run_lasts(tmp_path):
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "a.txt", tmp_path / "folder", tmp_path / "new"):
        code = f"from drgsim._atomic import held\nwith held({str(place)!r}):\n print(flush=True)\n input()"
        words = [sys.executable, "-c", code]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            other.stdout.readline()
            with pytest.raises(ArgumentError, match="another run"), held(place):
                pass
            other.communicate(b"\n")
        with held(place):
            pass
    with held(tmp_path / "none" / "a.txt"):  # who writes there says that there is no such folder
        pass
    assert {path.name for path in tmp_path.rglob("*")} == {"folder"}


def test_several_files_take_their_places_or_none(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(ZeroDivisionError), together(tmp_path) as part:
        (part / "a.txt").write_text(f"{1 // 0}")
    with together(tmp_path) as part:
        (part / "b.txt").write_text("new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old", "b.txt": "new"}


def test_a_long_name_leaves_room_for_the_sign_of_a_run(tmp_path):
    target = tmp_path / ("某院二〇二四年出院病例付费测算" * 5 + "结果.xlsx")
    assert len(os.fsencode(target.name)) > 230
    with held(target), replacing(target) as part:
        assert part.suffix == ".xlsx"
        part.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
def test_a_pipe_is_not_written_over(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(ArgumentError, match="pipe or a device"), replacing(tmp_path / "a.txt"):
        pass


def test_a_catalogue_whose_report_finds_no_room_is_not_written_by_half(tmp_path):
    catalogue = DipCatalogue.load("example")
    folder = catalogue.save(tmp_path / "mine")
    (folder / "hospital_coefficients.csv").write_text("of an earlier catalogue")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(part):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WriteError):
        save(catalogue, folder, full)
    with pytest.raises(WriteError):
        save(catalogue, tmp_path / "other", full)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    save(catalogue, folder, lambda part: (part / "report.txt").write_text("whole"))
    assert (folder / "report.txt").read_text() == "whole"


def test_a_full_disk_keeps_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(WriteError, match=r"DS006.*No space") as told, replacing(target):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert isinstance(told.value, OSError)
    assert target.read_text() == "old"
    with pytest.raises(FileNotFoundError), replacing(target):
        raise FileNotFoundError(errno.ENOENT, "of something that was read")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    with pytest.raises(WriteError), aside(tmp_path / "new"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert not (tmp_path / "new").exists()


def frame(rows=4_000):
    draw = np.random.default_rng(1)
    return pd.DataFrame({"case_id": draw.integers(0, 10**9, rows).astype(str), "note": draw.random(rows)})


def write_chunks(path):
    with chunk_writer(path) as write:
        write(frame())


def write_rows(path):
    with table_writer(path) as write:
        write(frame())


def write_statistics(path):
    from drgsim.exchange import write_exchange
    from drgsim.settlement.statistics import KEYS, MEASURES

    draw = np.random.default_rng(1)
    keys = {**dict.fromkeys(KEYS, "A"), "insurance": "employee", "month": "2024-01"}
    rows = pd.DataFrame({name: [word] * 3_000 for name, word in keys.items()})
    rows["group"] = draw.integers(0, 10**12, 3_000).astype(str)
    rows = rows.assign(**dict.fromkeys(MEASURES, 0)).assign(cases=20)
    write_exchange(rows, path, sender="a", scheme="b", policy="c", period="d")


WRITERS = {
    "chunks.csv": write_chunks,
    "chunks.csv.gz": write_chunks,
    "chunks.parquet": write_chunks,
    "rows.csv": write_rows,
    "rows.xlsx": write_rows,
    "cases.csv": lambda path: write_cases(frame(), path),
    "cases.parquet": lambda path: write_cases(frame(), path),
    "cases.xlsx": lambda path: write_cases(frame(), path),
    "statistics.zip": write_statistics,
}


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on the size of files there")
def test_a_workbook_that_found_no_room_prints_nothing_later(tmp_path):
    code = (
        "import resource, sys, pandas as pd; from drgsim.cases.write import write_table, Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))\n"
        "try: write_table(pd.DataFrame({'a': [str(n * n) for n in range(9_000)]}), Path('a.xlsx'))\n"
        "except OSError as error: print(error.code)"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("DS006\n", "")
    assert list(tmp_path.iterdir()) == []
    if FULL.exists():
        with pytest.raises(OSError, match="space"), _Sink(FULL) as sink, xlsxwriter.Workbook(sink) as book:
            book.add_worksheet().write_row(0, 0, range(1_000))
        gc.collect()  # what is printed there is an error of this test


def written(name, target):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of files XlsxWriter does not close when it fails
        try:
            WRITERS[name](target)
        finally:
            gc.collect()


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on the size of files there")
@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_survives_a_disk_that_takes_no_more(tmp_path, name):
    import resource

    target = tmp_path / name
    target.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        with pytest.raises(WriteError, match="nothing of it was kept"):
            written(name, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    WRITERS[name](target)
    assert target.stat().st_size > 4_096


def test_marks_of_runs_that_began_before_the_folder_was_there_are_seen_beside_it(tmp_path):
    out = tmp_path / "out"
    with held(out):
        out.mkdir()
        (mark,) = tmp_path.glob(".out.*.run")
        other = mark.with_name(mark.name.replace(f"-{os.getpid()}.", "-999999999."))
        other.touch()
    assert other.exists()
    with held(out):
        assert not other.exists(), "the mark of a run that is dead"
        assert list(out.glob("*.run"))
    mark.with_name(mark.name.replace(f"-{os.getpid()}.", "-1.")).touch()
    with pytest.raises(ArgumentError), held(out):
        pass
