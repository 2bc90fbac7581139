"""What one column says of another: which number names the stay, age below one year from days, the length of
stay from the dates, and whose weights stand on a record. Every value made so is told; each row is settled by
that row alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .columns import case_columns, text_dtype
from .measures import YEAR
from .named_codes import named_codes
from .problems import WHOLE_TABLE, Finding

if TYPE_CHECKING:
    import pandas as pd

    from ..codes import CodeLists


_NAMES_BY_ITSELF = ("stay_id", "settlement_id")
MADE_OF = (*_NAMES_BY_ITSELF, "admission_count", "record_number")


def with_stay_ids(cases: pd.DataFrame) -> pd.DataFrame:
    """`case_id` from the serial number of the stay or of its settlement, else `number-count`.

    The number as the source writes it becomes `record_number`, unless the source has that column itself:
    then the ids were made before. A row that lacks the better id keeps its number; no row looks at another.
    """
    if "record_number" in cases.columns:
        return cases
    given = [name for name in _NAMES_BY_ITSELF if name in cases.columns]
    number = cases["case_id"] if "case_id" in cases.columns else None
    counted = number is not None and "admission_count" in cases.columns
    if not given and not counted:
        return cases
    made = None
    if number is not None:
        made = number
        if counted:
            count = cases["admission_count"].astype("Int64")
            both = (number.notna() & count.notna()).to_numpy(dtype=bool)
            made = number.mask(both, number.where(both, "") + "-" + count.astype(str))
    for name in reversed(given):
        made = cases[name] if made is None else cases[name].where(cases[name].notna(), made)
    result = cases.assign(case_id=made)
    return result if number is None else result.assign(record_number=number)


Mask = npt.NDArray[np.bool_]

CHILDREN = "children_birth_weights"
LOS_FROM = ("admission_date", "discharge_date")
_HELPERS: Mapping[str, Collection[str]] = {
    "case_id": MADE_OF,
    "age": ("age_days", "birth_date", "admission_date"),
    "age_days": ("age",),
    "los": LOS_FROM,
    "birth_weight": (CHILDREN, "diagnoses"),
    CHILDREN: ("birth_weight", "diagnoses"),
}
_FRACTION = re.compile(r"0?\.\d+|.*\d\s*/\s*\d+.*")  # an age below one year as a front page writes it
_BETWEEN = re.compile(r"[^\d.]+")


def with_helpers(wanted: Collection[str]) -> set[str]:
    """The columns asked for, and those they are made of."""
    return {*wanted, *(helper for name in wanted for helper in _HELPERS.get(name, ()))}


def settle_ages(
    parts: dict[str, pd.Series],
    days: npt.NDArray[np.float64] | None,
    findings: list[Finding],
    unapplied: dict[str, Mask],
) -> list[Finding]:
    """Ages in years and in days made to say the same; `parts` and `unapplied` are changed, and the findings
    that remain are given back. `days` are those a cell of the years wrote."""
    import pandas as pd

    if "age" not in parts:
        return findings
    own = parts.get("age_days")
    if days is not None:
        made = pd.Series(pd.array([pd.NA] * len(days), dtype="Int32")) if own is None else own.copy()
        fill = made.isna().to_numpy() & ~np.isnan(days)
        made[fill] = days[fill].astype(np.int32)
        parts["age_days"] = own = made
    if own is None:
        return findings
    age = parts["age"]
    stated = own.to_numpy(dtype=float, na_value=np.nan)
    open_rows = age.isna().to_numpy() & (stated >= 0) & _young_by_birth(parts, stated)
    unread: dict[int, str] = {}
    for finding in findings:
        if finding.column == "age" and finding.rule == "unreadable":
            unread |= dict(zip(finding.rows.tolist(), finding.got, strict=True))
    open_rows[[row for row, text in unread.items() if not _FRACTION.fullmatch(text.strip())]] = False
    rows = np.flatnonzero(open_rows)
    if not rows.size:
        return findings
    settled = age.copy()
    settled[open_rows] = (stated[rows] // YEAR).astype(np.int32)
    parts["age"] = settled
    if "age" in unapplied:
        unapplied["age"] = unapplied["age"] & ~open_rows
    kept = [_without(each, open_rows) if each.column == "age" else each for each in findings]
    return [*kept, Finding("age-from-days", "age", rows, [f"{stated[row]:.0f} d" for row in rows])]


def settle_stays(
    parts: dict[str, pd.Series], findings: list[Finding], unapplied: dict[str, Mask]
) -> list[Finding]:
    """The length of stay where it is missing: whole days between the dates, 1 at the least. What is told of
    it is given back; `parts` and `unapplied` are changed. A cell that could not be read stays as it is."""
    import pandas as pd

    if any(name not in parts for name in LOS_FROM):
        return []
    admission, discharge = (parts[name].to_numpy().astype("datetime64[D]") for name in LOS_FROM)
    days = (discharge - admission).astype("timedelta64[D]").astype(float)
    days[np.isnat(discharge) | np.isnat(admission)] = np.nan
    days[days < 0] = np.nan
    lost = np.isnan(days)
    values = np.where(lost, 0, np.maximum(days, 1)).astype(np.int32)
    made = pd.Series(pd.arrays.IntegerArray(values, lost))
    if "los" not in parts:
        parts["los"] = made
        return [Finding("los-from-dates", "los", WHOLE_TABLE, " to ".join(LOS_FROM))] if len(lost) else []
    fill = parts["los"].isna().to_numpy(dtype=bool) & ~lost
    for finding in findings:
        if finding.column == "los" and finding.rows is not WHOLE_TABLE:
            fill[finding.rows] = False
    rows = np.flatnonzero(fill)
    if not rows.size:
        return []
    parts["los"] = parts["los"].where(~fill, made)
    if "los" in unapplied:
        unapplied["los"] = unapplied["los"] & ~fill
    return [Finding("los-from-dates", "los", rows, [f"{day} d" for day in values[rows].tolist()])]


def settle_weights(cases: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """On a mother's record the birth weights are her children's; on a child's own the first is its own.

    The column of children is there wherever a row could need it, so that all chunks of a file are alike.
    """
    import pandas as pd

    rows = len(cases)
    if CHILDREN not in cases.columns:
        if "birth_weight" not in cases.columns or "diagnoses" not in cases.columns:
            return cases, []
        cases = cases.assign(**{CHILDREN: pd.Series([None] * rows, index=cases.index, dtype=text_dtype())})
    own = (
        cases["birth_weight"].to_numpy(dtype=float, na_value=np.nan)
        if "birth_weight" in cases.columns
        else np.full(rows, np.nan)
    )
    several = cases[CHILDREN].astype(object).where(cases[CHILDREN].notna(), None).to_numpy()
    looked = np.flatnonzero((own > 0) | np.array([each is not None for each in several], dtype=bool))
    if not looked.size:
        return cases, []
    mother = np.zeros(len(looked), dtype=bool)
    if "diagnoses" in cases.columns:
        mother = mothers(cases["diagnoses"].iloc[looked]) & ~_infants(cases, looked)
    children = np.full(rows, None, dtype=object)
    hers: list[int] = []
    doubled: list[int] = []
    for row, is_mother in zip(looked.tolist(), mother.tolist(), strict=True):
        weights = _weights(several[row])
        if is_mother:
            if not weights and own[row] > 0:
                weights = [int(own[row])]
            children[row] = "|".join(map(str, weights)) or None  # a dash is no weight
            if own[row] > 0:
                hers.append(row)
                own[row] = np.nan
        elif len(weights) > 1:
            doubled.append(row)
            if not own[row] > 0:
                own[row] = weights[0]
    changed: dict[str, Any] = {CHILDREN: pd.Series(children, index=cases.index, dtype=text_dtype())}
    if hers:
        changed["birth_weight"] = cases["birth_weight"].mask(np.isin(np.arange(rows), hers))
    told = [several[row] for row in doubled]
    findings = [Finding("weights-in-one-cell", "birth_weight", np.array(doubled), told)] if doubled else []
    return cases.assign(**changed), findings


def settle_arrow_weights(parts: dict[str, Any], diagnoses: CodeLists | None) -> list[Finding]:
    """As `settle_weights`, of Arrow arrays by column, which are changed, and the ids of the diagnoses; only
    rows that list several weights become Python objects."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if "birth_weight" in parts and "diagnoses" in parts:
        parts.setdefault(CHILDREN, pa.nulls(len(parts["diagnoses"]), pa.string()))
    if CHILDREN not in parts:
        return []
    listed = parts[CHILDREN].is_valid()
    if "birth_weight" in parts and diagnoses is not None:
        own = parts["birth_weight"]
        given = pc.and_(pc.fill_null(pc.greater(own, 0), False), pc.invert(listed))
        if "age" in parts:
            given = pc.and_(given, pc.fill_null(pc.not_equal(parts["age"], 0), True))
        weighed = np.flatnonzero(given.to_numpy(zero_copy_only=False))
        hers = np.append(named_codes("mother"), [False, False])  # of what is no code, and of no code
        codes = diagnoses.take(weighed)
        weighed = weighed[codes.rows_where(hers[np.where(codes.flat < len(hers) - 2, codes.flat, -1)])]
        if weighed.size:
            mask = np.zeros(len(own), dtype=bool)
            mask[weighed] = True
            mother = pa.array(mask)
            told = own.cast(pa.int64()).cast(parts[CHILDREN].type)
            parts[CHILDREN] = pc.if_else(mother, told, parts[CHILDREN])
            parts["birth_weight"] = pc.if_else(mother, None, own)
    at = np.flatnonzero(listed.to_numpy(zero_copy_only=False))
    if not at.size:
        return []
    names = [name for name in ("birth_weight", CHILDREN, "diagnoses", "age") if name in parts]
    taken = {name: parts[name].take(pa.array(at)) for name in names}
    whole = {name: pa.types.is_integer(array.type) for name, array in taken.items()}
    settled, found = settle_weights(
        pd.DataFrame(
            {
                name: pd.array(array.to_pylist(), dtype="Int32") if whole[name] else array.to_pandas()
                for name, array in taken.items()
            }
        )
    )
    for name in names[: names.index(CHILDREN) + 1]:
        after = pa.array(settled[name], parts[name].type, from_pandas=True)
        parts[name] = pc.replace_with_mask(parts[name], listed, after)
    return [Finding(each.rule, each.column, at[each.rows], each.got) for each in found]


def _infants(cases: pd.DataFrame, rows: npt.NDArray[np.int64]) -> Mask:
    if "age" not in cases.columns:
        return np.zeros(len(rows), dtype=bool)
    return cases["age"].iloc[rows].to_numpy(dtype=float, na_value=np.nan) == 0


def mothers(diagnoses: pd.Series) -> Mask:
    """Which records are a mother's, of whatever outcome: a weight on them is a child's."""
    codes = _mothers_codes()
    texts = diagnoses.fillna("").tolist()
    return np.array([not codes.isdisjoint(text.split("|")) for text in texts], dtype=bool)


def in_order(names: Collection[str]) -> list[str]:
    """Columns of the case table in its order."""
    return [name for name in case_columns() if name in names]


@cache
def _mothers_codes() -> frozenset[str]:
    from ..codes import Catalogue

    codes = Catalogue.load("diagnosis").codes
    return frozenset(codes[place] for place in np.flatnonzero(named_codes("mother")).tolist())


def _weights(text: Any) -> list[int]:
    numbers = [float(part) for part in _BETWEEN.split(str(text or "")) if part.strip(".")]
    return [int(number) for number in numbers if number > 0]


def _young_by_birth(parts: Mapping[str, pd.Series], days: npt.NDArray[np.float64]) -> Mask:
    """False where the birth date says that the person is not as young as the days say."""
    if "birth_date" not in parts or "admission_date" not in parts:
        return np.ones(len(days), dtype=bool)
    age = (parts["admission_date"] - parts["birth_date"]).dt.days.to_numpy(dtype=float, na_value=np.nan)
    return np.isnan(age) | (np.abs(age - days) <= YEAR)


def _without(finding: Finding, gone: Mask) -> Finding:
    left = ~gone[finding.rows] if finding.rows is not WHOLE_TABLE else np.ones(len(finding.rows), dtype=bool)
    if left.all():
        return finding
    got = finding.got
    if not isinstance(got, str):
        got = [text for text, keep in zip(got, left, strict=True) if keep]
    return Finding(finding.rule, finding.column, finding.rows[left], got)
