"""The frame around every command: output nobody reads, text a terminal cannot show, files out of reach."""

import atexit
import gc
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest

from drgsim._damaged import _room_first
from drgsim.cli import main
from drgsim.cli.main import _not_unheard

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


SIGINT = "import drgsim, signal, sys; signal.raise_signal(signal.SIGINT)"


@PIPES
@pytest.mark.parametrize("called", [["/bin/drgsim"], ["-m", "drgsim"]])
def test_a_command_stopped_while_it_loads_says_one_line(called):
    code = f"import sys; sys.orig_argv[1:] = {called!r}; sys.argv = {called[:1]!r}; {SIGINT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "drgsim: stopped\n")


@PIPES
@pytest.mark.parametrize("called", [["/bin/other"], ["-m", "other", "drgsim"], ["-c"]])
def test_who_imports_the_package_is_stopped_as_ever(called):
    code = f"import sys; sys.orig_argv[1:] = {called!r}; sys.argv = {called[:1]!r}; {SIGINT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "KeyboardInterrupt" in done.stderr


def test_ctrl_c_that_nobody_heard_is_said_again(capsys):
    said = SimpleNamespace(exc_type=KeyboardInterrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a worker of pytest has none
    try:
        with pytest.raises(KeyboardInterrupt):
            [_not_unheard(said), *range(1_000)]
    finally:
        signal.signal(signal.SIGINT, before)


@PIPES
def test_a_disk_too_full_for_the_message_leaves_the_code():
    if not FULL.exists():
        pytest.skip("no /dev/full")
    with FULL.open("w") as full:
        words = [sys.executable, "-m", "drgsim", "check", "no such file.csv"]
        assert subprocess.run(words, stderr=full, check=False).returncode == 2


@PIPES
def test_under_a_cap_who_stops_the_first_process_stops_the_work():
    code = (
        "import resource, signal, time; resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31))\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # what runs behind a shell ignores it
        "from drgsim._damaged import broken_under_a_cap as go\n"
        "go(); time.sleep(0.5); print(flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        command.stdout.readline()
        command.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in command.communicate(timeout=30)[1]
    assert command.returncode == -signal.SIGINT


def test_linear_algebra_is_not_loaded_where_it_would_ask_for_memory_without_end(monkeypatch):
    def refuse(*_):
        raise OSError(12, "Cannot allocate memory")

    scipy = ("scipy.special._ufuncs", "/a/_ufuncs.so", None, None, None)
    _room_first("import", scipy)
    monkeypatch.setattr("mmap.mmap", refuse)
    with pytest.raises(MemoryError):
        _room_first("import", scipy)
    for event, said in (
        ("import", ("scipy", None)),
        ("import", ("json._c", "/a.so")),
        ("open", ("scipy", "a")),
    ):
        _room_first(event, said)


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
