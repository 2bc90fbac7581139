"""`drgsim code` as a coder at a hospital uses it."""

import pytest

from drgsim.cli import main
from drgsim.cli._say import aligned, width


def run(capsys, *words):
    code = main(["code", *words])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_search_both_kinds(capsys):
    code, out, _ = run(capsys, "search", "胆囊", "-n", "2")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "诊断 diagnosis"
    assert lines[3] == "手术操作 procedure"
    assert len(lines) == 6


def test_search_one_kind_by_several_words(capsys):
    code, out, _ = run(capsys, "search", "腹腔镜", "胆囊切除", "--kind", "procedure")
    assert code == 0
    assert "51.2300  腹腔镜下胆囊切除术\n" in out
    assert "diagnosis" not in out


def test_search_marks_gray_codes(capsys):
    _, out, _ = run(capsys, "search", "K80.1", "--kind", "diagnosis")
    assert "K80.100      胆囊结石伴有其他胆囊炎  灰码 gray" in out


def test_search_finds_nothing(capsys):
    assert run(capsys, "search", "没有这个词") == (0, "没有找到 nothing found: 没有这个词\n", "")


def test_show(capsys):
    first, last = run(capsys, "show", "51.2300")[1].splitlines()
    assert first == "51.2300  腹腔镜下胆囊切除术  [手术操作 procedure]"
    assert last == "来源 source: 医保手术操作分类与代码 医保版 2.0 及灰码 [secondary]"
    assert "灰码 gray" in run(capsys, "show", "A00.000")[1]


def test_show_repairs_the_spelling_and_says_so(capsys):
    assert run(capsys, "show", "512300")[1].startswith("512300 → 51.2300\n")
    assert run(capsys, "show", "k80.100X001")[1].startswith("k80.100X001 → K80.100x001\n")


def test_show_the_other_edition(capsys):
    _, out, _ = run(capsys, "show", "A19.000x001")
    assert "A19.000x001 → A19.001 急性血行播散型肺结核" in out
    _, out, _ = run(capsys, "show", "A19.001")
    assert "what it is in the clinical edition: A19.000x001" in out
    _, out, _ = run(capsys, "show", "A01.000x002")  # of the clinical edition only
    assert out.startswith("国临版 clinical edition: A01.000x002 → A01.003")


@pytest.mark.parametrize(("code", "nearest"), [("K80.10", "K80.10"), ("51.23009", "51.2300")])
def test_show_a_code_that_does_not_exist(capsys, code, nearest):
    exit_code, out, err = run(capsys, "show", code)
    assert (exit_code, out) == (2, "")
    assert f"did you mean '{nearest}" in err
    assert "drgsim code search" in err


def test_wide_characters_count_as_two():
    assert width("胆囊 K80") == 8
    assert aligned([["编码", "名称", ""], ["K80.100", "胆囊", "灰"]]) == "编码     名称\nK80.100  胆囊  灰"
