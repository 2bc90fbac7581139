"""A folder of neutral tables (plain CSV, gzip or not) becomes a Scheme in memory.

The folder format is described in docs/scheme-packs.md. Lists that rows name become named code sets
after the national habit: `DI_M00` the diagnoses of MDC M, `DI1_Z00` … its body regions, `DI_BB1`,
`OP2_AC1` the lists of an ADRG, `OP_ALL` the procedures that count as an operation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from ..codes import Catalogue
from .model import Adrg, AdrgKind, CodeSet, Drg, Mdc
from .pack_tables import Row, finite, natural, parsed, read_table
from .rules.neutral import parse_neutral
from .rules.terms import Rule
from .scheme import Scheme
from .scheme_errors import PackError

VALID_PROCEDURES = "OP_ALL"

_COLUMNS = {
    "mdc": ("mdc", "name", "order", "rule"),
    "mdc_diagnosis": ("mdc", "section", "code"),
    "adrg": ("adrg", "mdc", "name", "order", "type", "rule"),
    "adrg_code": ("adrg", "list", "kind", "code"),
    "drg": ("drg", "adrg", "name", "order", "split"),
    "mcc": ("code", "exclusion_table"),
    "cc": ("code", "exclusion_table"),
    "exclusion": ("code", "table"),
    "valid_procedure": ("code",),
}
_KINDS: dict[str, Literal["diagnosis", "procedure"]] = {"dx": "diagnosis", "proc": "procedure"}


def import_tables(
    folder: str | Path,
    *,
    id: str,
    title: str,
    version: str = "",
    universe: Iterable[str] | None = None,
    **metadata: Any,
) -> Scheme:
    """Read the neutral tables in `folder`.

    Parameters
    ----------
    folder
        Holds mdc, mdc_diagnosis, adrg, adrg_code, drg, mcc, cc, exclusion and valid_procedure, each
        as `.csv` or `.csv.gz`. UTF-8 with or without a byte order mark.
    id, title, version, metadata
        Fields of `Scheme` that the tables do not hold.
    universe
        The codes that `CODE%` in a rule can mean, besides those in the folder; the shipped
        catalogues when not given.

    Raises
    ------
    PackError
        A table or column is missing, a row is doubled or names a parent that is not there.
    RuleSyntaxError
        A rule cannot be read; `where` names the table and row.
    """
    path = Path(folder)
    tables = {name: read_table(path, name, columns) for name, columns in _COLUMNS.items()}
    for name in ("mdc", "adrg", "drg", "mcc", "cc"):
        _refuse_doubled(tables[name], _COLUMNS[name][0])
    sets = _Sets(tables, universe)
    mdcs = tuple(
        Mdc(row["mdc"], row["name"], sets.rule(row, "rule", row["mdc"]))
        for row in _ordered(tables["mdc"], [])
    )
    adrgs = tuple(
        Adrg(
            row["adrg"], row["mdc"], row["name"], _kind(row), sets.rule(row, "rule", row["mdc"], row["adrg"])
        )
        for row in _ordered(tables["adrg"], [mdc.code for mdc in mdcs], "mdc")
    )
    mdc_of = {adrg.code: adrg.mdc for adrg in adrgs}
    drgs = tuple(
        Drg(row["drg"], row["adrg"], row["name"], sets.rule(row, "split", mdc_of[row["adrg"]], row["adrg"]))
        for row in _ordered(tables["drg"], [adrg.code for adrg in adrgs], "adrg")
    )
    exclusion: dict[str, list[str]] = defaultdict(list)
    for row in tables["exclusion"]:
        exclusion[row["code"]].append(row["table"])
    return Scheme(
        id=id,
        title=title,
        version=version,
        mdcs=mdcs,
        adrgs=adrgs,
        drgs=drgs,
        sets=sets.made(),
        cc={row["code"]: row["exclusion_table"] for row in tables["cc"]},
        mcc={row["code"]: row["exclusion_table"] for row in tables["mcc"]},
        exclusion={code: tuple(sorted(set(listed), key=natural)) for code, listed in exclusion.items()},
        **metadata,
    )


def mdc_letter(mdc: str) -> str:
    """What stands for an MDC in the name of a code set: `M` for `MDCM`."""
    return re.sub(r"\W", "_", mdc.removeprefix("MDC") or mdc)


def list_set_name(owner: str, name: str, kind: Literal["diagnosis", "procedure"]) -> str:
    """What a list of an ADRG is called: `dx` of BB1 `DI_BB1`, `proc2` of AC1 `OP2_AC1`."""
    number = re.fullmatch(r"(?:dx|proc)(\d*)", name)
    prefix = "DI" if kind == "diagnosis" else "OP"
    owner = re.sub(r"\W", "_", owner)
    return f"{prefix}{number[1]}_{owner}" if number else f"{prefix}_{owner}_" + re.sub(r"\W", "_", name)


class _Sets:
    """The code sets of the folder, made from its lists and from codes written in rules."""

    def __init__(self, tables: Mapping[str, list[Row]], universe: Iterable[str] | None) -> None:
        self.sets: dict[str, CodeSet] = {}
        self.regions: dict[str, tuple[str, ...]] = {}
        self.lists: dict[tuple[str, str], CodeSet] = {}
        codes = {
            name: [row["code"] for row in rows] for name, rows in tables.items() if "code" in _COLUMNS[name]
        }
        self._own_codes = {code for listed in codes.values() for code in listed}
        self._universe = None if universe is None else tuple(universe)
        self._mdc_lists(tables["mdc_diagnosis"], {row["mdc"]: row["name"] for row in tables["mdc"]})
        self._adrg_lists(tables["adrg_code"])
        self.add(VALID_PROCEDURES, "procedure", codes["valid_procedure"])

    def add(
        self, name: str, kind: Literal["diagnosis", "procedure"], codes: Iterable[str], label: str = ""
    ) -> CodeSet:
        made = CodeSet(name, kind, frozenset(codes), label)
        self.sets[name] = made
        return made

    def _mdc_lists(self, rows: list[Row], titles: Mapping[str, str]) -> None:
        of_mdc: dict[str, set[str]] = defaultdict(set)
        of_region: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in rows:
            of_mdc[row["mdc"]].add(row["code"])
            if row["section"]:
                of_region[row["mdc"]][row["section"]].add(row["code"])
        for mdc, codes in of_mdc.items():
            letter = mdc_letter(mdc)
            made = self.add(f"DI_{letter}00", "diagnosis", codes, titles.get(mdc, ""))
            self.lists[mdc, "mdc"] = made
            regions = sorted(of_region[mdc].items())
            self.regions[mdc] = tuple(
                self.add(f"DI{number}_{letter}00", "diagnosis", inside, region).name
                for number, (region, inside) in enumerate(regions, 1)
            )

    def _adrg_lists(self, rows: list[Row]) -> None:
        grouped: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for row in rows:
            if row["kind"] not in _KINDS:
                raise PackError(
                    "unknown kind of list", got=row["kind"], allowed=tuple(_KINDS), where=row.where
                )
            grouped[row["adrg"], row["list"], row["kind"]].add(row["code"])
        for (adrg, name, kind), codes in grouped.items():
            if (adrg, name) in self.lists:
                raise PackError("a list holds diagnoses and procedures", got=f"{name} of {adrg}")
            made = self.add(list_set_name(adrg, name, _KINDS[kind]), _KINDS[kind], codes)
            self.lists[adrg, name] = made

    def rule(self, row: Row, column: str, mdc: str, adrg: str | None = None) -> Rule:
        names = _RowNames(self, mdc, adrg)
        return parsed(row, column, lambda text: parse_neutral(text, names))

    def starting_with(self, start: str) -> set[str]:
        """Every code of the catalogues or of the folder that begins with `start`."""
        if self._universe is None:
            self._universe = (*Catalogue.load("diagnosis").codes, *Catalogue.load("procedure").codes)
        return {code for code in (*self._universe, *self._own_codes) if code.startswith(start)}

    def made(self) -> dict[str, CodeSet]:
        return dict(sorted(self.sets.items()))


class _RowNames:
    """The lists that one row can name."""

    def __init__(self, sets: _Sets, mdc: str, adrg: str | None) -> None:
        self.sets = sets
        self.mdc = mdc
        self.adrg = adrg

    def listed(self, name: str, where: str) -> tuple[str, bool]:
        if name == "valid":
            return VALID_PROCEDURES, False
        owner = self.mdc if name == "mdc" else self.adrg
        found = self.sets.lists[owner or "", name]
        return found.name, found.kind == "diagnosis"

    def inline(self, codes: list[str]) -> tuple[str, bool]:
        diagnosis = codes[0][:1].isalpha() if codes else True
        found: set[str] = set()
        for code in codes:
            found |= self.sets.starting_with(code[:-1]) if code.endswith("%") else {code}
        owner = re.sub(r"\W", "_", self.adrg) if self.adrg else f"{mdc_letter(self.mdc)}00"
        prefix = "DI" if diagnosis else "OP"
        numbers = ("", *range(1, len(self.sets.sets) + 2))
        name = next(free for n in numbers if (free := f"{prefix}{n}_{owner}") not in self.sets.sets)
        self.sets.add(name, "diagnosis" if diagnosis else "procedure", found, " ".join(codes))
        return name, diagnosis

    def sections(self) -> tuple[str, ...]:
        return self.sets.regions.get(self.mdc, ())


def _kind(row: Row) -> AdrgKind:
    try:
        return AdrgKind(row["type"])
    except ValueError:
        allowed = [kind.value for kind in AdrgKind]
        raise PackError("unknown type of ADRG", got=row["type"], allowed=allowed, where=row.where) from None


def _refuse_doubled(rows: list[Row], column: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row[column] in seen:
            raise PackError(f"a {column} stands twice", got=row[column], where=row.where)
        seen.add(row[column])


def _ordered(rows: list[Row], parents: list[str], parent_column: str = "") -> list[Row]:
    """Rows by their parent's place, then by `order`."""
    place = {code: index for index, code in enumerate(parents)}

    def key(row: Row) -> tuple[int, float]:
        order = finite(row["order"])
        if order is None:
            raise PackError("`order` is not a number", got=row["order"], where=row.where)
        if not parent_column:
            return 0, order
        if row[parent_column] not in place:
            raise PackError(f"a row of an unknown {parent_column}", got=row[parent_column], where=row.where)
        return place[row[parent_column]], order

    return sorted(rows, key=key)
