"""What a refinement found: the scheme, the report, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemes.model import Scheme
from ...schemes.pack_write import write_pack
from ...words import in_words, pairs
from .constraints import Constraints

if TYPE_CHECKING:
    import pandas as pd

DECISIONS = pairs("refined")


@dataclass(frozen=True, eq=False, repr=False)
class Refinement:
    """A local scheme cut from cases, and what it is worth.

    scheme, base : the new scheme, a proposal (`assumed`), and the one it refines
    frame : a row an ADRG: cases, decision (`DECISIONS`), groups and riv, cv, gain on hospitals left out,
        before and after
    groups : a row a group of the ADRGs that changed: rule, cases, mean_cost, cv
    overall : RIV, CV and groups of both schemes over the years used, and over the year held out
    constraints : what a split had to fulfil
    """

    scheme: Scheme
    base: Scheme
    frame: pd.DataFrame
    groups: pd.DataFrame
    overall: pd.DataFrame
    constraints: Constraints
    notes: tuple[tuple[str, str], ...]

    def summary(self) -> pd.DataFrame:
        """ADRGs and cases by decision."""
        table = self.frame.groupby("decision")[["cases"]].agg(["size", "sum"])
        table.columns = ["adrgs", "cases"]
        return table.reindex([name for name in DECISIONS if name in table.index])

    def compare(self, other: Refinement) -> pd.DataFrame:
        """The overall table of this refinement beside that of another."""
        return self.overall.join(other.overall, lsuffix="_this", rsuffix="_other")

    def write(self, folder: str | Path) -> Path:
        """Write the overlay pack and its report (`report.csv`, `groups.csv`, `report.html`) to a folder.

        `Scheme.load(folder)` reads it back, and everything that takes a scheme takes it.
        """
        path = write_pack(self.scheme, folder, base=self.base)
        self.frame.to_csv(path / "report.csv", encoding="utf-8-sig", lineterminator="\n")
        self.groups.to_csv(path / "groups.csv", encoding="utf-8-sig", lineterminator="\n", index=False)
        (path / "report.html").write_text(self._page(), encoding="utf-8")
        return path

    def to_excel(self, path: Any) -> None:
        """Overall, ADRGs and groups as a workbook."""
        from ..._excel import workbook

        with workbook(path) as book:
            book.lines("说明", [line for pair in self.notes for line in pair])
            for name, table in (("总体", self.overall), ("ADRG", self.frame)):
                book.table(name, table.reset_index())
            book.table("细分组", self.groups)

    def headline(self) -> tuple[str, str]:
        """The result in one sentence, Chinese and English."""
        counts = self.frame["decision"].value_counts()
        split, one = int(counts.get("split", 0)), int(counts.get("merged", 0))
        before, after = (float(self.overall["riv"][name]) for name in ("before", "after"))
        return (
            f"{self.base.id}：{len(self.frame)} 个 ADRG 中重新细分 {split} 个、合并 {one} 个；"
            f"RIV {before:.4f} → {after:.4f}。",
            f"{self.base.id}: of {len(self.frame)} ADRGs {split} split anew, {one} merged; "
            f"RIV {before:.4f} → {after:.4f}.",
        )

    def __repr__(self) -> str:
        zh, en = self.headline()
        return f"{zh}\n{en}\n{self.overall.to_string(float_format='{:,.4f}'.format)}"

    def _repr_html_(self) -> str:
        table = in_words(self.overall).to_html(float_format="{:,.4f}".format)
        return f"<p>{'<br>'.join(map(escape, self.headline()))}</p>{table}"

    def _page(self) -> str:
        """The report as one page: headline, notes, overall, what changed."""
        changed = self.frame[self.frame["decision"].isin(["split", "merged"])]
        notes = "".join(f"<li>{escape(zh)} {escape(en)}</li>" for zh, en in self.notes)
        tables = "".join(
            f"<h2>{title}</h2>{in_words(table).to_html(float_format='{:,.4f}'.format, index=index)}"
            for title, table, index in (
                ("总体 In all", self.overall, True),
                ("变化的 ADRG ADRGs that changed", changed, True),
                ("新的细分组 New groups", self.groups, False),
            )
        )
        zh, en = self.headline()
        return (
            '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"/><title>Refinement</title>'
            "<style>body{font-family:sans-serif;max-width:70em;margin:2em auto}"
            "table{border-collapse:collapse}"
            "td,th{border-bottom:1px solid #ccc;padding:.2em .6em;text-align:right}</style></head><body>"
            f"<h1>本地细分方案 {escape(self.scheme.id)}</h1>"
            f"<p>{escape(zh)}<br>{escape(en)}</p><ul>{notes}</ul>"
            f"{tables}</body></html>\n"
        )
