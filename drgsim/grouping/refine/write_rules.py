"""Groups of a partition as rows of a scheme: rules in the national language, code lists, codes and names."""

from __future__ import annotations

from dataclasses import dataclass

from ...codes import Catalogue
from ...schemes.model import Adrg, CodeSet, Drg
from ...schemes.rules.terms import (
    ALWAYS,
    And,
    Compare,
    HasSeverity,
    Member,
    Or,
    Role,
    Rule,
    Severity,
    Variable,
)
from ...schemes.rules.walk import set_names
from ...schemes.scheme import Scheme
from .features import Constraints, Feature
from .partition import Bounds, Conjunction, Partition

_FAR = 1_000  # no severity, age band or flag reaches this
_LETTERS = "ABCDEFGHJKLMNPQRSTUVW"
# the severities of a group -> the last character the national schemes give it, and its words
_NATIONAL: dict[frozenset[int], tuple[str, str]] = {
    frozenset({2}): ("1", "伴严重合并症或并发症"),
    frozenset({1}): ("3", "伴合并症或并发症"),
    frozenset({1, 2}): ("3", "伴合并症或并发症"),
    frozenset({0}): ("5", "不伴合并症或并发症"),
    frozenset({0, 1}): ("5", "不伴严重合并症或并发症"),
    frozenset({0, 1, 2}): ("9", ""),
}


@dataclass(frozen=True)
class Written:
    """The DRGs of an ADRG in their order, and the code lists their rules name that the base does not have."""

    drgs: tuple[Drg, ...]
    sets: dict[str, CodeSet]


def write(
    scheme: Scheme, adrg: Adrg, partition: Partition, features: tuple[Feature, ...], c: Constraints
) -> Written:
    """The groups, dearest first as they are given; the last takes the rest, so that no case falls through."""
    teller = _Teller(scheme, adrg, features, c)
    rules = [teller.rule(group) for group in partition.groups]
    names = [teller.words(group) for group in partition.groups]
    ends = _ends(partition, features)
    drgs = [
        Drg(f"{adrg.code}{end}", adrg.code, f"{adrg.name}，{name}" if name else adrg.name, rule)
        for end, name, rule in zip(ends, names, rules, strict=True)
    ]
    drgs[-1] = Drg(drgs[-1].code, adrg.code, drgs[-1].name, ALWAYS)
    return Written(tuple(drgs), teller.sets)


def _ends(partition: Partition, features: tuple[Feature, ...]) -> list[str]:
    """Last characters: the national ones where only severity splits, letters otherwise."""
    levels = [_severities(group, features) for group in partition.groups]
    known = [
        None if each is None else _NATIONAL[each][0] for each in levels if each is None or each in _NATIONAL
    ]
    if len(known) == len(levels) and None not in known and len(set(known)) == len(known):
        return [str(each) for each in known]
    return list(_LETTERS[: len(levels)])


def _severities(group: tuple[Conjunction, ...], features: tuple[Feature, ...]) -> frozenset[int] | None:
    """The severities of a group that nothing else bounds; None where something else does."""
    found: set[int] = set()
    for conjunction in group:
        if any(features[each.feature].kind != "severity" for each in conjunction):
            return None
        low, high = (conjunction[0].low, conjunction[0].high) if conjunction else (0, 2)
        found |= {level for level in (0, 1, 2) if low <= level <= high}
    return frozenset(found) if frozenset(found) in _NATIONAL else None


class _Teller:
    def __init__(self, scheme: Scheme, adrg: Adrg, features: tuple[Feature, ...], c: Constraints) -> None:
        self.scheme, self.adrg, self.features, self.c = scheme, adrg, features, c
        self.sets: dict[str, CodeSet] = {}

    def rule(self, group: tuple[Conjunction, ...]) -> Rule:
        found = [_joined([self._term(each) for each in conjunction]) for conjunction in group]
        return found[0] if len(found) == 1 else (ALWAYS if ALWAYS in found else Or(_flat(found, Or)))

    def words(self, group: tuple[Conjunction, ...]) -> str:
        levels = _severities(group, self.features)
        if levels is not None:
            return _NATIONAL[levels][1]
        return "或".join(
            "且".join(self._word(each) for each in conjunction) or "其余" for conjunction in group
        )

    def _term(self, each: Bounds) -> Rule:
        feature = self.features[each.feature]
        if feature.kind == "severity":
            return _severity(max(each.low, 0), min(each.high, 2))
        if feature.kind == "age":
            terms: list[Rule] = []
            if each.low > 0:
                terms.append(Compare(Variable.AGE, ">=", self.c.ages[each.low - 1]))
            if each.high < len(self.c.ages):
                terms.append(Compare(Variable.AGE, "<", self.c.ages[each.high]))
            return _joined(terms)
        roles = (
            (Role.MAIN_PROCEDURE,)
            if feature.kind == "class"
            else (Role.MAIN_PROCEDURE, Role.OTHER_PROCEDURES)
        )
        return Member(roles, (self._set(feature),), negated=each.high < 1)

    def _word(self, each: Bounds) -> str:
        feature = self.features[each.feature]
        if feature.kind == "severity":
            levels = frozenset(range(max(each.low, 0), min(each.high, 2) + 1))
            return _NATIONAL.get(levels, ("", "不伴严重合并症"))[1]
        if feature.kind == "age":
            low = f"{self.c.ages[each.low - 1]}岁及以上" if each.low > 0 else ""
            high = f"{self.c.ages[each.high]}岁以下" if each.high < len(self.c.ages) else ""
            return low + high
        without = "不伴" if each.high < 1 else "伴"
        if feature.kind == "treatment":
            return without + next(one.zh for one in self.c.treatments if one.id == feature.key)
        return ("非" if each.high < 1 else "") + f"{feature.key}类手术操作"

    def _set(self, feature: Feature) -> str:
        if feature.kind == "class":
            name = f"OP_{self.adrg.code}_{feature.key.replace('.', '')}"
            own = {code for one in set_names(self.adrg.rule) for code in self.scheme.sets[one].codes}
            codes = frozenset(code for code in own if code.startswith(feature.key))
            label = f"{self.adrg.code}内{feature.key}类"
        else:
            treatment = next(one for one in self.c.treatments if one.id == feature.key)
            name = f"OP_{feature.key.upper()}"
            known = Catalogue.load("procedure").codes
            codes = frozenset(code for code in known if code.startswith(treatment.prefixes))
            label = treatment.zh
        self.sets[name] = CodeSet(name, "procedure", codes, label)
        return name


def _severity(low: int, high: int) -> Rule:
    mcc, cc = Severity.MCC, Severity.CC
    rules: dict[tuple[int, int], Rule] = {
        (0, 0): And((HasSeverity(mcc, negated=True), HasSeverity(cc, negated=True))),
        (0, 1): HasSeverity(mcc, negated=True),
        (1, 1): And((HasSeverity(mcc, negated=True), HasSeverity(cc))),
        (1, 2): Or((HasSeverity(mcc), HasSeverity(cc))),
        (2, 2): HasSeverity(mcc),
    }
    return rules.get((low, high), ALWAYS)


def _joined(terms: list[Rule]) -> Rule:
    kept = [term for term in terms if term != ALWAYS]
    if not kept:
        return ALWAYS
    return kept[0] if len(kept) == 1 else And(_flat(kept, And))


def _flat(terms: list[Rule], kind: type[And] | type[Or]) -> tuple[Rule, ...]:
    return tuple(inner for term in terms for inner in (term.terms if isinstance(term, kind) else (term,)))
