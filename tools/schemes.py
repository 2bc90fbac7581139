"""Rebuild the shipped packs from neutral tables: `python -m tools.schemes --reference DIR`.

`scheme.toml` of each pack is written by hand and kept; everything else in a pack is made here from
the tables in `DIR/<id with _ for - and .>` and from `DIR/corrections.csv`. The same tables always
give the same bytes.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from drgsim._paths import data_path
from drgsim.errors import NotFoundError
from drgsim.schemes.import_tables import import_tables
from drgsim.schemes.metadata import FILE, folder_name, read_metadata
from drgsim.schemes.model import Departure, Scheme
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.tables import read_table

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
    departures = _departures(reference)
    made: dict[str, Scheme] = {}

    def make(id: str) -> Scheme:
        if id not in metas:
            raise NotFoundError("no scheme.toml for this pack", got=id, allowed=sorted(metas), nearest=metas)
        if id not in made:
            folder, meta = metas[id]
            base = make(meta.base) if meta.base else None
            scheme = import_tables(
                reference / table_folder(id),
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
