"""Estimates for a hospital: one case in words, a table by department, other codings, the workbook."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, Weights, estimate
from drgsim.cli.main import main
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.payment.engine.problems import Unpaid

from .streets import WEIGHTS, cases, policy

TABLE = pd.DataFrame(WEIGHTS)
GALLBLADDER = {  # grouped by the scheme itself
    "sex": 1, "age": 56, "los": 8, "diagnoses": ["K80.101", "I50.900"], "procedures": "51.2300",
    "insurance": "职工", "hospital_level": 3, "total_cost": 42_345.60,
}  # fmt: skip
RATE = {
    "standard.base_rate": 10_000,
    "outlier.high.method": "by_item",
    "outlier.high.threshold": 3,
    "outlier.high.quota": 0.05,
    "special_review.method": "by_item",
    "special_review.quota": 0.05,
    "special_review.eligible.cost_ratio": 1.5,
    "special_review.acceptance": 0.8,
}
STAYS = [
    {"department": "普外", "total_cost": 9_000.0},
    {"department": "普外", "total_cost": 20_000.0},
    {"department": "心内", "total_cost": 40_000.0},
    {"department": "心内", "total_cost": None},
]


@pytest.fixture(scope="module")
def answer():
    return estimate(cases(*STAYS), policy(RATE), weights=TABLE)


@pytest.fixture(scope="module")
def gallbladder():
    weights = pd.DataFrame(
        {"drg": ["HC21", "HC23", "HC25", "FR21", "FR23"], "weight": [3.0, 2.0, 1.5, 1.2, 0.9]}
    )
    rules = Policy.load("national-drg-rate").reform({"standard.base_rate": 10_000})
    return estimate(GALLBLADDER, rules, weights=weights)


def test_a_case_is_grouped_priced_and_told_in_both_languages(gallbladder):
    row = gallbladder.frame.iloc[0]
    assert (row["group"], row["standard"]) == ("HC23", 20_000)
    assert row["margin"] == pytest.approx(row["payment"] - 42_345.60)
    chinese, english = gallbladder.text(), gallbladder.text(lang="en")
    assert chinese.startswith(f"病组 HC23({row['group_name']})。")
    for text in (chinese, english):
        assert "20,000.00" in text
        assert "42,345.60" in text
        assert "2.12" in text
    assert "特例单议" in chinese
    assert "Special review" in english


def test_one_case_is_shown_in_words_several_as_totals(gallbladder, answer):
    assert repr(gallbladder) == gallbladder.text()
    assert "Estimate of 4 stays" in repr(answer)
    assert "普外" in answer._repr_html_()
    assert "C1" not in answer._repr_html_()


def test_the_share_of_high_outliers_is_not_held_against_a_single_case():
    alone = estimate({**cases(STAYS[2]).iloc[0].to_dict()}, policy(RATE), weights=TABLE)
    assert alone.frame["outlier"].tolist() == ["high"]
    together = estimate(cases(*STAYS), policy(RATE), weights=TABLE)
    assert together.frame["outlier"].astype(str).tolist()[2] == "high_over_quota"


def test_the_estimate_says_which_stays_review_is_open_for(answer):
    frame = answer.frame
    assert frame["review_open"].tolist() == [False, True, True, False]
    assert frame["review_gain"].tolist() == [0, 10_000, 30_000, 0]
    assert frame["reasons_en"].tolist()[1] == "cost above 1.5 × standard"
    assert "10,000.00" in answer.text("C1", "en")


def test_departments_add_up(answer):
    table = answer.summary()
    assert table.loc["普外", ["cases", "not_payable", "margin", "review_open"]].tolist() == [2, 0, -9_000, 1]
    assert table.loc["心内", ["cases", "not_payable", "high"]].tolist() == [2, 1, 1]
    whole = answer.summary(None).iloc[0]
    assert whole["margin"] == table["margin"].sum()
    assert whole["margin_rate"] == pytest.approx(-39_000 / 69_000)
    with pytest.raises(ArgumentError, match="no such column"):
        answer.summary("ward")


def test_a_stay_that_cannot_be_estimated_says_why(answer):
    assert answer.text("C3") == "病组 ES13。无法测算:缺总费用。"
    assert "the total cost is missing" in answer.text("C3", "en")


def test_several_cases_need_a_case_id(answer):
    with pytest.raises(ArgumentError, match="4 cases"):
        answer.text()
    with pytest.raises(NotFoundError):
        answer.text("C9")


def test_other_codings_of_documented_conditions_are_priced_with_the_caution(gallbladder):
    alone = GALLBLADDER | {"diagnoses": "K80.101|K81.000"}
    table = estimate(alone, gallbladder.policy, weights=gallbladder.payments.walks[0].place.weights).what_if(
        lang="en"
    )
    assert table.loc[0, ["drg", "payment", "payment_change"]].tolist() == ["HC25", 15_000, 0]
    further = table[table["drg"] == "HC23"]
    assert set(further["payment_change"]) == {5_000}
    assert "may be coded" in table.attrs["note"]
    assert table["note"].str.contains("documents").all()


def test_other_codings_need_a_scheme(answer):
    with pytest.raises(ArgumentError, match="DRG scheme"):
        answer.what_if("C0")


def test_every_route_is_told():
    changes = RATE | {"routes.excluded.groups": ["GZ13"]}
    rows = cases(
        {"drg": "GZ13"}, {"drg": "0000"}, {"insurance": "other"}, {"drg": "ZZ99"}, {"total_cost": 2_000.0}
    )
    answer = estimate(rows, policy(changes), weights=TABLE)
    words = [answer.text(f"C{row}") for row in range(5)]
    assert [text.count("不纳入病组付费") for text in words] == [1, 0, 0, 0, 0]
    assert "未入组" in words[1]
    assert "非基本医保患者" in words[2]
    assert "权重表中没有该组" in words[3]
    assert "结余 8,000.00" in words[4]
    assert all("Outside the scheme" in answer.text(f"C{row}", "en") for row in range(3))


def read(path):
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_has_chinese_headers_and_says_what_it_rests_on(answer, tmp_path):
    pytest.importorskip("xlsxwriter")
    target = tmp_path / "estimate.xlsx"
    answer.to_excel(target)
    sheets = read(target)
    assert list(sheets) == ["汇总", "明细", "特例单议", "无法测算", "说明"]
    assert sheets["汇总"][0][:3] == ["科室", "病例数", "无法测算"]
    assert len(sheets["明细"]) == 5
    assert (
        dict(zip(sheets["明细"][0], sheets["明细"][3], strict=True))["倍率类别"]
        == "高倍率病例,但超出占比上限"
    )
    assert sheets["特例单议"][1][0] == "C2"
    assert sheets["无法测算"][1] == ["C3", "ES13", "cost_missing", "缺总费用"]
    assert [row[0] for row in sheets["汇总"]] == ["科室", "心内", "普外", "合计"]
    notes = "\n".join(line[0] for line in sheets["说明"] if line)
    assert "standard.base_rate" in notes
    assert "为假设" in notes
    assert [path.name for path in tmp_path.iterdir()] == ["estimate.xlsx"]


def test_the_command_line_writes_a_workbook(tmp_path, capsys):
    pytest.importorskip("xlsxwriter")
    source, target = tmp_path / "cases.csv", tmp_path / "out.xlsx"
    rows = [
        GALLBLADDER | {"case_id": f"S{number}", "diagnoses": "K80.101|I50.900", "department": "普外"}
        for number in range(3)
    ]
    frame = pd.DataFrame(rows)
    frame.loc[2, "total_cost"] = np.nan
    frame.to_csv(source, index=False)
    weights = tmp_path / "weights.csv"
    weights.write_text("drg,weight\nHC23,2\n", encoding="utf-8")
    words = [
        "estimate",
        str(source),
        "--policy",
        "national-drg-rate",
        "--weights",
        str(weights),
        "-o",
        str(target),
    ]
    assert main(words) == 1  # one stay could not be estimated
    assert "Estimate of 3 stays" in capsys.readouterr().err
    assert len(read(target)["明细"]) == 4
    assert main([*words[:-1], str(tmp_path / "out.txt")]) == 2
    for ending, reads in ((".csv", pd.read_csv), (".parquet", pd.read_parquet), (".json", pd.read_json)):
        path = tmp_path / f"out{ending}"
        assert main([*words[:-1], str(path)]) == 1
        table = reads(path)
        assert table["case_id"].tolist() == ["S0", "S1", "S2"]
        assert table["group"].tolist() == ["HC23"] * 3
        assert table["weight"].tolist() == [2, 2, 2]
        assert table["status"].tolist() == ["paid", "paid", "not_payable"]
        assert table["total_cost"].isna().tolist() == [False, False, True]


def test_a_file_that_is_already_grouped_is_not_grouped_again(tmp_path, capsys):
    pytest.importorskip("xlsxwriter")
    source, target = tmp_path / "cases.csv", tmp_path / "out.xlsx"
    cases({"sex": 1, "age": 50, "diagnoses": "I10.x00"}).to_csv(source, index=False)
    weights = tmp_path / "weights.csv"
    TABLE.to_csv(weights, index=False)
    words = [
        "estimate",
        str(source),
        "--policy",
        "national-drg-rate",
        "--weights",
        str(weights),
        "-o",
        str(target),
    ]
    assert main(words) == 0
    assert read(target)["明细"][1][1] == "ES13"
    assert "病组 ES13" in capsys.readouterr().err


def test_a_file_scored_by_a_dip_grouper_is_estimated_under_dip(tmp_path):
    pytest.importorskip("xlsxwriter")
    source, target = tmp_path / "cases.csv", tmp_path / "out.xlsx"
    scored = {
        "sex": 1,
        "age": 50,
        "diagnoses": "K35.1",
        "dip_code": "K35.1-47.01",
        "score": 900.5,
        "status": "grouped",
    }
    cases(scored).drop(columns="drg").to_csv(source, index=False)
    assert main(["estimate", str(source), "--policy", "national-dip", "-o", str(target)]) == 0
    row = dict(zip(*read(target)["明细"][:2], strict=True))
    assert (row["病组编码"], row["支付标准"]) == ("K35.1-47.01", pytest.approx(900.5 * 11.707, abs=0.01))


def test_without_a_level_no_stay_is_an_outlier_or_none_in_silence():
    """Tertiary hospitals have another high limit (3) than the rest (2): between the two the payment is not
    known without the level; above both it is, below both it is; weight and standard stand throughout."""
    costs = [9_000.0, 20_000.0, 26_000.0, 40_000.0]
    stays = pd.DataFrame({"drg": "GZ13", "insurance": "employee", "total_cost": costs, "age": 50})
    weights = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})
    known = estimate(stays.assign(hospital_level=3), "national-drg-rate", weights=weights)
    open_ = estimate(stays, "national-drg-rate", weights=weights)
    assert known.frame["ratio"].round(2).tolist() == [0.96, 2.14, 2.78, 4.27]
    assert open_.frame["standing"].tolist() == ["in_scheme", "not_payable", "not_payable", "in_scheme"]
    assert open_.payments.findings.problem.tolist()[1:3] == [Unpaid.NO_LIMIT] * 2
    sure = [0, 3]
    for column in ("payment", "margin", "outlier"):
        assert open_.frame[column].iloc[sure].tolist() == known.frame[column].iloc[sure].tolist()
    assert open_.frame["standard"].tolist() == known.frame["standard"].tolist()
    assert open_.frame["payment"].iloc[1:3].isna().all()
    assert open_.summary(None)["cmi"].item() == known.summary(None)["cmi"].item() == 0.8
    assert "倍率界限无法确定" in repr(open_)


def test_a_published_table_is_named_by_its_id():
    stay = {"drg": "ES13", "hospital_level": 3, "insurance": "employee", "total_cost": 9_000.0}
    answer = estimate(stay, "national-drg-rate", weights="chs-drg-2.0-example")
    assert answer.frame["weight"].item() == Weights.load("chs-drg-2.0-example").weight_of(["ES13"])[0]
