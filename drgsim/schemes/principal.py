"""Which principal diagnoses a scheme lists: the others can lead to no group of a disease."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Scheme
from .rules.terms import Count, Member, Role, Rule
from .rules.walk import holds_without_codes, leaves


def principal_terms(scheme: Scheme) -> Iterator[Member | Count]:
    """The terms whose sets list principal diagnoses: those of the MDCs, and of the ADRGs in an MDC that
    takes cases without a look at their codes, as CHS-DRG 3.0 takes newborns by age alone.
    """
    opened = {mdc.code for mdc in scheme.mdcs if holds_without_codes(mdc.rule)}
    rules: list[Rule] = [mdc.rule for mdc in scheme.mdcs]
    rules += [adrg.rule for adrg in scheme.adrgs if adrg.mdc in opened]
    for rule in rules:
        for leaf in leaves(rule):
            if not isinstance(leaf, Count | Member) or Role.PRINCIPAL_DIAGNOSIS not in leaf.roles:
                continue
            if isinstance(leaf, Count) or not leaf.negated:
                yield leaf
