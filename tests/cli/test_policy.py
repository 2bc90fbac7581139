"""`drgsim policy` as its user types it."""

from pathlib import Path

import pytest

from drgsim.cli import main

POLICIES = Path(__file__).parents[1] / "policies"


def test_a_new_document_is_right_as_it_stands(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["policy", "new", "weihai-2025", "--like", "national-drg-points"]) == 0
    assert main(["policy", "check", "weihai-2025.yaml"]) == 0
    text = (tmp_path / "weihai-2025.yaml").read_text(encoding="utf-8")
    assert "2025-01-01" in text
    assert "# outlier.high.quota: 0.05" in text
    assert main(["policy", "new", "weihai-2025"]) != 0  # it is there already
    assert main(["policy", "new", "other-2025"]) == 0
    assert main(["policy", "check", "other-2025.yaml"]) == 0
    capsys.readouterr()


def test_the_examples_of_a_document_are_run_and_shown(capsys):
    assert main(["policy", "test", str(POLICIES / "L09-guigang-2022.yaml")]) == 0
    shown = capsys.readouterr().out
    assert "5,003.44" in shown
    assert "3 of 3 results agree" in shown
    assert main(["policy", "test"]) == 0


def test_an_example_that_fails_fails_the_command(tmp_path, capsys):
    text = (POLICIES / "L22-cliff.yaml").read_text(encoding="utf-8").replace("due: 7000000", "due: 7000001")
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    assert main(["policy", "test", str(tmp_path / "x.yaml")]) == 1
    assert "FAIL X15" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("per_diem", "按床日付费"),
        ("outlier.high.method", "excess_on_weight"),
        ("hospital_kind", "maternity"),
        ("share", "dimensions"),
        ("outlier.high", "outlier.high.threshold"),
    ],
)
def test_the_manual_page(name, says, capsys):
    assert main(["policy", "explain", name]) == 0
    assert says in capsys.readouterr().out


def test_what_has_no_manual_page_names_the_nearest(capsys):
    assert main(["policy", "explain", "per_dim"]) != 0
    assert "per_diem" in capsys.readouterr().err


def test_all_shows_what_is_allowed_and_by_what(capsys):
    assert main(["policy", "show", "national-drg-rate", "--all"]) == 0
    shown = capsys.readouterr().out
    assert "allowed 可取" in shown
    assert "by 按 level (0, 1, 2, 3)" in shown
    assert "bands 分档 of weight" in shown
    assert "carve_out  费用单列支付" in shown


def test_check_tells_lines_and_contradictions(tmp_path, capsys):
    text = (POLICIES / "L22-cliff.yaml").read_text(encoding="utf-8")
    (tmp_path / "x.yaml").write_text(
        text.replace("booked_only_below: {value: 0.8", "booked_only_below: {value: 40%")
    )
    assert main(["policy", "check", str(tmp_path / "x.yaml")]) == 1
    shown = capsys.readouterr().out
    assert "line " in shown
    assert "write 0.4" in shown
    assert main(["policy", "check", str(POLICIES / "X12-huzhou-order.yaml")]) == 0
    assert "paid by the day, not by item" in capsys.readouterr().out


def test_diff_covers_rules(capsys):
    assert (
        main(
            [
                "policy",
                "diff",
                str(POLICIES / "L27-shandong-2018.yaml"),
                str(POLICIES / "L13-tcm-by-effect.yaml"),
            ]
        )
        == 0
    )
    shown = capsys.readouterr().out
    assert "rules.at-most-70" in shown
    assert "rules.by-effect" in shown
