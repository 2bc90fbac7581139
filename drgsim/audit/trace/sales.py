"""Trace codes of drugs and the sales of a box: forms of codes, uploads repeated, returns, split packs."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..reading import polars

if TYPE_CHECKING:
    import polars as pl


Form = Literal["maker20", "gs1", "other", "malformed"]
Level = Literal["small", "middle", "large", "unknown"]

_GS = "\x1d"
_MAKER = re.compile(r"8\d{19}")
_BRACKETS = re.compile(r"\((\d{2})\)([^(]*)")
_LOOKS_GS1 = re.compile(r"(?:\](?:d2|Q3|C1))?(?:\(01\)|01\d{14}(?:1[01357]|21))")
_OTHER = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-./]{6,99}")
_FIXED = {"01": 14, "11": 6, "13": 6, "15": 6, "17": 6}
_VARIABLE = {"10": 20, "21": 20}
# a box code lacks or has a digit too many: 20 digits were meant
_NEARLY = re.compile(r"8\d{17,18}|8\d{20,21}")


@dataclass(frozen=True, slots=True)
class TraceCode:
    """What a trace code says. `drug_id`: 7 digits or the GTIN; `level`: of the pack, where it tells."""

    form: Form
    drug_id: str = ""
    serial: str = ""
    expires: datetime.date | None = None
    lot: str = ""
    level: Level = "unknown"
    why: str = ""

    @property
    def valid(self) -> bool:
        return self.form != "malformed"


def parse(code: str) -> TraceCode:
    """A trace code taken apart; blanks in it are of the print and do not count.

    >>> parse("8385793 0000879766660").drug_id
    '8385793'
    >>> parse("(01)06924561884074(21)A1").form, parse("(01)06924561884075(21)A1").why
    ('gs1', 'check digit')
    """
    text = "".join(code.split(" ")).strip()
    if _MAKER.fullmatch(text):
        return TraceCode("maker20", text[:7], text[7:])
    if _LOOKS_GS1.match(text):
        return _gs1(re.sub(r"^\](d2|Q3|C1)", "", text))
    if _NEARLY.fullmatch(text):
        return TraceCode("malformed", why="number of digits")
    if _OTHER.fullmatch(text):
        return TraceCode("other", serial=text)
    return TraceCode("malformed", why="signs or length")


def check_digit(digits: str) -> int:
    """The mod-10 check digit of a GTIN or EAN without its last digit.

    >>> check_digit("692456188407")
    4
    """
    return -sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(digits[::-1])) % 10


def _gs1(text: str) -> TraceCode:
    parts = dict(_BRACKETS.findall(text)) if text.startswith("(") else _elements(text)
    gtin, serial = parts.get("01", ""), parts.get("21", "").rstrip(_GS)
    if not re.fullmatch(r"\d{14}", gtin):
        return TraceCode("malformed", why="no GTIN")
    if check_digit(gtin[:-1]) != int(gtin[-1]):
        return TraceCode("malformed", why="check digit")
    if not 1 <= len(serial) <= 20:
        return TraceCode("malformed", why="serial")
    expires = _day(parts["17"].rstrip(_GS)) if "17" in parts else None
    if "17" in parts and expires is None:
        return TraceCode("malformed", why="expiry")
    # the indicator digit: 0 the unit that is sold, 1 to 8 packs of it
    level: Level = "small" if gtin[0] == "0" else "middle" if gtin[0] in "1234" else "large"
    return TraceCode("gs1", gtin, serial, expires, parts.get("10", "").rstrip(_GS), level)


def _elements(text: str) -> dict[str, str]:
    """Application identifiers of an element string without brackets; variable ones end at FNC1."""
    parts: dict[str, str] = {}
    while text:
        ai, text = text[:2], text[2:]
        if ai in _FIXED:
            parts[ai], text = text[: _FIXED[ai]], text[_FIXED[ai] :].lstrip(_GS)
        elif ai in _VARIABLE:
            parts[ai], _, text = text.partition(_GS)
        else:
            return {}
    return parts


def _day(digits: str) -> datetime.date | None:
    """YYMMDD; the day 00 is the last of the month."""
    if not re.fullmatch(r"\d{6}", digits):
        return None
    year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if not 1 <= month <= 12:
        return None
    if day == 0:
        first = datetime.date(year + month // 12, month % 12 + 1, 1)
        return first - datetime.timedelta(days=1)
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def clean(code: pl.Expr) -> pl.Expr:
    """Codes without the blanks of the print."""
    return code.str.replace_all(" ", "", literal=True).str.strip_chars()


def form_of(code: pl.Expr) -> pl.Expr:
    """The form of clean codes, column-wise; the readable twin is `parse`."""
    pl = polars()
    gtin = gtin_of(code)
    serial = code.str.extract(r"\(21\)([^(]+)|^(?:\](?:d2|Q3|C1))?01\d{14}.*?21([^\x1d(]+)", 0)
    digits = [gtin.str.slice(place, 1).cast(pl.Int32, strict=False) for place in range(14)]
    weighted = pl.sum_horizontal(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    gs1 = (
        pl.when((weighted % 10 == 0) & serial.is_not_null())
        .then(pl.lit("gs1"))
        .otherwise(pl.lit("malformed"))
    )
    looks_gs1 = code.str.contains(r"^(?:\](?:d2|Q3|C1))?(?:\(01\)|01\d{14}(?:1[01357]|21))")
    return (
        pl.when(code.str.contains(r"^8\d{19}$"))
        .then(pl.lit("maker20"))
        .when(looks_gs1)
        .then(gs1)
        .when(code.str.contains(r"^(?:8\d{17,18}|8\d{20,21})$"))
        .then(pl.lit("malformed"))
        .when(code.str.contains(r"^[0-9A-Za-z][0-9A-Za-z\-./]{6,99}$"))
        .then(pl.lit("other"))
        .otherwise(pl.lit("malformed"))
    )


def gtin_of(code: pl.Expr) -> pl.Expr:
    """The GTIN of a clean GS1 code, null for others."""
    return code.str.extract(r"^(?:\](?:d2|Q3|C1))?\(?01\)?(\d{14})", 1)


def drug_id_of(code: pl.Expr, form: pl.Expr) -> pl.Expr:
    """Seven digits or the GTIN; null where a code does not say its drug."""
    pl = polars()
    return pl.when(form == "maker20").then(code.str.slice(0, 7)).when(form == "gs1").then(gtin_of(code))


_PLACE = ["code", "hospital_id"]


def net_sales(events: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Sales that stand, in order of time, and how many uploads were merged and split sales left out.

    `events`: code, hospital_id, time, quantity, returned, document_id, patient_id, split, pack_units, region,
    fund_paid, amount, row. Of one code: uploads at one institution on one document for one person within a
    day are one event; a return takes back the earliest sale standing at its institution; sales of a split
    pack count as one for as many as the pack has units. Adds nth (from 1), first_hospital, days_between
    (since the sale before), before_hospital, before_region, before_person, certain (document or person known
    of every sale of the box, so that netting was possible).
    """
    pl = polars()
    back = (pl.col("returned").fill_null(0) == 1) | (pl.col("quantity").fill_null(1.0) < 0)
    split = pl.col("split").fill_null(0) == 1
    frame = events.with_columns(
        back=back, split=split, day=pl.col("time").dt.date(), named=pl.coalesce("document_id", "patient_id")
    )
    unnamed = pl.format("row {}", "row")  # without document and person two uploads are two events
    keys = [*_PLACE, "day", "document_id", "patient_id", "back", "alone"]
    frame = frame.with_columns(alone=pl.when(pl.col("named").is_null()).then(unnamed))
    once = frame.sort("time", "row").unique(keys, keep="first", maintain_order=True)
    told = {"events_merged": len(frame) - len(once)}
    parts = once.filter(pl.col("split") & ~pl.col("back"))
    units = pl.col("pack_units").fill_null(pl.len().over("code").cast(pl.Float64)).clip(1.0)
    nth = pl.int_range(pl.len()).over("code")
    kept_parts = (
        parts.with_columns(first=(nth % units.ceil().cast(pl.Int64)) == 0)
        .filter(pl.col("first"))
        .drop("first")
    )
    told["splits"] = len(parts) - len(kept_parts)
    whole = once.filter(~pl.col("split") | pl.col("back"))
    once = pl.concat([whole, kept_parts]).sort("code", "time", "row")
    returns = once.filter(pl.col("back")).group_by(_PLACE).agg(taken=pl.len())
    sales = once.filter(~pl.col("back")).join(returns, on=_PLACE, how="left", nulls_equal=True)
    place = pl.int_range(pl.len()).over(_PLACE)
    stands = sales.filter(place >= pl.col("taken").fill_null(0)).sort("code", "time", "row")
    before = {
        f"before_{name}": pl.col(column).shift(1).over("code")
        for name, column in (("hospital", "hospital_id"), ("region", "region"), ("person", "patient_id"))
    }
    made = stands.with_columns(
        nth=pl.int_range(1, pl.len() + 1).over("code"),
        first_hospital=pl.col("hospital_id").first().over("code"),
        days_between=(pl.col("day") - pl.col("day").shift(1).over("code")).dt.total_days().cast(pl.Float64),
        certain=pl.col("named").is_not_null().all().over("code"),
        **before,
    )
    return made.drop("alone", "taken"), {name: count for name, count in told.items() if count}
