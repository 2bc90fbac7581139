"""No command writes over what it reads, and what nobody foresaw tells no case."""

import shutil

import pytest

from drgsim.cli import main
from drgsim.cli import main as entry

HEADER = "case_id,sex,age,diagnoses,procedures\n"
CASES = HEADER + "1,1,60,I10.x00x002,\n"


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(CASES)
    return path


@pytest.mark.parametrize(
    "words",
    [
        "group {cases} -o {cases}",
        "group {folder} -o {cases}",
        "group {folder}/*.csv -o {folder}/../{name}/cases.csv",
        "dip group {cases} -o {cases} --catalogue example",
        "convert {cases} {cases}",
        "check {cases} --out {cases}",
        "group {link} -o {cases}",
    ],
)
def test_the_input_stands_as_it_was(cases, tmp_path, capsys, words):
    link = tmp_path / "link.csv"
    link.symlink_to(cases)
    filled = words.format(cases=cases, folder=tmp_path, name=tmp_path.name, link=link)
    assert main(filled.split()) == 2
    assert "written over" in capsys.readouterr().err
    assert cases.read_text() == CASES


def test_a_new_file_beside_the_input_is_fine(cases, tmp_path):
    shutil.copy(cases, tmp_path / "more.csv")
    assert main(["group", str(tmp_path), "-o", str(tmp_path / "out.parquet"), "--quiet"]) == 0


def test_what_nobody_foresaw_is_one_line_without_a_case(cases, tmp_path, capsys, monkeypatch):
    def breaks(*_, **__):
        raise AssertionError("I10.x00x002 of patient 王某")

    monkeypatch.setattr("drgsim.grouping.street.group_chunk", breaks)
    words = ["group", str(cases), "-o", str(tmp_path / "out.csv")]
    assert main(words) == 3
    told = capsys.readouterr().err
    assert "AssertionError" in told
    assert "王某" not in told
    assert "I10" not in told
    monkeypatch.setenv("DRGSIM_DEBUG", "1")
    with pytest.raises(AssertionError):
        entry(words)
    assert [path.name for path in tmp_path.iterdir()] == ["cases.csv"]


def test_without_memory_nothing_is_kept(cases, tmp_path, capsys, monkeypatch):
    def breaks(*_, **__):
        raise MemoryError

    monkeypatch.setattr("drgsim.grouping.street.group_chunk", breaks)
    assert main(["group", str(cases), "-o", str(tmp_path / "out.csv")]) == 3
    assert "not enough memory" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["cases.csv"]
