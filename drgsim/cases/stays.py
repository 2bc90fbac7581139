"""One stay, one id: what names a stay by itself goes before the number of the record, which several share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

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
