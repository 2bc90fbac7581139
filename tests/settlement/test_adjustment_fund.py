"""The adjustment fund helps after the region's own reserve, and never gives what it has not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from drgsim.settlement.adjustment_fund import adjust
from drgsim.settlement.errors import SettlementError

MONEY = arrays(np.int64, 4, elements=st.integers(0, 10**12))


def test_worked_example():
    """Fund rules §8, row 27: income 100, spending 103, reserve 2, share 5 %."""
    one = [np.array([value]) for value in (100, 103, 100, 2)]
    year = adjust(*one, 1_000, contribution_share=0.05, full_at_months=None, aid_share=np.array([1.0]))
    assert [int(part[0]) for part in (year.contribution, year.gap, year.own, year.aid, year.left)] == [
        5,
        8,
        2,
        6,
        0,
    ]
    assert year.pool_after == 1_000 + 5 - 6


@pytest.mark.parametrize(("pool", "contribution"), [(599, 60), (600, 0), (601, 0)])
def test_contributions_stop_when_the_pool_covers_six_months(pool, contribution):
    one = [np.array([value]) for value in (1200, 1200, 1200, 0)]
    year = adjust(*one, pool, contribution_share=0.05, full_at_months=6, aid_share=np.array([0.0]))
    assert int(year.contribution[0]) == contribution


@given(MONEY, MONEY, MONEY, MONEY, st.integers(0, 10**12))
def test_every_gap_is_borne_by_someone(income, spending, last, reserve, pool):
    shares = np.array([0.5, 0.7, 0.9, 1.0])
    year = adjust(
        income, spending, last, reserve, pool, contribution_share=0.05, full_at_months=6, aid_share=shares
    )
    assert (year.gap == year.own + year.aid + year.left).all()
    assert year.pool_after == pool + year.contribution.sum() - year.aid.sum() >= 0


def test_negative_money_is_refused():
    with pytest.raises(SettlementError, match="income"):
        adjust(
            *[np.array([-1])] * 4, 0, contribution_share=0.05, full_at_months=None, aid_share=np.array([1.0])
        )
