"""Rebuild `data/fund/series.csv` from a folder of reference data.

    python tools/build_fund_data.py --reference DIR [--out data/fund]

Each figure keeps its value and unit as printed and gains a source id of `data/sources.csv`, a trust state and
the day from which it was known: the day a bulletin was published where that is known, else a usual one.
"""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

COLUMNS = ("place", "scheme", "measure", "year", "value", "unit", "source", "state", "known_from", "note")
STATES = {"secondary": "secondary", "derived": "secondary", "own knowledge": "assumed"}
OWN = "F90"

# the reference's source words -> ids of data/sources.csv; the first that starts the text, or is in it
SOURCES = (
    ("W24", "F01"), ("W19", "F02"), ("H1", "P04"), ("T1", "F03"), ("J1", "F04"), ("S08", "F05"),
    ("S06", "F05"), ("NC11", "F05"), ("NBS", OWN), ("P24", "F06"), ("P25", "F06"), ("RES", "F07"),
    ("L1", "F08"), ("L2", "F08"), ("L3", "F08"), ("L4", "F08"), ("L5", "F08"), ("L6", "F08"), ("L7", "F08"),
    ("L8", "F08"), ("QH", "F09"), ("MOF", "F10"), ("A15", "F11"), ("WG", "F12"), ("C23", "F13"),
    ("R18", "F14"), ("R19", "F14"), ("R20", "F14"), ("R21", "F14"), ("R22", "F14"), ("R23", "F14"),
    ("R24", "F14"), ("Q2", "F14"), ("Q18", "F14"), ("Q19", "F14"), ("B1", "P02"), ("B3", "P09"),
)  # fmt: skip
DERIVED = "F91"

BULLETINS = {2023: "2024-07-25", 2024: "2025-07-14", 2025: "2026-07-16"}
# measure -> (years after the year it is of, month-day); "usual" for what is not here
KNOWN = {
    "premium_min_per_head": (0, "08-31"),
    "subsidy_min_per_head": (0, "08-31"),
    "mean_wage_urban_nonprivate": (1, "05-31"),
    "mean_wage_urban_private": (1, "05-31"),
    "mean_wage_large_firms": (1, "05-31"),
    "gdp_nominal": (1, "01-31"), "gdp_growth_real": (1, "01-31"), "cpi_growth": (1, "01-31"),
    "births": (1, "01-31"), "deaths": (1, "01-31"),
    "population_year_end": (1, "01-31"), "population_60_plus": (1, "01-31"),
    "population_65_plus": (1, "01-31"), "population_16_59": (1, "01-31"),
    "contribution_cut_feb_jul": (1, "03-10"),
}  # fmt: skip
USUAL = (1, "07-31")
FIXED = (("census_", "2021-05-11"), ("un_", "2024-07-11"), ("study_projection", "2021-07-24"))


def source_id(text: str, tag: str) -> str:
    if tag == "own knowledge":
        return OWN
    for word, found in SOURCES:
        if re.match(rf'"?{word}', text):
            return found
    for word, found in SOURCES:
        if word in text:
            return found
    return DERIVED


def known_from(measure: str, year: str) -> str:
    for start, day in FIXED:
        if measure.startswith(start):
            return day
    last = int(year[:4])
    if measure not in KNOWN and last in BULLETINS:
        return BULLETINS[last]
    later, day = KNOWN.get(measure, USUAL)
    return f"{last + later}-{day}"


def rows(reference: Path) -> list[dict[str, str]]:
    """Every figure of the reference, in its order."""
    made = []
    with (reference / "fund_series.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            source, tag = (row["source"] or "").strip(), (row["tag"] or "").strip()
            note = "" if re.fullmatch(r"[A-Z]+\d*(/[A-Z]+\d*)*", source) else source
            if tag == "derived":
                note = f"derived: {note or source}"
            made.append(
                {
                    **{name: row[name].strip() for name in COLUMNS[:6]},
                    "source": source_id(source, tag),
                    "state": STATES[tag],
                    "known_from": known_from(row["measure"], row["year"]),
                    "note": note,
                }
            )
    return made


def write(reference: Path, out: Path) -> Path:
    """Write `series.csv` under `out`."""
    path = out / "series.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(reference))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reference", type=Path, required=True, help="folder of reference data")
    parser.add_argument("--out", type=Path, default=Path("data/fund"))
    arguments = parser.parse_args()
    write(arguments.reference, arguments.out)


if __name__ == "__main__":
    main()
