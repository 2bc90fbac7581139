"""Rebuild `data/catalogues/` from the reference folder: `python -m tools.codes --reference DIR`.

Same reference, same bytes. What the reference has twice, or maps onto itself, is left out; anything
else out of the ordinary is an error, so that a slip in the source cannot become a fact.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

from drgsim._paths import data_dir
from drgsim.errors import FileFormatError

# kind -> the name its tables have in the reference
SOURCES = {"diagnosis": "icd10", "procedure": "icd9cm3"}

# The rare character that names of a kind lost to "??" on the way: in 错𬌗畸形 (K07), and the great toe,
# as the published DIP 3.0 workbook spells them (D012); a name that lost another has one mark and stays.
LOST = {"diagnosis": "𬌗", "procedure": "𧿹"}


def build(reference: Path, target: Path) -> list[Path]:
    """Write the four tables of `target` from `reference/catalogues`; returns their paths.

    Raises FileFormatError when a code is doubled, a name is empty, a gray code is not in the
    catalogue, or a crosswalk leads out of it.
    """
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, source in SOURCES.items():
        folder = reference / "catalogues"
        gray = set((folder / f"{source}_gray_codes.txt").read_text(encoding="utf-8").split())
        names = _pairs(folder / f"yb2_{source}_names.csv.gz")
        strays = gray - set(names)
        if strays:
            raise FileFormatError(
                "gray codes that are not in the catalogue", got=sorted(strays)[:5], where=kind
            )
        changed = _pairs(folder / f"{source}_map_gl_to_yb2.csv.gz")
        crosswalk = [(old, new) for old, new in sorted(changed.items()) if old != new]
        lost = [new for _, new in crosswalk if new not in names]
        if lost:
            raise FileFormatError("a crosswalk leads out of the catalogue", got=lost[:5], where=kind)
        rows = [
            (code, name.replace("??", LOST[kind]), int(code in gray)) for code, name in sorted(names.items())
        ]
        written.append(_write(target / f"{kind}.csv", ("code", "name", "gray"), rows))
        written.append(
            _write(target / f"clinical_to_insurance_{kind}.csv", ("clinical", "insurance"), crosswalk)
        )
    return written


def _pairs(path: Path) -> dict[str, str]:
    """The two columns of a table, spaces around a value taken off, the header left out."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = [(key.strip(), value.strip()) for key, value in list(csv.reader(lines))[1:]]
    pairs = dict(rows)
    if len(pairs) != len(rows) or not all(key and value for key, value in rows):
        raise FileFormatError("a code is doubled, or a cell is empty", where=path.name)
    if any(mark in cell for row in rows for cell in row for mark in ',"\n'):
        raise FileFormatError("a cell holds a comma, a quote or a line break", where=path.name)
    return pairs


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.codes", description=__doc__)
    parser.add_argument("--reference", type=Path, required=True, metavar="DIR")
    parser.add_argument("--target", type=Path, default=None, metavar="DIR", help="default: data/catalogues")
    arguments = parser.parse_args(argv)
    build(arguments.reference, arguments.target or data_dir() / "catalogues")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
