"""The clearing pays the rest of what is due, or takes it back."""

import numpy as np

from drgsim.settlement.clearing import clear_year
from drgsim.settlement.sharing import Sharing

PLAIN = Sharing(np.array([np.inf]), retained=np.array([1.0]), shared=np.array([0.0]))


def test_the_entitlement_is_due_when_surplus_is_kept_and_overrun_is_not_shared():
    done = clear_year(
        np.array([100, 100]), np.array([80, 130]), np.array([95, 110]), assessment=np.ones(2), sharing=PLAIN
    )
    assert done.due.tolist() == [100, 100]
    assert done.clearing.tolist() == [5, -10]


def test_the_assessment_cuts_a_positive_entitlement_only():
    done = clear_year(
        np.array([1000, -1000]),
        np.array([900, 0]),
        np.array([0, 0]),
        assessment=np.array([0.98, 0.98]),
        sharing=PLAIN,
    )
    assert done.assessment_cut.tolist() == [20, 0]
    assert done.due.tolist() == [980, -1000]
