"""The case table: which columns there are, in what type and unit, and under what other names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from .._paths import data_path
from ..errors import NotFoundError

Kind = Literal["text", "whole", "decimal", "money", "flag", "date", "codes", "list"]

_DTYPES = {
    "whole": "Int32",
    "decimal": "float64",
    "money": "float64",
    "flag": "boolean",
    "date": "datetime64[s]",
}


@dataclass(frozen=True, slots=True)
class CaseColumn:
    """One column of the case table, a row of `data/cases/columns.csv`.

    Attributes
    ----------
    name : the column's name
    kind : text, whole (numbers), decimal, money (yuan), flag, date, codes (joined by `|`), or list (texts
        joined by `|`, place by place beside codes)
    unit : years, days, g, hours, yuan, share or ""
    label_zh, label_en : what tables for people call it
    aliases, aliases_zh : other names under which files hold it
    needed_by : the steps that use it
    required : whether no table of cases can do without it
    identifier : whether it names a person or a stay, so that no display shows its values
    personal : whether it is left out of what is written, unless asked for by name
    description : one line
    """

    name: str
    kind: Kind
    unit: str
    label_zh: str
    label_en: str
    aliases: tuple[str, ...]
    aliases_zh: tuple[str, ...]
    needed_by: tuple[str, ...]
    required: bool
    identifier: bool
    personal: bool
    description: str

    @property
    def dtype(self) -> Any:
        """The pandas dtype; missing is `<NA>`, NaN or NaT. Text takes the dtype pandas gives text."""
        return _DTYPES.get(self.kind) or text_dtype()

    @property
    def is_number(self) -> bool:
        return self.kind in ("whole", "decimal", "money")

    @property
    def beside(self) -> str:
        """The list of codes beside which its texts stand; empty for other columns."""
        if self.kind != "list":
            return ""
        return "procedures" if self.name.startswith("procedure") else "diagnoses"

    @property
    def is_text(self) -> bool:
        return self.kind in ("text", "codes", "list")


@cache
def case_columns() -> Mapping[str, CaseColumn]:
    """Every column of the case table by name, in the order of the table.

    >>> case_columns()["birth_weight"].unit
    'g'
    """
    with data_path("cases", "columns.csv").open(encoding="utf-8", newline="") as file:
        columns = [_column(row) for row in csv.DictReader(file)]
    return MappingProxyType({column.name: column for column in columns})


def case_column(name: str) -> CaseColumn:
    """One column. Raises NotFoundError, with the nearest name, when the case table has no such column."""
    columns = case_columns()
    if name not in columns:
        raise NotFoundError(
            "the case table has no such column",
            got=name,
            nearest=columns,
            do="see drgsim.cases.case_columns()",
        )
    return columns[name]


def column_labels(language: Literal["zh", "en"] = "zh") -> dict[str, str]:
    """Label by column name."""
    return {name: getattr(column, f"label_{language}") for name, column in case_columns().items()}


def text_dtype() -> Any:
    """The dtype pandas itself gives text: `str` from pandas 3 on, `object` before or when switched off."""
    import pandas as pd

    return pd.Series([""]).dtype


def _column(row: dict[str, str]) -> CaseColumn:
    kind = row["kind"]
    assert kind in get_args(Kind), kind
    return CaseColumn(
        name=row["name"],
        kind=kind,  # type: ignore[arg-type]
        unit=row["unit"],
        label_zh=row["label_zh"],
        label_en=row["label_en"],
        aliases=_listed(row["aliases"]),
        aliases_zh=_listed(row["aliases_zh"]),
        needed_by=_listed(row["needed_by"]),
        required=row["required"] == "yes",
        identifier=row["identifier"] != "no",
        personal=row["identifier"] == "person",
        description=row["description"],
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))


def without_personal(cases: Any, *, keep: Iterable[str] = ()) -> Any:
    """A table of cases as it may be handed on: without the columns that say who someone is (birth date),
    but for those in `keep`."""
    kept = set(keep)
    gone = [name for name, column in case_columns().items() if column.personal and name not in kept]
    return cases.drop(columns=[name for name in gone if name in cases.columns])
