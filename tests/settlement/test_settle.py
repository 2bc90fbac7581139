"""A year settles to the fen, from stays and from statistics alike."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy
from drgsim.errors import ArgumentError, ColumnError, NotFoundError
from drgsim.payment.pay import pay
from drgsim.settlement import budget_from_income, merge_statistics, pool_small_cells, settle, statistics
from drgsim.settlement.settlement_errors import SettlementError

GROUPS = {"GZ13": 0.8, "FR21": 1.7, "BR25": 1.1}
WEIGHTS = pd.DataFrame({"drg": list(GROUPS), "weight": list(GROUPS.values())})
FLOATING = Policy.load("national-drg-points").reform(
    {"settlement.point_value": "floating", "cross_region.mode": "price_book", "cross_region.theta": 0.6}
)


def year_of_cases(n=2_000, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "case_id": [f"c{number}" for number in range(n)],
            "drg": rng.choice(list(GROUPS), n),
            "hospital_level": rng.integers(1, 4, n),
            "hospital_id": rng.choice(["h1", "h2", "h3", "h4"], n),
            "insurance": rng.choice(["employee", "resident"], n),
            "los": rng.integers(1, 20, n),
            "total_cost": rng.lognormal(9, 0.7, n).round(2),
            "care_region": rng.choice(["A", "B"], n, p=[0.7, 0.3]),
            "insured_region": rng.choice(["A", "B"], n),
            "registration": "referral",
            "discharge_date": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
        }
    )


def budgets(employee=2e6, resident=1.5e6):
    money = {"employee": employee, "resident": resident}
    return pd.DataFrame(
        [(region, insurance, money[insurance]) for region in "AB" for insurance in money],
        columns=["region", "insurance", "budget"],
    )


@pytest.fixture(scope="module")
def paid():
    return pay(year_of_cases(), FLOATING, weights=WEIGHTS)


def test_floating_prices_spend_each_budget_less_its_reserve(paid):
    done = settle(paid, FLOATING, budgets=budgets())
    assert done.residual == 0
    left = done.ledger["balance"] - done.ledger["reserve"]
    assert left.abs().max() <= 8  # fen: one rounding for each hospital and flow


def test_statistics_settle_to_the_same_fen(paid):
    table = statistics(paid)
    half = [table.iloc[::2], table.iloc[1::2]]
    for other in (
        table,
        merge_statistics(half),
        pool_small_cells(table, 10),
        table.sample(frac=1, random_state=0),
    ):
        done = settle(other, FLOATING, budgets=budgets())
        pd.testing.assert_frame_equal(done.ledger, settle(paid, FLOATING, budgets=budgets()).ledger)
        assert done.residual == 0


def test_statistics_carry_no_case(paid):
    table = pool_small_cells(statistics(paid), 10)
    assert "case_id" not in table.columns
    assert table["cases"].sum() == len(paid)


def test_a_fixed_price_pays_what_was_priced(paid):
    fixed = FLOATING.reform({"settlement.point_value": "fixed"})
    done = settle(pay(year_of_cases(), fixed, weights=WEIGHTS), fixed)
    assert set(done.prices["price"]) == {1.0}
    assert done.ledger["case_payment"].sum() == paid.ledger.fund.sum()
    beside = done.ledger["catastrophic"]
    assert (done.ledger["spent"] == done.ledger["case_payment"] + beside).all()
    assert beside.sum() == paid.ledger.catastrophic.sum() > 0


def test_months_and_clearing_add_up_to_what_is_due(paid):
    done = settle(paid, FLOATING, budgets=budgets())
    own = done.hospitals
    assert (own["paid_monthly"] + own["prepayment"] + own["clearing"] == own["due"]).all()
    assert done.months["retained"].sum() == own["retained"].sum()


def test_flows_say_who_treats_whom(paid):
    done = settle(paid, FLOATING, budgets=budgets())
    cases = year_of_cases()
    expected = pd.crosstab(cases["insured_region"], cases["care_region"])
    assert (done.flows("cases").to_numpy() == expected.to_numpy()).all()


def test_displays_show_funds_and_no_cases(paid):
    done = settle(paid, FLOATING, budgets=budgets())
    for shown in (repr(done), done._repr_html_()):
        assert "residual 0" in shown
        assert "c17" not in shown


def test_workbook(paid, tmp_path):
    done = settle(paid, FLOATING, budgets=budgets())
    done.to_excel(tmp_path / "year.xlsx")
    with pd.ExcelFile(tmp_path / "year.xlsx", engine="calamine") as book:
        assert book.sheet_names == ["基金", "医疗机构", "月度", "就医流向"]


def test_helpful_refusals(paid):
    with pytest.raises(SettlementError, match="needs a budget"):
        settle(paid, FLOATING)
    with pytest.raises(SettlementError, match="two budgets"):
        settle(paid, FLOATING, budgets=pd.concat([budgets(), budgets()]))
    with pytest.raises(NotFoundError, match="no policy"):
        settle(paid, {"A": FLOATING}, budgets=budgets())
    with pytest.raises(ColumnError, match="lacks columns"):
        settle(statistics(paid).drop(columns="fund"), FLOATING, budgets=budgets())
    with pytest.raises(SettlementError, match="exceed the income"):
        budget_from_income(
            pd.DataFrame(
                {
                    "region": ["A"],
                    "insurance": ["employee"],
                    "income": [1.0],
                    "outpatient": [2.0],
                    "other": [0.0],
                }
            )
        )


def test_a_visitor_priced_here_shares_its_gap_under_a_price_that_floats():
    """By hand. Both stays are worth 11,707.00; at home the patient bears 3,051.90 and the fund 8,655.10. The
    visitor's bill booked 5,287.20 for its fund and the payment asks 7,994.20: of the gap of 2,707.00 the care
    region bears 40 %, 1,082.80. With points x dearer both funds' shares move by 11,707 x, the visitor's all
    gap: 8,655.10 + 1,082.80 + (1 + 0.4) × 11,707 x = 14,000, so x = 4,262.10 / 16,389.80 = 0.260046."""
    policy = FLOATING.reform({"settlement.reserve": 0})
    cases = pd.DataFrame(
        {
            "case_id": ["home", "visitor"],
            "drg": "GZ13",
            "hospital_level": 3,
            "hospital_id": ["h1", "h2"],
            "insurance": "employee",
            "los": 6,
            "total_cost": 9000.0,
            "care_region": "A",
            "insured_region": ["A", "B"],
            "registration": "referral",
            "discharge_date": pd.Timestamp("2025-05-05"),
        }
    )
    weights = pd.DataFrame({"drg": ["GZ13"], "weight": [1.0]})
    budget = pd.DataFrame({"region": ["A"], "insurance": "employee", "budget": [14_000.0]})
    done = settle(pay(cases, policy, weights=weights), policy, budgets=budget)
    assert done.prices["price"].round(6).tolist() == [1.260046, 1.0]
    assert done.hospitals.set_index("hospital_id")["due"].to_dict() == {"h1": 1_169_946, "h2": 1_103_856}
    ledger = done.ledger.reset_index().set_index("region")
    assert ledger.loc["A", ["local", "incoming", "spent"]].tolist() == [1_169_946, 230_054, 1_400_000]
    assert ledger.loc["B", "outgoing"] == 873_802


def test_a_hospitals_statement_is_its_rows_in_yuan_and_no_other_hospitals(paid):
    settled = settle(paid, FLOATING, budgets=budgets())
    own = settled.hospitals[settled.hospitals["hospital_id"] == "h2"]
    told = settled.statement("h2")
    assert set(told.index.get_level_values("hospital_id")) == {"h2"}
    assert len(told) == len(own) == 4  # two regions, two insurances
    for name in told.columns:
        assert (told[name] * 100).round().astype(int).tolist() == own[name].astype(int).tolist(), name
    every = sum(settled.statement(each)["due"].sum() for each in ("h1", "h2", "h3", "h4"))
    spent = settled.ledger["spent"].sum() + settled.pots["spent"].sum()
    assert every == pytest.approx((spent - settled.flow_rows["other_payers"].sum()) / 100, abs=0.001)
    with pytest.raises(ArgumentError, match=r"no such hospital.*h9"):
        settled.statement("h9")


def test_each_fund_has_the_statements_of_its_own_hospitals(paid):
    """What a region's fund of one insurance books for a hospital is what its own flows to it come to."""
    done = settle(paid, FLOATING, budgets=budgets())
    keys = ["care_region", "insurance", "hospital_id"]
    booked = done.flow_rows.groupby(keys)["fund_by_item"].sum()
    assert len(booked) == 16
    assert done.hospitals.set_index(keys)["booked"].astype(int).to_dict() == booked.to_dict()
    months = done.months.groupby(keys).size()
    assert months.to_dict() == dict.fromkeys(booked.index, 12)


def test_budgets_below_zero_or_unknown_are_counted(paid):
    wrong = budgets().assign(budget=[-1.0, np.nan, np.nan, 1e6])
    with pytest.raises(SettlementError, match=r"zero or more yuan.*3 that are not"):
        settle(paid, FLOATING, budgets=wrong)


def test_each_month_of_a_statement_is_that_months_money(paid):
    """Booked month by month as the sufficient statistics say, whatever order hospitals and months come in."""
    done = settle(paid, FLOATING, budgets=budgets())
    keys = ["care_region", "insurance", "hospital_id", "month"]
    own = statistics(paid).groupby(keys)["fund_by_item"].sum()
    told = done.months.set_index(keys)["booked"].astype(int)
    assert told[told != 0].to_dict() == own[own != 0].to_dict()
