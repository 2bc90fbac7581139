"""The rows of a local scheme on another edition: its groups, their rules, their cuts into DRGs."""

from __future__ import annotations

from dataclasses import replace

from ..words import begun_in_english
from .model import Adrg, Drg
from .rebase_state import Carried, Merge, Status, drgs_of, meaning
from .rows import TABLES, AnyRow, Table, table_rows
from .rules.walk import print_rule
from .scheme import Scheme

_MDC, _ADRG, _DRG = TABLES


def carry_rows(merge: Merge) -> None:
    """MDCs and ADRGs that were added, changed or removed; then each ADRG's cut; then the orders."""
    for table in (_MDC, _ADRG):
        own, before, now = (_rows(scheme, table) for scheme in (merge.local, merge.old, merge.new))
        for code, row in own.items():
            if code not in before:
                _added(merge, table, row, now.get(code))
            elif _text(row) != _text(before[code]):
                _changed(merge, table, row, before[code], now.get(code))
        for code, row in before.items():
            if code not in own:
                _removed(merge, table, row, now.get(code))
    for adrg in merge.local.adrgs:
        if any(each.code == adrg.code for each in merge.old.adrgs):
            _cut(merge, adrg)
    _orders(merge)


def _rows(scheme: Scheme, table: Table) -> dict[str, AnyRow]:
    return {row.code: row for row in table_rows(scheme)[table.name]}


def _text(row: AnyRow | None) -> str:
    return "" if row is None else print_rule(row.rule)


def _said(
    merge: Merge, table: Table, change: str, status: Status, note: tuple[str, str], *rows: AnyRow
) -> None:
    code = next(row.code for row in rows if row is not None)
    local, before, now = (_shown(row) for row in rows)
    merge.say(table.name, code, change, status, note, (local, before, now))


def _shown(row: AnyRow | None) -> str:
    return "" if row is None else f"{row.name} {_text(row)}".strip()


def _changed(merge: Merge, table: Table, row: AnyRow, before: AnyRow, now: AnyRow | None) -> None:
    sides = (row, before, now)
    if now is None:
        note = _gone(merge, row) if table is _ADRG else ("新版无此 MDC", "no such MDC in the new edition")
        _said(merge, table, "rule", "lost", note, *sides)
    elif table is _ADRG and not merge.same_group(row.code):
        _said(merge, table, "rule", "conflict", _another(merge, row), *sides)
    elif _text(now) == _text(row):
        _said(merge, table, "rule", "same", ("规则相同", "the same rule"), *sides)
    elif _text(now) != _text(before):
        _said(
            merge,
            table,
            "rule",
            "conflict",
            ("新版规则也改了", "the new edition changed the rule too"),
            *sides,
        )
    else:
        brought, lost = merge.bring(row.rule)
        if lost:
            _said(merge, table, "rule", "lost", _no_set(lost), *sides)
            return
        merge.tables[table.name][row.code] = replace(now, rule=row.rule)
        _said(merge, table, "rule", "look" if brought else "applied", _with_sets(brought), *sides)


def _added(merge: Merge, table: Table, row: AnyRow, now: AnyRow | None) -> None:
    sides = (row, None, now)
    if now is not None:
        same = _text(now) == _text(row)
        note = (
            ("规则相同", "the same rule") if same else ("新版此码另有其组", "the new edition uses the code")
        )
        _said(merge, table, "added", "same" if same else "conflict", note, *sides)
    elif table.parent and table.parent_of(row) not in merge.tables["mdc"]:
        _said(merge, table, "added", "lost", ("新版无其 MDC", "its MDC is not in the new edition"), *sides)
    else:
        _, lost = merge.bring(row.rule)
        if lost:
            _said(merge, table, "added", "lost", _no_set(lost), *sides)
            return
        _insert(merge, table, row)
        if table is _ADRG and not _replace_drgs(merge, row):
            del merge.tables[table.name][row.code]
            _said(
                merge, table, "added", "conflict", ("细分组编码已被占用", "its DRG codes are taken"), *sides
            )
            return
        near = merge.successor(row) if table is _ADRG else ""
        zh = f"新版编码最接近的组: {near}" if near else "新版无相近的组"
        en = (
            f"nearest group of the new edition by codes: {begun_in_english(near)}"
            if near
            else "no group near it in the new edition"
        )
        _said(merge, table, "added", "look", (zh, en), *sides)


def _removed(merge: Merge, table: Table, before: AnyRow, now: AnyRow | None) -> None:
    sides = (None, before, now)
    if now is None:
        _said(merge, table, "removed", "same", ("新版也无", "not in the new edition either"), *sides)
    elif table is _MDC or not merge.same_group(before.code):
        note = ("新版此码是另一组, 保留", "the code is another group in the new edition, which is kept")
        _said(merge, table, "removed", "conflict", note, *sides)
    else:
        del merge.tables["adrg"][before.code]
        _drop_drgs(merge, before.code)
        note = ("取消此组, 其病例归入后面的组", "the group is taken out; later groups take its cases")
        _said(merge, table, "removed", "look", note, *sides)


def _cut(merge: Merge, adrg: Adrg) -> None:
    """The DRGs of an ADRG, as one thing."""
    own, before, now = (drgs_of(scheme, adrg.code) for scheme in (merge.local, merge.old, merge.new))
    if meaning(own) == meaning(before):
        return None
    sides = tuple(
        " / ".join(f"{drg.code}: {print_rule(drg.rule)}" for drg in drgs) for drgs in (own, before, now)
    )

    def say(status: Status, note: tuple[str, str]) -> None:
        merge.found.append(Carried("drg", adrg.code, "cut", status, *note, *sides))

    if not now:
        return say("lost", _gone(merge, adrg))
    if not merge.same_group(adrg.code):
        return say("conflict", _another(merge, adrg))
    if meaning(own) == meaning(now):
        return say("same", ("切分相同", "the same cut"))
    if adrg.code not in merge.tables["adrg"]:
        return say("lost", ("此组已取消", "the group was taken out"))
    brought: list[str] = []
    for drg in drgs_of(merge.local, adrg.code):
        more, lost = merge.bring(drg.rule)
        if lost:
            return say("lost", _no_set(lost))
        brought += more
    if not _replace_drgs(merge, adrg):
        return say("conflict", ("细分组编码已被占用", "its DRG codes are taken"))
    if meaning(now) != meaning(before):
        return say(
            "look",
            ("新版切分也改了, 暂从本地", "the new edition cut it anew too; the local cut stands for now"),
        )
    return say("look" if brought else "applied", _with_sets(brought))


def _replace_drgs(merge: Merge, adrg: Adrg) -> bool:
    """Put the local DRGs of an ADRG in the place of the national ones; False when a code is another's."""
    own = drgs_of(merge.local, adrg.code)
    table = merge.tables["drg"]
    if any(drg.code in table and table[drg.code].adrg != adrg.code for drg in own):
        return False
    names = {row.code: row.name for row in (*merge.old.drgs, *merge.new.drgs)}
    _drop_drgs(merge, adrg.code)
    for drg in own:
        name = drg.name or names.get(drg.code) or adrg.name
        table[drg.code] = Drg(drg.code, adrg.code, name, drg.rule)
    return True


def _drop_drgs(merge: Merge, adrg: str) -> None:
    table = merge.tables["drg"]
    for code in [code for code, drg in table.items() if drg.adrg == adrg]:
        del table[code]


def _insert(merge: Merge, table: Table, row: AnyRow) -> None:
    """After the row that stands nearest before it in the local order and is there."""
    siblings = [
        each for each in table_rows(merge.local)[table.name] if table.parent_of(each) == table.parent_of(row)
    ]
    place = [each.code for each in siblings].index(row.code)
    own = merge.tables[table.name]
    before = next((each.code for each in reversed(siblings[:place]) if each.code in own), None)
    ordered: dict[str, AnyRow] = {} if before else {row.code: row}
    for code, each in own.items():
        ordered[code] = each
        if code == before:
            ordered[row.code] = row
    merge.tables[table.name] = ordered


def _orders(merge: Merge) -> None:
    """Orders of testing that are the local scheme's own: told, not carried over."""
    for mdc in ("", *(mdc.code for mdc in merge.local.mdcs)):
        orders = [_children(scheme, mdc) for scheme in (merge.local, merge.old, merge.new)]
        common = set(orders[0]) & set(orders[1])
        own, before = ([code for code in order if code in common] for order in orders[:2])
        if own == before:
            continue
        here = [code for code in orders[2] if code in common]
        status: Status = "same" if here == [code for code in own if code in set(here)] else "conflict"
        note = (
            "检验次序是本地的, 请按新版重排",
            "the order of testing is local; set it anew on the new edition",
        )
        sides = tuple(" ".join(order) for order in (own, before, here))
        merge.found.append(Carried("mdc" if not mdc else "adrg", mdc, "order", status, *note, *sides))


def _children(scheme: Scheme, mdc: str) -> list[str]:
    if not mdc:
        return [each.code for each in scheme.mdcs]
    return [adrg.code for adrg in scheme.adrgs if adrg.mdc == mdc]


def _gone(merge: Merge, row: Adrg) -> tuple[str, str]:
    near = merge.successor(row)
    return (
        f"新版无此组{f', 编码最接近: {near}' if near else ''}",
        f"no such group in the new edition{f'; nearest by codes: {begun_in_english(near)}' if near else ''}",
    )


def _another(merge: Merge, row: Adrg) -> tuple[str, str]:
    near = merge.successor(row)
    told = f"; nearest by codes: {begun_in_english(near)}" if near else ""
    return (
        f"新版此码是另一组{f', 编码最接近: {near}' if near else ''}",
        f"the code is another group in the new edition{told}",
    )


def _no_set(lost: list[str]) -> tuple[str, str]:
    return f"规则所用编码集不存在: {', '.join(lost)}", f"sets its rule names are nowhere: {', '.join(lost)}"


def _with_sets(brought: list[str]) -> tuple[str, str]:
    if not brought:
        return "规则照用", "the rule stands"
    names = ", ".join(dict.fromkeys(brought))
    return f"规则照用, 带入编码集 {names}", f"the rule stands; code sets brought along: {names}"
