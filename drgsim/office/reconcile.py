"""Reconciliation (对账): the bureau's group, weight and payment beside ours, and why they differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..cases.columns import column_labels
from ..errors import ArgumentError
from ..language import either
from ..payment.faces.estimate import Estimate, estimate
from ..words import chinese, headers, title_in, word
from .alternatives import grouper_of, principal_first, regrouped
from .bureau import Match, matched, read_bureau
from .monthly import sheet_rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..policy.policy import Policy

REASONS = chinese("difference")
HEADERS = headers(
    "sheet_row",
    "case_id",
    "department",
    "doctor",
    "group",
    "bureau_group",
    "weight",
    "bureau_weight",
    "payment",
    "bureau_payment",
    "difference",
    "words",
    "hint",
    "returned",
    "days_left",
    room="reconcile",
)
SUMMARY = headers(
    "cases",
    "agreeing",
    "differing",
    "group_differs",
    "payment",
    "bureau_payment",
    "difference",
    room="reconcile",
)
_CENT, _SAME_WEIGHT = 0.005, 5e-5  # yuan; weights are published with four decimals
_GROUPS = ("severity", "principal", "group", "bureau_ungrouped")
_MOST_TRIED = 6  # other diagnoses tried as the principal one


@dataclass(frozen=True, repr=False)
class Reconciliation:
    """The answer of `reconcile`. `frame`: a row a stay of either file, columns as `HEADERS` and `reason`."""

    estimate: Estimate
    frame: pd.DataFrame
    told: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def differences(self) -> pd.DataFrame:
        """The rows that do not agree, the largest difference first."""
        rows = self.frame[self.frame["reason"] != "agree"]
        return rows.iloc[np.argsort(-rows["difference"].abs().fillna(0.0).to_numpy(), kind="stable")]

    def summary(self, by: str | None = "department") -> pd.DataFrame:
        """One row a department (or doctor, reason …; None: in all): counts as `SUMMARY`, money in yuan."""
        frame = self.frame
        table = pd.DataFrame({
            "cases": 1,
            "agreeing": (frame["reason"] == "agree").astype(np.int64),
            "differing": (frame["reason"] != "agree").astype(np.int64),
            "group_differs": frame["reason"].isin(_GROUPS).astype(np.int64),
            "payment": frame["payment"].fillna(0.0),
            "bureau_payment": frame["bureau_payment"].fillna(0.0),
            "difference": frame["difference"].fillna(0.0),
        })  # fmt: skip
        if by is None:
            return table.sum().to_frame().T.round(2)
        if by not in frame.columns:
            raise ArgumentError(
                "no such column to sum by", got=by, allowed=list(HEADERS), nearest=frame.columns
            )
        return table.groupby(frame[by], dropna=False).sum().round(2)

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """One row a reason: words, cases, difference."""
        table = self.summary("reason")[["cases", "difference"]]
        table.insert(0, "words", [REASONS[str(reason)] for reason in table.index])
        return table.sort_values("cases", ascending=False, kind="stable")

    def to_excel(self, path: Any) -> None:
        """A workbook: 汇总 by reason, 分科室, 差异, 全部, 说明."""
        from .._excel import write_sheets

        departments = self.summary().reset_index()
        sheets = {
            "汇总": (
                self.reasons.reset_index(),
                {"words": word("words", "reasons").zh, **headers("cases", "difference", room="reconcile")},
            ),
            "分科室": (departments, {**headers("department"), **SUMMARY}),
            "差异": (self.differences, HEADERS),
            "全部": (self.frame, HEADERS),
        }
        write_sheets(path, sheets, notes=list(self.told))

    def __repr__(self) -> str:
        lines = [f"对账 {len(self):,} 例"]
        lines += [
            f"  {title_in(str(row.words))}: {row.cases:,} 例, 差额 {row.difference:,.2f} 元"
            for row in self.reasons.itertuples(index=False)
        ]
        return "\n".join([*lines, *(f"  {line}" for line in self.told)])


def reconcile(
    cases: Any,
    bureau: Any,
    policy: Policy | str | Path,
    *,
    weights: Any = None,
    scheme: str | None = None,
    hospital: Any = None,
    appeal_days: int | None = None,
    returned: date | str | None = None,
    on: date | str | None = None,
) -> Reconciliation:
    """Set what the bureau returned beside what we expect, case by case.

    Parameters
    ----------
    cases, policy, weights, scheme, hospital : as for `estimate`.
    bureau : DataFrame, CSV or Excel file: a number of the stay, the group, weight and payment if given.
    appeal_days : days the bureau gives to appeal, from the day it returned the groups.
    returned : that day, where the file does not state it (反馈日期).
    on : the day to count from; None takes today.

    Returns
    -------
    Reconciliation. Raises ColumnError, NotFoundError, ArgumentError, and what `estimate` raises.

    Examples
    --------
    >>> import pandas as pd
    >>> from drgsim import reconcile
    >>> cases = pd.DataFrame(
    ...     {
    ...         "case_id": ["A1"],
    ...         "drg": ["GZ13"],
    ...         "hospital_level": [3],
    ...         "insurance": ["employee"],
    ...         "total_cost": [9000.0],
    ...     }
    ... )
    >>> returned = pd.DataFrame({"病案号": ["A1"], "病组": ["GZ15"]})
    >>> weights = pd.DataFrame({"drg": ["GZ13", "GZ15"], "weight": [0.8, 0.6]})
    >>> found = reconcile(cases, returned, "national-drg-rate", weights=weights, on="2025-06-30")
    >>> found.frame[["case_id"]].values.tolist()
    [['A1']]
    """
    answer = estimate(cases, policy, weights=weights, scheme=scheme, hospital=hospital)
    theirs, told = read_bureau(bureau)
    own = answer.payments.stays.frame
    match = matched(own, theirs)
    ours = pd.DataFrame({"key": match.keys(own[match.own]).to_numpy(), "at": np.arange(len(own))})
    theirs = theirs.assign(key=match.keys(theirs[match.bureau]))
    told = [*_matching(match, ours["key"], theirs["key"]), *told, *answer.told]
    names = {"group": "bureau_group", "weight": "bureau_weight", "payment": "bureau_payment"}
    returned_rows = theirs[theirs["key"].notna()].drop_duplicates("key").rename(columns=names)
    wanted = ["key", *names.values(), "returned"]
    returned_rows = returned_rows[[name for name in wanted if name in returned_rows.columns]]
    joined = ours.merge(returned_rows, on="key", how="outer", indicator=True, sort=False)
    money = theirs.attrs["money"]
    frame = _beside(answer, own, joined, money)
    frame["reason"], frame["hint"] = _reasons(answer, own, frame, money)
    frame["words"] = frame["reason"].map(REASONS)
    told += _deadline(frame, appeal_days, returned, on)
    told += [either(*said) for said in answer.payments.other_dates]
    told.append(answer.payments.trust_in("zh"))
    return Reconciliation(answer, frame.drop(columns=["at"]), tuple(told))


def _matching(match: Match, ours: pd.Series, theirs: pd.Series) -> list[str]:
    """By what stays of both sides were matched, and rows that could not be."""
    labels = column_labels("zh")
    lines = [f"按我方{labels[match.own]}与局方{labels[match.bureau]}对应, 对上 {match.common:,} 例"]
    if match.without_zeros:
        lines.append("编号按去掉前导零后对应")
    for keys, side in ((ours, "我方"), (theirs, "局方")):
        none, twice = int(keys.isna().sum()), int(keys.dropna().duplicated().sum())
        if none:
            lines.append(f"{side}有 {none:,} 行没有该编号, 无法对应")
        if twice and side == "局方":
            lines.append(f"局方文件中有 {twice:,} 个重复的编号, 只取第一行")
        elif twice:
            lines.append(f"我方有 {twice:,} 例编号与前面的病例重复, 与局方同一行比较, 请核对")
    return lines


def _beside(answer: Estimate, own: pd.DataFrame, joined: pd.DataFrame, money: str) -> pd.DataFrame:
    at = joined["at"].fillna(-1).astype(np.int64).to_numpy()
    here = at >= 0
    frame = pd.DataFrame(
        {"at": at, "merged": joined["_merge"].astype(str).to_numpy(), "case_id": joined["key"]}
    )

    def taken(column: Any) -> Any:
        values = np.asarray(column, dtype=object)
        found = np.full(len(at), None, dtype=object)
        found[here] = values[at[here]]
        return found

    for name in ("department", "doctor"):
        frame[name] = taken(own[name]) if name in own.columns else None
        frame[name] = frame[name].where(frame[name].notna(), "未填")
    if "case_id" in own.columns:
        frame["case_id"] = np.where(here, taken(own["case_id"]), frame["case_id"])
    frame["sheet_row"] = pd.Series(taken(sheet_rows_of(own, own)), dtype=object).astype("Int64")
    for name in ("group", "weight", "payment", "total_cost", "standing"):
        frame[name] = taken(answer.frame[money if name == "payment" else name])
    for name in ("weight", "payment", "total_cost"):
        frame[name] = frame[name].astype(np.float64)
    for name in ("bureau_group", "bureau_weight", "bureau_payment", "returned"):
        frame[name] = joined[name].to_numpy() if name in joined.columns else None
    for name in ("bureau_weight", "bureau_payment"):
        frame[name] = frame[name].astype(np.float64)
    frame["difference"] = (frame["bureau_payment"] - frame["payment"]).round(4)
    return frame


def _reasons(answer: Estimate, own: pd.DataFrame, frame: pd.DataFrame, money: str) -> tuple[Any, list[str]]:
    """Why each row differs, and what may have led the bureau to its group."""
    group, other = frame["group"].astype(str), frame["bureau_group"].astype(str).str.strip()
    same = group == other
    weights_differ = (frame["weight"] - frame["bureau_weight"]).abs() > _SAME_WEIGHT
    paid_differ = frame["difference"].abs() > _CENT
    reason = np.full(len(frame), "agree", dtype=object)
    conditions = [
        ("only_ours", frame["merged"] == "left_only"),
        ("only_bureau", frame["merged"] == "right_only"),
        (
            "bureau_ungrouped",
            ~same & (other.str.endswith("QY") | other.isin(["", "0000", "000", "nan", "None"])),
        ),
        ("severity", ~same & (group.str[:3] == other.str[:3])),
        ("group", ~same),
        ("weight", weights_differ),
        ("ours_unpriced", frame["payment"].isna() & frame["bureau_payment"].notna()),
        ("not_paid", frame["bureau_payment"].isna() & bool(frame["bureau_payment"].notna().any())),
        (
            "by_item",
            paid_differ
            & (money == "payment")
            & ((frame["bureau_payment"] - frame["total_cost"]).abs() <= _CENT),
        ),
        ("price", paid_differ),
    ]
    open_still = np.ones(len(frame), dtype=bool)
    for name, where in conditions:
        hit = open_still & where.to_numpy(dtype=bool)
        reason[hit] = name
        open_still &= ~hit
    hints = [""] * len(frame)
    for row, code in _principals(answer, own, frame, reason).items():
        reason[row], hints[row] = "principal", f"以 {code} 为主要诊断即为局方病组"
    return reason, hints


def _principals(answer: Estimate, own: pd.DataFrame, frame: pd.DataFrame, reason: Any) -> dict[int, str]:
    """Rows whose bureau's group is that of another of their own diagnoses as the principal one, and which."""
    grouper = grouper_of(answer)
    if grouper is None or "diagnoses" not in own.columns:
        return {}
    tried: list[tuple[int, int, str]] = []
    for row in np.flatnonzero(np.isin(reason, ("severity", "group"))).tolist():
        at = int(frame["at"].iloc[row])
        codes = [code for code in str(own["diagnoses"].iloc[at]).split("|") if code]
        tried += [(row, at, code) for code in codes[1 : 1 + _MOST_TRIED]]
    if not tried:
        return {}
    orders = [principal_first(str(own["diagnoses"].iloc[at]), code) for _, at, code in tried]
    answers = regrouped(answer, grouper, [at for _, at, _ in tried], orders, price=False)
    found: dict[int, str] = {}
    for (row, _, code), group in zip(tried, answers.group, strict=True):
        if group == str(frame["bureau_group"].iloc[row]).strip():
            found.setdefault(row, code)
    return found


def _deadline(frame: pd.DataFrame, days: int | None, returned: Any, on: Any) -> list[str]:
    """The column `days_left`, and what to know of it."""
    frame["days_left"] = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    if returned is not None:
        frame["returned"] = pd.to_datetime(frame["returned"]).fillna(pd.Timestamp(returned))
    known = pd.to_datetime(frame["returned"])
    if days is None or known.isna().all():
        lack = "申诉期限 (--appeal-days)" if days is None else "局方反馈日期 (--returned)"
        return [f"未给出{lack}, 无法计算剩余申诉天数"]
    today = pd.Timestamp(on or date.today())
    left = (known + timedelta(days=int(days)) - today).dt.days
    frame["days_left"] = left.astype("Int64")
    frame["returned"] = known.dt.strftime("%Y-%m-%d")
    differing = frame["reason"] != "agree"
    open_still = int((differing & (left >= 0)).sum())
    last = (known + timedelta(days=int(days))).max().date()
    return [f"申诉截止 {last}, 截至 {today.date()} 尚有 {open_still:,} 例差异可申诉"]
