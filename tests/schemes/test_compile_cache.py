"""The cache of compiled schemes: right or out of the way."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from drgsim.errors import NotFoundError
from drgsim.schemes import compile_cache
from drgsim.schemes.compile_cache import cache_folder, load_compiled, meaning
from drgsim.schemes.compiled import as_block
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.scheme_errors import SchemeWarning

from .example import SMALL


@pytest.fixture
def pack(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGSIM_CACHE", str(tmp_path / "cache" / "deep"))
    write_pack(SMALL, tmp_path / "pack")
    return tmp_path / "pack"


@pytest.fixture
def compilations(monkeypatch):
    """What was compiled."""
    from drgsim.schemes import compile_cache as module

    done = []
    compile_scheme = module.compile_scheme
    monkeypatch.setattr(
        module, "compile_scheme", lambda scheme: done.append(scheme.id) or compile_scheme(scheme)
    )
    return done


def test_the_second_time_nothing_is_compiled(pack, compilations):
    first, second = load_compiled(pack), load_compiled(pack)
    assert compilations == ["small-1"]
    assert first.hash == second.hash
    assert [path.suffix for path in cache_folder().iterdir()] == [".scheme"]


def test_tests_leave_the_users_own_cache_alone():
    assert os.environ.get("DRGSIM_CACHE")
    assert cache_folder() == Path(os.environ["DRGSIM_CACHE"])


def test_a_changed_pack_is_compiled_anew(pack, compilations):
    before = load_compiled(pack)
    table = next(path for path in pack.iterdir() if path.name.startswith("adrg"))
    table.write_text(
        table.read_text(encoding="utf-8").replace("ZYSS in OP_AA1", "ZYSS in OP_BB1"), encoding="utf-8"
    )
    assert load_compiled(pack).hash != before.hash
    assert compilations == ["small-1"] * 2


@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_a_damaged_file_is_replaced(pack, compilations, content):
    before = load_compiled(pack)
    path = next(cache_folder().iterdir())
    path.write_bytes(path.read_bytes()[:-7] if content is None else content)
    assert load_compiled(pack).hash == before.hash
    assert load_compiled(pack).hash == before.hash
    assert compilations == ["small-1"] * 2


def test_a_cache_that_cannot_be_written_is_no_error(pack, tmp_path, monkeypatch, compilations):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("DRGSIM_CACHE", str(blocked / "cache"))
    assert load_compiled(pack).id == load_compiled(pack).id == "small-1"
    assert compilations == ["small-1"] * 2


def test_a_failed_write_leaves_nothing_behind(pack, monkeypatch):
    def full(path, block):
        path.touch()
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(compile_cache.Path, "write_bytes", full)
    assert load_compiled(pack).id == "small-1"
    assert list(cache_folder().iterdir()) == []


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("DRGSIM_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("DRGSIM_CACHE")
    monkeypatch.setattr(compile_cache.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "drgsim"
    monkeypatch.setattr(compile_cache.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache_folder() == tmp_path / "drgsim" / "cache"


def test_an_unknown_scheme_is_not_found(pack):
    with pytest.raises(NotFoundError):
        load_compiled("no-such-scheme")


def test_without_a_home_nothing_is_kept_and_nothing_fails(pack, compilations, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    for name in ("DRGSIM_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(compile_cache.Path, "home", homeless)
    assert load_compiled(pack).hash == load_compiled(pack).hash
    assert len(compilations) == 2


def test_a_swapped_file_answers_for_no_other_scheme(pack, tmp_path, compilations):
    other = tmp_path / "other"
    write_pack(replace(SMALL, id="other-1", title="另一个"), other)
    first, second = load_compiled(pack), load_compiled(other)
    paths = {first.made_from: None, second.made_from: None}
    for path in cache_folder().iterdir():
        paths[path.name.split("-")[0]] = path
    content = paths[second.made_from].read_bytes()
    paths[first.made_from].write_bytes(content)
    assert load_compiled(pack).id == "small-1"
    assert compilations == ["small-1", "other-1", "small-1"]


@pytest.mark.skipif(os.name == "nt", reason="no such rights on this system")
@pytest.mark.parametrize("who", ["folder", "file"])
def test_what_others_may_write_to_is_not_believed(pack, compilations, who):
    load_compiled(pack)
    path = next(cache_folder().iterdir())
    (path if who == "file" else path.parent).chmod(0o777)
    assert load_compiled(pack).id == "small-1"
    assert compilations == ["small-1"] * 2
    (path if who == "file" else path.parent).chmod(0o700)


@pytest.mark.skipif(os.name == "nt", reason="no such rights on this system")
def test_a_home_of_packs_that_others_may_write_to_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.delenv("DRGSIM_SCHEMES", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    home = tmp_path / ".drgsim" / "schemes"
    write_pack(replace(SMALL, id="mine-1"), home / "mine-1")
    assert load_compiled("mine-1").id == "mine-1"
    home.chmod(0o777)
    with pytest.warns(SchemeWarning, match="others may write"), pytest.raises(NotFoundError):
        load_compiled("mine-1")


@pytest.mark.parametrize("variable", ["DRGSIM_CACHE", "XDG_CACHE_HOME", "HOME"])
@pytest.mark.parametrize("odd", ["~nobody-of-that-name/x", "\x01", "here", "."])
def test_a_folder_not_named_from_the_root_is_not_made_where_a_command_runs(
    pack, monkeypatch, tmp_path, odd, variable
):
    for name in ("DRGSIM_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, odd)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert load_compiled(pack).id == "small-1"
    assert not list(empty.iterdir())


def test_the_sign_of_the_home_is_understood(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DRGSIM_CACHE", "~/kept")
    assert cache_folder() == tmp_path / "kept"


def test_the_meaning_is_kept_and_that_of_the_scheme_itself(pack, monkeypatch):
    read, load = [], compile_cache.load
    monkeypatch.setattr(compile_cache, "load", lambda name: read.append(name) or load(name))
    assert [meaning(pack) for _ in range(2)] == [load(pack).hash] * 2
    assert len(read) == 1
    (path,) = cache_folder().iterdir()
    for content in (
        b"",
        path.read_bytes()[:-7],
        path.read_bytes().replace(b'"meaning": "', b'"meaning": "0'),
    ):
        path.write_bytes(content)
        assert meaning(pack) == load(pack).hash
    assert len(read) == 4
    path.write_bytes(as_block("meaning-1", {"meaning": "of another"}, {}, "00" * 32))
    assert meaning(pack) == load(pack).hash


@pytest.mark.skipif(os.name == "nt", reason="no named pipes there")
def test_a_pipe_in_the_place_of_what_is_kept_is_passed_over(pack):
    made = load_compiled(pack)
    (kept,) = [path for path in cache_folder().iterdir() if path.suffix == ".scheme"]
    kept.unlink()
    os.mkfifo(kept)  # whoever opens it would wait for ever
    assert load_compiled(pack).hash == made.hash
