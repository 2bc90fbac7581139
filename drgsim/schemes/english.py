"""English names of groups, for views in English: our own translation, which no authority has published."""

from __future__ import annotations

import csv
from functools import cache

from .._paths import data_path

OWN = "own-translation"  # the state of trust of every such name
_SPELLINGS = str.maketrans({"／": "/", "（": "(", "）": ")", " ": None})


def english_name(name: str) -> str:
    """The English of the Chinese name of an MDC, ADRG or DRG of editions 2.0 and 3.0; empty for any other.

    A group cut by severity, age or robot has its ADRG's name and an ending for each cut. The names are data
    (`data/schemes/english_names.csv`), marked `own-translation`.

    >>> english_name("胆囊切除手术，伴严重合并症或并发症")
    'Cholecystectomy, with MCC'
    >>> english_name("本地自定的病组")
    ''
    """
    names, endings = _table()
    said = name.translate(_SPELLINGS)
    told = ""
    while said and said not in names:
        ending = next((each for each in endings if said.endswith(each)), None)
        if ending is None:
            return ""
        said, told = said.removesuffix(ending), endings[ending] + told
    return f"{names[said]}{told}" if said else ""


def in_english(name: str) -> str:
    """The English name where there is one, else the Chinese."""
    return english_name(name) or name


@cache
def _table() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    endings: dict[str, str] = {}
    with data_path("schemes", "english_names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            (endings if row["kind"] == "ending" else names)[row["zh"].translate(_SPELLINGS)] = row["en"]
    return names, dict(sorted(endings.items(), key=lambda pair: -len(pair[0])))
