"""Secondary diagnoses by what they do to the severity of a case, for each way a principal excludes them.

Only codes that no rule asks for as another diagnosis are used, so that adding them changes nothing but
the severity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from ...schemes.rules.terms import Count, Member, Role
from ...schemes.rules.walk import leaves
from ...schemes.scheme import Scheme
from ..common_codes import common_prefix, never_first, usable, weight

SEVERITIES = ("none", "cc", "mcc")
COMMON = ("child", "adult", "old")  # the columns of common_diagnoses.csv for secondary diagnoses
_VARIANTS = 5  # codes used of each common prefix and severity


def asked_for(scheme: Scheme, roles: Iterable[Role]) -> frozenset[str]:
    """Every code that some rule looks for in one of `roles`."""
    wanted = frozenset(roles)
    rules = [row.rule for table in (scheme.mdcs, scheme.adrgs, scheme.drgs) for row in table]
    names = {
        name
        for rule in rules
        for leaf in leaves(rule)
        if isinstance(leaf, Member | Count) and wanted.intersection(leaf.roles)
        for name in leaf.sets
    }
    return frozenset().union(*(scheme.sets[name].codes for name in names))


class SeverityCodes:
    """The usable common secondary diagnoses of a scheme, each with its severity and exclusion table."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._counting: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    @cached_property
    def listed(self) -> Mapping[str, tuple[str, ...]]:
        """Severity -> codes."""
        inert = usable("diagnosis") - never_first("diagnosis")
        inert -= asked_for(self.scheme, (Role.OTHER_DIAGNOSES,))
        common = [
            code
            for code in inert
            if "*" not in code and any(weight("diagnosis", column, code) for column in COMMON)
        ]
        by_severity: dict[str, list[str]] = {severity: [] for severity in SEVERITIES}
        of_prefix: Counter[tuple[str, str]] = Counter()
        for code in sorted(common, key=lambda code: (len(code), code)):
            severity = self.severity(code)
            key = severity, common_prefix("diagnosis", code)
            of_prefix[key] += 1
            if of_prefix[key] <= _VARIANTS:
                by_severity[severity].append(code)
        return {severity: tuple(codes) for severity, codes in by_severity.items()}

    def severity(self, code: str) -> str:
        """What a code is worth when nothing excludes it."""
        return "mcc" if code in self.scheme.mcc else "cc" if code in self.scheme.cc else "none"

    def excluding(self, principal: str) -> tuple[str, ...]:
        """The exclusion tables that list a principal diagnosis."""
        return tuple(sorted(self.scheme.exclusion.get(principal, ())))

    def is_excluded(self, code: str, tables: tuple[str, ...]) -> bool:
        """Whether a principal diagnosis of these tables keeps `code` from counting."""
        held = self.scheme.mcc if code in self.scheme.mcc else self.scheme.cc
        return held.get(code, "") in tables

    def counting(self, severity: str, tables: tuple[str, ...]) -> tuple[str, ...]:
        """The codes of a severity that count beside a principal diagnosis of these tables."""
        key = severity, tables
        if key not in self._counting:
            self._counting[key] = tuple(
                code for code in self.listed[severity] if not self.is_excluded(code, tables)
            )
        return self._counting[key]
