"""The five supervision indices that the DIP specification names, in operational forms of this software.

The specification names record quality, readmission, low-standard admission, over-long stays and mortality
risk; no official formulas were found. What is computed here is a proposal (`assumed`) and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .audit_errors import AuditRuleError

if TYPE_CHECKING:
    from .result import AuditResult

# index -> the rule whose hospital table it is read from
MEASURES = {
    "readmission": "hospital-readmission",
    "low_standard": "hospital-low-standard",
    "over_long": "hospital-over-long",
    "mortality": "hospital-low-risk-death",
}
STATE = "assumed"
_OVERCODED, _UNDERCODED = ("upcoding",), ("downcoding",)


def dip_indices(result: AuditResult, *, beta: float = 0.0) -> pd.DataFrame:
    """A row a hospital: record_quality (0 to 1), the four indices, and the factor on its points.

    An index is the hospital's share over what its groups lead to elsewhere: 1 is as expected, NaN unknown.
    record_quality = 1 − overcoded share − undercoded share of its stays (findings, not verdicts). The factor
    is Π (1 − beta × max(index − 1, 0)), at least 0; with beta 0 nothing is deducted. `attrs["state"]` is
    `assumed`.

    Raises AuditRuleError when none of the rules the indices rest on ran.
    """
    import numpy as np

    hospitals = result.hospitals
    rules = set(hospitals.get_column("rule").to_list()) if len(hospitals) else set()
    if not rules & set(MEASURES.values()):
        raise AuditRuleError(
            "the indices rest on rules that did not run", got=sorted(rules), allowed=sorted(MEASURES.values())
        )
    names = sorted(set(hospitals.get_column("hospital_id").to_list()))
    table = pd.DataFrame(index=pd.Index(names, name="hospital_id"))
    size: dict[str, int] = {}
    for name, n in hospitals.select("hospital_id", "n").iter_rows():
        size[name] = max(n, size.get(name, 0))
    quality = {}
    for name in names:
        own = result.findings.filter(result.findings.get_column("hospital_id") == name)
        wrong = sum(rule in (*_OVERCODED, *_UNDERCODED) for rule in own.get_column("rule").to_list())
        quality[name] = max(1.0 - wrong / max(size[name], 1), 0.0)
    table["record_quality"] = pd.Series(quality)
    for index, rule in MEASURES.items():
        own = hospitals.filter(hospitals.get_column("rule") == rule)
        values = dict(own.select("hospital_id", "index").iter_rows())
        table[index] = [values.get(name, np.nan) for name in names]
    over = np.maximum(table[list(MEASURES)].fillna(1.0).to_numpy(dtype=float) - 1.0, 0.0)
    table["factor"] = np.maximum(1.0 - beta * over, 0.0).prod(axis=1)
    table.attrs["state"] = STATE
    return table
