"""Rebuild the shipped scheme packs: `python -m tools.schemes --reference DIR`.

`scheme.toml` of each pack is written by hand and kept; everything else in a pack is made here. The tables
of a pack stand in the folder `<id with _ for - and .>`, in `DIR/schemes` or `DIR`: neutral tables, with
`corrections.csv` beside the folders; or the published tables of an official workbook (`sets.csv` marks
them), with the rows that `data/schemes/editions.toml` knows one edition to lack. The same tables always
give the same bytes.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from drgsim._paths import data_path
from drgsim.errors import NotFoundError
from drgsim.schemes.import_tables import import_tables
from drgsim.schemes.metadata import FILE, Metadata, folder_name, read_metadata
from drgsim.schemes.model import Departure
from drgsim.schemes.official_workbook import edition_facts
from drgsim.schemes.pack_tables import read_table
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.scheme import Scheme
from drgsim.schemes.scheme_errors import PackError
from drgsim.schemes.workbook_sheets import Findings, SheetRow
from drgsim.schemes.workbook_tables import Tables, tables_of

# published tables: file -> sheet of the workbook, and file column -> sheet column
_PUBLISHED = {
    "mdc": ("MDC", {"code": "编码", "name": "名称", "rule": "规则", "place": "排序"}),
    "adrg": ("ADRG", {"code": "编码", "name": "名称", "rule": "规则", "mdc": "mdc", "place": "排序"}),
    "drg": (
        "DRG",
        {"code": "编码", "name": "名称", "rule": "规则", "adrg": "adrg", "mdc": "mdc", "place": "排序"},
    ),
    "sets": ("集合", {"set": "set_id", "code": "icd_code"}),
    "cc": ("CC", {"code": "icd", "type": "type", "table": "exclusion_table"}),
    "exclusion": ("排除表", {"table": "set_id", "code": "icd_code"}),
}
_CORRECTIONS = ("scheme", "item", "source", "corrected", "evidence")


def build(reference: Path, packs: Path, out: Path, only: Sequence[str] = ()) -> list[Scheme]:
    """Make the packs whose `scheme.toml` stands in `packs` (those of id `only`, and their bases).

    Returns the schemes, a base always before its overlays. `out` may be `packs`.
    """
    metas = {
        meta.id: (folder, meta)
        for folder in sorted(packs.iterdir())
        if (folder / FILE).is_file()
        for meta in [read_metadata(folder)]
    }
    departures = _departures(_first(reference, "corrections.csv").parent)
    made: dict[str, Scheme] = {}

    def make(id: str) -> Scheme:
        if id not in metas:
            raise NotFoundError("no scheme.toml for this pack", got=id, allowed=sorted(metas), nearest=metas)
        if id not in made:
            folder, meta = metas[id]
            base = make(meta.base) if meta.base else None
            tables = _tables_of(reference, id)
            if (tables / "sets.csv.gz").is_file() or (tables / "sets.csv").is_file():
                scheme = _published(tables, meta)
            else:
                scheme = import_tables(
                    tables,
                    **meta.fields(),
                    **meta.switch_fields(base),
                    departures=departures.get(table_folder(id), ()),
                )
            target = out / folder_name(id)
            target.mkdir(parents=True, exist_ok=True)
            if target != folder:
                shutil.copyfile(folder / FILE, target / FILE)
            write_pack(scheme, target, base=base)
            made[id] = scheme
        return made[id]

    for id in only or metas:
        make(id)
    return list(made.values())


def table_folder(id: str) -> str:
    """The folder of neutral tables that the pack `id` is made from."""
    return id.replace("-", "_").replace(".", "_")


def _tables_of(reference: Path, id: str) -> Path:
    return _first(reference, table_folder(id))


def _first(reference: Path, name: str) -> Path:
    for folder in (reference / "schemes", reference):
        if (folder / name).exists():
            return folder / name
    raise NotFoundError("not among the reference tables", got=name, where=str(reference))


def _published(folder: Path, meta: Metadata) -> Scheme:
    """The scheme of published tables, with the rows that one edition is known to lack as departures."""
    edition = edition_facts(meta.version)
    gaps = [(table, code) for table, codes in edition.get("known_gaps", {}).items() for code in codes]
    sheets = {
        sheet: [
            SheetRow({sheet_column: row[column] for column, sheet_column in columns.items()}, row.where)
            for row in read_table(folder, name, tuple(columns))
        ]
        for name, (sheet, columns) in _PUBLISHED.items()
    }
    findings = Findings()
    sheets["排除表"] += [
        SheetRow({"set_id": table, "icd_code": code}, f"known gap {table} {code}") for table, code in gaps
    ]
    stated: Tables = tables_of(sheets, findings, edition.get("known_gaps", {}))
    if findings.errors:
        raise PackError("the published tables have errors", got=findings.all_errors(), where=str(folder))
    made: dict[str, Any] = {**meta.fields(), **meta.switch_fields(None)}
    departures = tuple(
        Departure(
            f"{table} {code}",
            edition["gap_source"],
            edition["gap_here"],
            edition["gap_evidence"].format(table=table.removeprefix("EX_")),
        )
        for table, code in gaps
    )
    return replace(Scheme(**made, **vars(stated)), departures=departures)


def _departures(reference: Path) -> dict[str, tuple[Departure, ...]]:
    found: dict[str, list[Departure]] = {}
    for row in read_table(reference, "corrections", _CORRECTIONS):
        departure = Departure(row["item"], row["source"], row["corrected"], row["evidence"])
        found.setdefault(row["scheme"], []).append(departure)
    return {scheme: tuple(rows) for scheme, rows in found.items()}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reference", type=Path, required=True, help="folder of the neutral tables")
    parser.add_argument("--out", type=Path, help="where to write (default: the shipped packs themselves)")
    parser.add_argument("ids", nargs="*", help="only these packs (default: all)")
    arguments = parser.parse_args(argv)
    packs = data_path("schemes")
    build(arguments.reference, packs, arguments.out or packs, arguments.ids)


if __name__ == "__main__":
    main()
