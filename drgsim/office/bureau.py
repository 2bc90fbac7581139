"""The file a bureau returns: group, weight and payment by stay, under whatever headers it has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..cases.beside import table_beside
from ..errors import ColumnError

HEADERS = {
    "case_id": ("case_id", "病案号", "病例号", "住院号", "medcasno"),
    "stay_id": ("stay_id", "住院流水号", "就诊ID", "就诊id", "mdtrt_id", "就诊流水号"),
    "settlement_id": ("settlement_id", "结算ID", "结算id", "setl_id", "清单流水号", "结算流水号", "结算单号"),
    "group": ("group", "drg", "drg_code", "DRG编码", "DRG组", "病组", "病组编码", "DRG分组编码",
    "分组编码", "入组编码",
              "dip_code", "病种编码"),
    "weight": ("weight", "rw", "RW", "权重", "病组权重", "分值", "基准点数", "点数"),
    "payment": ("payment", "应付", "应付总额", "支付金额", "DRG支付金额", "病组支付金额", "病组支付标准",
    "结算金额",
                "DRG应付金额", "支付标准"),
    "returned": ("returned", "反馈日期", "下发日期", "返回日期", "公布日期"),
}  # fmt: skip
KEYS = ("settlement_id", "stay_id", "case_id")


def read_bureau(given: Any) -> pd.DataFrame:
    """A row a stay: one or more of `KEYS` as text; group, weight, payment (yuan), returned where stated.

    `given`: a DataFrame, or a CSV or Excel file with one header row. Raises NotFoundError, ColumnError.
    """
    table = given if isinstance(given, pd.DataFrame) else table_beside(given)
    headers = {str(column).strip(): column for column in table.columns}
    found = {
        name: next((headers[word] for word in words if word in headers), None)
        for name, words in HEADERS.items()
    }
    if not any(found[key] is not None for key in KEYS) or found["group"] is None:
        raise ColumnError(
            "not a file of a bureau's groups",
            got=list(headers),
            allowed="a number of the stay (病案号, 住院流水号, 结算ID), a group (病组编码); weight, payment",
        )
    result = pd.DataFrame(index=pd.RangeIndex(len(table)))
    for name, column in found.items():
        if column is None:
            continue
        cells = table[column].reset_index(drop=True)
        if name in ("weight", "payment"):
            result[name] = pd.to_numeric(cells.astype(str).str.replace(",", ""), errors="coerce")
        elif name == "returned":
            result[name] = pd.to_datetime(cells, errors="coerce")
        else:
            result[name] = cells.map(_text)
    return result


def matched(cases: pd.DataFrame, bureau: pd.DataFrame) -> tuple[str, str]:
    """The column of the cases and of the bureau's table that name the most stays in common.

    Raises ColumnError when none do.
    """
    own = [name for name in (*KEYS, "record_number") if name in cases.columns]
    pairs = [(left, right) for left in own for right in KEYS if right in bureau.columns]
    common = {
        pair: len(set(cases[pair[0]].dropna().map(_text)) & set(bureau[pair[1]].dropna())) for pair in pairs
    }
    best = max(common, key=lambda pair: common[pair], default=None)
    if best is None or not common[best]:
        raise ColumnError(
            "no stay of the bureau's file is among the cases",
            got=f"{len(cases):,} cases, {len(bureau):,} rows of the bureau",
            allowed="the same 病案号, 住院流水号 or 结算ID in both",
            do="check the numbers (leading zeros, admission counts), or rename a column",
        )
    return best


def _text(cell: Any) -> Any:
    """A number of a stay as text; missing as None."""
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return None
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    text = text.removeprefix('="').removesuffix('"') if text.startswith('="') else text.removeprefix("'")
    return text or None
