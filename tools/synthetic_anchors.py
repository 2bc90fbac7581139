"""Published relative weights carried over to the groups of a national scheme.

A weight is taken over only where both the code and the wording of the group are the same: local
editions and version 2.0 reuse codes for other groups. One city's 2023 weights (P21) come first, the
demonstration weights of 2.0 (P22), scaled to it, fill in. Groups without either get none here.
"""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path
from statistics import median

_DEMONSTRATED = "chs_drg_2_0"  # whose groups the demonstration weights are for
_HARBIN = "weights/harbin_2023_drg_weights.csv"
_DEMONSTRATION = "weights/chs_drg_2_0_example_weights.csv"


def anchor_rows(reference: Path, folder: str) -> list[list[object]]:
    """drg, weight, basis, source, state; header first, ordered by group."""
    names = _scheme_names(reference / "schemes" / folder / "drg.csv.gz")
    harbin = _weights(reference / _HARBIN)
    taken = {
        drg: weight
        for drg, (name, weight) in harbin.items()
        if drg in names and _same_group(name, names[drg])
    }
    found: dict[str, list[object]] = {
        drg: [drg, weight, "harbin-2023", "P21", "secondary"] for drg, weight in taken.items()
    }
    if folder == _DEMONSTRATED:
        shown = {
            drg: weight for drg, (_, weight) in _weights(reference / _DEMONSTRATION).items() if drg in names
        }
        scale = median(taken[drg] / shown[drg] for drg in taken if drg in shown)
        for drg, weight in shown.items():
            found.setdefault(drg, [drg, round(weight * scale, 4), "demonstration-2.0", "P22", "secondary"])
    return [["drg", "weight", "basis", "source", "state"], *(found[drg] for drg in sorted(found))]


def _scheme_names(path: Path) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return {row["drg"]: row["name"] for row in csv.DictReader(file)}


def _weights(path: Path) -> dict[str, tuple[str, float]]:
    """drg -> (name, weight) of a table whose three first columns are these, in this order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {drg: (name, float(weight)) for drg, name, weight in rows if weight}


def _same_group(one: str, other: str) -> bool:
    return _stem(one) == _stem(other)


def _stem(name: str) -> str:
    """The group's wording without its severity, punctuation and the variants editions differ in."""
    bare = re.split(r"[,，]", name)[0]
    bare = bare.replace("疾患", "疾病").replace("手术", "术").replace("及", "或").replace("和", "或")
    return re.sub(r"[\s()（）/／、“”]", "", bare)
