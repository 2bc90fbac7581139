"""Months sum: what was earned is retained, advanced, paid or still owed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from drgsim.settlement.clearing import settle_months

MONEY = arrays(np.int64, (3, 12), elements=st.integers(-(10**9), 10**11))


@given(MONEY, arrays(np.int64, (3, 12), elements=st.integers(0, 10**11)), st.sampled_from([0.0, 0.03, 0.05]))
def test_the_year_of_months_sums_to_the_fen(entitlement, advances, retention):
    done = settle_months(entitlement, retention=retention, advances=advances)
    left = entitlement.sum(1) - done.retained.sum(1) - advances.sum(1)
    assert (left == done.paid.sum(1) - done.debt).all()
    assert (done.paid >= 0).all()
    assert ((done.paid == 0) | (done.carried == 0)).all()


def test_deductions_lower_the_base_of_the_retention():
    done = settle_months(np.array([[10000]]), retention=0.05, deductions=np.array([[2000]]))
    assert (done.retained.item(), done.paid.item()) == (400, 7600)
