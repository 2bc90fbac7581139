"""Which lines meet which published rows, with the facts conditions ask of them, and no others.

A screening touches 10⁷ lines; facts of visit and row are joined only where a condition asks for them, and in
full only to the lines that are found.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from ..codes import ChargedCodes, canonical
from ..facts import names_asked
from ..packs import Pack, Row, Rows
from ..reading import complete, dtype, polars
from ..rule import Rule
from ..schema import columns
from .lines import Lines

if TYPE_CHECKING:
    import polars as pl

LIMITS = (
    "sex", "age_min", "age_max", "level_min", "days", "cap", "gap_days", "share", "price", "label_max",
    "way", "insurance", "group", "unit", "period", "includes",
)  # fmt: skip
_NUMBERS = {
    "sex",
    "age_min",
    "age_max",
    "level_min",
    "days",
    "cap",
    "gap_days",
    "share",
    "price",
    "label_max",
}
VISIT_FACTS = (
    "visit_id", "patient_id", "hospital_id", "hospital_level", "hospital_kind", "sex", "age", "way",
    "insurance", "newborn", "diagnoses", "los", "hours_in_stay", "admission", "discharge",
)  # fmt: skip
_LINE = ("row", "visit", "person", "code", "time", "day", "quantity", "price", "amount")
_OF_TEST = {
    "total": {"limit_cap", "los", "hours_in_stay", "prescription_id"},
    "course": {"limit_days"},
    "cycle": {"limit_cap", "limit_gap_days"},
    "pair": {"limit_period"},
    "discount": {"limit_share", "limit_group", "operation_id", "hospital_id"},
    "further_units": {"limit_share", "operation_id", "hospital_id"},
    "same_kind": {"limit_group"},
    "alone": {"prescription_id"},
    "line": {"limit_price"},
}


class Matcher:
    """The rows a library has in force on a day, those of the user's catalogue, and the lines they meet."""

    def __init__(
        self, lines: Lines, rows: Rows, catalogue: Any = None, on: datetime.date | None = None
    ) -> None:
        self.lines = lines
        self.rows = rows
        self.on = on
        self.charged = ChargedCodes(lines.codes)
        self.own = [] if catalogue is None else catalogue_rows(catalogue)

    def rows_of(self, rule: Rule) -> list[Row]:
        """The published and own rows a rule looks at, in force."""
        own = [row for row in self.own if row.kind in rule.rows]
        return [*self.rows.of_kind(*rule.rows, on=self.on), *own]

    def met(self, rows: Sequence[Row]) -> pl.DataFrame:
        """code (number), place (in `rows`), matched: every charged code that meets a row."""
        pl = polars()
        found = sorted(self.rows.index(rows).met(self.charged))
        return pl.DataFrame(
            {
                "code": pl.Series([each[0] for each in found], dtype=pl.UInt32),
                "place": pl.Series([each[1] for each in found], dtype=pl.UInt32),
                "matched": pl.Series([each[2] for each in found], dtype=pl.String),
            }
        )

    def candidates(self, rule: Rule) -> tuple[pl.DataFrame, list[Row]]:
        """The lines that meet the rule's rows, once for each row, with the facts it asks for; and the rows.

        A rule without rows looks at every line.
        """
        pl = polars()
        rows = self.rows_of(rule)
        asked = names_asked(rule) | _OF_TEST.get(rule.test, set())
        if rule.levels:
            asked |= {"hospital_level"}
        if rule.scenes:
            asked |= {"way"}
        if rule.insurance:
            asked |= {"insurance"}
        own = [name for name in self.lines.frame.columns if name in _LINE or name in asked]
        lines = self.lines.frame.select(own)
        if rule.rows:
            lines = lines.join(self.met(rows), on="code", how="inner")
        else:
            lines = lines.with_columns(place=pl.lit(None, dtype=pl.UInt32))
        absent = [
            n for n in asked if n in columns("items") and n not in lines.columns and n not in VISIT_FACTS
        ]
        lines = lines.with_columns(
            pl.lit(None, dtype=dtype(columns("items")[n].kind)).alias(n) for n in sorted(absent)
        )
        return self.with_facts(lines, rows, asked), rows

    def with_facts(self, lines: pl.DataFrame, rows: Sequence[Row], asked: Collection[str]) -> pl.DataFrame:
        """Lines with a `place` in rows, and those of the facts asked that their visits and rows state."""
        frame = self._with_limits(lines, rows, asked)
        return self._with_visits(frame, asked)

    def dressed(self, found: pl.DataFrame, rows: Sequence[Row]) -> pl.DataFrame:
        """Found lines with every column and fact there is, for their evidence."""
        pl = polars()
        more = [name for name in self.lines.frame.columns if name not in found.columns]
        full = found.join(self.lines.frame.select("row", *more), on="row", how="left", maintain_order="left")
        full = self.with_facts(full, rows, _EVERYTHING)
        codes = pl.Series(self.lines.codes, dtype=pl.String)
        full = full.with_columns(item_code=codes.gather(full.get_column("code")))
        return complete(full, "items")

    def exempt_known(self, frame: pl.DataFrame, rows: Sequence[Row]) -> pl.Series:
        """Lines whose row is known to hit wrongly under a diagnosis the visit has."""
        pl = polars()
        known = {
            place: k
            for place, k in enumerate(map(self.rows.handling, rows))
            if k is not None and k.handling == "diagnosis"
        }
        exempt = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(frame))
        if not known or not len(frame):
            return exempt
        some = frame.with_row_index("at").filter(pl.col("place").is_in(list(known)))
        some = self._with_visits(some, {"diagnoses", "sex"})
        hits = [
            at
            for at, place, diagnoses, sex in some.select("at", "place", "diagnoses", "sex").iter_rows()
            if known[place].sex in (None, sex)
            and any(
                code.strip().startswith(known[place].diagnoses)
                for code in (diagnoses or "").split("|")
                if code
            )
        ]
        return exempt.scatter(hits, True) if hits else exempt

    def _with_limits(self, lines: pl.DataFrame, rows: Sequence[Row], asked: Collection[str]) -> pl.DataFrame:
        pl = polars()
        limits: dict[str, Any] = {"place": pl.Series(range(len(rows)), dtype=pl.UInt32)}
        for name in LIMITS:
            column = f"limit_{name}"
            if column not in lines.columns and (
                column in asked or (name == "way" and "way_allowed" in asked)
            ):
                kind = pl.Float64 if name in _NUMBERS else pl.String
                limits[column] = pl.Series([row.limits.get(name) for row in rows], dtype=kind)
        if "limit_item" in asked:
            known = [self.rows.handling(row) for row in rows]
            limits["limit_item"] = pl.Series([row.item or None for row in rows], dtype=pl.String)
            limits["limit_row"] = pl.Series([row.id for row in rows], dtype=pl.String)
            wording = [k is not None and k.handling == "label_wording" for k in known]
            limits["by_wording"] = pl.Series(wording, dtype=pl.Boolean)
        if len(limits) == 1:
            return lines
        return lines.join(pl.DataFrame(limits), on="place", how="left", maintain_order="left")

    def _with_visits(self, lines: pl.DataFrame, asked: Collection[str]) -> pl.DataFrame:
        pl = polars()
        wanted = {name for name in VISIT_FACTS if name in asked}
        wanted |= {"admission", "discharge"} if "outside_stay" in asked else set()
        wanted |= {"way"} if "way_allowed" in asked else set()
        visits = self.lines.visits
        stated = [name for name in wanted if name in lines.columns]  # a line's own hospital comes first
        facts = visits.select(
            pl.col("visit").cast(pl.UInt32),
            *(pl.col(name).alias(f"_{name}") if name in stated else name for name in sorted(wanted)),
        )
        if wanted:
            lines = lines.join(facts, on="visit", how="left", maintain_order="left")
            lines = lines.with_columns(pl.coalesce(name, f"_{name}").alias(name) for name in stated)
            lines = lines.drop(f"_{name}" for name in stated)
        if "outside_stay" in asked:
            day = pl.col("day")
            outside = (day < pl.col("admission").dt.date()) | (day > pl.col("discharge").dt.date())
            lines = lines.with_columns(outside_stay=outside.cast(pl.Int8))
        if "way_allowed" in asked and "limit_way" in lines.columns:
            broad = pl.col("way").replace({"emergency_stay": "inpatient", "day_surgery": "inpatient"})
            allowed = pl.col("limit_way").str.split(" ").list.contains(broad)
            known = pl.col("way").is_not_null()
            lines = lines.with_columns(way_allowed=pl.when(known).then(allowed).cast(pl.Int8))
        return lines


_EVERYTHING = {*VISIT_FACTS, *(f"limit_{name}" for name in LIMITS), "limit_item", "outside_stay"}


_PACK = Pack("catalogue", "", "", datetime.date(1900, 1, 1), "SV99", "read")
# kind of row -> (limit, column of the catalogue) it is made of; a row is made where the first is stated
_KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "catalogue_sex": (("sex", "sex_limit"),),
    "catalogue_level": (("level_min", "level_min"),),
    "catalogue_insurance": (("insurance", "insurance_limit"),),
    "catalogue_price": (("price", "standard_price"),),
    "catalogue_same_kind": (("group", "kind_group"),),
    "catalogue_dose": (("label_max", "label_max"),),
}
_DAY, _HOUR = ("day", "日", "天", "床日"), ("hour", "小时", "时")


def catalogue_rows(catalogue: pl.DataFrame) -> list[Row]:
    """Rows of the kinds `catalogue_…` from the table `items_catalogue`, complete with its columns."""
    made = []
    for number, item in enumerate(catalogue.iter_rows(named=True), 1):
        for kind, pairs in _KINDS.items():
            limits = {limit: item[column] for limit, column in pairs if item[column] is not None}
            if limits:
                made.append(_row(kind, number, item, limits))
        ages = {limit: item[limit] for limit in ("age_min", "age_max") if item[limit] is not None}
        if ages:
            made.append(_row("catalogue_age", number, item, ages))
        if item["child_only"] == 1:
            made.append(_row("catalogue_child", number, item, {}))
        made += _frequency(number, item)
        needed = _codes(item["needs_any"])
        if needed:
            made.append(_row("catalogue_companion", number, item, {"includes": " ".join(needed)}))
        for place, other in enumerate(_codes(item["excludes"])):
            pair = (canonical(item["item_code"]), other)
            for way, (first, second) in enumerate((pair, pair[::-1])):
                limits = {"includes": second, "period": "day"}
                name = item["item_name"] or ""
                made.append(
                    Row("catalogue_exclusive", _PACK, f"{number}.{place}.{way}", name, (first,), limits)
                )
    return made


def _codes(cell: str | None) -> list[str]:
    return [canonical(each) for each in (cell or "").replace(" ", "|").split("|") if each]


def _frequency(number: int, item: dict[str, Any]) -> list[Row]:
    unit = (item["unit"] or "").strip().lower()
    unit = "day" if unit in _DAY else "hour" if unit in _HOUR else ""
    cap = item["daily_cap"] if item["daily_cap"] is not None else {"day": 1, "hour": 24}.get(unit)
    if cap is None:
        return []
    return [_row("catalogue_frequency", number, item, {"unit": unit or "time", "cap": cap})]


def _row(kind: str, number: int, item: dict[str, Any], limits: dict[str, Any]) -> Row:
    return Row(kind, _PACK, str(number), item["item_name"] or "", (item["item_code"],), limits)
