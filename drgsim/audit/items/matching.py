"""Which lines meet which published rows, with every fact a condition may ask of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..catalogue_rows import catalogue_rows
from ..packs import Row, Rows
from ..reading import complete, polars
from ..rule import Rule
from .lines import Lines

if TYPE_CHECKING:
    import polars as pl

LIMITS = (
    "sex", "age_min", "age_max", "level_min", "days", "cap", "gap_days", "share", "price", "label_max",
    "way", "insurance", "group", "unit", "period", "includes",
)  # fmt: skip
_NUMBERS = {"sex", "age_min", "age_max", "level_min", "days", "cap", "gap_days", "share", "price", "label_max"}
_VISIT_FACTS = (
    "visit_id", "patient_id", "hospital_id", "hospital_level", "hospital_kind", "sex", "age", "way", "insurance",
    "newborn", "diagnoses", "los", "hours_in_stay", "admission", "discharge", "person",
)  # fmt: skip


class Matcher:
    """The rows a library has in force on a day, those of the user's catalogue, and the lines they meet."""

    def __init__(self, lines: Lines, rows: Rows, catalogue: Any = None, on: datetime.date | None = None) -> None:
        self.lines = lines
        self.rows = rows
        self.on = on
        self.own = [] if catalogue is None else catalogue_rows(catalogue)
        self._places = {code: place for place, code in enumerate(lines.codes)}

    def rows_of(self, rule: Rule) -> list[Row]:
        """The published and own rows a rule looks at, in force."""
        own = [row for row in self.own if row.kind in rule.rows]
        return [*self.rows.of_kind(*rule.rows, on=self.on), *own]

    def met(self, rows: Sequence[Row]) -> pl.DataFrame:
        """code (number), place (in `rows`), matched: every charged code that meets a row."""
        pl = polars()
        index = self.rows.index(rows)
        found = [
            (place, row, how)
            for place, code in enumerate(self.lines.codes)
            if code
            for row, how in index.lookup(code)
        ]
        return pl.DataFrame(
            {
                "code": pl.Series([each[0] for each in found], dtype=pl.UInt32),
                "place": pl.Series([each[1] for each in found], dtype=pl.UInt32),
                "matched": pl.Series([each[2] for each in found], dtype=pl.String),
            }
        )

    def candidates(self, rule: Rule) -> pl.DataFrame:
        """The lines that meet the rule's rows, once for each row, with the facts of visit and row."""
        rows = self.rows_of(rule)
        met = self.met(rows)
        lines = self.lines.frame.join(met, on="code", how="inner")
        return self.with_facts(lines, rows)

    def with_facts(self, lines: pl.DataFrame, rows: Sequence[Row]) -> pl.DataFrame:
        """Lines with a `place` in rows, and what their visits and rows say."""
        pl = polars()
        limits = {"place": pl.Series(range(len(rows)), dtype=pl.UInt32)}
        for name in LIMITS:
            kind = pl.Float64 if name in _NUMBERS else pl.String
            limits[f"limit_{name}"] = pl.Series([row.limits.get(name) for row in rows], dtype=kind)
        limits["limit_item"] = pl.Series([row.item for row in rows], dtype=pl.String)
        limits["limit_row"] = pl.Series([row.id for row in rows], dtype=pl.String)
        limits["needs"] = pl.Series([row.limits.get("needs", "") for row in rows], dtype=pl.String)
        known = [self.rows.handling(row) for row in rows]
        limits["weak"] = pl.Series([k is not None and k.handling == "label_wording" for k in known], dtype=pl.Boolean)
        limits["exempt_diagnoses"] = pl.Series(
            ["|".join(k.diagnoses) if k is not None and k.handling == "diagnosis" else None for k in known],
            dtype=pl.String,
        )
        limits["exempt_sex"] = pl.Series([k.sex if k is not None else None for k in known], dtype=pl.Int32)
        frame = lines.join(pl.DataFrame(limits), on="place", how="left", maintain_order="left")
        return self.with_visits(frame)

    def with_visits(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Lines with what their visits say, and every column a line may have."""
        pl = polars()
        visits = self.lines.visits.select(
            pl.col("visit").cast(pl.UInt32), *(name for name in _VISIT_FACTS if name != "person")
        )
        clash = [name for name in visits.columns if name in lines.columns and name != "visit"]
        frame = complete(lines.drop(clash).join(visits, on="visit", how="left", maintain_order="left"), "items")
        codes = pl.Series(self.lines.codes, dtype=pl.String)
        outside = (pl.col("day") < pl.col("admission").dt.date()) | (pl.col("day") > pl.col("discharge").dt.date())
        frame = frame.with_columns(
            item_code=codes.gather(frame.get_column("code")), outside_stay=outside.cast(pl.Int8)
        )
        if "limit_way" not in frame.columns:
            return frame
        broad = pl.col("way").replace({"emergency_stay": "inpatient", "day_surgery": "inpatient"})
        allowed = pl.col("limit_way").str.split(" ").list.contains(broad)
        return frame.with_columns(way_allowed=pl.when(pl.col("way").is_not_null()).then(allowed).cast(pl.Int8))

    def exempt_known(self, frame: pl.DataFrame) -> pl.Series:
        """Lines whose row is known to hit wrongly under a diagnosis the visit has."""
        pl = polars()
        if not frame.get_column("exempt_diagnoses").null_count() < len(frame):
            return pl.Series([False] * len(frame), dtype=pl.Boolean)
        found = []
        for diagnoses, begins, sex, stated in frame.select(
            "diagnoses", "exempt_diagnoses", "exempt_sex", "sex"
        ).iter_rows():
            hit = bool(begins) and any(
                code.strip().startswith(tuple(begins.split("|"))) for code in (diagnoses or "").split("|") if code
            )
            found.append(hit and (sex is None or sex == stated))
        return pl.Series(found, dtype=pl.Boolean)
