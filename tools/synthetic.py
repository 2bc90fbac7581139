"""Rebuild the fitted tables of `data/synthetic` from a folder of reference data.

    python -m tools.synthetic --reference DIR [--out data/synthetic]

`spread.csv` and `spread_shape.csv` are fitted to real discharges (`spread_fit`), `cost_anchors/*.csv`
are published relative weights carried over to the groups of a scheme (`anchor_fit`).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from drgsim.synthetic.mix import ANCHORED

from .synthetic_anchors import anchor_rows
from .synthetic_spread import read_discharges, shape_rows, spread_rows

Rows = Iterable[Sequence[object]]


def tables(reference: Path) -> dict[str, Rows]:
    """Every fitted table by its path under `data/synthetic`, header first."""
    discharges = read_discharges(reference / "sparcs" / "musculoskeletal_2020.csv.gz")
    fitted: dict[str, Rows] = {
        "spread.csv": spread_rows(discharges),
        "spread_shape.csv": shape_rows(discharges),
    }
    for scheme, folder in ANCHORED.items():
        fitted[f"cost_anchors/{scheme}.csv"] = anchor_rows(reference, folder)
    return fitted


def write(reference: Path, out: Path) -> list[Path]:
    """Write every table under `out`; returns the paths."""
    written = []
    for name, rows in tables(reference).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        written.append(path)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reference", type=Path, required=True, help="folder of reference data")
    parser.add_argument("--out", type=Path, default=Path("data/synthetic"))
    arguments = parser.parse_args()
    write(arguments.reference, arguments.out)


if __name__ == "__main__":
    main()
