"""Templates of the tables a screening reads: Chinese headers, and what each column means."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from .._excel import workbook
from .schema import TABLES, columns
from .words import word

_ABOUT = ("table", "header", "column", "required", "kind", "unit", "aliases", "description")


def write_template(path: Path) -> None:
    """A workbook with an empty sheet a table, headers in Chinese, and a sheet that explains the columns.

    `drgsim audit` reads it as it is. Needs the extra `excel`.
    """
    listed: list[dict[str, str]] = []
    sheets: dict[str, dict[str, str]] = {}
    for table, (zh, en) in TABLES.items():
        heads = columns(table)
        sheets[zh] = {each.name: each.zh for each in heads.values()}
        for each in heads.values():
            words = [f"{zh} {en}", each.zh, each.name, "是" if each.required else "", each.kind, each.unit]
            words += ["、".join(each.aliases), each.description]
            listed.append(dict(zip(_ABOUT, words, strict=True)))
    with workbook(path) as book:
        heads_about = {name: word("template", name, "zh") for name in _ABOUT}
        book.table(word("template", "about", "zh"), pd.DataFrame(listed), headers=heads_about)
        for name, heads_zh in sheets.items():
            book.table(name, pd.DataFrame(columns=list(heads_zh)), headers=heads_zh)
