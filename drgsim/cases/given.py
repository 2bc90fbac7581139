"""What a caller hands over as cases: one case as a mapping, or a table that has each column once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ColumnError
from .case_errors import NotACaseTableError
from .columns import case_columns

if TYPE_CHECKING:
    import pandas as pd

_MAY_BE_LISTS = ("not_applicable",)  # besides the codes: names, of which one case may have several
SCORES = ("score", "auxiliary_factor")
GROUPS = ("drg", "dip_code", "status", "kind", *SCORES)  # what a grouper adds, and payment reads


def with_answers(cases: pd.DataFrame) -> pd.DataFrame:
    """Cases of a file as grouping and payment take them: of diagnoses only, none had a procedure, and
    what is kept of a file is text, so a grouper's scores become numbers.

    >>> import pandas as pd
    >>> with_answers(pd.DataFrame({"diagnoses": ["I10.x00"], "score": ["812.5"]})).to_dict("records")
    [{'diagnoses': 'I10.x00', 'score': 812.5, 'procedures': ''}]
    """
    import pandas as pd

    scores = {name: pd.to_numeric(cases[name], errors="coerce") for name in SCORES if name in cases.columns}
    return cases.assign(**scores, **({} if "procedures" in cases.columns else {"procedures": ""}))


def refuse_columns(case: Mapping[Any, Any]) -> None:
    """Raises NotACaseTableError when a mapping holds whole columns where one case holds values.

    >>> refuse_columns({"sex": 2, "diagnoses": ["K80.100", "I10.x00"]})
    """
    listed = [name for name, value in case.items() if _is_column(str(name), value)]
    if listed:
        raise NotACaseTableError(
            "a mapping is one case, but this one holds columns of several",
            got=f"lists under {', '.join(map(str, listed))}",
            allowed="one value a name; lists only of diagnoses and procedures",
            do="make it a table first: pandas.DataFrame(cases)",
        )


def refuse_doubled(names: Iterable[Any]) -> None:
    """Raises ColumnError when a table has a column of cases, or a grouper's answer, more than once.

    Other columns are nobody's business here.
    """
    listed = [name for name in names if name in case_columns() or name in GROUPS]
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice:
        raise ColumnError("a column stands twice", got=", ".join(twice), do=KEEP_ONE)


KEEP_ONE = (
    "keep one of them: cases.loc[:, ~cases.columns.duplicated()] keeps the first, another name keeps both"
)


def _is_column(name: str, value: Any) -> bool:
    if isinstance(value, list | tuple | Mapping) or getattr(value, "ndim", 0) > 0:
        column = case_columns().get(name)
        if column is None or name in _MAY_BE_LISTS:
            return name in GROUPS
        # one case has a list of codes, several have a list of lists
        return column.kind != "codes" or isinstance(value, Mapping) or any(map(_is_list, value))
    return False


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) or getattr(value, "ndim", 0) > 0
