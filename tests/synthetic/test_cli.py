"""`drgsim synth`."""

import pandas as pd
import pytest

from drgsim.cases import read_cases
from drgsim.cli.main import main


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_is_written_reads_back(tmp_path, capsys, ending, cases):
    out = tmp_path / f"cases.{ending}"
    assert main(["synth", "--n", "300", "--seed", "7", "--out", str(out)]) == 0
    made = cases.iloc[:300][
        [name for name in cases.columns if name not in ("true_drg", "true_severity", "dirt")]
    ]
    read = read_cases(out)[made.columns]
    pd.testing.assert_frame_equal(read.reset_index(drop=True), made, check_dtype=False)
    assert "300 cases" in capsys.readouterr().err


def test_dirt_and_truth(tmp_path):
    out = tmp_path / "cases.csv"
    assert main(["synth", "--n", "500", "--dirt", "0.5", "--truth", "--quiet", "--out", str(out)]) == 0
    written = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert 0.4 < (written["dirt"] != "").mean() < 0.6
    assert written["true_drg"].str.len().eq(4).all()


def test_fidelity_is_printed(capsys):
    assert main(["synth", "--fidelity", "--n", "3000"]) == 0
    told = capsys.readouterr().out
    assert "cost.employee.3" in told
    assert "Not preserved" in told


def test_wrong_use(tmp_path, capsys):
    assert main(["synth"]) == 2
    assert "--out" in capsys.readouterr().err
    assert main(["synth", "--region", "provinces", "--out", str(tmp_path / "x.csv")]) == 2
    assert "did you mean 'province'" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()
