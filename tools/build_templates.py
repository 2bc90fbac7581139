"""Rewrite `data/templates/fund.xlsx`, the blank tables of a fund.

python tools/build_templates.py [--out data/templates/fund.xlsx]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from drgsim.fund.valuation_workbook import write_template


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("data/templates/fund.xlsx"))
    out = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    write_template(out)


if __name__ == "__main__":
    main()
