"""`drgsim transition` writes a page and a workbook, and prints what it rests on."""

import drgsim
from drgsim.cli import main


def test_from_file_to_page(tmp_path, capsys):
    cases = drgsim.synthetic_cases(n=400, year=2025, seed=2)
    drgsim.write_cases(cases, tmp_path / "cases.csv")
    words = ["transition", str(tmp_path / "cases.csv"), "--from", "chs-drg-2.0", "--to", "chs-drg-3.0"]
    assert main([*words, "--draws", "0", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "chs-drg-2.0 → chs-drg-3.0" in said
    assert "二手来源" in said
    page = (tmp_path / "out" / "transition.html").read_text(encoding="utf-8")
    assert "What the new scheme does" in page
    assert (tmp_path / "out" / "transition.xlsx").stat().st_size > 10_000


def test_an_unknown_scheme_names_the_nearest(tmp_path, capsys):
    (tmp_path / "c.csv").write_text("case_id,sex,age,diagnoses,procedures\n1,1,50,J18.903,\n")
    code = main(
        ["transition", str(tmp_path / "c.csv"), "--from", "chs-drg-2.0", "--to", "chs-drg-3", "--out", "x"]
    )
    assert code == 2
    assert "chs-drg-3.0" in capsys.readouterr().err
