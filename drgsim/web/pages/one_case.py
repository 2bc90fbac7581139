"""What a form asks about one case, and what it costs under a scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import DrgsimError
from ...payment.faces.estimate import estimate
from ..answers import NATIONAL, Answers
from ..plain import plain
from ..taking import cases_of
from .policies import policy_options
from .shell import saying


class OneCase:
    """The case of a form, and by which policy and schemes it is asked about.

    Raises NotFoundError for a policy or scheme there is not.
    """

    def __init__(self, case: Mapping[str, Any], form: Mapping[str, str], work: Answers, lang: str) -> None:
        self.case, self.work, self.lang = dict(case), work, lang
        self.say = saying(lang)
        settings, kept = work.settings, work.kept
        named = form.get("policy") or settings.policy or NATIONAL
        self.policy = kept.policy(policy_options(named, settings, kept)["policy"])
        self.scheme = form.get("scheme") or self.policy.scheme or settings.scheme
        self.local = form.get("local") or None
        for scheme in filter(None, (self.scheme, self.local)):
            kept.grouper(scheme)  # an unknown one is told here
        self.read = cases_of([self.case])
        self.frame = self.read.table()

    def asked(self, call: str, scheme: str | None = None) -> dict[str, Any]:
        """The one row that the service answers to this case."""
        options = {"scheme": scheme or self.scheme, "lang": self.lang}
        return getattr(self.work, call)(self.read, options).rows[0]

    def weights(self, scheme: str) -> Any:
        """The weight table of an estimate; None for the policy's own."""
        return self.work.kept.weights_for(None, self.policy, scheme)

    def estimated(self, scheme: str, drg: str | None = None) -> Any:
        """The estimate by a scheme, of the group given or of the one the case is in."""
        grouped = self.frame.join(self.work.kept.grouper(scheme).group(self.frame))
        if drg is not None:
            grouped = grouped.assign(drg=drg)
        hospital = self.work.settings.hospital
        return estimate(grouped, self.policy, weights=self.weights(scheme), scheme=scheme, hospital=hospital)

    def priced(self, scheme: str, drg: str | None = None) -> dict[str, Any] | None:
        """Weight, standard, payment, margin; None without a cost, or where the scheme has no weights here."""
        if self.case.get("total_cost") is None:
            return None
        try:
            return plain(self.estimated(scheme, drg).frame)[0]
        except DrgsimError:
            return None
