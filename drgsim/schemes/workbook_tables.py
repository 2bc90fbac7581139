"""The sheets of an official configuration workbook become the rows, code sets and severities of a scheme."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..codes import Catalogue
from .model import Adrg, AdrgKind, CodeSet, Drg, Mdc
from .pack_tables import finite, natural
from .rules.parse import parse_rule
from .rules.terms import NEVER, Count, Member, Rule
from .rules.walk import leaves, set_names
from .scheme_errors import RuleSyntaxError
from .workbook_sheets import Findings, SheetRow

SHEETS = {
    "MDC": ("编码", "名称", "规则", "排序"),
    "ADRG": ("编码", "名称", "规则", "mdc", "排序"),
    "DRG": ("编码", "名称", "规则", "adrg", "排序"),
    "集合": ("set_id", "icd_code"),
    "CC": ("icd", "exclusion_table", "type"),
    "排除表": ("set_id", "icd_code"),
}
_FALLBACK = re.compile(r"[A-Z]?0{2,4}")  # X00, X000, 0000: where cases end that no group takes
_NO_TABLE = frozenset(("", "无", "-", "—", "/"))  # a CC or MCC that nothing excludes
_AMBIGUOUS = re.compile(r"[A-Z]QY")
_AMBIGUOUS_NAME = "歧义病案组"  # where the workbook gives an XQY row no name


@dataclass(frozen=True)
class Tables:
    """What the sheets state: fields of `Scheme`."""

    mdcs: tuple[Mdc, ...]
    adrgs: tuple[Adrg, ...]
    drgs: tuple[Drg, ...]
    sets: Mapping[str, CodeSet]
    cc: Mapping[str, str]
    mcc: Mapping[str, str]
    exclusion: Mapping[str, tuple[str, ...]]


def tables_of(
    sheets: Mapping[str, list[SheetRow]], findings: Findings, gaps: Mapping[str, list[str]]
) -> Tables:
    """What the rows of the sheets state; everything odd goes to `findings`.

    `gaps` are rows of 排除表, by table, that one edition of the workbook is known to lack.
    """
    sets = _sets(sheets["集合"], findings)
    mdcs, adrgs, drgs = _groups(sheets, sets, findings)
    cc, mcc = _severities(sheets["CC"], findings)
    exclusion = _exclusion(sheets["排除表"], findings)
    _check_exclusion({*cc.values(), *mcc.values()}, exclusion, gaps, findings)
    _check_codes(sets, {*cc, *mcc, *exclusion}, findings)
    return Tables(mdcs, adrgs, drgs, sets, cc, mcc, exclusion)


def _sets(rows: Iterable[SheetRow], findings: Findings) -> dict[str, CodeSet]:
    codes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        name, code = row["set_id"], row["icd_code"]
        if not name or not code:
            findings.error("a row without set or code", row.where)
        elif code in codes[name]:
            findings.note("a code stands twice in a set", f"{row.where} ({name} {code})")
        else:
            codes[name].add(code)
    return {
        name: CodeSet(name, _kind(name, listed), frozenset(listed)) for name, listed in sorted(codes.items())
    }


def _kind(name: str, codes: Iterable[str]) -> Any:
    if name.startswith(("DI", "OP")):
        return "diagnosis" if name.startswith("DI") else "procedure"
    return "diagnosis" if min(codes)[0].isalpha() else "procedure"


def _groups(
    sheets: Mapping[str, list[SheetRow]], sets: dict[str, CodeSet], findings: Findings
) -> tuple[tuple[Mdc, ...], tuple[Adrg, ...], tuple[Drg, ...]]:
    def rule(row: SheetRow) -> Rule:
        return _rule(row, sets, findings)

    def place(row: SheetRow) -> float:
        return _place(row, findings)

    mdc_rows = _in_place(sheets["MDC"], "", [""], place, findings)
    mdcs = tuple(Mdc(row["编码"], row["名称"], rule(row)) for row in mdc_rows)
    adrg_rows = _in_place(sheets["ADRG"], "mdc", [mdc.code for mdc in mdcs], place, findings)
    adrgs = tuple(
        Adrg(row["编码"], row["mdc"], _name(row), _adrg_kind(row["编码"]), rule(row)) for row in adrg_rows
    )
    drg_rows = _in_place(sheets["DRG"], "adrg", [adrg.code for adrg in adrgs], place, findings)
    drgs = tuple(Drg(row["编码"], row["adrg"], _name(row), rule(row)) for row in drg_rows)
    return mdcs, adrgs, drgs


def _name(row: SheetRow) -> str:
    return row["名称"] or (_AMBIGUOUS_NAME if _AMBIGUOUS.fullmatch(row["编码"]) else "")


def _in_place(
    rows: Iterable[SheetRow],
    parent: str,
    parents: list[str],
    place: Callable[[SheetRow], float],
    findings: Findings,
) -> list[SheetRow]:
    """The rows that are groups, by the place of their parent and their own."""
    rank = {code: index for index, code in enumerate(parents)}
    kept: dict[str, tuple[int, float, SheetRow]] = {}
    for row in rows:
        code = row["编码"]
        above = row[parent] if parent else ""
        if not code:
            findings.error("a row without a code", row.where)
        elif _FALLBACK.fullmatch(code):
            findings.note("a fallback row, not a group: its cases stay ungrouped", f"{row.where} ({code})")
        elif above not in rank:
            findings.error("the row above does not exist", f"{row.where} ({code} under {above or '-'})")
        elif code in kept and row.values == kept[code][2].values:
            findings.note("a row stands twice", f"{row.where} ({code})")
        elif code in kept:
            findings.error("a code stands twice", f"{row.where} ({code})")
        else:
            kept[code] = (rank[above], place(row), row)
    return [row for _, _, row in sorted(kept.values(), key=lambda item: item[:2])]


def _place(row: SheetRow, findings: Findings) -> float:
    place = finite(row["排序"])
    if place is None:
        findings.error(
            "no place in the order of testing", f"{row.where} ({row['编码']}: {row['排序'] or 'empty'})"
        )
        return float("inf")
    return place


def _rule(row: SheetRow, sets: dict[str, CodeSet], findings: Findings) -> Rule:
    try:
        rule = parse_rule(row["规则"])
    except RuleSyntaxError as error:
        findings.error("a rule cannot be read", f"{row.where} ({row['编码']}): {error}")
        return NEVER
    for name in set_names(rule):
        if name not in sets:
            findings.error("a rule names a set that does not exist", f"{row.where} ({row['编码']}: {name})")
            sets[name] = CodeSet(name, _asked_kind(rule, name), frozenset())
    return rule


def _asked_kind(rule: Rule, name: str) -> Any:
    """The kind of codes a rule looks for in a set."""
    asking = next(leaf for leaf in leaves(rule) if isinstance(leaf, Member | Count) and name in leaf.sets)
    return "diagnosis" if asking.roles[0].is_diagnosis else "procedure"


def _adrg_kind(code: str) -> AdrgKind:
    """By the second letter of the national code; QY rows are ambiguous."""
    if _AMBIGUOUS.fullmatch(code):
        return AdrgKind.AMBIGUOUS
    second = code[1:2]
    return AdrgKind.SURGICAL if second < "K" else AdrgKind.PROCEDURE if second < "R" else AdrgKind.MEDICAL


def _severities(rows: Iterable[SheetRow], findings: Findings) -> tuple[dict[str, str], dict[str, str]]:
    found: dict[str, dict[str, str]] = {"CC": {}, "MCC": {}}
    for row in rows:
        code, severity = row["icd"], row["type"].upper()
        table = "" if row["exclusion_table"] in _NO_TABLE else row["exclusion_table"]
        if not code:
            findings.error("a row without a code", row.where)
        elif severity not in found:
            findings.error("neither MCC nor CC", f"{row.where} ({code}: {row['type'] or 'empty'})")
        elif found[severity].get(code) == table:
            findings.note("a CC or MCC stands twice", f"{row.where} ({code})")
        elif code in found[severity]:
            findings.error("a diagnosis names two exclusion tables", f"{row.where} ({code})")
        elif any(code in table for table in found.values()):
            findings.error("a diagnosis has two severities", f"{row.where} ({code})")
        else:
            found[severity][code] = table
    return found["CC"], found["MCC"]


def _exclusion(rows: Iterable[SheetRow], findings: Findings) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        table, code = row["set_id"], row["icd_code"]
        if not table or not code:
            findings.error("a row without table or code", row.where)
        elif table in found[code]:
            findings.note("a code stands twice in an exclusion table", f"{row.where} ({table} {code})")
        else:
            found[code].add(table)
    return {code: tuple(sorted(tables, key=natural)) for code, tables in sorted(found.items())}


def _check_exclusion(
    named: set[str],
    exclusion: Mapping[str, tuple[str, ...]],
    gaps: Mapping[str, list[str]],
    findings: Findings,
) -> None:
    listed = {table for tables in exclusion.values() for table in tables}
    for table in sorted(named - listed - {""}, key=natural):
        findings.note("an exclusion table that a CC or MCC names is not in 排除表", table)
    for table, codes in gaps.items():
        for code in codes:
            if table in listed and table not in exclusion.get(code, ()):
                findings.note("known to be missing in one edition of the workbook", f"{table} {code}")


def _check_codes(sets: Mapping[str, CodeSet], diagnoses: Iterable[str], findings: Findings) -> None:
    """Codes in no catalogue become extra codes of the pack; each is told once."""
    named: dict[Any, set[str]] = {"diagnosis": set(diagnoses), "procedure": set()}
    for listed in sets.values():
        named[listed.kind] |= listed.codes
    for kind, codes in named.items():
        catalogue = Catalogue.load(kind)
        for code in sorted(code for code in codes if code not in catalogue):
            findings.note("a code in no catalogue, kept as an extra code of the pack", code)
