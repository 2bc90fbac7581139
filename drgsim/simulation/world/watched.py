"""What supervision takes back and keeps away: shares of stays' payments an audit of the baseline finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...audit.library import Library
from ...audit.screening import audit
from ...audit.stays.worth import fund_at_stake, recovered
from ..scenario.stated_policy import reformed
from ..scenario_errors import SimulationError

if TYPE_CHECKING:
    from ...audit.result import AuditResult
    from ...payment.engine.stays import Stays
    from ...payment.faces.payments import Payments
    from ..scenario.stated_policy import Policies
    from ..scenario.supervision import Supervision

Floats = npt.NDArray[np.float64]

COPY = "~"  # what a response puts behind the id of a stay it adds
ASSESSMENT = "settlement.assessment"


class Watched:
    """The audit of a baseline's stays, run once for each set of rules.

    Parameters
    ----------
    stays, payments : the baseline's, in the same order; `policies`, `weights` what paid them.
    """

    def __init__(self, stays: Stays, payments: Payments, policies: Policies, weights: Any) -> None:
        self.stays, self.payments = stays, payments
        self.policies, self.weights = policies, weights
        self._results: dict[tuple[str, ...], AuditResult] = {}

    def result(self, rules: tuple[str, ...]) -> AuditResult:
        """The audit by these rules or families that look at stays; by all of them when none is named."""
        if rules not in self._results:
            self._results[rules] = audit(
                self.stays.frame, self.policies, weights=self.weights, only=rules or _of_stays()
            )
        return self._results[rules]

    def share(self, rules: tuple[str, ...]) -> Floats:
        """(stays,) share of what the fund pays for each stay that is at stake, 0 to 1."""
        stake = fund_at_stake(self.result(rules), len(self.payments))
        paid = self.payments.ledger.fund / 100.0
        return np.clip(np.divide(stake, paid, out=np.zeros(len(paid)), where=paid > 0), 0.0, 1.0)

    def at_stake(self, rules: tuple[str, ...]) -> float:
        """Yuan of the fund at stake under the baseline's rules."""
        return float(np.maximum(self.payments.ledger.fund, 0) @ self.share(rules)) / 100.0

    def without(self, payments: Payments, each: Sequence[Supervision]) -> Payments:
        """Payments of the same stays, changed or not, less what the supervisions save the fund."""
        for supervision in each:
            effect = supervision.effect()
            if effect:
                payments = recovered(payments, effect * self._of(payments, supervision.rules))
        return payments

    def assessed(self, policies: Policies, each: Sequence[Supervision]) -> Policies:
        """Policies whose yearly assessment is lowered by the hospitals' indices, where that is asked for."""
        for supervision in each:
            if not supervision.assessment:
                continue
            factor = self.result(supervision.rules).indices(beta=supervision.assessment)["factor"]
            lower = {str(name): float(value) for name, value in factor.items() if value < 1}
            for name, value in lower.items():
                policies = reformed(policies, {f"{ASSESSMENT}/{name}": value})
        return policies

    def _of(self, payments: Payments, rules: tuple[str, ...]) -> Floats:
        share, now = self.share(rules), payments.stays.frame
        before = self.stays.frame
        if len(now) == len(before) and (now is before or "case_id" not in now or _same(now, before)):
            return share
        if "case_id" not in now:
            raise SimulationError(
                "supervision with responses that add or leave out stays needs case ids",
                do="give cases with case_id",
            )
        known: dict[str, float] = {}
        for name, value in zip(before["case_id"].astype(str), share.tolist(), strict=True):
            known.setdefault(name, value)
        names = now["case_id"].astype(str)
        return np.array([known.get(name, known.get(name.split(COPY)[0], 0.0)) for name in names])


def _same(now: Any, before: Any) -> bool:
    return bool((now["case_id"].astype(str).to_numpy() == before["case_id"].astype(str).to_numpy()).all())


def _of_stays() -> tuple[str, ...]:
    return tuple(sorted(rule.id for rule in Library.load() if rule.table == "stays"))
