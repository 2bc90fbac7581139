"""The frame around every command: output nobody reads, text a terminal cannot show, files out of reach."""

import atexit
import gc
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from drgsim.cli import main

FULL = Path("/dev/full")
PIPES = pytest.mark.skipif(os.name != "posix", reason="the closed pipe and the full disk are POSIX's")


def drgsim(*words, **options):
    return subprocess.Popen([sys.executable, "-m", "drgsim", *words], stderr=subprocess.PIPE, **options)


@PIPES
def test_a_reader_that_has_gone_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    command = drgsim("code", "search", "术", stdout=writer)
    os.close(writer)
    said = command.communicate()[1]
    assert (command.returncode, said) == (0, b"")


@PIPES
def test_closed_streams_are_no_error(tmp_path):
    words = f'"{sys.executable}" -m drgsim code show K80.101 >&- 2>&- <&-'
    assert subprocess.run(words, shell=True, cwd=tmp_path, check=False).returncode == 0


def test_a_full_disk_is_one_line():
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")
    with FULL.open("wb") as full:
        command = drgsim("code", "search", "术", stdout=full)
        said = command.communicate()[1].decode()
    assert command.returncode == 3
    assert said.startswith("drgsim: ")
    assert "Traceback" not in said


def test_chinese_goes_to_an_ascii_terminal_as_escapes():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = drgsim("code", "show", "K80.101", stdout=subprocess.PIPE, env=environment)
    told, said = command.communicate()
    assert (command.returncode, said) == (0, b"")
    assert b"K80.101  \\u80c6" in told


def test_a_file_out_of_reach_is_one_paragraph(tmp_path, capsys):
    (tmp_path / "cases.csv").write_text("case_id,sex,age,diagnoses,procedures\n", encoding="utf-8")
    (tmp_path / "out.csv").mkdir()
    assert main(["group", str(tmp_path / "cases.csv"), "-o", str(tmp_path / "out.csv")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("drgsim: ")
    assert "out.csv" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.csv", "out.csv"]


def test_warnings_are_one_line(tmp_path, capsys):
    (tmp_path / "cases.csv").write_text("case_id,sex,age,diagnoses,procedures\n", encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        words = ["--scheme", "chs-drg-opendrg", "--on", "2099-01-01", "-o", str(tmp_path / "out.csv")]
        assert main(["group", str(tmp_path / "cases.csv"), *words]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "2099-01-01" in line]
    assert {line[:8] for line in told} == {"drgsim: "}


def test_only_a_process_of_its_own_leaves_its_memory_unlooked_at(monkeypatch, capsys):
    """In a notebook or a test the memory is somebody else's."""
    left, thresholds = [], []
    monkeypatch.setattr(atexit, "register", left.append)
    monkeypatch.setattr(gc, "set_threshold", thresholds.append)
    monkeypatch.setattr(sys, "argv", ["drgsim", "code", "search", "K80", "-n", "1"])
    assert main(["code", "search", "K80", "-n", "1"]) == 0
    assert left == thresholds == []
    assert main() == 0
    assert left == [gc.freeze]
    assert thresholds == [50_000]
    lines = capsys.readouterr().out.splitlines()
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]
