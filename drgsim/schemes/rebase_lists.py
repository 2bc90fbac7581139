"""The code sets, severities, exclusions and switches of a local scheme on another edition."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace

from .model import Scheme, Switches
from .rebase_state import Merge, Status, alike

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
