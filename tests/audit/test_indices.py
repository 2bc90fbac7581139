"""The five indices: shares over what groups lead to, a factor on points, and that they are proposals."""

import pandas as pd
import pytest

import drgsim
from drgsim.audit.audit_errors import AuditRuleError
from drgsim.audit.indices import dip_indices


def _stays(hospital, n, long):
    return [
        {
            "case_id": f"{hospital}{i}", "patient_id": f"{hospital}{i}", "hospital_id": hospital, "sex": 1,
            "age": 60, "hospital_level": 3, "diagnoses": "I63.900", "procedures": "", "discharge": 1,
            "drg": "X", "adrg": "BR2", "mdc": "B", "severity": "none", "los": 70 if i < long else 6,
        }
        for i in range(n)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return drgsim.audit(pd.DataFrame([*_stays("H1", 40, 20), *_stays("H2", 80, 8)]))


def test_an_index_is_the_share_over_that_of_the_others(result):
    table = dip_indices(result, beta=0.1)
    assert table.loc["H1", "over_long"] == pytest.approx(0.5 / 0.1)
    assert table.loc["H2", "over_long"] == pytest.approx(0.1 / 0.5)
    assert table.loc["H1", "factor"] == pytest.approx(1 - 0.1 * 4)
    assert table.loc["H2", "factor"] == 1.0
    assert table["record_quality"].tolist() == [1.0, 1.0]
    assert table.attrs["state"] == "assumed"
    assert (dip_indices(result)["factor"] == 1.0).all()


def test_indices_need_their_rules():
    few = drgsim.audit(pd.DataFrame(_stays("H1", 3, 0)), only=["over-long-stay"])
    with pytest.raises(AuditRuleError, match="hospital-over-long"):
        dip_indices(few)
