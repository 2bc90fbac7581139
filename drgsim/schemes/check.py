"""Look a scheme through for mistakes: codes, sets, rows, parents, and rows no case can reach.

Nothing is corrected. An error makes the scheme mean something else than it says; a warning is a row,
set or code without effect; a note is worth knowing, and may be meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..codes import Catalogue
from .codes_file import read_blocks
from .model import AdrgKind, StatedScheme
from .pack_tables import read_text
from .reach import unreachable
from .rows import TABLES, table_rows
from .rules.terms import ALWAYS, And, Count, HasSeverity, Member, Role, Rule
from .rules.walk import leaves, set_names
from .scheme_errors import PackError

if TYPE_CHECKING:
    import pandas as pd


Absent = tuple[str, str, str]  # check of `drgsim.schemes.check`, table, detail

_FATAL = {
    "no-rows": "the scheme has no row in this table, so no case finds a group",
    "no-severity": "rules ask for MCC or CC, but the scheme lists no diagnosis as either",
    "no-exclusions": "MCC and CC name exclusion tables, but the scheme states none, so none is ever excluded",
}
_FILES = {"severity": "severity.txt", "exclusion": "exclusion.txt"}


def absent(scheme: StatedScheme) -> Iterator[Absent]:
    """What the rules of `scheme` need and do not find."""
    for table, rows in table_rows(scheme).items():
        if not rows:
            yield "no-rows", table, ""
    asked = {
        leaf.severity.value
        for rows in table_rows(scheme).values()
        for row in rows
        for leaf in leaves(row.rule)
        if isinstance(leaf, HasSeverity)
    }
    if not asked:
        return
    listed = {"MCC": scheme.mcc, "CC": scheme.cc}
    if not any(listed.values()):
        yield "no-severity", "severity", ""
        return
    for severity in sorted(asked):
        if not listed[severity]:
            yield "empty-severity", "severity", severity
    named = {*scheme.mcc.values(), *scheme.cc.values()} - {""}
    if named and not scheme.exclusion:
        yield "no-exclusions", "exclusion", ""


def refuse_absent(scheme: StatedScheme, where: str) -> None:
    """Raises PackError when a table is absent without which cases come into wrong groups, or none."""
    for check, table, _ in absent(scheme):
        if check in _FATAL:
            raise PackError(
                _FATAL[check],
                got=f"an empty table, or none: {_FILES.get(table, f'{table}.csv')}",
                where=where,
                do="complete the pack, or copy it again whole",
            )


def odd_but_usable(scheme: StatedScheme, folder: Path) -> list[str]:
    """What to warn of in a scheme read from this folder."""
    found = [f"{name} is there but states nothing" for name in _stated_empty(folder)]
    found += [
        f"rules ask for {detail}, but no diagnosis is listed as one"
        for check, _, detail in absent(scheme)
        if check == "empty-severity"
    ]
    return found


def _stated_empty(folder: Path) -> list[str]:
    """The files of a pack that are there and state nothing."""
    tables = [f"{table.name}{end}" for table in TABLES for end in (".csv", ".csv.gz")]
    empty = [name for name in tables if (folder / name).is_file() and not _has_rows(read_text(folder / name))]
    texts = ("sets.txt", "severity.txt", "exclusion.txt")
    return empty + [name for name in texts if (folder / name).is_file() and not read_blocks(folder / name)]


def _has_rows(text: str) -> bool:
    """Whether something stands below the header."""
    return any(line.strip() for line in text.splitlines()[1:])


Level = Literal["error", "warning", "note"]
_SHOWN = 5

# check: level, Chinese, English; {} is the detail
_TEXTS: dict[str, tuple[Level, str, str]] = {
    "doubled-row": ("error", "编码出现{}次", "this code stands {} times"),
    "no-parent": ("error", "上级{}不存在", "the row above, {}, does not exist"),
    "missing-set": ("error", "规则引用的编码集{}不存在", "the rule names {}, a code set that does not exist"),
    "wrong-kind": (
        "error",
        "规则在编码集{}中查找, 但诊断与手术操作不符",
        "the rule looks in {}, which holds the other kind of codes (diagnoses or procedures)",
    ),
    "no-rows": ("error", "表中没有行, 病例无组可入", "a table without rows: no case finds a group"),
    "no-severity": (
        "error",
        "规则用到MCC或CC, 但没有任何诊断列为MCC或CC",
        "rules ask for MCC or CC, but no diagnosis is listed as either",
    ),
    "no-exclusions": (
        "error",
        "MCC和CC引用排除表, 但没有任何排除表, 不会排除任何诊断",
        "MCC and CC name exclusion tables, but there are none: none is ever excluded",
    ),
    "empty-severity": (
        "warning",
        "规则用到{}, 但没有诊断列入",
        "rules ask for {}, but no diagnosis is listed as one",
    ),
    "two-severities": ("warning", "既是MCC又是CC: {}", "both MCC and CC: {}"),
    "unknown-code": ("warning", "编码目录中没有: {}", "not in the catalogue: {}"),
    "never": ("warning", "规则永不成立", "the rule can never hold"),
    "shadowed": ("warning", "病例全部先进入{}", "every case is taken before by {}"),
    "empty-set": ("warning", "规则引用的编码集为空", "a code set that rules name is empty"),
    "childless": ("warning", "没有下级分组", "no row below: its cases are passed on"),
    "unused-set": ("note", "没有规则引用", "no rule names this code set"),
    "dead-code": (
        "note",
        "不在所属MDC主诊表, 不起作用: {}",
        "outside the list of its MDC, so without effect: {}",
    ),
    "no-medical-adrg": (
        "note",
        "主诊表内但不在任何内科ADRG: {}",
        "in the list of the MDC, but in no medical ADRG of it: {}",
    ),
    "no-last-drg": ("note", "没有无条件的DRG, 可能落空", "no DRG takes every case: some are passed on"),
    "no-exclusion": ("note", "没有诊断列入此排除表", "no principal diagnosis is in this exclusion table"),
    "nameless": ("note", "没有名称", "has no name"),
}
_LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class PackProblem:
    """One finding. `table` is mdc, adrg, drg, sets, severity or exclusion; `row` the row or set in it."""

    level: Level
    check: str
    table: str
    row: str
    zh: str
    en: str


def problems(scheme: StatedScheme) -> list[PackProblem]:
    """Everything that looks wrong in `scheme`: errors first, then warnings, then notes."""
    checks: tuple[Callable[[StatedScheme], Iterator[PackProblem]], ...] = (
        _absent,
        _rows,
        _rules,
        _sets,
        _severities,
        _reach,
        _coverage,
    )
    found = [problem for check in checks for problem in check(scheme)]
    return sorted(found, key=lambda problem: _LEVELS.index(problem.level))


def frame(found: Iterable[PackProblem]) -> pd.DataFrame:
    """Problems as a frame with the columns level, check, table, row, zh, en."""
    import pandas as pd  # grouping does without: a scheme loads faster

    return pd.DataFrame(
        [asdict(problem) for problem in found], columns=list(PackProblem.__dataclass_fields__)
    )


def _problem(check: str, table: str, row: str, detail: object = "") -> PackProblem:
    level, zh, en = _TEXTS[check]
    return PackProblem(level, check, table, row, zh.format(detail), en.format(detail))


def _some(codes: Iterable[str]) -> str:
    """The number of codes, and the first of them."""
    ordered = sorted(codes)
    rest = f", … ({len(ordered)})" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + rest


def _absent(scheme: StatedScheme) -> Iterator[PackProblem]:
    for check, table, detail in absent(scheme):
        yield _problem(check, table, detail, detail)


def _rows(scheme: StatedScheme) -> Iterator[PackProblem]:
    above: set[str] = set()
    for table in TABLES:
        rows = table_rows(scheme)[table.name]
        for code, times in Counter(row.code for row in rows).items():
            if times > 1:
                yield _problem("doubled-row", table.name, code, times)
        parents = {table.parent_of(row) for row in rows}
        for row in rows:
            if table.parent and table.parent_of(row) not in above:
                yield _problem("no-parent", table.name, row.code, table.parent_of(row))
            if not row.name:
                yield _problem("nameless", table.name, row.code)
        for code in sorted(above - parents) if table.parent else ():
            yield _problem("childless", table.parent, code)
        above = {row.code for row in rows}
    last: dict[str, bool] = {}
    for drg in scheme.drgs:
        last[drg.adrg] = last.get(drg.adrg, False) or drg.rule == ALWAYS
    for adrg, closed in last.items():
        if not closed:
            yield _problem("no-last-drg", "adrg", adrg)


def _every_rule(scheme: StatedScheme) -> Iterator[tuple[str, str, Rule]]:
    for table, rows in table_rows(scheme).items():
        for row in rows:
            yield table, row.code, row.rule


def _rules(scheme: StatedScheme) -> Iterator[PackProblem]:
    for table, code, rule in _every_rule(scheme):
        for leaf in leaves(rule):
            if not isinstance(leaf, Member | Count):
                continue
            for name in leaf.sets:
                listed = scheme.sets.get(name)
                if listed is None:
                    yield _problem("missing-set", table, code, name)
                elif (listed.kind == "diagnosis") != leaf.roles[0].is_diagnosis:
                    yield _problem("wrong-kind", table, code, name)


def _sets(scheme: StatedScheme) -> Iterator[PackProblem]:
    used = {name for _, _, rule in _every_rule(scheme) for name in set_names(rule)}
    for name, listed in scheme.sets.items():
        if name not in used:
            yield _problem("unused-set", "sets", name)
        elif not listed.codes:
            yield _problem("empty-set", "sets", name)
        catalogue = Catalogue.load(listed.kind)
        unknown = [code for code in listed.codes if code not in catalogue]
        if unknown:
            yield _problem("unknown-code", "sets", name, _some(unknown))


def _severities(scheme: StatedScheme) -> Iterator[PackProblem]:
    catalogue = Catalogue.load("diagnosis")
    both = scheme.mcc.keys() & scheme.cc.keys()
    if both:
        yield _problem("two-severities", "severity", "MCC", _some(both))
    for table, row, codes in (
        ("severity", "MCC", scheme.mcc),
        ("severity", "CC", scheme.cc),
        ("exclusion", "", scheme.exclusion),
    ):
        unknown = [code for code in codes if code not in catalogue]
        if unknown:
            yield _problem("unknown-code", table, row, _some(unknown))
    listed = {number for numbers in scheme.exclusion.values() for number in numbers}
    for number in sorted({*scheme.mcc.values(), *scheme.cc.values()} - listed - {""}):
        yield _problem("no-exclusion", "exclusion", number)


def _reach(scheme: StatedScheme) -> Iterator[PackProblem]:
    for row in unreachable(scheme):
        if row.taken_by:
            yield _problem("shadowed", row.table, row.code, ", ".join(row.taken_by[:_SHOWN]))
        else:
            yield _problem("never", row.table, row.code)


def _coverage(scheme: StatedScheme) -> Iterator[PackProblem]:
    """Principal diagnoses that an ADRG lists in vain, and those of an MDC that no medical ADRG takes."""
    lists = {mdc.code: _principal(scheme, mdc.rule) for mdc in scheme.mdcs}
    taken: dict[str, set[str]] = {code: set() for code in lists}
    open_mdcs = set()
    for adrg in scheme.adrgs:
        own, allowed = _principal(scheme, adrg.rule), lists.get(adrg.mdc)
        if allowed is None:
            continue
        if own is not None and own - allowed:
            yield _problem("dead-code", "adrg", adrg.code, _some(own - allowed))
        if adrg.kind is AdrgKind.MEDICAL:
            if own is None:
                open_mdcs.add(adrg.mdc)
            taken[adrg.mdc] |= own or set()
    for code, allowed in lists.items():
        if allowed and taken[code] and code not in open_mdcs and allowed - taken[code]:
            yield _problem("no-medical-adrg", "mdc", code, _some(allowed - taken[code]))


def _principal(scheme: StatedScheme, rule: Rule) -> frozenset[str] | None:
    """The principal diagnoses without which `rule` cannot hold; None when it does not ask for one."""
    for term in rule.terms if isinstance(rule, And) else (rule,):
        if isinstance(term, Member) and term.roles == (Role.PRINCIPAL_DIAGNOSIS,) and not term.negated:
            return frozenset().union(*(scheme.sets[name].codes for name in term.sets if name in scheme.sets))
    return None
