"""The user's item catalogue as rows: what it limits goes through the same rules as the published rows."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from .codes import canonical
from .packs import Pack, Row

if TYPE_CHECKING:
    import polars as pl

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
