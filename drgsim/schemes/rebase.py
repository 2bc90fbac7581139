"""Carry a local scheme over to another national edition: a first overlay, and a table for the expert.

Every place where the local scheme differs from its own base is held against the new one. Where the new
edition still says there what the old one said, the local word is put in its place; where it says
something else, or has no such place, nothing is put and the table says what stands on the three sides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ArgumentError
from ..words import pairs
from .diff import Language
from .model import Switches
from .pack_write import write_pack
from .rebase_rows import carry_rows
from .rebase_state import Carried, Merge, Status, alike
from .registry import load
from .scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 5


def carry_sets(merge: Merge) -> None:
    """Codes that the local scheme added to sets of its base, or took out."""
    for name in sorted(merge.local.sets.keys() & merge.old.sets.keys()):
        own, before = merge.local.sets[name].codes, merge.old.sets[name].codes
        added, gone = own - before, before - own
        if not added and not gone:
            continue
        sides = (_examples(added, "+"), _examples(gone, "−"))
        now = merge.new.sets.get(name)
        if now is None:
            note = ("新版无此编码集", "no such set in the new edition")
            merge.say("set", name, "codes", "lost", note, (" ".join(sides), "", ""))
        elif alike(before, now.codes) < merge.overlap:
            note = ("新版此名是另一编码集", "the name is another list in the new edition")
            merge.say(
                "set",
                name,
                "codes",
                "conflict",
                note,
                (" ".join(sides), f"{len(before)}", f"{len(now.codes)}"),
            )
        else:
            after = (now.codes | added) - gone
            changed = len(after ^ now.codes)
            merge.sets[name] = replace(now, codes=after)
            status: Status = "applied" if changed else "same"
            idle = len(added | gone) - changed
            note = (
                f"改动 {changed} 个编码, {idle} 个新版已如此",
                f"{changed} codes changed, {idle} stand so already",
            )
            merge.say(
                "set", name, "codes", status, note, (" ".join(sides), f"{len(before)}", f"{len(now.codes)}")
            )


def carry_severity(merge: Merge) -> None:
    """Diagnoses that the local scheme made CC or MCC, or neither."""
    tables = _table_map(merge)
    ends: dict[tuple[str, str, Status], list[str]] = defaultdict(list)
    for code in sorted({*merge.local.cc, *merge.local.mcc, *merge.old.cc, *merge.old.mcc}):
        own, before, now = (_severity(scheme, code) for scheme in (merge.local, merge.old, merge.new))
        if own == before:
            continue
        ends[before, own, _severity_end(merge, tables, code, own, before, now)].append(code)
    for (before, own, status), codes in ends.items():
        note = (f"{len(codes)} 个诊断", f"{len(codes)} diagnoses")
        merge.say("severity", f"{before} → {own}", "severity", status, note, (_examples(codes), before, ""))


def _severity_end(merge: Merge, tables: dict[str, str], code: str, own: str, before: str, now: str) -> Status:
    if now == own:
        return "same"
    if now != before:
        return "conflict"
    listed = {"CC": merge.cc, "MCC": merge.mcc}
    known = merge.new.cc.get(code, merge.new.mcc.get(code))
    stated = merge.local.cc.get(code, merge.local.mcc.get(code, ""))
    table = known if known is not None else tables.get(stated)
    if own != "-" and table is None:
        return "conflict"  # its exclusion table has no counterpart
    for each in listed.values():
        each.pop(code, None)
    if own != "-":
        listed[own][code] = table or ""
    return "applied" if known is not None or own == "-" else "look"


def _table_map(merge: Merge) -> dict[str, str]:
    """The exclusion table of the new edition for one of the local scheme: that of most of its diagnoses."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    now = {**merge.new.cc, **merge.new.mcc}
    for code, table in {**merge.local.cc, **merge.local.mcc}.items():
        if code in now:
            votes[table][now[code]] += 1
    found = {"": ""}
    for table, counted in votes.items():
        best, times = min(counted.items(), key=lambda item: (-item[1], item[0]))
        if table and times >= merge.overlap * counted.total():
            found[table] = best
    return found


def carry_exclusion(merge: Merge) -> None:
    """Principal diagnoses that the local scheme put into other exclusion tables."""
    local, old, new = merge.local.exclusion, merge.old.exclusion, merge.new.exclusion
    changed = [code for code in sorted(local.keys() | old.keys()) if local.get(code) != old.get(code)]
    if not changed:
        return
    names = [{table for tables in each.values() for table in tables} for each in (old, new)]
    if not names[0] <= names[1]:
        note = (
            f"{len(changed)} 个诊断; 新版排除表另行编号, 无法照用",
            f"{len(changed)} diagnoses; the new edition numbers its exclusion tables otherwise",
        )
        merge.say("exclusion", "", "tables", "conflict", note, (_examples(changed), "", ""))
        return
    ends: dict[Status, list[str]] = defaultdict(list)
    for code in changed:
        if new.get(code) == local.get(code):
            ends["same"].append(code)
        elif new.get(code) != old.get(code):
            ends["conflict"].append(code)
        else:
            merge.exclusion.pop(code, None)
            if code in local:
                merge.exclusion[code] = local[code]
            ends["applied"].append(code)
    for status, codes in ends.items():
        note = (f"{len(codes)} 个诊断", f"{len(codes)} diagnoses")
        merge.say("exclusion", "", "tables", status, note, (_examples(codes), "", ""))


def carry_switches(merge: Merge) -> Switches:
    """The switches of the new edition, with those that are the local scheme's own."""
    found = merge.new.switches
    for each in fields(Switches):
        own, before, now = (
            getattr(scheme.switches, each.name) for scheme in (merge.local, merge.old, merge.new)
        )
        if own == before:
            continue
        status: Status = "same" if own == now else "applied" if now == before else "conflict"
        if status == "applied":
            found = replace(found, **{each.name: own})
        note = ("方案的选择", "a choice of the scheme")
        merge.say("switch", each.name, "value", status, note, (str(own), str(before), str(now)))
    return found


def _severity(scheme: Scheme, code: str) -> str:
    return "MCC" if code in scheme.mcc else "CC" if code in scheme.cc else "-"


def _examples(codes: Iterable[str], sign: str = "") -> str:
    ordered = sorted(codes)
    if not ordered:
        return ""
    more = f" … ({len(ordered)})" if len(ordered) > _EXAMPLES else ""
    return sign + " ".join(ordered[:_EXAMPLES]) + more


STATUSES = pairs("rebased")


@dataclass(frozen=True)
class Rebase:
    """A local scheme on another base.

    Attributes
    ----------
    scheme
        The first overlay, whole; `write` states it against `base`.
    base
        The edition it was carried over to.
    changes
        What the local scheme had otherwise than its old base, and what became of it.
    """

    scheme: Scheme
    base: Scheme
    changes: tuple[Carried, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a local difference: part, row, change, status, note_zh, note_en, local, before, now."""
        import pandas as pd  # grouping does without: a scheme loads faster

        return pd.DataFrame(map(asdict, self.changes), columns=[each.name for each in fields(Carried)])

    def summary(self, lang: Language = "zh") -> str:
        """How many local differences came to which end."""
        counts = Counter[str](change.status for change in self.changes)
        said = [f"{STATUSES[status][lang == 'en']} {counts[status]}" for status in STATUSES if counts[status]]
        joined = ("; " if lang == "en" else "；").join(said) or ("nothing" if lang == "en" else "无")
        return f"{self.scheme.id}: {joined}"

    def text(self, lang: Language = "zh", *, limit: int | None = 10) -> str:
        """The summary, then the differences by their end, at most `limit` of each (all with None)."""
        english = lang == "en"
        lines = [self.summary(lang)]
        for status, words in STATUSES.items():
            own = [change for change in self.changes if change.status == status]
            if not own:
                continue
            lines.append(f"\n{words[english]} ({len(own)})")
            lines += [f"  {change.text(lang)}" for change in own[:limit]]
            rest = len(own) - len(own[:limit])
            if rest:
                lines.append(f"  … and {rest} more" if english else f"  ……另有 {rest} 项")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def write(self, folder: str | Path) -> Path:
        """The overlay as a pack in `folder`, with the table `rebase.csv` beside the folder."""
        from ..cases.write import write_table

        table = self.table_path(Path(folder))
        return write_pack(
            self.scheme, folder, base=self.base, beside=lambda _: write_table(self.frame, table)
        )

    @staticmethod
    def table_path(folder: Path) -> Path:
        """Where `write` puts the table: beside the pack, which holds nothing but itself."""
        named = folder.resolve() if folder.name in ("", "..") else folder
        return named.with_name(f"{named.name or 'scheme'}-rebase.csv")


def rebase(
    local: Scheme, onto: Scheme, *, old: Scheme | None = None, overlap: float = 0.5, id: str | None = None
) -> Rebase:
    """A first overlay of `local` on `onto`.

    Parameters
    ----------
    local, onto
        A scheme with a base, and the edition it is to be stated against.
    old
        The base of `local`; loaded by its id when not given.
    overlap
        The least share of codes that two ADRGs of one code must have in common (intersection over union)
        to be the same group where their names differ; the same for two code lists of one name.
    id
        Of the overlay; the local id and the new base's version when not given.

    Raises
    ------
    ArgumentError
        `local` has no base, or `onto` is that base itself.
    """
    if local.base is None:
        raise ArgumentError(
            "only a scheme that is stated against another can be moved",
            got=local.id,
            allowed="a scheme with a base",
            do=f"drgsim scheme diff {local.id} {onto.id} compares the two",
        )
    if local.base == onto.id:
        raise ArgumentError("the scheme stands on this base already", got=onto.id)
    if not 0 < overlap <= 1:
        raise ArgumentError("not a share", got=overlap, allowed="above 0, at most 1")
    merge = Merge(local, old or load(local.base), onto, overlap)
    carry_sets(merge)
    carry_rows(merge)
    carry_severity(merge)
    carry_exclusion(merge)
    switches = carry_switches(merge)
    scheme = replace(
        onto,
        id=id or f"{local.id}-on-{onto.version or onto.id}",
        title=f"{local.title}，移至{onto.title}（初稿）",
        title_en=f"{local.title_en or local.id} carried over to {onto.title_en or onto.id} (first draft)",
        family="",
        valid_to=None,
        base=onto.id,
        trust="assumed",
        source=local.source,
        version=f"{local.version}-{onto.version}",
        notes=_notes(local, onto),
        departures=(),
        switches=switches,
        mdcs=merge.rows("mdc"),
        adrgs=merge.rows("adrg"),
        drgs=merge.rows("drg"),
        sets=merge.used_sets(),
        cc=dict(sorted(merge.cc.items())),
        mcc=dict(sorted(merge.mcc.items())),
        exclusion=dict(sorted(merge.exclusion.items())),
    )
    return Rebase(scheme, onto, tuple(_ordered(merge.found)))


def _notes(local: Scheme, onto: Scheme) -> tuple[str, ...]:
    return (
        f"由 drgsim scheme rebase 自 {local.id} 移至 {onto.id} 的初稿, 未经专家核定, 不是任何地区公布的方案。"
        f"A first draft that drgsim scheme rebase carried over from {local.id} to {onto.id}; no expert has"
        " settled it, and no region has published it.",
    )


def _ordered(found: Iterable[Carried]) -> list[Carried]:
    order = list(STATUSES)
    return sorted(found, key=lambda change: order.index(change.status))
