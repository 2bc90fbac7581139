"""What commands say beside their files: progress, seconds, the language, and which table a name means."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from drgsim.cli import dip, main
from drgsim.cli._simulating import Teller
from drgsim.cli.convert import _rows_of_parquet
from drgsim.cli.estimate import weights_of
from drgsim.cli.scheme import _folder_for
from drgsim.errors import ArgumentError
from drgsim.schemes import registry
from drgsim.schemes.metadata import folder_name
from drgsim.weights.weights import Weights


class Terminal(io.StringIO):
    def isatty(self):
        return True


def told(stream, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream)
    teller = Teller()
    teller.start -= 75  # a minute and a quarter ago
    teller.say("read", "cases.csv")
    teller.say("read", "cases.csv", 1, 4)
    teller.say("pay", "", 2, 4)
    teller.done()
    return stream.getvalue()


def test_a_terminal_shows_one_line_that_moves_and_a_file_a_line_a_stage(monkeypatch):
    moving = told(Terminal(), monkeypatch)
    parts = moving.split("\r\x1b[K")
    assert parts[0] == ""
    assert len(parts) == 5
    assert parts[1].lstrip().startswith("75")
    assert [part.rpartition("  ")[2] for part in parts[2:4]] == ["1/4", "2/4"]
    assert "\n" not in "".join(parts[:4])
    still = told(io.StringIO(), monkeypatch)
    assert "\x1b" not in still
    assert len(still.splitlines()) == 3  # read, pay, done
    assert all(line.lstrip().startswith("75") for line in still.splitlines())


@pytest.mark.parametrize(
    ("asked", "said"), [("fr", True), ("zh", False), ("en", False), ("", False), ("zh_CN.UTF-8", False)]
)
def test_a_language_that_is_none_is_told(monkeypatch, capsys, asked, said):
    monkeypatch.setenv("DRGSIM_LANG", asked)
    assert main(["code", "show", "I10.x00"]) == 0
    assert (f"DRGSIM_LANG={asked} is no language" in capsys.readouterr().err) == said


def test_help_and_usage_are_printed_with_what_they_offer(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["scheme", "--help"])
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: drgsim scheme")
    assert "import" in out
    with pytest.raises(SystemExit):
        main(["scheme", "no-such"])
    assert capsys.readouterr().err.startswith("usage: drgsim scheme")


def test_weights_are_a_published_table_a_catalogue_a_file_or_the_policys_own(tmp_path):
    assert weights_of(None) is None
    shipped = weights_of("chs-drg-2.0-example")
    pd.testing.assert_frame_equal(shipped.frame, Weights.load("chs-drg-2.0-example").frame)
    name = "example"  # a catalogue that has scores
    scores = weights_of(name)
    assert scores.frame["weight"].equals(Weights.from_catalogue(name).frame["weight"])
    path = tmp_path / "weights.csv"
    path.write_text("病组编码,权重\nES35,0.75\n", encoding="utf-8")
    assert weights_of(str(path)).frame["weight"].to_dict() == {"ES35": 0.75}


def test_an_estimate_says_its_sums_and_of_one_stay_the_whole_account(tmp_path, capsys):
    stay = {
        "case_id": "a", "sex": 1, "age": 66, "los": 6, "discharge": 1, "insurance": "employee",
        "hospital_level": 3, "diagnoses": "J18.900", "procedures": "", "total_cost": 6_000.0,
    }  # fmt: skip
    for n in (1, 2):
        path, out = tmp_path / f"{n}.csv", tmp_path / f"{n}.xlsx"
        pd.DataFrame([stay | {"case_id": str(k)} for k in range(n)]).to_csv(path, index=False)
        words = ["--policy", "national-drg-rate", "--weights", "chs-drg-2.0-example", "-o", str(out)]
        assert main(["estimate", str(path), *words]) == 0
        err = capsys.readouterr().err
        assert out.is_file()
        assert "ES35" in err if n == 1 else "2" in err
        assert len(err.splitlines()) > 1
    assert main(["estimate", str(path), "--policy", "national-drg-rate", "-o", str(tmp_path / "x.txt")]) == 2
    assert not (tmp_path / "x.txt").exists()


def test_the_seconds_of_a_run_are_those_it_took(tmp_path, capsys):
    path = tmp_path / "cases.csv"
    path.write_text("case_id,sex,age,diagnoses,procedures\n1,1,60,J18.900,\n", encoding="utf-8")
    assert main(["group", str(path), "-o", str(tmp_path / "out.csv")]) == 0
    said = next(line for line in capsys.readouterr().err.splitlines() if " cases in " in line)
    assert said.startswith("1 cases in ")
    assert float(said.partition(" cases in ")[2].partition(" s")[0]) < 300


def test_the_back_test_draws_500_times_unless_told(monkeypatch, capsys):
    from drgsim.fund import backtest

    asked = []

    class Tested:
        frame = pd.DataFrame({"year": [2024]})

        def summary(self):
            return self.frame

        def to_markdown(self, lang):
            return lang

    monkeypatch.setattr(backtest, "back_test", lambda **options: asked.append(options) or Tested())
    assert main(["value", "--backtest"]) == 0
    assert main(["value", "--backtest", "--draws", "20", "--seed", "0"]) == 0
    assert asked == [{"draws": 500, "seed": 1}, {"draws": 20, "seed": 0}]
    assert "2024" in capsys.readouterr().out


def test_the_rows_of_a_parquet_file_are_known_before_it_is_read(tmp_path):
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows, broken, plain = (tmp_path / name for name in ("a.PARQUET", "b.parquet", "c.csv"))
    parquet.write_table(pa.table({"age": [1, 2, 3]}), rows)
    broken.write_bytes(b"PAR1")
    plain.write_bytes(rows.read_bytes())  # by its name no such file
    assert [_rows_of_parquet(str(each)) for each in (rows, broken, plain, tmp_path / "d.parquet")] == [
        3,
        0,
        0,
        0,
    ]


def test_a_pack_is_written_where_one_says_or_among_ones_own(tmp_path, monkeypatch):
    scheme = SimpleNamespace(id="own-1.0")
    monkeypatch.setattr(registry, "user_roots", lambda: [tmp_path / "first", tmp_path / "second"])
    assert _folder_for(scheme, None) == tmp_path / "first" / folder_name("own-1.0")
    assert _folder_for(scheme, "here") == Path("here")
    monkeypatch.setattr(registry, "user_roots", list)
    assert _folder_for(scheme, "here") == Path("here")
    with pytest.raises(ArgumentError, match="no folder of your own packs") as refused:
        _folder_for(scheme, None)
    assert refused.value.do == "say where: --out FOLDER"


def test_cases_without_a_score_and_what_rules_need_are_told_unless_quiet(tmp_path, monkeypatch, capsys):
    dip._tell_missing(1_200, {"auxiliary": "los"})
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("1,200 cases are in types for which the catalogue states no score")
    assert said[1] == "auxiliary needs los"
    dip._tell_missing(0, {})
    assert capsys.readouterr().err == ""
    (tmp_path / "a.csv").write_text("case_id,diagnoses,procedures\n1,K80.101,51.2300\n", encoding="utf-8")
    told = []
    monkeypatch.setattr(dip, "_tell_missing", lambda *missing: told.append(missing))
    words = ["dip", "group", str(tmp_path / "a.csv"), "-o", str(tmp_path / "b.csv"), "--catalogue", "example"]
    assert main([*words, "--quiet"]) == 0
    assert told == []
    assert main(words) == 0
    assert [scoreless for scoreless, _ in told] == [0]
