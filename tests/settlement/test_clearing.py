"""The clearing pays the rest of what is due, or takes it back."""

import numpy as np

from drgsim import Policy
from drgsim.settlement.clearing import clear_year

PLAIN = Policy.load("national-drg-points").reform(
    {"settlement.surplus_retained": 1.0, "settlement.overrun_shared": 0.0}
)


def cleared(entitlement, booked, paid_before, assessment):
    arrays = (np.array(values) for values in (entitlement, booked, paid_before))
    return clear_year(*arrays, assessment=np.array(assessment), policy=PLAIN)


def test_the_entitlement_is_due_when_surplus_is_kept_and_overrun_is_not_shared():
    done = cleared([100, 100], [80, 130], [95, 110], [1.0, 1.0])
    assert done.due.tolist() == [100, 100]
    assert done.clearing.tolist() == [5, -10]


def test_the_assessment_cuts_a_positive_entitlement_only():
    done = cleared([1000, -1000], [900, 0], [0, 0], [0.98, 0.98])
    assert done.assessment_cut.tolist() == [20, 0]
    assert done.due.tolist() == [980, -1000]
