"""`drgsim explain` as a coder at a hospital uses it."""

import json

import pytest

from drgsim.cli import main
from drgsim.grouping.what_if import ONLY_DOCUMENTED

GALL = ("--dx", "K80.101|I50.900", "--proc", "51.2300", "--sex", "1", "--age", "45")


def run(capsys, *words):
    code = main(["explain", "--scheme", "chs-drg-2.0", *words])
    output = capsys.readouterr()
    return code, output.out, output.err


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,name,sex,age,diagnoses,procedures\n"
        "007,王某,1,45,K80.101|I50.900,51.2300\n"
        "008,李某,2,30,O82.000,74.1x01\n",
        encoding="utf-8",
    )
    return path


def test_a_case_by_its_codes(capsys):
    code, out, err = run(capsys, *GALL)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "结果 MDCH HC2 HC23 grouped（已入组）"
    assert "[取自转载或公开程序，未逐行核对]" in out
    assert "HB1：" not in out


def test_in_english_and_in_full(capsys):
    short = run(capsys, *GALL, "--lang", "en")[1]
    full = run(capsys, *GALL, "--lang", "en", "--full")[1]
    assert full.splitlines()[-1] == short.splitlines()[-1] == "answer MDCH HC2 HC23 grouped (a DRG takes it)"
    assert "ZYSS in OP_HB1: 51.2300 is not in the list" in full
    assert len(full) > len(short)


def test_json_and_html(capsys):
    assert json.loads(run(capsys, *GALL, "--format", "json")[1])["drg"] == "HC23"
    assert run(capsys, *GALL, "--format", "html")[1].startswith('<div class="drgsim-explanation" lang="zh">')


def test_every_input_has_an_option(capsys):
    words = ("--age-days", "10", "--weight", "2300", "--los", "5", "--discharge", "1")
    out = run(capsys, "--dx", "P22.000", "--sex", "男", "--age", "0", *words, "--lang", "en")[1]
    assert "age in days 10" in out
    assert "weight 2300 g" in out
    code = main(
        [
            "explain",
            "--scheme",
            "zhejiang-2022",
            "--dx",
            "I50.900",
            "--sex",
            "1",
            "--age",
            "80",
            "--dept",
            "ICU",
        ]
    )
    assert code == 0
    assert "出院科室 ICU" in capsys.readouterr().out


def test_an_invalid_case_is_explained(capsys):
    code, out, _ = run(capsys, "--dx", "K80.101")
    assert code == 0
    assert out.splitlines()[-2:] == ["提示：缺性别", "结果 0000 00 0000 invalid（病例无效）"]


def test_one_case_of_a_file_and_nothing_of_the_others(capsys, file):
    code, out, _ = run(capsys, str(file), "--case", "008")
    assert code == 0
    assert "O82.000" in out
    for other in ("K80.101", "007", "008", "王某", "李某"):
        assert other not in out


def test_a_case_that_is_not_in_the_file(capsys, file):
    code, out, err = run(capsys, str(file), "--case", "009")
    assert (code, out) == (2, "")
    assert "no such case in the file" in err


@pytest.mark.parametrize("words", [(), ("FILE",), ("FILE", "--case", "007", "--sex", "1")])
def test_half_a_case_is_refused(capsys, file, words):
    code, out, err = run(capsys, *(str(file) if word == "FILE" else word for word in words))
    assert (code, out) == (2, "")
    assert "case" in err


def test_what_if(capsys):
    out = run(capsys, *GALL, "--what-if", "--lang", "en")[1].splitlines()
    assert out[0] == "chs-drg-2.0 [secondary: not compared with the publication]"
    assert out[1].split()[:3] == ["change", "principal", "main"]
    assert out[2].split()[:2] == ["as", "coded"]
    assert "FQY" in out[3]
    assert out[-1] == ONLY_DOCUMENTED.en
    rows = json.loads(run(capsys, *GALL, "--what-if", "--format", "json")[1])
    assert [row["drg"] for row in rows] == ["HC23", "FQY"]
    assert rows[0]["note"] == ONLY_DOCUMENTED.zh
    assert ONLY_DOCUMENTED.zh in run(capsys, *GALL, "--what-if", "--format", "html")[1]
