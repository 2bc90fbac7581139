"""No command writes over what it reads, and what nobody foresaw tells no case."""

import errno
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
        "group {cases} -o {link}",
        "group {cases} -o {hard}",
        "group {hard} -o {cases}",
        "check {folder} --out {folder}/./cases.csv",
        "estimate {cases} --policy harbin --weights {book} -o {book}",
        "estimate {cases} --policy harbin --hospital {book} -o {book}",
        "reconcile {cases} {book} --policy harbin -o {book}",
        "reconcile {cases} {cases} --policy harbin --corrected {cases} -o {folder}/x.xlsx",
        "office {folder}/office.xlsx --policy harbin --out {folder}",
        "audit {folder}/findings.xlsx --out {folder}",
        "audit {cases} --members {folder}/findings.xlsx --out {folder}",
        "simulate {cases} --baseline harbin --reform {folder}/scenarios/a.yaml --out {folder}",
        "value --last {folder}/valuation.json --out {folder}",
        "scheme import {folder} --out {folder}",
        "transition {folder}/transition.xlsx --from chs-drg-1.1 --to chs-drg-2.0 --out {folder}",
        "exchange merge {folder}/a.zip {folder}/b.zip --sender a -o {folder}/b.zip",
        "demo {folder}/results.xlsx --out {folder}",
    ],
)
def test_the_input_stands_as_it_was(cases, tmp_path, capsys, words):
    link = tmp_path / "link.csv"
    link.symlink_to(cases)
    hard = tmp_path / "hard.csv"
    hard.hardlink_to(cases)
    (tmp_path / "scenarios").mkdir()
    book = tmp_path / "book.xlsx"
    for name in (
        *("book.xlsx", "office.xlsx", "findings.xlsx", "transition.xlsx", "results.xlsx", "mdc.csv"),
        *("scenarios/a.yaml", "valuation.json", "a.zip", "b.zip"),
    ):
        (tmp_path / name).write_text("whole")
    filled = words.format(cases=cases, folder=tmp_path, name=tmp_path.name, link=link, hard=hard, book=book)
    assert main(filled.split()) == 2
    assert "written over" in capsys.readouterr().err
    assert cases.read_text() == CASES
    assert book.read_text() == (tmp_path / "b.zip").read_text() == "whole"


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


def test_findings_take_their_places_together(cases, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("drgsim.audit.result.AuditResult.to_html", full)
    out = tmp_path / "out"
    assert main(["audit", str(cases), "-o", str(out)]) == 3
    assert not out.exists()
