"""Templates of the tables a screening reads: Chinese headers, and what each column means."""

from __future__ import annotations

from pathlib import Path

from .._excel import open_book
from .schema import TABLES, columns


def write_template(path: Path) -> None:
    """A workbook with an empty sheet a table, headers in Chinese, and a sheet that explains the columns.

    `drgsim audit` reads it as it is. Needs the extra `excel`.
    """
    with open_book(path) as book:
        bold, must = book.add_format({"bold": True}), book.add_format({"bold": True, "bg_color": "#fff2cc"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        about = book.add_worksheet("填写说明")
        about.write_row(
            0, 0, ["表", "列", "column", "必填", "类型", "单位", "也可写作", "说明 description"], bold
        )
        about.set_column(0, 6, 18)
        about.set_column(7, 7, 70, wrap)
        line = 1
        for table, (zh, en) in TABLES.items():
            page = book.add_worksheet(zh)
            page.freeze_panes(1, 0)
            for place, each in enumerate(columns(table).values()):
                page.write_string(0, place, each.zh, must if each.required else bold)
                page.set_column(place, place, max(12, 2 * len(each.zh) + 2))
                words = [f"{zh} {en}", each.zh, each.name, "是" if each.required else "", each.kind]
                words += [each.unit, "、".join(each.aliases), each.description]
                for column, word in enumerate(words):
                    about.write_string(line, column, word)
                line += 1
