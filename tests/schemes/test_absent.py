"""A pack that lacks what its own rules need is refused where it is loaded; odd ones are warned of."""

from dataclasses import replace

import pytest

from drgsim import DrgGrouper, Scheme
from drgsim.cli import main
from drgsim.schemes.check import absent
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.rules.terms import ALWAYS
from drgsim.schemes.scheme_errors import PackError, SchemeWarning

from .example import OVERLAY, SMALL

PLAIN = replace(SMALL, drgs=tuple(replace(drg, rule=ALWAYS) for drg in SMALL.drgs))  # asks for no severity


@pytest.fixture
def pack(tmp_path):
    return write_pack(SMALL, tmp_path / "small-1")


@pytest.mark.parametrize("state", ["missing", "empty"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("severity.txt", r"ask for MCC or CC.*severity\.txt.*small-1"),
        ("exclusion.txt", r"name exclusion tables.*exclusion\.txt.*small-1"),
        ("drg.csv", r"drg\.csv.*small-1"),
    ],
)
def test_a_table_that_rules_need_must_be_there(pack, name, message, state, capsys):
    path = pack / name
    header = path.read_text(encoding="utf-8").splitlines()[0] if name.endswith(".csv") else "# nothing"
    path.unlink() if state == "missing" else path.write_text(header + "\n", encoding="utf-8")
    for ask in (Scheme.load, DrgGrouper):
        with pytest.raises(PackError, match=message):
            ask(pack)
    assert main(["scheme", "check", str(pack)]) == 3
    assert name in capsys.readouterr().err


def test_rows_an_overlay_takes_away_count_too(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGSIM_SCHEMES", str(tmp_path))
    write_pack(SMALL, tmp_path / "small-1")
    write_pack(replace(OVERLAY, cc={}, mcc={}), tmp_path / "small-2", base=SMALL)
    with pytest.raises(PackError, match="ask for MCC or CC"):
        Scheme.load("small-2")


def test_what_no_rule_asks_for_may_be_absent(tmp_path):
    folder = write_pack(replace(PLAIN, cc={}, mcc={}, exclusion={}), tmp_path / "plain")
    assert Scheme.load(folder).counts["drg"] == 5


def test_a_file_that_states_nothing_is_warned_of(tmp_path):
    folder = write_pack(replace(PLAIN, cc={}, mcc={}, exclusion={}), tmp_path / "plain")
    (folder / "severity.txt").write_text("# to come\n", encoding="utf-8")
    with pytest.warns(SchemeWarning, match=r"severity\.txt is there but states nothing"):
        Scheme.load(folder)


def test_a_severity_that_no_diagnosis_has_is_warned_of(tmp_path, capsys):
    folder = write_pack(replace(SMALL, cc={}), tmp_path / "half")
    with pytest.warns(SchemeWarning, match="ask for CC, but no diagnosis"):
        Scheme.load(folder)
    main(["scheme", "check", str(folder), "--lang", "en"])
    assert "warning severity CC: rules ask for CC" in capsys.readouterr().out


def test_a_check_of_a_scheme_in_memory_says_the_same():
    found = replace(SMALL, drgs=(), cc={}, mcc={}).check()
    assert found.loc[found["level"] == "error", "check"].tolist() == ["no-rows"]
    found = replace(SMALL, exclusion={}).check()
    assert found.loc[found["level"] == "error", ["check", "table"]].to_numpy().tolist() == [
        ["no-exclusions", "exclusion"]
    ]
    assert list(absent(SMALL)) == []


def test_an_import_that_could_not_be_loaded_is_not_written(tmp_path, capsys):
    from .example import write_tables

    tables = write_tables(tmp_path / "tables", mcc="code,exclusion_table\n", cc="code,exclusion_table\n")
    out = tmp_path / "out"
    assert main(["scheme", "import", str(tables), "--out", str(out)]) == 3
    assert "ask for MCC or CC" in capsys.readouterr().err
    assert not out.exists()
