"""A file is there whole or not at all, and a place that cannot be written to is found out first."""

import errno
import gc
import os
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

from drgsim._atomic import _machine, aside, replacing
from drgsim.cases.chunk_writer import chunk_writer
from drgsim.cases.write import table_writer, write_cases
from drgsim.errors import ArgumentError, NotFoundError, WriteError


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
    with pytest.raises(ArgumentError, match="cannot be written to"), replacing(tmp_path / "a.txt"):
        pass


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
