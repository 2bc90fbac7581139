"""`refine`: cut a local scheme from one's own cases, on the base of another scheme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..._excel import workbook
from ...cases.given import refuse_doubled
from ...errors import ArgumentError, ColumnError
from ...language import both, stated_language
from ...schemes.model import Drg
from ...schemes.pack_write import write_pack
from ...schemes.scheme import Scheme
from ...words import in_words, pairs, word_in
from ..grouper import DrgGrouper
from .cut import Found, cut
from .features import Constraints, read

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
        return self.overall.add_suffix("_this").join(other.overall.add_suffix("_other"))

    def write(self, folder: str | Path) -> Path:
        """Write the overlay pack and its report (`report.csv`, `groups.csv`, `report.html`) to a folder.

        `Scheme.load(folder)` reads it back, and everything that takes a scheme takes it.
        """
        from ...cases.write import write_table

        def reports(part: Path) -> None:
            write_table(self.frame.reset_index(), part / "report.csv")
            write_table(self.groups, part / "groups.csv")
            (part / "report.html").write_text(self._page(), encoding="utf-8")

        return write_pack(self.scheme, folder, base=self.base, beside=reports)

    def to_excel(self, path: Any) -> None:
        """Overall, ADRGs and groups as a workbook."""
        with workbook(path) as book:
            book.lines("说明", [both(*note) for note in self.notes])
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

    def _in_all(self) -> pd.DataFrame:
        return self.overall.rename(index=lambda name: word_in(name, "refine"))

    def __repr__(self) -> str:
        table = in_words(self._in_all(), "refine")
        return f"{both(*self.headline(), chr(10))}\n{table.to_string(float_format='{:,.4f}'.format)}"

    def _repr_html_(self) -> str:
        table = in_words(self._in_all(), "refine").to_html(float_format="{:,.4f}".format)
        return f"<p>{escape(both(*self.headline()))}</p>{table}"

    def _page(self) -> str:
        """The report as one page: headline, notes, overall, what changed."""
        changed = self.frame[self.frame["decision"].isin(["split", "merged"])]
        notes = "".join(f"<li>{escape(both(zh, en))}</li>" for zh, en in self.notes)
        numbers = "{:,.4f}".format
        tables = "".join(
            f"<h2>{both(*title)}</h2>{in_words(table, 'refine').to_html(float_format=numbers, index=index)}"
            for title, table, index in (
                (("总体", "In all"), self._in_all(), True),
                (("变化的 ADRG", "ADRGs that changed"), changed, True),
                (("新的细分组", "New groups"), self.groups, False),
            )
        )
        titled = escape(f"{both('本地细分方案', 'Local refinement')} {self.scheme.id}")
        lang = "en" if stated_language() == "en" else "zh-CN"
        return (
            f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"/><title>{titled}</title>'
            "<style>body{font-family:sans-serif;max-width:70em;margin:2em auto}"
            "table{border-collapse:collapse}"
            "td,th{border-bottom:1px solid #ccc;padding:.2em .6em;text-align:right}</style></head><body>"
            f"<h1>{titled}</h1>"
            f"<p>{escape(both(*self.headline()))}</p><ul>{notes}</ul>"
            f"{tables}</body></html>\n"
        )


Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_NEEDED = ("total_cost", "hospital_id", "diagnoses", "procedures", "sex", "age")


def refine(
    cases: pd.DataFrame,
    base: Scheme | str = "chs-drg-3.0",
    *,
    id: str = "local",
    title: str = "",
    constraints: Constraints | None = None,
    hold_out: bool = True,
) -> Refinement:
    """Look in every ADRG for the split of cost that one's own cases support, and write it as a scheme.

    Parameters
    ----------
    cases : DataFrame of cases (`drgsim.read_cases`): what grouping reads, `total_cost` (yuan) and
        `hospital_id`; `discharge_date` where years are told apart.
    base : the scheme to refine, or its id.
    id, title : of the new scheme.
    constraints : what a split must fulfil; None: the shipped ones, all `assumed`.
    hold_out : with cases of two years or more, keep the last year out and measure both schemes on it.

    A split may look at MCC and CC, age bands, classes of main procedures inside the ADRG's own sets, and the
    treatments of the constraints. It is grown as a tree, pruned by cost-complexity on hospitals left out
    (the simplest within one standard error of the best), and proposed only where it gains over the base's
    own split there. Groups of the base that do not differ are merged; those with too few cases to judge stay.

    Raises
    ------
    ColumnError when a column is missing, ArgumentError when no case can be used.

    Examples
    --------
    >>> import drgsim
    >>> cases = drgsim.synthetic_cases(n=3_000, year=2025, seed=1)
    >>> found = drgsim.refine(cases, "chs-drg-2.0")
    >>> found.scheme.base, found.scheme.trust
    ('chs-drg-2.0', 'assumed')
    """
    refuse_doubled(cases.columns)
    missing = [name for name in _NEEDED if name not in cases.columns]
    if missing:
        raise ColumnError("cases to cut a scheme from lack columns", got=missing, allowed=_NEEDED)
    c = constraints or Constraints.load()
    grouper = DrgGrouper(base)
    scheme = grouper.scheme
    answers = grouper.group(cases)
    cost = pd.to_numeric(cases["total_cost"], errors="coerce").to_numpy(np.float64)
    usable = (answers["status"] == "grouped").to_numpy(bool) & (cost > 0) & np.isfinite(cost)
    if not usable.any():
        raise ArgumentError("no case has a group and a cost above 0", got=f"{len(cases)} cases")
    year = _years(cases)
    last = int(year[usable].max())
    held = hold_out and len(np.unique(year[usable])) > 1
    used = usable & (year < last) if held else usable
    found = cut(scheme, answers, read(cases, answers, cost, year, c), used, c)
    refined = _scheme(scheme, found, id, title, int(used.sum()))
    overall = _overall(cases, answers, refined, cost, used, usable & (year == last) if held else None)
    frame = pd.DataFrame([each.row for each in found]).set_index("adrg")
    groups = pd.DataFrame(
        [row for each in found for row in each.groups],
        columns=["adrg", "group", "name", "rule", "cases", "mean_cost", "cv"],
    )
    return Refinement(refined, scheme, frame, groups, overall, c, _notes(c, cases, used, held, last))


def _years(cases: pd.DataFrame) -> Ints:
    if "discharge_date" not in cases.columns:
        return np.zeros(len(cases), np.int64)
    years = pd.to_datetime(cases["discharge_date"], errors="coerce").dt.year
    return np.asarray(years.fillna(0), np.int64)


def _scheme(scheme: Scheme, found: list[Found], id: str, title: str, n: int) -> Scheme:
    by_adrg = {each.row["adrg"]: each for each in found}
    drgs: list[Drg] = []
    for row in scheme.adrgs:
        own = by_adrg.get(row.code)
        drgs += own.drgs if own is not None else [drg for drg in scheme.drgs if drg.adrg == row.code]
    sets = dict(scheme.sets)
    for each in found:
        if each.written is not None:
            sets |= each.written.sets
    return replace(
        scheme,
        id=id,
        title=title or f"{scheme.title} 本地细分",
        title_en=f"{scheme.title_en or scheme.id}, refined on own cases",
        version="1",
        base=scheme.id,
        family="",
        valid_from=None,
        valid_to=None,
        trust="assumed",
        source="cut from own cases",
        drgs=tuple(drgs),
        sets=dict(sorted(sets.items())),
        departures=(),
        notes=(
            f"由 {n:,} 例本地病例在 {scheme.id} 上细分得出, 供专家审定。",
            f"A proposal from {n:,} own cases on {scheme.id}, for experts to decide.",
        ),
    )


def _overall(
    cases: pd.DataFrame, answers: pd.DataFrame, refined: Scheme, cost: Floats, used: Any, held: Any
) -> pd.DataFrame:
    """RIV and CV of both schemes, each case grouped anew by the refined one."""
    new = DrgGrouper(refined).group(cases)
    rows = {}
    for name, mask in (("", used), (", held-out year", held)):
        if mask is None:
            continue
        for which, table in (("before", answers), ("after", new)):
            both = mask & (table["status"] == "grouped").to_numpy(bool)
            codes, labels = pd.factorize(table["drg"].astype(object)[both], sort=True)
            own = cost[both]
            n, total = np.bincount(codes), np.bincount(codes, own)
            inside = float(((own - (total / n)[codes]) ** 2).sum())
            whole = float(((own - own.mean()) ** 2).sum())
            rows[which + name] = {
                "cases": int(both.sum()),
                "groups": len(labels),
                "riv": 1 - inside / whole if whole > 0 else float("nan"),
                "cv": float(np.sqrt(inside / both.sum()) / own.mean()),
            }
    return pd.DataFrame.from_dict(rows, orient="index")


def _notes(
    c: Constraints, cases: pd.DataFrame, used: Any, held: bool, last: int
) -> tuple[tuple[str, str], ...]:
    notes = [
        (
            f"用 {int(used.sum()):,} 例，共 {len(cases):,} 例",
            f"{int(used.sum()):,} of {len(cases):,} cases used",
        ),
        (f"约束条件：{pairs('trust')[c.state][0]}", f"constraints: {c.state}"),
    ]
    words = c.words()
    notes += [
        (f"{words[name]['zh']}：{getattr(c, name)}", f"{words[name]['en']}: {getattr(c, name)}")
        for name in words
    ]
    if held:
        notes.append((f"{last} 年留出检验，未用于细分", f"the year {last} was held out and only measured"))
    return tuple(notes)
