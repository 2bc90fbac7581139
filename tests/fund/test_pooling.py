"""Provincial pooling: published examples, exact sums, who gives and who gets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import drgsim
from drgsim.errors import ArgumentError, ColumnError
from drgsim.fund.fund import Fund
from drgsim.fund.region import Region
from drgsim.settlement.pooling import ex_ante, overrun_aid, pool_regions, transfer, unified

MONEY = st.integers(0, 10**13)


def one(*fen):
    return np.array([fen], np.int64)


def test_the_transfer_fund_of_one_province():
    """Fund rules §8 example 27: I 100, E 103, reserve 2, 5 %."""
    year = transfer(one(100), one(103), one(100), one(2), np.array([1000]), share_in=0.05)
    found = [int(each[0, 0]) for each in (year.paid_in, year.gap, year.own, year.aid)]
    assert found == [5, 8, 2, 6]
    assert int(year.pool[0]) == 1000 + 5 - 6


@pytest.mark.parametrize(("actual", "aid"), [(120, 16), (100, 0), (90, 0), (130, 24), (150, 24)])
def test_aid_to_an_overrun_within_thirty_percent(actual, aid):
    """Fund rules §8 example 28: plan 100, actual 120, 80 % within 30 %; beyond the bound nothing more."""
    assert float(overrun_aid(np.array(100.0), np.array(float(actual)), within=0.3, share=0.8)) == aid


def test_nothing_is_paid_in_while_the_pool_is_full():
    year = transfer(one(100), one(120), one(100), one(0), np.array([60]), share_in=0.05, full_at_months=6)
    assert year.paid_in.sum() == 0
    year = transfer(one(100), one(120), one(100), one(0), np.array([59]), share_in=0.05, full_at_months=6)
    assert year.paid_in.sum() == 5


def test_a_short_pool_gives_in_proportion_and_never_more_than_it_has():
    year = transfer(one(100, 100), one(150, 200), one(0, 0), one(0, 0), np.array([30]), share_in=0.05)
    assert year.aid.sum() <= 30
    assert year.aid[0].tolist() == [10, 20]


@given(st.lists(st.tuples(MONEY, MONEY, MONEY), min_size=1, max_size=6), MONEY)
def test_every_mode_sums_and_never_gives_what_is_not_there(regions, pool):
    income, spending, reserve = (one(*each) for each in zip(*regions, strict=True))
    held = np.array([pool])
    risk = np.ones_like(income, dtype=float)
    for year in (
        transfer(income, spending, income, reserve, held, share_in=0.05, full_at_months=6),
        unified(income, spending, reserve, held),
        ex_ante(income, spending, reserve, held, risk, strength=0.5),
    ):
        assert pool + year.paid_in.sum() - year.aid.sum() == year.pool[0]
        assert year.pool[0] >= 0
        assert (year.aid >= 0).all()
        assert (year.left >= 0).all()


def test_ex_ante_moves_from_low_to_high_risk():
    year = ex_ante(
        one(100, 100), one(90, 110), one(0, 0), np.array([0]), np.array([[1.0, 3.0]]), strength=0.5
    )
    assert (year.aid - year.paid_in)[0].tolist() == [-25, 25]


def test_a_table_of_regions_by_scheme():
    funds = pd.DataFrame(
        {
            "region": ["a", "b", "a"], "insurance": ["employee", "employee", "resident"],
            "income": [100.0, 100.0, 50.0], "spending": [80.0, 130.0, 70.0], "reserve": [10.0, 5.0, 0.0],
        }
    )  # fmt: skip
    pooled = pool_regions(funds, share_in=0.05, full_at_months=None)
    assert pooled["paid_in"].tolist() == [5.0, 5.0, 2.5]
    assert pooled.loc[1, "aid"] == 10.0  # all the pool of employees has
    assert pooled.loc[2, "aid"] == 2.5  # residents' money alone
    with pytest.raises(ArgumentError, match="unified"):
        pool_regions(funds, "unifed")
    with pytest.raises(ColumnError, match="risk"):
        pool_regions(funds, "ex_ante")


@pytest.fixture(scope="module")
def province() -> Fund:
    """Two regions cut from the country: one with half the income a head of the other."""
    from dataclasses import replace

    whole = Fund.national().regions[0]

    def part(name: str, share: float, poor: float) -> Region:
        books = whole.accounts
        scaled = {
            side: {
                pot: money * share * (poor if side != "spending" else 1.0)
                for pot, money in getattr(books, side).items()
            }
            for side in ("balance", "income", "spending")
        }
        parts = {line: replace(each, amount=each.amount * share) for line, each in books.parts.items()}
        people = whole.structure
        cells = {kind: getattr(people, kind) * share for kind in ("active", "retired", "resident", "outside")}
        return replace(
            whole, id=name, heads={kind: heads * share for kind, heads in whole.heads.items()},
            accounts=replace(books, parts=parts, **scaled), structure=replace(people, **cells),
        )  # fmt: skip

    return Fund((part("rich", 0.02, 1.1), part("poor", 0.02, 0.7)))


@pytest.mark.parametrize(
    "changes", [{"provincial_pooling": 0.05}, {"pooling_unified": 1}, {"pooling_ex_ante": 0.5}]
)
def test_pooling_in_a_valuation_moves_money_between_regions_and_makes_none(province, changes):
    valued = drgsim.value(province, FundScenario_of(changes), years=8)
    base, pooled = (course.point.books for course in valued.courses)
    interest = [
        sum(int(b.line(f"{p}.interest").sum()) for p in ("employee_pool", "resident")) for b in (base, pooled)
    ]
    assert base.balance[0, :, -1].sum() - interest[0] == pooled.balance[0, :, -1].sum() - interest[1]
    net = pooled.line("employee_pool.from_adjustment") - pooled.line("employee_pool.to_adjustment")
    by_region = net[0].sum(1)
    assert by_region[1] > by_region[0]
    assert pooled.line("employee_pool.to_adjustment").any()


def FundScenario_of(changes):
    from drgsim.fund.scenario import FundScenario

    return FundScenario.of(changes, id="pooled")
