"""Tables a user gives beside the cases: of the right kind, and of regions the cases know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...cases.arrays import read_labels
from ...errors import ArgumentError
from ..errors import SimulationError
from .case_table import CARE, INSURED

if TYPE_CHECKING:
    import pandas as pd

REGION = "region"


def check_tables(cases: pd.DataFrame, **tables: Any) -> None:
    """Raise unless each table (by its name; None for none) is a DataFrame and has a region of the cases.

    A table of which no row fits would change nothing, and nobody would see it: codes often lose a leading
    zero on their way through a spreadsheet.
    """
    import pandas as pd

    known = {name for side in (CARE, INSURED) for name in read_labels(cases, side).names}
    for name, table in tables.items():
        if table is None:
            continue
        if not isinstance(table, pd.DataFrame):
            raise ArgumentError(f"{name} must be a DataFrame", got=type(table).__name__)
        if REGION not in table.columns or not len(table) or not known:
            continue  # its reader says what it lacks
        given = read_labels(table, REGION).names
        if not known & {*given}:
            raise SimulationError(
                f"no region of the table of {name} is a region of the cases",
                got=sorted(given)[:5],
                allowed=sorted(known)[:5],
                do="write the codes as insured_region and care_region have them, leading zeros included",
            )
