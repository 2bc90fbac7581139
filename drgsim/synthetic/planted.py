"""Fraud planted into invented cases, with the truth beside it, to measure what rules find.

Upcoding is calibrated to an audit of 5,157 records of 28 hospitals (source B01): 12.91 % of the cases of the
hospitals that do it, and a payment 45.27 % above the right one on them. The other kinds have no published
rate; theirs are assumed. Beside each kind stands what looks like it and is not: planned courses, referrals,
heavy cases that are what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from ..grouping import DrgGrouper
from .generate import synthetic_cases
from .targets import drawn, rows
from .world import grouper_of

UPCODED_SHARE, UPLIFT = drawn("upcoded_share"), drawn("upcoded_uplift")
KINDS = ("", "upcoding", "split", "low_standard", "check_up", "identity")
_COST_COLUMNS = (
    "total_cost", "drug_cost", "consumable_cost", "examination_cost", "procedure_cost", "nursing_cost",
    "other_cost", "new_technology_cost", "commercial_list_cost", "out_of_scope", "over_limit",
    "prepaid_share", "in_scope",
)  # fmt: skip
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Planted:
    """Cases with fraud in them.

    Attributes
    ----------
    cases : the case table; a stay that was split is two rows
    truth : case_id, kind ("" for an honest case), code (the diagnosis that was added), hospital_id
    uplift : weight of the group claimed over that of the right one less 1, mean of the upcoded cases; NaN
        without weights
    """

    cases: pd.DataFrame
    truth: pd.DataFrame
    uplift: float


def planted_cases(
    n: int = 20_000,
    *,
    seed: int = 0,
    region: str = "province",
    scheme: str | DrgGrouper = "chs-drg-2.0",
    weights: Mapping[str, float] | None = None,
    hospitals: float = drawn("upcoding_hospitals"),
    share: float = UPCODED_SHARE,
    others: float = drawn("planted_others"),
) -> Planted:
    """Synthetic cases with planted fraud.

    Parameters
    ----------
    n, seed, region, scheme : as in `synthetic_cases`.
    weights : DRG → weight; with it the mean uplift of upcoded cases is brought near 45.27 %.
    hospitals : share of the hospitals that upcode.
    share : share of their cases that are upcoded.
    others : share of all cases that each other kind is planted in.

    Returns
    -------
    Planted. The same arguments give the same cases. Raises ArgumentError for a share outside 0 to 1.
    """
    for name, value in (("hospitals", hospitals), ("share", share), ("others", others)):
        if not 0 <= value <= 1:
            raise ArgumentError(f"{name} is a share", got=value, allowed="0 to 1")
    grouper = grouper_of(scheme)
    cases = synthetic_cases(region, n=n, seed=seed, scheme=grouper)
    rng = np.random.default_rng([seed, 15])
    kind = np.full(len(cases), "", dtype=object)
    code = np.full(len(cases), "", dtype=object)
    names = np.sort(cases["hospital_id"].unique())
    bad = rng.choice(names, size=max(1, round(hospitals * len(names))), replace=False)
    uplift = _upcode(
        cases, kind, code, np.flatnonzero(cases["hospital_id"].isin(bad)), share, grouper, weights, rng
    )
    free = rng.permutation(np.flatnonzero(kind == ""))
    many = round(others * len(cases))
    second = _split(cases, kind, free, many, rng)
    free = free[kind[free] == ""]
    _low_standard(cases, kind, free[:many], rng)
    _check_up(cases, kind, free[many : many + many // 4])
    _identity(cases, kind, free[many + many // 4 :], many // 4)
    return _joined(cases, kind, code, second, uplift)


def _upcode(
    cases: Any, kind: Any, code: Any, rows: Any, share: float, grouper: DrgGrouper, weights: Any, rng: Any
) -> float:
    """Add one weighing diagnosis to a share of the rows, so that the group rises; mean uplift by weight."""
    rows = rng.permutation(rows)
    wanted = round(share * len(rows))
    now = grouper.group(cases.iloc[rows])
    tried = []
    for codes in (planted_codes("cc"), planted_codes("mcc")):
        added = rng.choice(np.array(codes, dtype=object), size=len(rows))
        then_cases = cases.iloc[rows].copy()
        then_cases["diagnoses"] = [
            f"{text}|{one}" for text, one in zip(then_cases["diagnoses"], added, strict=True)
        ]
        then = grouper.group(then_cases)
        rises = (then["adrg"].astype(str) == now["adrg"].astype(str)) & (
            then["severity"].cat.codes.to_numpy() > now["severity"].cat.codes.to_numpy()
        )
        rises &= then["drg"].astype(str).to_numpy() != now["drg"].astype(str).to_numpy()
        gain = np.full(len(rows), np.nan)
        if weights is not None:
            pairs = zip(then["drg"].astype(str), now["drg"].astype(str), strict=True)
            gain = np.array([_gain(weights, a, b) for a, b in pairs])
            rises &= gain > 0
        tried.append((added, np.asarray(rises, dtype=bool), gain))
    total, done = 0.0, 0
    for place, row in enumerate(rows):
        options = [(added[place], gain[place]) for added, rises, gain in tried if rises[place]]
        if not options or done >= wanted:
            continue
        # the option that brings the mean nearest to the published one
        best = min(
            options,
            key=lambda each: abs((total + each[1]) / (done + 1) - UPLIFT) if each[1] == each[1] else 0.0,
        )
        if best[1] == best[1]:
            after = (total + best[1]) / (done + 1)
            if done > 20 and abs(after - UPLIFT) > abs(total / done - UPLIFT) and abs(after - UPLIFT) > 0.02:
                continue
            total += best[1]
        cases.iat[row, cases.columns.get_loc("diagnoses")] += f"|{best[0]}"
        kind[row], code[row] = "upcoding", best[0]
        done += 1
    return total / done if done and weights is not None else float("nan")


def _gain(weights: Mapping[str, float], claimed: str, right: str) -> float:
    return (
        weights[claimed] / weights[right] - 1 if claimed in weights and weights.get(right) else float("nan")
    )


def _split(cases: Any, kind: Any, rows: Any, many: int, rng: Any) -> Any:
    """Part long stays into two of the same hospital and disease, 1 to 10 days apart; the second parts."""
    long = rows[(cases["los"].to_numpy()[rows] >= drawn("split_from_days"))]
    chosen = np.sort(long[:many])
    second = cases.iloc[chosen].copy()
    days = second["los"].to_numpy(dtype=np.int64)
    first = days // 2
    gap = rng.integers(1, int(drawn("split_gap_most")) + 1, len(chosen))
    share = first / days
    start = cases["admission_date"].to_numpy()[chosen]
    place = cases.columns.get_loc
    cases.iloc[chosen, place("los")] = first
    cases.iloc[chosen, place("discharge_date")] = start + first * _DAY
    second["los"] = days - first
    second["admission_date"] = start + (first + gap) * _DAY
    second["discharge_date"] = start + (days + gap) * _DAY
    for name in _COST_COLUMNS:
        if name in cases:
            whole = second[name].to_numpy(dtype=float)
            part = np.round(whole * share, 2)
            cases.iloc[chosen, place(name)] = part
            second[name] = np.round(whole - part, 2)
    second["case_id"] = second["case_id"] + "S"
    kind[chosen] = "split first"
    return second


def _low_standard(cases: Any, kind: Any, rows: Any, rng: Any) -> None:
    """Stays of one or two days without a procedure, most of whose cost is tests."""
    place = cases.columns.get_loc
    days = rng.integers(1, int(drawn("low_standard_days_most")) + 1, len(rows))
    cases.iloc[rows, place("los")] = days
    cases.iloc[rows, place("discharge_date")] = cases["admission_date"].to_numpy()[rows] + days * _DAY
    cases.iloc[rows, place("procedures")] = ""
    cases.iloc[rows, place("discharge")] = 1
    total = cases["total_cost"].to_numpy()[rows]
    least, most = drawn("low_standard_tests_least"), drawn("low_standard_tests_most")
    tests = np.round(total * rng.uniform(least, most, len(rows)), 2)
    rest = total - tests
    parts = [name for name in _COST_COLUMNS[1:7] if name != "examination_cost"]
    cases.iloc[rows, place("examination_cost")] = tests
    for name in parts[:-1]:
        cases.iloc[rows, place(name)] = np.round(rest / len(parts), 2)
    left = rest - np.round(rest / len(parts), 2) * (len(parts) - 1)
    cases.iloc[rows, place(parts[-1])] = np.round(left, 2)
    kind[rows] = "low_standard"


def _check_up(cases: Any, kind: Any, rows: Any) -> None:
    cases.iloc[rows, cases.columns.get_loc("diagnoses")] = planted_codes("check_up")[0]
    cases.iloc[rows, cases.columns.get_loc("procedures")] = ""
    kind[rows] = "check_up"


def _identity(cases: Any, kind: Any, rows: Any, many: int) -> None:
    """Stays under another person's number: the sex is not that of the person's stay before."""
    again = cases["patient_id"].duplicated().to_numpy()
    chosen = rows[again[rows]][:many]
    sex = cases["sex"].to_numpy(dtype=np.int64)
    cases.iloc[chosen, cases.columns.get_loc("sex")] = 3 - sex[chosen]
    kind[chosen] = "identity"


def _joined(cases: Any, kind: Any, code: Any, second: Any, uplift: float) -> Planted:
    together = pd.concat([cases, second], ignore_index=True)
    kinds = np.append(np.where(kind == "split first", "", kind), np.full(len(second), "split", dtype=object))
    truth = pd.DataFrame(
        {
            "case_id": together["case_id"],
            "kind": kinds,
            "code": np.append(code, np.full(len(second), "", dtype=object)),
            "hospital_id": together["hospital_id"],
        }
    )
    return Planted(together, truth, uplift)


def planted_codes(kind: str) -> tuple[str, ...]:
    """The codes that coders add (`cc`, `mcc`: complications that weigh, each plausible beside most diseases),
    or that a stay for a check-up has; `data/synthetic/planted_codes.csv`.

    >>> planted_codes("check_up")
    ('Z00.000x001',)
    """
    return tuple(row["code"] for row in rows("planted_codes.csv") if row["kind"] == kind)
