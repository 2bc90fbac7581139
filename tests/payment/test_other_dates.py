"""Stays outside the policy's days, or at another year's rates: every face tells of them in both languages."""

import pandas as pd
import pytest

from drgsim import Policy, estimate, pay
from drgsim.cli.main import main
from drgsim.language import speaking
from drgsim.office.monthly import office
from drgsim.office.reconcile import reconcile
from drgsim.transition.transition import find_transition

CASE = {
    "drg": "GZ13", "hospital_level": 3, "insurance": "employee", "total_cost": 9000.0, "los": 5, "sex": 1,
    "age": 40, "diagnoses": "K80.101|I50.900", "procedures": "51.2300",
}  # fmt: skip
DAYS = ["2024-05-01", "2025-05-01", "2021-12-31", None, "2024-12-31", "2022-01-01", "2023-06-30"]
WEIGHTS = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})
OUTSIDE_ZH = "2 例出院日期在政策 harbin 的有效期 (2022-01-01 至 2024-12-31) 之外"
YEARS_ZH = (
    "4 例不是 2024 年出院 (2021 年 1, 2022 年 1, 2023 年 1, 2025 年 1), 按政策 harbin 2024-12-31 的费率"
)
OUTSIDE_EN = (
    "2 of 7 stays were discharged outside the days policy harbin is known for (2022-01-01 to 2024-12-31)"
)
YEARS_EN = "4 of 7 stays were not discharged in 2024 (2021: 1, 2022: 1, 2023: 1, 2025: 1)"
ALL = (OUTSIDE_ZH, YEARS_ZH, OUTSIDE_EN, YEARS_EN)


def cases():
    return pd.DataFrame([CASE | {"case_id": str(row), "discharge_date": day} for row, day in enumerate(DAYS)])


def held(text, *lines):
    return [line for line in lines if line not in text]


def test_payments_and_estimates_tell_in_text_and_html():
    paid, made = pay(cases(), "harbin", weights=WEIGHTS), estimate(cases(), "harbin", weights=WEIGHTS)
    for face in (repr(paid), paid._repr_html_(), repr(made), made._repr_html_()):
        assert not held(face, *ALL)
    with speaking("zh"):
        assert not held(repr(made), OUTSIDE_ZH, YEARS_ZH)
        assert OUTSIDE_EN not in repr(made)


def test_on_another_day_the_other_years_are_others():
    paid = pay(cases(), Policy.load("harbin", on="2022-07-01"), weights=WEIGHTS)
    assert [zh[:2] for zh, _ in paid.other_dates] == ["2 ", "5 "]
    assert "policy harbin prices them at the rates and rules of 2022-07-01" in paid.other_dates[1][1]


def test_nothing_is_told_of_stays_of_the_policys_year_or_without_a_date():
    same = cases().assign(discharge_date="2024-02-29")
    assert pay(same, "harbin", weights=WEIGHTS).other_dates == ()
    assert pay(same.drop(columns="discharge_date"), "harbin", weights=WEIGHTS).other_dates == ()


@pytest.mark.filterwarnings("ignore::drgsim.policy.policy.PolicyDateWarning")
def test_priced_on_their_own_days_no_year_is_another():
    dated = cases().dropna(subset="discharge_date")
    told = pay(dated, "harbin", weights=WEIGHTS, dates="discharge").other_dates
    assert [zh[:2] for zh, _ in told] == ["2 "]
    assert "有效期" in told[0][0]


def test_one_stay_is_told_of_its_own_day():
    made = estimate({**CASE, "discharge_date": "2025-05-01"}, "harbin", weights=WEIGHTS)
    zh, en = made.text(lang="zh"), made.text(lang="en")
    assert "出院日期 2025-05-01 在政策 harbin 的有效期 (2022-01-01 至 2024-12-31) 之外" in zh
    assert "Discharged on 2025-05-01, not in 2024: policy harbin prices it at" in en
    assert "日期: 出院日期 2025-05-01 在政策" in made.payments.explain(0)
    many = estimate(cases(), "harbin", weights=WEIGHTS)
    assert "出院日期" not in many.text("4")
    assert "出院日期 2021-12-31 在政策 harbin 的有效期" in many.text("2")


def test_the_offices_month_and_the_reconciliation_tell():
    bureau = pd.DataFrame({"病案号": ["0", "1"], "病组编码": ["GZ13", "GZ13"], "支付金额": [1.0, 2.0]})
    month = office(cases(), "harbin", weights=WEIGHTS, month="2025-05")
    found = reconcile(cases(), bureau, "harbin", weights=WEIGHTS)
    assert "出院日期 2025-05-01 在政策 harbin 的有效期" in "\n".join(month.told)
    assert not held("\n".join(found.told), OUTSIDE_ZH, YEARS_ZH)


def test_a_transition_tells():
    many = pd.concat([cases()] * 5, ignore_index=True).drop(columns="drg")
    found = find_transition(many, "chs-drg-1.0", "chs-drg-1.0", policy="harbin", draws=0)
    told = [zh for zh, _ in found.notes]
    assert any(line.startswith("10 例出院日期在政策 harbin 的有效期") for line in told)
    assert any(line.startswith("20 例不是 2024 年出院") for line in told)


def test_the_command_and_its_workbook_tell(tmp_path, capsys):
    calamine = pytest.importorskip("python_calamine")
    source, out = tmp_path / "cases.csv", tmp_path / "out.xlsx"
    cases().to_csv(source, index=False)
    WEIGHTS.to_csv(tmp_path / "w.csv", index=False)
    main(
        ["estimate", str(source), "--policy", "harbin", "--weights", str(tmp_path / "w.csv"), "-o", str(out)]
    )
    assert not held(capsys.readouterr().err, *ALL)
    sheet = calamine.CalamineWorkbook.from_path(str(out)).get_sheet_by_name("说明").to_python()
    assert not held("\n".join(str(row[0]) for row in sheet), OUTSIDE_ZH, YEARS_ZH)
