"""Rebuild the DIP catalogue learned from a synthetic region: `python -m tools.dip_example`.

The same code makes the same bytes. It is an example of what a learned catalogue looks like; the region and
every number in it are invented.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drgsim._paths import data_dir
from drgsim.dip import DipCatalogue, DipCatalogueBuilder
from drgsim.synthetic.generate import synthetic_cases

NAME = "example-learned"
YEARS, CASES = (2023, 2024, 2025), 20_000  # cases of each year; the year is the seed as well


def learned_example() -> DipCatalogue:
    """The catalogue learned from three years of the shipped region."""
    import pandas as pd

    years = [synthetic_cases(n=CASES, year=year, seed=year) for year in YEARS]
    builder = DipCatalogueBuilder(
        id=NAME,
        title="Example catalogue learned from a synthetic region",
        title_zh="由合成病例测算的病种目录示例",
        complications="chs-drg-2.0",
    )
    return replace(builder.fit(pd.concat(years, ignore_index=True)).catalogue_, source="D000")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.dip_example", description=__doc__)
    parser.add_argument("--target", type=Path, metavar="DIR", help=f"default: data/dip/catalogues/{NAME}")
    arguments = parser.parse_args(argv)
    learned_example().save(arguments.target or data_dir() / "dip" / "catalogues" / NAME)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
