"""Load the official configuration workbook of CHS-DRG 3.0, which a user brings, as a Scheme.

Sheets: MDC, ADRG, DRG (code, name, rule, place), 集合 (code sets), CC (with its type and exclusion
table), 排除表. Rules are in the national rule language. The layout is known from two programs that
read the workbook (source SC05); none of its rows ships with drgsim.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .._paths import data_path
from .errors import RuleSyntaxError, WorkbookError
from .model import Adrg, AdrgKind, CcExclusion, CodeSet, Drg, Mdc, NewbornWeight, Scheme, Switches
from .rules.parse import parse_rule
from .rules.terms import NEVER, Count, Member, Rule
from .rules.walk import leaves, set_names
from .tables import finite, natural
from .workbook_sheets import Findings, SheetRow, read_sheets

_SHEETS = {
    "MDC": ("编码", "名称", "规则", "排序"),
    "ADRG": ("编码", "名称", "规则", "mdc", "排序"),
    "DRG": ("编码", "名称", "规则", "adrg", "排序"),
    "集合": ("set_id", "icd_code"),
    "CC": ("icd", "exclusion_table", "type"),
    "排除表": ("set_id", "icd_code"),
}
_CODE_COLUMNS = ("icd_code", "icd")
_FALLBACK = re.compile(r"[A-Z]?0{2,4}")  # X00, X000, 0000: where cases end that no group takes
_AMBIGUOUS = re.compile(r"[A-Z]QY")
_SOURCE = "SC05"


def from_official_workbook(
    path: str | Path,
    *,
    id: str = "chs-drg-3.0",
    title: str = "按病组（DRG）付费分组方案（3.0版）",
    version: str = "3.0",
    strict: bool = True,
    **metadata: Any,
) -> Scheme:
    """The scheme that the workbook states.

    Parameters
    ----------
    path
        An `.xlsx` with the sheets named above; columns are found by their header, in any place.
    id, title, version, metadata
        Fields of `Scheme`; the dates are those of the announced edition of this version.
    strict
        With False, what cannot be used is left out and named in `notes`: a rule that cannot be read
        never holds, a set that is not there is empty, a row without its parent is dropped.

    Returns
    -------
    Scheme
        Rows XQY are ambiguous groups. Fallback rows (X00, X000, 0000) are no groups: their cases stay
        ungrouped. CC and MCC are excluded by membership, the newborn weight is that at admission.
        `notes` holds everything the import met, with sheet and row.

    Raises
    ------
    NotFoundError
        There is no such file.
    WorkbookError
        Sheets or columns are missing; or, when strict, anything else is wrong. `findings` has it all.
    MissingExtraError
        python-calamine is not installed.
    """
    file = Path(path)
    findings = Findings()
    sheets = read_sheets(file, _SHEETS, _CODE_COLUMNS, findings)
    sets = _sets(sheets["集合"], findings)
    mdcs, adrgs, drgs = _groups(sheets, sets, findings)
    cc, mcc = _severities(sheets["CC"], findings)
    exclusion = _exclusion(sheets["排除表"], findings)
    edition = _edition(version)
    _check_exclusion({*cc.values(), *mcc.values()}, exclusion, edition.get("known_gaps", {}), findings)
    if findings.errors and strict:
        listed = findings.all_errors()
        raise WorkbookError(
            f"{len(listed)} things in the workbook cannot be used:\n  " + "\n  ".join(listed[:40]) + "\n",
            where=str(file),
            do="correct them in a copy of the workbook, or import with strict=False (--lenient)",
            findings=findings.lines(),
        )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    about = f"由用户提供的工作簿导入。Imported from a workbook the user brought: sha256 {digest}."
    fields = {
        "title_en": f"CHS-DRG {version}",
        "family": edition.get("family", ""),
        "valid_from": edition.get("valid_from"),
        "trust": "secondary",
        "source": _SOURCE,
        "switch_sources": {"cc_exclusion": _SOURCE, "newborn_weight": "SC06"},
        **metadata,
    }
    return Scheme(
        id=id,
        title=title,
        version=version,
        mdcs=mdcs,
        adrgs=adrgs,
        drgs=drgs,
        sets=sets,
        cc=cc,
        mcc=mcc,
        exclusion=exclusion,
        switches=Switches(cc_exclusion=CcExclusion.MEMBERSHIP, newborn_weight=NewbornWeight.ADMISSION),
        notes=(about, *findings.lines()),
        **fields,
    )


def _edition(version: str) -> Mapping[str, Any]:
    editions = tomllib.loads(data_path("schemes", "editions.toml").read_text(encoding="utf-8"))["edition"]
    return next((edition for edition in editions if edition["version"] == version), {})


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
        Adrg(row["编码"], row["mdc"], row["名称"], _adrg_kind(row["编码"]), rule(row)) for row in adrg_rows
    )
    drg_rows = _in_place(sheets["DRG"], "adrg", [adrg.code for adrg in adrgs], place, findings)
    drgs = tuple(Drg(row["编码"], row["adrg"], row["名称"], rule(row)) for row in drg_rows)
    return mdcs, adrgs, drgs


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
        if severity not in found:
            findings.error("neither MCC nor CC", f"{row.where} ({code}: {row['type'] or 'empty'})")
        elif any(code in table for table in found.values()):
            findings.error("a diagnosis has two severities", f"{row.where} ({code})")
        else:
            found[severity][code] = row["exclusion_table"]
    return found["CC"], found["MCC"]


def _exclusion(rows: Iterable[SheetRow], findings: Findings) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        table, code = row["set_id"], row["icd_code"]
        if not table or not code:
            findings.error("a row without table or code", row.where)
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
