"""What a file leaves out of one's hospital is stated once, filled and told."""

import re

import pytest

import drgsim
from drgsim.cli.main import main
from drgsim.errors import ArgumentError
from drgsim.language import speaking


@pytest.fixture(scope="module")
def bare():
    return drgsim.synthetic_cases(n=600, year=2025, seed=4).drop(columns=["hospital_level"])


def test_facts_on_the_hospital_fill_what_the_file_lacks(bare):
    found = drgsim.transition(
        bare, "chs-drg-1.1", "chs-drg-2.0", draws=0, hospital={"level": 3, "insurance": "resident"}
    )
    assert found.shares["hospital_level"].index.tolist() == [3]
    assert found.shares["hospital_level"]["cases"].tolist() == [600]
    assert sum("600" in zh and "hospital_level" in zh for zh, _ in found.notes) == 1
    without = drgsim.transition(bare, "chs-drg-1.1", "chs-drg-2.0", draws=0)
    assert "hospital_level" not in without.shares


def test_without_a_level_payment_by_the_scheme_stands(bare):
    """Only the patient's ladder hangs on the level: what the scheme pays, and the CMI, need none."""
    found = drgsim.transition(bare, "chs-drg-1.1", "chs-drg-2.0", draws=0)
    sums = found.money["all"].iloc[0]
    assert 0 < sums["before"] < bare["total_cost"].sum() * 1.1
    assert sums["fund_change"] == pytest.approx(sums["change"])
    assert abs(sums["fund_change"]) <= 1e-4 * sums["before"]
    told = [zh for zh, _ in found.notes if "医院等级缺失" in zh]
    assert [f"{600 - int(sums['not_payable'])} 例" in zh for zh in told] == [True]
    assert sums["not_payable"] < 60


def test_a_run_that_prices_hardly_any_stay_asks_and_tells_no_money(bare, tmp_path, capsys):
    bare = bare.assign(care_region=bare["insured_region"])  # care elsewhere is paid by item
    found = drgsim.transition(bare, "chs-drg-1.1", "chs-drg-2.0", draws=0, policy="harbin")
    assert found.money == {}
    assert "--hospital-level 3" in found.notes[0][0]
    assert found.shares["all"]["cases"].item() == 600  # who moves is told all the same
    source = tmp_path / "cases.csv"
    bare.to_csv(source, index=False)
    words = [
        "transition",
        str(source),
        "--from",
        "chs-drg-1.1",
        "--to",
        "chs-drg-2.0",
        "--out",
        str(tmp_path / "o"),
        "--policy",
        "harbin",
    ]
    assert main([*words, "--draws", "0"]) == 2
    assert "--hospital-level 3" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()
    assert main([*words, "--draws", "0", "--hospital-level", "3", "--lang", "zh"]) == 0


def test_in_chinese_summary_and_workbook_are_chinese(bare, tmp_path):
    calamine = pytest.importorskip("python_calamine")
    found = drgsim.transition(bare, "chs-drg-1.1", "chs-drg-2.0", draws=0, hospital={"level": 3})
    with speaking("zh"):
        assert not re.search(r"[a-z]{3,}", re.sub(r"chs-drg-\d\.\d", "", repr(found)))
    found.to_excel(tmp_path / "a.xlsx", cases=True)
    book = calamine.load_workbook(str(tmp_path / "a.xlsx"))
    for name in book.sheet_names:
        head = book.get_sheet_by_name(name).to_python()[0]
        assert not [cell for cell in head if re.fullmatch(r"[a-z_]+", str(cell))], (name, head)


def test_a_coefficient_belongs_to_a_scenario(bare):
    with pytest.raises(ArgumentError, match="scenario"):
        drgsim.transition(bare, "chs-drg-1.1", "chs-drg-2.0", draws=0, hospital={"coefficient": 1.02})
