"""Small tables of budgets or funds: a CSV from a spreadsheet, headers in either language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..cases.beside import table_beside
from ..errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

_HEADERS = {
    "统筹区": "region",
    "地区": "region",
    "参保地": "region",
    "险种": "insurance",
    "医保类型": "insurance",
    "预算": "budget",
    "总额预算": "budget",
    "收入": "income",
    "基金收入": "income",
    "其他支出": "other_spending",
    "累计结余": "reserve",
}
_INSURANCES = {
    "职工": "employee",
    "职工医保": "employee",
    "居民": "resident",
    "居民医保": "resident",
    "城乡居民医保": "resident",
}
_TEXT = ("region", "insurance")


def read_fund_table(path: str | None) -> pd.DataFrame | None:
    """A CSV in UTF-8 or GB18030, its regions as text; None for no path. Raises ArgumentError."""
    if path is None:
        return None
    table = table_beside(path)
    table = table.rename(columns=lambda name: _HEADERS.get(str(name).strip(), str(name).strip()))
    for name in table.columns:
        words = table[name].str.strip()
        table[name] = words if name in _TEXT else _numbers(words, name, path)
    if "insurance" in table.columns:
        table["insurance"] = table["insurance"].replace(_INSURANCES)
    return table


def _numbers(words: pd.Series[str], name: str, path: str) -> pd.Series[float]:
    """1,234.5 as Excel writes it is a number too; a column that is none is left for nobody to read."""
    import pandas as pd

    numbers = pd.to_numeric(words.str.replace(",", ""), errors="coerce")
    wrong = int((numbers.isna() & words.notna()).sum())
    if wrong and name in {*_HEADERS.values()}:
        raise ArgumentError(
            "a table holds money that is no number",
            got=f"{wrong} of {len(words)}",
            where=f"{Path(path).name}, column {name}",
            allowed="yuan, such as 1234567.89",
        )
    return numbers
