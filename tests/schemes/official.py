"""The published tables of CHS-DRG 3.0, laid out in the sheets of the official workbook, in two editions."""

import csv
import gzip
from pathlib import Path

from tests.schemes.workbooks import HEADERS, write_workbook

TABLES = ("mdc", "adrg", "drg", "sets", "cc", "exclusion")
# rows of 排除表 that the authoritative text has and the first edition lacks
LATE_EXCLUSIONS = (
    ("EX_103", "P22.100"), ("EX_103", "P24.100"), ("EX_104", "P39.800"), ("EX_105", "P55.100"),
    ("EX_105", "P59.900"), ("EX_107", "P78.800"), ("EX_128", "S02.400"),
)  # fmt: skip


def published(shared: Path) -> dict[str, list[dict[str, str]]]:
    """Every table of the reference, as rows by column."""
    folder = shared / "reference" / "chs_drg_3_0"
    found = {}
    for name in TABLES:
        path = next(folder.glob(f"{name}.csv*"))
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            found[name] = list(csv.DictReader(file))
    return found


def sheets_of(
    tables: dict[str, list[dict[str, str]]], *, late: bool, from_one: bool
) -> dict[str, list[list]]:
    """The sheets. `late`: with the seven exclusion rows; `from_one`: the rows of MDCT numbered from 1."""

    def place(row):
        number = int(row["place"])
        return number - 11 if from_one and row.get("mdc") == "MDCT" and "adrg" not in row else number

    return {
        "MDC": [[r["code"], r["name"], broken(r["rule"]), place(r)] for r in tables["mdc"]],
        "ADRG": [
            [number, r["code"], r["name"], broken(r["rule"]), r["mdc"], place(r)]
            for number, r in enumerate(tables["adrg"], 1)
        ],
        "DRG": [
            [r["code"], r["name"], broken(r["rule"]), r["adrg"], r["mdc"], place(r)] for r in tables["drg"]
        ],
        "集合": [[r["set"], r["code"]] for r in tables["sets"]],
        "CC": [[r["code"], "", r["table"] or "无", r["type"]] for r in tables["cc"]],
        "排除表": [
            *([r["table"], r["code"], ""] for r in tables["exclusion"]),
            *([table, code, ""] for table, code in (LATE_EXCLUSIONS if late else ())),
        ],
    }


def broken(rule: str) -> str | int:
    """The rule as a cell: line breaks as Excel stores them, the rule `1` as the number it is."""
    return 1 if rule == "1" else rule.replace("\n", "_x000D_\n")


def write_official(path: Path, shared: Path, *, late: bool = False, from_one: bool = False) -> Path:
    return write_workbook(path, headers=HEADERS, **sheets_of(published(shared), late=late, from_one=from_one))
