"""What to look at before a month is submitted (W01 to W08), with the group and the money either way.

Candidates for a second look, never verdicts; only conditions that the record documents may be coded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .._damaged import read_toml
from .._paths import data_path, exists
from ..cases.check import check_cases
from ..cases.checking.worklist import got_in_words
from ..cases.rules import check_rules
from ..codes import Catalogue
from ..codes.search import codes_in_use
from ..errors import ArgumentError, NotFoundError
from ..grouping.case import Reason
from ..language import either, stated_language
from ..words import headers
from .alternatives import principal_first, regrouped, without

if TYPE_CHECKING:
    from ..grouping import DrgGrouper
    from ..payment.faces.estimate import Estimate


Thresholds = Mapping[str, Mapping[str, float]]
_ABOUT = ("source", "state")  # what a file says of itself
_LARGEST = 1_000_000


def thresholds(given: Any = None) -> Thresholds:
    """Section → name → number. `given`: a mapping or the path of a TOML file that states what differs.

    Raises NotFoundError, FileFormatError, ArgumentError for an unknown name or what is no number.

    >>> thresholds({"low_standard": {"days": 2}})["low_standard"]["days"]
    2
    """
    shipped = _read(data_path("office", "thresholds.toml"))
    result = {name: dict(part) for name, part in shipped.items() if isinstance(part, dict)}
    if given is None:
        return result
    own = given if isinstance(given, Mapping) else _read(Path(given))
    stated = {
        (name, key): value
        for name, part in own.items()
        if name not in _ABOUT
        for key, value in (part.items() if isinstance(part, Mapping) else [("", part)])
    }
    for (name, key), value in stated.items():
        if key not in result.get(name, {}):
            allowed = [f"{section}.{each}" for section, keys in result.items() for each in keys]
            raise ArgumentError(
                "no such threshold", got=f"{name}.{key}".rstrip("."), allowed=allowed, nearest=allowed
            )
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
            raise ArgumentError(
                "a threshold is a number", got=value, where=f"{name}.{key}", allowed=f"0 to {_LARGEST:,}"
            )
        result[name][key] = value
    return result


def _read(path: Path) -> dict[str, Any]:
    if not exists(path):
        raise NotFoundError("no such file of thresholds", got=str(path))
    return read_toml(path)


HEADERS = headers(
    "number",
    "zh",
    "sheet_row",
    "case_id",
    "department",
    "doctor",
    "group",
    "got",
    "proposal",
    "other_group",
    "payment",
    "other_payment",
    "difference",
    room="warnings",
)
_MOST_TRIED = 4  # other diagnoses tried as the principal one of a stay without a group
_PLAIN = ("W01", "W03", "W07", "W08")  # found by the checks alone, where nothing better is known here


def warnings_of(
    answer: Estimate, stays: pd.DataFrame, limits: Thresholds, grouper: DrgGrouper | None
) -> pd.DataFrame:
    """A row a warning, with the index of the stay; columns as `HEADERS` without identifiers."""
    cases = answer.payments.stays.frame
    position = pd.Series(np.arange(len(cases)), index=cases.index)
    problems = check_cases(cases, rules=[*_PLAIN, "W02", "W05"]).frame
    problems = problems[problems["row"].notna()]
    found: list[dict[str, Any]] = []
    for rule, row, got, proposal in zip(
        problems["rule"], problems["row"], problems["got"], problems["proposal"], strict=True
    ):
        number = check_rules()[rule].number
        if number not in ("W01", "W02"):
            at = int(position[row])
            found.append(_row(number, _said(rule), at, got_in_words(got), proposal))
    found += _low_standard(stays, limits["low_standard"])
    found += _far_below(stays, limits["far_below"])
    found += _long_stays(stays, limits["long_stay"])
    found += _ungrouped(answer, stays, grouper)
    if grouper is not None:
        pairs = problems[problems["rule"].astype(str).str.startswith("principal-choice")]
        found += _principals(answer, grouper, pairs, position)
        found += _that_weigh(answer, stays, grouper)
    table = pd.DataFrame(
        found, columns=["number", "zh", "at", "got", "proposal", "other_group", "other_payment", "now"]
    )
    places: np.ndarray = table["at"].to_numpy(dtype=np.int64)
    for name in ("department", "doctor", "group", "payment"):
        table[name] = stays[name].to_numpy()[places]
    for name in ("other_payment", "now"):
        table[name] = table[name].astype(np.float64)
    table["payment"] = table["now"].where(table["now"].notna(), table["payment"])
    table["difference"] = table["other_payment"] - table["payment"]
    table.index = stays.index[places]
    order = np.lexsort((places, table["number"].to_numpy(dtype=str)))
    return table.iloc[order].drop(columns=["at", "now"])


def _said(rule: str) -> str:
    return either(check_rules()[rule].zh, check_rules()[rule].en)


def _row(number: str, zh: str, at: int, got: str = "", proposal: str = "", **more: Any) -> dict[str, Any]:
    return {"number": number, "zh": zh, "at": at, "got": got, "proposal": proposal, **more}


def _low_standard(stays: pd.DataFrame, limits: Any) -> Iterator[dict[str, Any]]:
    share = (stays["examination_cost"] / stays["total_cost"]).to_numpy()
    bare = (stays["procedures"].isna() | (stays["procedures"] == "")).to_numpy()
    hit = bare & (stays["los"] <= limits["days"]).to_numpy() & (stays["standing"] == "in_scheme").to_numpy()
    hit &= (stays["ratio_to_standard"] <= limits["ratio"]).to_numpy()
    hit &= np.isnan(share) | (share >= limits["examination_share"])
    hit &= ~stays["discharge"].isin([2, 3, 4, 5]).to_numpy()
    los, ratio = stays["los"].to_numpy(), stays["ratio_to_standard"].to_numpy()
    for at in np.flatnonzero(hit).tolist():
        told = (
            f"住院 {los[at]:.0f} 天, 费用为标准的 {ratio[at]:.2f} 倍"
            if np.isnan(share[at])
            else f"住院 {los[at]:.0f} 天, 费用为标准的 {ratio[at]:.2f} 倍, 检查检验占 {share[at]:.0%}"
        )
        yield _row("W01", "低标准入院线索, 仅供复核", at, told, "核对入院指征")


def _far_below(stays: pd.DataFrame, limits: Any) -> Iterator[dict[str, Any]]:
    hit = (stays["severity"] == "MCC") & (stays["ratio_to_standard"] < limits["ratio"])
    hit &= stays["standing"] == "in_scheme"
    for at in np.flatnonzero(hit).tolist():
        ratio = stays["ratio_to_standard"].iloc[at]
        yield _row(
            "W04", "伴 MCC 而费用远低于支付标准", at, f"费用为标准的 {ratio:.2f} 倍", "核对 MCC 的病历依据"
        )


def _long_stays(stays: pd.DataFrame, limits: Any) -> Iterator[dict[str, Any]]:
    inside = stays[(stays["standing"] == "in_scheme") & stays["los"].notna()]
    days = inside.groupby("group", observed=True)["los"]
    quarter, three, counted = days.quantile(0.25), days.quantile(0.75), days.size()
    bound = (three + limits["times"] * (three - quarter))[counted >= limits["least_stays"]]
    over = (stays["los"] > stays["group"].map(bound)).to_numpy()
    los, limit = stays["los"].to_numpy(), stays["group"].map(bound).to_numpy()
    for at in np.flatnonzero(over).tolist():
        told = f"住院 {los[at]:.0f} 天, 该病组上限 {limit[at]:.1f} 天"
        yield _row("W08", "住院天数超出本病组常见范围 (P75 + 1.5 IQR)", at, told, "核对延长原因")


def _ungrouped(answer: Estimate, stays: pd.DataFrame, grouper: Any) -> Iterator[dict[str, Any]]:
    """Stays without a group, with the reason that helps and the own diagnosis that would group them."""
    hit = np.flatnonzero(stays["status"].isin(["ungrouped", "ambiguous", "invalid"]).to_numpy()).tolist()
    tried: list[tuple[int, str]] = []
    codes = {at: [each for each in str(stays["diagnoses"].iloc[at] or "").split("|") if each] for at in hit}
    for at in hit:
        tried += [(at, code) for code in codes[at][1 : 1 + _MOST_TRIED]]
        tried += [(at, code) for code in codes_in_use(codes[at][0], "diagnosis")[:2]] if codes[at] else []
    better: dict[int, tuple[str, str, float, float]] = {}
    if grouper is not None and tried:
        orders = [_swapped(codes[at], code) for at, code in tried]
        answers = regrouped(answer, grouper, [at for at, _ in tried], orders, price=True)
        for (at, code), group, status, paid, now in zip(
            tried, answers.group, answers.status, answers.payment, answers.before, strict=True
        ):
            if status == "grouped":
                better.setdefault(at, (code, group, float(paid), float(now)))
    names = Catalogue.load("diagnosis")
    for at in hit:
        reason = stays["reason"].iloc[at]
        told = (
            Reason[str(reason).upper()].text(stated_language() or "zh")
            if isinstance(reason, str) and reason
            else "手术与主要诊断无关"
        )
        code, group, paid, now = better.get(at, ("", "", np.nan, np.nan))
        words = f"以 {code} {names.name_of(code) if code in names else ''} 为主要诊断可入组" if code else ""
        zh = "歧义组 (QY)" if stays["status"].iloc[at] == "ambiguous" else "未入组"
        yield _row("W06", zh, at, told, words, other_group=group, other_payment=paid, now=now)


def _swapped(codes: list[str], code: str) -> str:
    """`code` first; one that is not among the codes takes the place of the first."""
    rest = [each for each in codes if each != code]
    return "|".join([code, *(rest if code in codes else rest[1:])])


def _principals(
    answer: Estimate, grouper: Any, pairs: pd.DataFrame, position: Any
) -> Iterator[dict[str, Any]]:
    rows = [int(position[row]) for row in pairs["row"]]
    others = [str(got).partition(", ")[2] for got in pairs["got"]]
    diagnoses = answer.payments.stays.frame["diagnoses"]
    orders = [principal_first(str(diagnoses.iloc[at]), code) for at, code in zip(rows, others, strict=True)]
    answers = regrouped(answer, grouper, rows, orders, price=True)
    for place, (at, rule) in enumerate(zip(rows, pairs["rule"], strict=True)):
        yield _row(
            "W02", _said(rule), at, str(pairs["got"].iloc[place]),
            str(pairs["proposal"].iloc[place]),
            other_group=answers.group[place], other_payment=float(answers.payment[place]),
            now=float(answers.before[place]),
        )  # fmt: skip


def _that_weigh(answer: Estimate, stays: pd.DataFrame, grouper: Any) -> Iterator[dict[str, Any]]:
    """Stays whose severity one secondary diagnosis alone decides."""
    severe = stays["severity"].isin(["CC", "MCC"]) & (stays["standing"] == "in_scheme")
    tried: list[tuple[int, int]] = []
    diagnoses = stays["diagnoses"].to_numpy()
    lists = {at: str(diagnoses[at]).split("|") for at in np.flatnonzero(severe.to_numpy()).tolist()}
    for at, codes in lists.items():
        tried += [(at, place) for place in range(1, len(codes)) if codes[place]]
    if not tried:
        return
    orders = [without(diagnoses[at], place) for at, place in tried]
    answers = regrouped(answer, grouper, [at for at, _ in tried], orders, price=False)
    group = stays["group"].to_numpy()
    decisive = [k for k, (at, _) in enumerate(tried) if answers.group[k] != group[at]]
    if not decisive:
        return
    priced = regrouped(
        answer, grouper, [tried[k][0] for k in decisive], [orders[k] for k in decisive], price=True
    )
    names, severity = Catalogue.load("diagnosis"), stays["severity"].to_numpy()
    for place, k in enumerate(decisive):
        at, which = tried[k]
        code = lists[at][which]
        named = f"{code} {names.name_of(code) if code in names else ''}".strip()
        yield _row(
            "W04", f"单项其他诊断决定 {severity[at]}", at, named, "核对该诊断的病历依据",
            other_group=priced.group[place], other_payment=float(priced.payment[place]),
            now=float(priced.before[place]),
        )  # fmt: skip
