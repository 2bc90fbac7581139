"""A file of cases with the groups it may bear already."""

from __future__ import annotations

from typing import Any


def read_grouped_cases(file: str, **options: Any) -> Any:
    """The cases with a grouper's answer, where the file holds one; what is kept of a file is text, so scores
    become numbers. `options` go to `read_cases`."""
    import pandas as pd

    from ..cases import read_cases
    from ..cases.given import GROUPS, SCORES

    cases = read_cases(file, keep=GROUPS.__contains__, **options)
    if "procedures" not in cases.columns:  # a file of diagnoses only: none had a procedure
        cases["procedures"] = ""
    scores = {name: pd.to_numeric(cases[name], errors="coerce") for name in SCORES if name in cases.columns}
    return cases.assign(**scores)
