"""The file a bureau returns: group, weight and payment by stay, under whatever headers it has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..cases.beside import headed_table
from ..cases.personal import pseudonyms
from ..errors import ColumnError

_HEADERS = {  # the likeliest first
    "settlement_id": "settlement_id setl_id 结算ID 清单流水号 结算流水号 结算单号 结算编号",
    "stay_id": "stay_id mdtrt_id 住院流水号 就诊ID 就诊流水号 就诊编号 住院就诊号",
    "case_id": "case_id medcasno 病案号 病例号 住院号 病历号",
    "group": "group drg drg_code 病组编码 病组代码 DRG编码 DRG代码 DRG组编码 DRG组代码 DRG组 "
    "DRG DIP 组别 病种 入组结果 "
    "DRG分组 DRG分组编码 入组DRG 入组DRG编码 入组编码 分组编码 分组结果 DRGs编码 病组 "
    "dip_code 病种编码 病种代码 DIP编码 DIP病种编码",
    "weight": "weight rw 权重 病组权重 DRG权重 RW值 权重(RW) 基准权重 调整后权重 "
    "分值 病种分值 DIP分值 基准点数 病组点数 点数",
    "payment": "payment 应付 应付总额 DRG应付金额 应付金额 DRG应支付 DRG应支付金额 支付金额 "
    "DRG支付金额 病组支付金额 DIP支付金额 按病组应付 结算金额 DRG结算金额 DRG总费用 支付 支付总额 支付额 "
    "应付额 DRG支付 DIP支付 病组支付 DIP应付金额 核定金额 拨付金额",
    "standard": "standard 支付标准 病组支付标准 DRG支付标准 DRG付费标准 病种支付标准 DRG标准",
    "fund": "fund 统筹支付 统筹基金支付 DRG统筹支付 DRG统筹应付 基金支付 DRG基金支付 "
    "基金应付 统筹应付 DRG基金应付 统筹基金应付 统筹 基金 医保支付 医保支付金额 基金支付额 基金支付金额 "
    "统筹支付金额 统筹基金支付金额 医保基金支付",
    "margin": "margin 差额 盈亏 结余 盈亏金额 盈亏额 结余金额 DRG差额 DRG盈亏 DIP盈亏 病组差额 超支结余",
    "returned": "returned 反馈日期 下发日期 返回日期 公布日期 反馈时间 下发时间",
}
HEADERS = {
    name: [f"{word}{unit}" for unit in ("", "(元)") for word in words.split()]
    for name, words in _HEADERS.items()
}
_PLAIN = re.compile(r"[,，\s￥¥元]")
KEYS = ("settlement_id", "stay_id", "case_id")
MONEY = {
    "payment": "应付总额",
    "standard": "支付标准",
    "fund": "统筹基金支付",
    "margin": "结余",
}  # the first stated is compared
_NUMBERS = ("weight", *MONEY)


def read_bureau(given: Any) -> tuple[pd.DataFrame, list[str]]:
    """A row a stay: one or more of `KEYS` as text; group, weight, payment (yuan), returned where stated. And
    lines in Chinese on what was compared with what.

    `payment` is what of ours `.attrs["money"]` names: the whole payment where the bureau states it, else the
    standard, else the fund's part, else the margin. `given`: a DataFrame, or a CSV or Excel file, with
    titles and foot rows as they are. Raises NotFoundError, ColumnError, FileFormatError.
    """
    table, found = headed_table(given, HEADERS)
    if not any(key in found for key in KEYS) or "group" not in found:
        raise ColumnError(
            "not a file of a bureau's groups",
            got=list(found.values()) or "none of the headers",
            allowed="a number of the stay (病案号, 住院流水号, 结算ID), a group (病组编码); weight, payment",
        )
    told, result = [], pd.DataFrame(index=table.index)
    for name in found:
        if name in _NUMBERS:
            result[name], bad = _numbers(table[name])
            if bad:
                told.append(f"局方文件“{found[name]}”列有 {bad:,} 个单元格不是数字, 按缺失处理")
        elif name == "returned":
            result[name] = pd.to_datetime(table[name], errors="coerce", format="mixed")
        else:
            result[name] = pseudonyms(table[name].map(as_number_of_stay))[0]  # as those of the cases are
    money = next((name for name in MONEY if name in found), None)
    if money is None:
        told.append("局方文件没有支付金额列, 未比较金额")
    else:
        told.append(f"局方的“{found[money]}”与我方{MONEY[money]}比较")
        result = result.rename(columns={money: "payment"})
    result = result.drop(columns=[name for name in MONEY if name != "payment" and name in result.columns])
    result.attrs["money"] = money or "payment"
    return result, told


def _numbers(cells: pd.Series) -> tuple[pd.Series, int]:
    """Cells as numbers, and how many that are filled are none: `1,234.50`, `￥88元`."""
    plain = cells.map(lambda cell: _PLAIN.sub("", str(cell)) if isinstance(cell, str) else cell)
    numbers = pd.to_numeric(plain, errors="coerce").astype(np.float64)
    empty = plain.isna() | plain.isin(["", "-", "--", "—"])
    return numbers, int((numbers.isna() & ~empty).sum())


@dataclass(frozen=True)
class Match:
    """The columns by which stays of both sides are found, whether without leading zeros, and how many are."""

    own: str
    bureau: str
    without_zeros: bool
    common: int

    def keys(self, cells: pd.Series) -> pd.Series:
        """Numbers of stays of one side as they are compared."""
        numbers = pseudonyms(cells.map(as_number_of_stay))[0]
        return numbers.map(_without_zeros) if self.without_zeros else numbers


def matched(cases: pd.DataFrame, bureau: pd.DataFrame) -> Match:
    """The columns of the cases and of the bureau's table that name the most stays in common; leading zeros
    that a spreadsheet took count as there where that finds more.

    Raises ColumnError when none do.
    """
    own = [name for name in (*KEYS, "record_number") if name in cases.columns]
    pairs = [(left, right) for left in own for right in KEYS if right in bureau.columns]
    found = []
    for left, right in pairs:
        for zeros in (False, True):
            match = Match(left, right, zeros, 0)
            ours, theirs = set(match.keys(cases[left]).dropna()), set(match.keys(bureau[right]).dropna())
            found.append(Match(left, right, zeros, len(ours & theirs)))
    best = max(found, key=lambda each: each.common, default=None)  # the first of equals: as they stand
    if best is None or not best.common:
        raise ColumnError(
            "no stay of the bureau's file is among the cases",
            got=f"{len(cases):,} cases, {len(bureau):,} rows of the bureau",
            allowed="the same 病案号, 住院流水号 or 结算ID in both",
            do="check the numbers (leading zeros, admission counts), or rename a column",
        )
    return best


def as_number_of_stay(cell: Any) -> Any:
    """A number of a stay as text; missing as None.

    >>> as_number_of_stay(123.0), as_number_of_stay('="00123"'), as_number_of_stay("'0456 ")
    ('123', '00123', '0456')
    """
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return None
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    text = text.removeprefix('="').removesuffix('"') if text.startswith('="') else text.removeprefix("'")
    return text or None


def _without_zeros(number: Any) -> Any:
    return number.lstrip("0") or "0" if isinstance(number, str) else None
