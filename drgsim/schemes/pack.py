"""Read a scheme pack: a folder that states a scheme whole, or what differs from its base.

    scheme.toml      what the pack says of itself, switches, base
    mdc.csv          code,name,rule                      in the order they are tested
    adrg.csv         code,mdc,name,kind,rule
    drg.csv          code,adrg,name,rule
    order.csv        parent,children                     overlays: where the order is not the base's
    sets.txt         the code lists that rules name
    severity.txt     `MCC/12`, `CC/12`: the secondary diagnoses whose exclusion table is 12
    exclusion.txt    `12`: the principal diagnoses that table 12 lists
    extra_codes.txt  codes the pack knows beyond the catalogue
    departures.csv   item,source,here,evidence

In an overlay the three tables begin with a column `change` (add, change or remove).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from ..codes import Catalogue
from .codes_file import KINDS, Block, Kind, Universes, apply_blocks, read_blocks
from .codesets import Universe
from .metadata import read_metadata
from .model import CodeSet, Departure, StatedScheme
from .pack_tables import natural, read_table
from .rows import apply_rows
from .scheme_errors import PackError, RuleSyntaxError

DEPARTURE_COLUMNS = ("item", "source", "here", "evidence")
EXTRA = "extra_codes.txt"
S = TypeVar("S", bound=StatedScheme)
_TABLE = re.compile(r"(MCC|CC)(?:/(\S+))?")


def read_pack(make: type[S], folder: str | Path, *, base: S | None = None) -> S:
    """The scheme that `folder` states, of the class given; an overlay needs its base.

    Raises PackError or RuleSyntaxError, both naming the file and line.
    """
    path = Path(folder)
    try:
        return _read(make, path, base)
    except (PackError, RuleSyntaxError) as error:
        if str(path) not in (error.where or ""):
            error.where = f"{path.name}: {error.where}" if error.where else str(path)
        raise


def _read(make: type[S], path: Path, base: S | None) -> S:
    meta = read_metadata(path)
    if meta.base != (base.id if base else None):
        raise PackError("this pack has another base", got=base and base.id, allowed=meta.base or "none")
    old = base or make(meta.id, meta.title, meta.version, (), (), (), {}, {}, {}, {})
    universes = _with_extra(scheme_universes(old), path)
    mdcs, adrgs, drgs = apply_rows(path, old, overlay=base is not None)
    severity = apply_blocks(severity_sets(old), _diagnosis_blocks(path / "severity.txt"), universes)
    exclusion = apply_blocks(exclusion_sets(old), _diagnosis_blocks(path / "exclusion.txt"), universes)
    return make(
        **meta.fields(),
        mdcs=mdcs,
        adrgs=adrgs,
        drgs=drgs,
        sets=apply_blocks(old.sets, read_blocks(path / "sets.txt"), universes),
        mcc=_severity(severity, "MCC"),
        cc=_severity(severity, "CC"),
        exclusion=_exclusion(exclusion),
        **meta.switch_fields(base),
        departures=tuple(
            Departure(**row) for row in read_table(path, "departures", DEPARTURE_COLUMNS, optional=True)
        ),
    )


@cache
def _catalogue(kind: Kind) -> Universe:
    return Universe(Catalogue.load(kind).codes)


def scheme_universes(scheme: StatedScheme) -> dict[Kind, Universe]:
    """The codes that an overlay on `scheme` can speak of: the catalogues and what the scheme adds."""
    codes: dict[Kind, set[str]] = {kind: set() for kind in KINDS}
    for each in scheme.sets.values():
        codes[each.kind] |= each.codes
    codes["diagnosis"].update(scheme.cc, scheme.mcc, scheme.exclusion)
    return {kind: _catalogue(kind).with_codes(codes[kind]) for kind in KINDS}


def severity_sets(scheme: StatedScheme) -> dict[str, CodeSet]:
    """CC and MCC as code lists by exclusion table: `MCC/12`, or `MCC` for those that name none."""
    found: dict[str, set[str]] = defaultdict(set)
    for severity, table in (("MCC", scheme.mcc), ("CC", scheme.cc)):
        for code, number in table.items():
            found[f"{severity}/{number}" if number else severity].add(code)
    return {name: CodeSet(name, "diagnosis", frozenset(codes)) for name, codes in found.items()}


def exclusion_sets(scheme: StatedScheme) -> dict[str, CodeSet]:
    """The principal diagnoses of each exclusion table, as code lists named by the table."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, numbers in scheme.exclusion.items():
        for number in numbers:
            found[number].add(code)
    return {name: CodeSet(name, "diagnosis", frozenset(codes)) for name, codes in found.items()}


def _with_extra(universes: dict[Kind, Universe], path: Path) -> Universes:
    for block in read_blocks(path / EXTRA):
        kind = next((kind for kind in KINDS if kind == block.word), None)
        strange = next((code for code in block.prefixes if code[0] in "-="), None)
        if kind is None or strange:
            raise PackError("only plain codes can be added", got=strange or block.word, where=block.where)
        universes[kind] = universes[kind].with_codes(block.prefixes)
    return universes


def _diagnosis_blocks(path: Path) -> list[Block]:
    blocks = read_blocks(path)
    if wrong := next((block for block in blocks if block.word in ("procedure", "label")), None):
        raise PackError("this file lists diagnoses", got=wrong.word, where=wrong.where)
    return blocks


def _severity(sets: Mapping[str, CodeSet], severity: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, listed in sets.items():
        match = _TABLE.fullmatch(name)
        if match is None:
            raise PackError("not a severity", got=name, allowed="MCC/TABLE, CC/TABLE", where="severity.txt")
        if match[1] != severity:
            continue
        if doubled := found.keys() & listed.codes:
            raise PackError(f"one {severity} in two tables", got=min(doubled), where=f"severity.txt, {name}")
        found.update(dict.fromkeys(listed.codes, match[2] or ""))
    return dict(sorted(found.items()))


def _exclusion(sets: Mapping[str, CodeSet]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(sets, key=natural):
        for code in sets[name].codes:
            found[code].append(name)
    return {code: tuple(found[code]) for code in sorted(found)}
