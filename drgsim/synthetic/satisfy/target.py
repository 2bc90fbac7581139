"""What is aimed at: an ADRG, or one of its DRGs that asks for more than a severity, with its candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from ...schemes.model import Adrg, Drg, Mdc
from ...schemes.rules.terms import And, Constant, HasSeverity, Member, Role, Rule
from ...schemes.rules.walk import leaves
from ...schemes.scheme import Scheme
from ..common_codes import usable, weight
from ..targets import rows
from .candidates import Core, cores
from .recipe import Codes, Recipe, recipes

_CORES = 96  # candidates of a target, shared by its recipes
_LEAST = 8  # candidates of each recipe


@dataclass(frozen=True, slots=True)
class Target:
    """Groups that differ by severity alone, and candidates that ought to land in one of them."""

    mdc: Mdc
    adrg: Adrg
    drgs: frozenset[str]
    cores: tuple[Core, ...]


def targets(scheme: Scheme) -> Iterator[Target]:
    """Every target of a scheme, in the order of its rows."""
    mdcs = {mdc.code: mdc for mdc in scheme.mdcs}
    drgs: dict[str, list[Drg]] = defaultdict(list)
    for drg in scheme.drgs:
        drgs[drg.adrg].append(drg)
    taken = _Taken(scheme)
    for adrg in scheme.adrgs:
        plain = [drg for drg in drgs[adrg.code] if _asks_severity_only(drg.rule)]
        special = [drg for drg in drgs[adrg.code] if not _asks_severity_only(drg.rule)]
        mdc = mdcs[adrg.mdc]
        if plain:
            yield _target(mdc, adrg, plain, taken.left(mdc.rule, adrg.rule, mdc=mdc))
        for drg in special:
            yield _target(mdc, adrg, [drg], taken.left(mdc.rule, adrg.rule, drg.rule, mdc=mdc))
        taken.note(adrg)


def _asks_severity_only(rule: Rule) -> bool:
    return all(isinstance(leaf, HasSeverity | Constant) for leaf in leaves(rule))


class _Taken:
    """The principal diagnoses and main procedures that earlier rows of an MDC take whatever else there is."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._codes: dict[tuple[str, Role], Codes] = defaultdict(frozenset)

    def note(self, adrg: Adrg) -> None:
        """Remember what a row takes; only rules that ask for a single code take anything for certain."""
        match adrg.rule:
            case Member((Role.PRINCIPAL_DIAGNOSIS | Role.MAIN_PROCEDURE as role,), names, False):
                codes = frozenset().union(*(self._scheme.sets[name].codes for name in names))
                self._codes[adrg.mdc, role] |= codes

    def left(self, *parts: Rule, mdc: Mdc) -> list[Recipe]:
        """The recipes of the parts together, without what earlier rows take."""
        avoided = tuple((role, codes) for (of, role), codes in self._codes.items() if of == mdc.code)
        ways = recipes(And(parts), self._scheme.sets)
        return [replace(way, avoided=(*way.avoided, *avoided)) for way in ways]


def _target(mdc: Mdc, adrg: Adrg, drgs: list[Drg], ways: list[Recipe]) -> Target:
    fallback = _usual_principals(adrg.code)
    each = max(_LEAST, _CORES // max(len(ways), 1))
    found = tuple(core for way in ways for core in islice(cores(way, fallback), each))
    return Target(mdc, adrg, frozenset(drg.code for drg in drgs), found)


def _usual_principals(adrg: str) -> Codes:
    """Principal diagnoses for a group that leaves them free: as hinted for it, or any common one."""
    hints = [row["prefixes"] for row in rows("principal_hints.csv") if adrg.startswith(row["adrg"])]
    return _hinted(hints[0]) if hints else _common()


@cache
def _hinted(prefixes: str) -> Codes:
    beginnings = tuple(prefixes.split("|"))
    return frozenset(code for code in usable("diagnosis") if code.startswith(beginnings))


@cache
def _common() -> Codes:
    return frozenset(code for code in usable("diagnosis") if weight("diagnosis", "principal", code) > 0)
