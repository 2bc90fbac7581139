"""Rebuild `data/dip/catalogues/dip-national-3_0`: `python -m tools.dip_national --reference DIR`.

`DIR` holds the published tables of the national library (`types.csv.gz` and its neighbours). The same
tables make the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from drgsim._paths import data_dir
from drgsim.dip import DipCatalogue
from drgsim.dip.national import Parts, layout, national_catalogue
from drgsim.dip.pack import settle

SOURCE = "D012"
KINDS = {
    "early": "PRE",
    "combined": "MERGE",
    "burns": "BURN",
    "tumours": "TUMOR",
    "tuberculosis": "TB",
    "basic": "BASE",
}
_OURS = {  # a column of the tables -> the sheet's, under our name
    "seq": "number",
    "name": "name",
    "diagnoses": "diagnosis",
    "diagnosis_name": "diagnosis_name",
    "procedures": "procedure",
    "procedure_name": "procedure_name",
    "related": "related",
    "related_name": "related_name",
    "other_diagnoses": "other_diagnosis",
    "burn_degree": "degree",
    "burn_area": "area",
    "drug_resistant": "resistant",
    "note": "remark",
    "code": "code",
}


def published_parts(folder: Path) -> Parts:
    """The rows of the published tables under the names that the sheets' columns have with us."""
    types = sorted(_table(folder / "types.csv.gz"), key=lambda row: int(row["row"]))
    parts = {
        part: [_row(row, rule=row["note"]) for row in types if row["kind"] == kind]
        for part, kind in KINDS.items()
    }
    parts["resistance"] = [_row(row) for row in _table(folder / "resistance.csv")]
    parts["primary_care"] = [
        {**_row(row), "name": ""} | {"diagnosis_name": row["diagnosis_name"]}
        for row in _table(folder / "primary_care.csv")
    ]
    parts["excluded_diagnoses"] = [_row(row) for row in _table(folder / "excluded_diagnoses.csv.gz")]
    parts["excluded_procedures"] = [
        {**_row(row), "note": row["note"]} for row in _table(folder / "excluded_procedures.csv.gz")
    ]
    return parts


def built(folder: Path) -> DipCatalogue:
    """The catalogue that ships; raises DipCatalogueError for anything wrong or doubtful."""
    catalogue, problems, doubts = national_catalogue(
        DipCatalogue, published_parts(folder), trust="secondary", source=SOURCE
    )
    settle(catalogue, problems, where=str(folder), strict=True, doubtful=doubts)
    return catalogue


def _row(row: dict[str, str], **more: str) -> dict[str, str]:
    found = dict.fromkeys(layout()["columns"], "")
    found.update({ours: row[theirs] for theirs, ours in _OURS.items() if theirs in row})
    return {**found, **more}


def _table(path: Path) -> list[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:  # type: ignore[operator]
        return list(csv.DictReader(file))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True, metavar="DIR", help="the published tables")
    parser.add_argument("--target", type=Path, metavar="DIR", help="default: the catalogue that ships")
    arguments = parser.parse_args(argv)
    built(arguments.reference).save(
        arguments.target or data_dir() / "dip" / "catalogues" / "dip-national-3_0"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
