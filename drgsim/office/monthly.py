"""`drgsim.office`: a file of cases and a policy in, the month of a hospital's insurance office out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..cases.beside import table_beside
from ..cases.hospital_facts import HospitalFacts
from ..cases.read_report import report_of
from ..errors import ArgumentError, ColumnError
from ..payment.engine.grouped import grouped
from ..payment.faces.estimate import Estimate, estimate
from ..payment.faces.estimate_summary import not_priced
from ..policy.policy import policy_given
from .indicators import HEADERS
from .month import COMPARED, OfficeMonth, told_stays
from .references import read_reference
from .stays import stays_of
from .warnings import thresholds as read_thresholds

if TYPE_CHECKING:
    from pathlib import Path

    from ..policy.policy import Policy

ALL = "全部"


def office(
    cases: Any,
    policy: Policy | str | Path,
    *,
    month: str | None = None,
    last_month: Any = None,
    year_ago: Any = None,
    peers: Any = None,
    reference: Any = None,
    weights: Any = None,
    scheme: str | None = None,
    hospital: Any = None,
    thresholds: Any = None,
) -> OfficeMonth:
    """The month of a hospital's insurance office.

    Parameters
    ----------
    cases : table of cases (`drgsim.read_cases`), of one month or of several.
    policy, weights, scheme, hospital : as for `estimate`.
    month : `2025-03`; None takes the last month of the file that is about whole. Without discharge dates all
        cases are one month.
    last_month, year_ago : tables of cases to set beside it; None takes them from `cases` where it has them.
    peers : a table (or CSV) with a column `name` and columns of indicators (`cmi`, `cost_index` … or their
        Chinese labels), set beside the hospital.
    reference : a table (or CSV, xlsx) of the region's means: group, mean_cost, mean_days. Without it the mean
        costs of the weight table are taken, else the means of the file.
    thresholds : what the warnings are cut at, where it differs from `data/office/thresholds.toml`.

    Returns
    -------
    OfficeMonth: `summary(by)`, `comparison`, `winners`, `losers`, `reviews`, `warnings`, `frame`.

    Raises
    ------
    ArgumentError, ColumnError, NotFoundError, and what `estimate` raises.
    """
    facts = HospitalFacts.of(hospital)
    given = read_reference(reference)
    limits = read_thresholds(thresholds)
    policy = policy_given(policy)
    frame, _ = grouped(cases, policy, scheme=scheme)
    asked = this_month(frame, month, limits["whole_month"]["share"])

    def answered(part: pd.DataFrame) -> Estimate:
        return estimate(part, policy, weights=weights, scheme=scheme, hospital=facts)

    own = of_month(frame, asked)
    answer = answered(own)
    stays, held = stays_of(answer, given, frame)
    earlier = {}
    for name, table in (("last_month", last_month), ("year_ago", year_ago)):
        if table is not None:
            part = grouped(table, policy, scheme=scheme)[0]
        elif asked is not None:
            part = of_month(frame, before(asked)[name])
        else:
            continue
        if len(part):
            compared, _ = stays_of(answered(part), given, frame)
            earlier[name] = compared.assign(
                reference_cost=compared["group"].map(held.cost).astype(np.float64),
                reference_days=compared["group"].map(held.days).astype(np.float64),
            )
    return OfficeMonth(
        ALL if asked is None else str(asked),
        answer,
        told_stays(stays),
        held,
        earlier,
        read_peers(peers),
        limits,
        _told(frame, own, answer, stays, earlier, held.cost_of, held.days_of, asked),
        sheet_rows_of(frame, own),
    )


def sheet_rows_of(cases: pd.DataFrame, own: pd.DataFrame) -> Any:
    """The row of each of the month's stays in the sheet that was read, the header being row 1."""
    given = getattr(report_of(cases), "at", None)  # the reader's word, where titles or foot rows stand around
    if given is None or len(given) != len(cases):
        given = range(2, len(cases) + 2)
    rows = pd.Series(given, index=cases.index)
    return rows[~rows.index.duplicated()].reindex(own.index).to_numpy()


def read_peers(given: Any) -> pd.DataFrame | None:
    """A column a peer, a row an indicator. Raises ColumnError without names or indicators."""
    if given is None:
        return None
    table = given if isinstance(given, pd.DataFrame) else table_beside(given, text=False)
    labels = {label: name for name, label in HEADERS.items()}
    renamed = table.rename(
        columns={column: labels.get(str(column).strip(), column) for column in table.columns}
    )
    names = [column for column in ("name", "名称", "医院", "同行") if column in renamed.columns]
    found = [name for name in COMPARED if name in renamed.columns]
    if not names or not found:
        raise ColumnError(
            "not a table of peers",
            got=[str(column) for column in table.columns],
            allowed=f"name, and some of {', '.join(COMPARED)} (or their Chinese labels)",
        )
    peers = renamed.set_index(names[0])[found].T.apply(pd.to_numeric, errors="coerce")
    return peers.reindex(list(COMPARED))


def _told(
    frame: Any, own: Any, answer: Estimate, stays: Any, earlier: Any, cost_of: str, days_of: str, asked: Any
) -> tuple[tuple[str, str], ...]:
    """(zh, en) what must be known before any number."""
    bases = {
        "本文件各病组均值": "the means of each group in this file",
        "权重表所载例均费用": "the mean costs of the weight table",
        "所给参照表": "the table of reference given",
    }
    lines = [(line, line) for line in answer.told]
    inside = int((stays["standing"] == "in_scheme").sum())
    if inside < len(stays):
        beside = stays.loc[stays["standing"] != "in_scheme", "standing"].value_counts()
        from ..payment.faces.standing import Standing

        names = {each.name.lower(): each for each in Standing}
        zh = "、".join(f"{names[kind].zh} {count:,}" for kind, count in beside.items())
        en = ", ".join(f"{names[kind].en} {count:,}" for kind, count in beside.items())
        lines.append((
            f"结余和 CMI 只计按病组付费的 {inside:,} 例; 另列: {zh}",
            f"margin and CMI are of the {inside:,} stays the scheme prices; beside them: {en}",
        ))  # fmt: skip
    lines += not_priced(answer)
    unknown = stays["patient_unknown"].dropna()
    if len(unknown):
        lines.append((
            f"患者负担无法计算 {len(unknown):,} 例 ({unknown.iloc[0]}), 不影响支付标准和结余",
            f"the patient's part is not known of {len(unknown):,} stays; not needed for standard and margin",
        ))  # fmt: skip
    cost_en, days_en = (bases.get(each, each) for each in (cost_of, days_of))
    lines.append((
        f"费用指数参照: {cost_of}; 时间指数参照: {days_of}",
        f"cost index against: {cost_en}; time index against: {days_en}",
    ))  # fmt: skip
    if asked is None:
        lines.append((
            "文件无出院日期, 全部病例作一个月; 无法与上月、去年同月比较",
            "no days of discharge: all stays are one month, compared with no other",
        ))  # fmt: skip
    else:
        undated = int(months_of(frame).isna().sum())
        if undated:
            lines.append((
                f"{undated:,} 例无出院日期, 不在任何月份中",
                f"{undated:,} stays without a day of discharge are in no month",
            ))  # fmt: skip
        words = (("last_month", "上月", "the month before"), ("year_ago", "去年同月", "this month last year"))
        missing = [(zh, en) for name, zh, en in words if name not in earlier]
        if missing:
            zh, en = "、".join(zh for zh, _ in missing), " and ".join(en for _, en in missing)
            lines.append((f"文件中没有{zh}的病例, 未比较", f"not compared: the file has no stays of {en}"))
    lines += answer.payments.other_dates
    lines.append((answer.payments.trust_in("zh"), answer.payments.trust_in("en")))
    return tuple(lines)


_MONTHS = 12


def months_of(cases: pd.DataFrame) -> pd.Series:
    """The month of discharge of each case as a pandas Period; missing without a date."""
    if "discharge_date" not in cases.columns:
        return pd.Series(pd.PeriodIndex([pd.NaT] * len(cases), freq="M"), index=cases.index)
    dates = pd.to_datetime(cases["discharge_date"], errors="coerce")
    return dates.dt.to_period("M")


def this_month(cases: pd.DataFrame, month: str | None, least: float) -> pd.Period | None:
    """The month asked for, else the last one of the file that is about whole: with at least that part of the
    busiest month's stays; None without dates.

    Raises ArgumentError for a month that is none, or that the file does not have.
    """
    counts = months_of(cases).value_counts().sort_index()
    if month is not None:
        try:
            asked = pd.Period(month, freq="M")
        except ValueError:
            raise ArgumentError("not a month", got=month, allowed="such as 2025-03") from None
        if asked not in counts.index:
            raise ArgumentError(
                "no stay was discharged in this month",
                got=month,
                allowed=[str(each) for each in counts.index],
            )
        return asked
    if not len(counts):
        return None
    whole = counts[counts >= least * counts.max()]
    return whole.index[-1]


def of_month(cases: pd.DataFrame, month: pd.Period | None) -> pd.DataFrame:
    """The cases discharged in a month; all of them for None."""
    if month is None:
        return cases
    return cases[np.asarray(months_of(cases) == month)]


def before(month: pd.Period | None) -> dict[str, pd.Period]:
    """The months to set beside this one."""
    return {} if month is None else {"last_month": month - 1, "year_ago": month - _MONTHS}
