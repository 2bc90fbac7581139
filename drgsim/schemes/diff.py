"""Say in words what differs between two schemes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

from ..words import begun_in_english, pairs
from .model import StatedScheme
from .rows import TABLES, TOP, AnyRow, Table, table_rows
from .rules.walk import print_rule

if TYPE_CHECKING:
    import pandas as pd


Language = Literal["zh", "en"]
_EXAMPLES = 5

_PARTS = pairs("scheme_part")
_CHANGES = pairs("scheme_change")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `before` and `after` are the two states as text; `number` of codes it is about."""

    part: str
    change: str
    row: str
    before: str
    after: str
    number: int = 1

    def text(self, lang: Language = "zh") -> str:
        """One line: the row, and what was and is."""
        states = [state for state in (self.before, self.after) if state]
        if lang == "en":
            states = [begun_in_english(state) for state in states]
        arrow = " " if self.change == "codes" else " → " if lang == "zh" else " -> "
        colon = ("：" if lang == "zh" else ": ") if self.row and states else ""
        return f"{self.row}{colon}{arrow.join(states)}"


@dataclass(frozen=True)
class SchemeDiff:
    """What one scheme has otherwise than another. `str()` says it in Chinese, `text("en")` in English.

    `a` and `b` are the ids of the two, each with its state of trust.
    """

    a: str
    b: str
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __str__(self) -> str:
        return self.text()

    @property
    def frame(self) -> pd.DataFrame:
        """One row a difference: part, change, row, before, after, number."""
        import pandas as pd  # grouping does without: a scheme loads faster

        return pd.DataFrame(map(asdict, self.changes), columns=[each.name for each in fields(Change)])

    def summary(self, lang: Language = "zh") -> str:
        """One line: how many differences of each kind."""
        english = lang == "en"
        if not self.changes:
            return f"{self.a} and {self.b} are the same" if english else f"{self.a} 与 {self.b} 相同"
        counts = Counter((change.part, change.change) for change in self.changes)
        said = [
            f"{n} {_PARTS[part][1]} {_CHANGES[change][1]}"
            if english
            else f"{_PARTS[part][0]}{_CHANGES[change][0]} {n}"
            for (part, change), n in counts.items()
        ]
        return (
            f"{self.a} -> {self.b}: {', '.join(said)}"
            if english
            else f"{self.a} → {self.b}：{'、'.join(said)}"
        )

    def text(self, lang: Language = "zh", *, limit: int | None = 10) -> str:
        """The summary, then the differences by kind, at most `limit` of each kind (all with None)."""
        lines = [self.summary(lang)]
        grouped: dict[tuple[str, str], list[Change]] = {}
        for change in self.changes:
            grouped.setdefault((change.part, change.change), []).append(change)
        for (part, kind), changes in grouped.items():
            column = lang == "en"
            lines.append(f"\n{_PARTS[part][column]} {_CHANGES[kind][column]} ({len(changes)})")
            lines += [f"  {change.text(lang)}" for change in changes[:limit]]
            rest = len(changes) - len(changes[:limit])
            if rest:
                lines.append(f"  … and {rest} more" if column else f"  ……另有 {rest} 项")
        return "\n".join(lines)


def diff(a: StatedScheme, b: StatedScheme) -> SchemeDiff:
    """What `b` has otherwise than `a`: rows, rules, order, code sets, CC and MCC, exclusion, switches.

    >>> from drgsim import Scheme
    >>> national = Scheme.load("chs-drg-1.1")
    >>> diff(national, Scheme.load("yancheng-2023")).frame["part"].unique().tolist()
    ['mdc', 'adrg', 'drg', 'set']
    """
    parts: tuple[Callable[[StatedScheme, StatedScheme], Iterator[Change]], ...] = (
        _rows,
        _sets,
        _severities,
        _exclusion,
        _switches,
    )
    return SchemeDiff(
        f"{a.id} ({a.trust})", f"{b.id} ({b.trust})", tuple(change for part in parts for change in part(a, b))
    )


def _rows(a: StatedScheme, b: StatedScheme) -> Iterator[Change]:
    for table in TABLES:
        old = {row.code: row for row in table_rows(a)[table.name]}
        new = {row.code: row for row in table_rows(b)[table.name]}
        called = {row.name: row.code for row in old.values() if row.name}
        changes = [
            *_added(table, old, new, called),
            *(
                Change(table.name, "removed", code, row.name, "")
                for code, row in old.items()
                if code not in new
            ),
            *_changed(table, old, new, called),
        ]
        order = list(_CHANGES)
        yield from sorted(changes, key=lambda change: order.index(change.change))
        yield from _order(table, old, new)


def _added(
    table: Table, old: Mapping[str, AnyRow], new: Mapping[str, AnyRow], called: Mapping[str, str]
) -> Iterator[Change]:
    for code, row in new.items():
        if code not in old:
            yield Change(table.name, "added", code, "", _named(row, called))


def _changed(
    table: Table, old: Mapping[str, AnyRow], new: Mapping[str, AnyRow], called: Mapping[str, str]
) -> Iterator[Change]:
    for code, before in old.items():
        after = new.get(code)
        if after is None:
            continue
        if before.name != after.name:
            yield Change(table.name, "renamed", code, before.name or "-", _named(after, called) or "-")
        if table.parent_of(before) != table.parent_of(after):
            yield Change(table.name, "moved", code, table.parent_of(before), table.parent_of(after))
        if getattr(before, "kind", None) != getattr(after, "kind", None):
            yield Change(table.name, "kind", code, before.kind.value, after.kind.value)
        if before.rule != after.rule:
            yield Change(table.name, "rule", code, print_rule(before.rule), print_rule(after.rule))


def _named(row: AnyRow, called: Mapping[str, str]) -> str:
    """The name of a row, and the row of the other scheme that had it."""
    other = called.get(row.name)
    return f"{row.name} (= {other})" if other and other != row.code else row.name


def _order(table: Table, old: Mapping[str, AnyRow], new: Mapping[str, AnyRow]) -> Iterator[Change]:
    """Parents under which the rows that both schemes have are tested in another order."""
    both = [code for code in old if code in new and table.parent_of(old[code]) == table.parent_of(new[code])]
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for code in both:
        before.setdefault(table.parent_of(old[code]), []).append(code)
    for code in new:
        if code in set(both):
            after.setdefault(table.parent_of(new[code]), []).append(code)
    for parent, codes in before.items():
        if codes != after[parent]:
            row = "" if parent == TOP else parent
            yield Change(table.name, "order", row, *_where_they_differ(codes, after[parent]))


def _where_they_differ(before: list[str], after: list[str]) -> tuple[str, str]:
    """Two orders of the same codes, cut to the part that differs and one neighbour on each side."""
    differ = [i for i, (x, y) in enumerate(zip(before, after, strict=True)) if x != y]
    part = slice(max(0, differ[0] - 1), differ[-1] + 2)
    return " ".join(before[part]), " ".join(after[part])


def _sets(a: StatedScheme, b: StatedScheme) -> Iterator[Change]:
    for name in sorted(b.sets.keys() - a.sets.keys()):
        codes = b.sets[name].codes
        yield Change("set", "added", name, "", _examples("", codes), len(codes))
    for name in sorted(a.sets.keys() - b.sets.keys()):
        codes = a.sets[name].codes
        yield Change("set", "removed", name, _examples("", codes), "", len(codes))
    for name in sorted(a.sets.keys() & b.sets.keys()):
        before, after = a.sets[name], b.sets[name]
        gone, come = before.codes - after.codes, after.codes - before.codes
        if gone or come:
            yield Change(
                "set", "codes", name, _examples("−", gone), _examples("+", come), len(gone) + len(come)
            )
        if before.label != after.label:
            yield Change("set", "label", name, before.label or "-", after.label or "-")


def _severities(a: StatedScheme, b: StatedScheme) -> Iterator[Change]:
    moves: dict[tuple[str, str], list[str]] = {}
    tables: list[str] = []
    for code in sorted({*a.mcc, *a.cc, *b.mcc, *b.cc}):
        before, after = _severity(a, code), _severity(b, code)
        if before != after:
            moves.setdefault((before, after), []).append(code)
        elif _table(a, code) != _table(b, code):
            tables.append(code)
    for (before, after), codes in sorted(moves.items()):
        yield Change("severity", "moved", _examples("", codes), before, after, len(codes))
    if tables:
        yield Change("severity", "table", _examples("", tables), "", "", len(tables))


def _severity(scheme: StatedScheme, code: str) -> str:
    return "MCC" if code in scheme.mcc else "CC" if code in scheme.cc else "-"


def _table(scheme: StatedScheme, code: str) -> str:
    return scheme.mcc.get(code, scheme.cc.get(code, ""))


def _exclusion(a: StatedScheme, b: StatedScheme) -> Iterator[Change]:
    for name, wanted in (("added", (False, True)), ("removed", (True, False)), ("codes", (True, True))):
        codes = [
            code
            for code in a.exclusion.keys() | b.exclusion.keys()
            if (code in a.exclusion, code in b.exclusion) == wanted
            and a.exclusion.get(code) != b.exclusion.get(code)
        ]
        if codes:
            yield Change("exclusion", name, _examples("", codes), "", "", len(codes))


def _switches(a: StatedScheme, b: StatedScheme) -> Iterator[Change]:
    for each in fields(a.switches):
        before, after = getattr(a.switches, each.name), getattr(b.switches, each.name)
        if before != after:
            yield Change("switch", "value", each.name, str(before), str(after))


def _examples(sign: str, codes: Iterable[str]) -> str:
    """How many codes, and the first few."""
    ordered = sorted(codes)
    if not ordered:
        return ""
    more = " …" if len(ordered) > _EXAMPLES else ""
    return f"{sign}{len(ordered)} ({' '.join(ordered[:_EXAMPLES])}{more})"
