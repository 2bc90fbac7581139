"""A file is there whole or not at all, and a place that cannot be written to is found out first."""

import pytest

from drgsim._atomic import replacing
from drgsim.errors import ArgumentError, NotFoundError


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
