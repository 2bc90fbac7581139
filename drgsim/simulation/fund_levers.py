"""From stays to the levers of a fund's valuation: what a lever assumes of stays, measured on those given.

`payment_reform`, `hospital_upgrade` and `hospital_merger` take how the fund's money moves between two
scenarios of `simulate`, `cross_region_drg` the gap of price and item money of stays in other regions, and
`procurement` how much of the money is of groups that use what is procured. Each comes with an interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._student import widening
from ..fund.assumptions import constants
from ..fund.flows import SCHEMES
from ..fund.fund_errors import FundError
from ..fund.lever import Setting, lever
from ..fund.scenario import FundScenario
from .comparison.comparison import Comparison
from .simulate import simulate
from .uncertainty.bands import LEVEL
from .world.case_table import case_table
from .world.changed_hospitals import BEFORE

if TYPE_CHECKING:
    from .world.outcome import Outcome

Floats = npt.NDArray[np.float64]

SOURCE = "F92"  # the user's own
NORMAL = 1.6448536269514722  # standard deviations to either side of nine tenths
PRICE_BOOK = "cross-region-price-book"
BASELINE = "baseline-drg"
# lever -> what `simulate` compares unless the caller says otherwise
REFORMS = {
    "payment_reform": ("chs-drg-2-in-july",),
    "hospital_upgrade": (BASELINE, "hospital-becomes-tertiary"),
    "hospital_merger": (BASELINE, "hospital-merger"),
    "cross_region_drg": (BASELINE, PRICE_BOOK),
}
STAYS = ("procurement", *REFORMS)
CONSUMABLE = "consumable_cost"


@dataclass(frozen=True)
class Measured:
    """A scenario whose levers hold what stays say, and a line on each (zh, en)."""

    scenario: FundScenario
    told: tuple[tuple[str, str], ...]


def measured(
    scenario: FundScenario,
    cases: Any,
    *,
    simulated: tuple[Any, ...] = (),
    procedures: tuple[str, ...] | None = None,
    draws: int = 300,
    seed: int = 0,
) -> Measured:
    """The scenario with the settings of its levers measured on stays.

    Parameters
    ----------
    cases : stays as `simulate` takes them.
    simulated : the baseline and the reform that `payment_reform` and the levers of hospitals compare, instead
        of the shipped ones; one with levers of its own stands alone.
    procedures : code prefixes of the stays a procurement reaches (`procured_procedures` of
        `data/fund/constants.yaml` otherwise).
    draws, seed : of hospitals, for the interval.

    Raises FundError when no lever of the scenario rests on stays, or the stays hold none of what it asks
    about.
    """
    used = [name for name in scenario.order if name in scenario.uses and name in STAYS]
    if not used:
        raise FundError(
            "no lever of this scenario rests on stays", got=list(scenario.order), allowed=list(STAYS)
        )
    document = scenario.to_document()
    told = []
    for name in used:
        if name == "procurement":
            settings, lines = _procured(
                cases, procedures or tuple(constants()["procured_procedures"]["value"])
            )
        else:
            stated = simulated if simulated and name != "cross_region_drg" else REFORMS[name]
            found = simulate(cases, list(stated), draws=draws, seed=seed)
            after = found.outcomes[found.scenarios[-1].id]
            state = "assumed" if found.states.get("assumed") else "secondary"
            if name == "cross_region_drg":
                settings = _gap(found.outcomes[found.baseline.id], after)
            else:
                settings = _change(name, found, after)
            settings = {key: {**value, "source": SOURCE, "state": state} for key, value in settings.items()}
            assumed = found.states.get("assumed", 0)
            all_ = sum(count for kind, count in found.states.items() if kind != "default")
            stays, path = f"{len(found.world.cases):,}", " → ".join(each.id for each in found.scenarios)
            lines = (
                f"所给{stays}例病例按 {path} 测算，{all_}个参数中{assumed}个为假定",
                f"measured on the {stays} stays given, {path}; {assumed} of {all_} parameters assumed",
            )
        document["changes"] |= {f"{name}.{key}": value for key, value in settings.items()}
        words = ", ".join(f"{key} {value['value']:.4g}" for key, value in settings.items())
        told.append((f"{name}：{lines[0]}（{words}）", f"{name}: {lines[1]} ({words})"))
    return Measured(FundScenario.of(document, id=scenario.id), tuple(told))


def _change(name: str, found: Comparison, after: Outcome) -> dict[str, dict[str, float]]:
    """How the fund's money moves by insurance, the part of it that is reached, and the patients' part."""
    before = found.outcomes[found.baseline.id]
    frame = after.payments.stays.frame
    reached = np.ones(len(frame), bool)
    hospitals = all(name in frame for name in BEFORE.values())
    if hospitals:
        moved_to = frame["hospital_id"].astype(str).to_numpy()
        was = frame[BEFORE["hospital_id"]].astype(str).to_numpy()
        level = frame["hospital_level"].astype(str) != frame[BEFORE["hospital_level"]].astype(str)
        reached = (moved_to != was) | level.to_numpy(bool)
    money = before.ledger["fund"].astype(np.float64)
    gained = (after.ledger["fund"] - before.ledger["fund"]).astype(np.float64)
    share = float(money[reached].sum() / money.sum())
    what = lever(name).settings
    insurance = frame["insurance"].astype(str).to_numpy()
    settings: dict[str, dict[str, float]] = {}
    for scheme in SCHEMES:
        own = insurance == scheme
        held = float(money[own & reached].sum())
        if not held > 0:
            continue
        value = float(gained[own].sum()) / held
        spread = (
            _over_months(gained[own], money[own] * reached[own], frame["discharge_date"][own])
            if hospitals
            else _over_hospitals(found, scheme, held)
        )
        settings[scheme] = _entry(what[scheme], value, *spread)
    settings["share"] = _entry(what["share"], share)
    total = float(gained.sum())
    patients = float((before.ledger["patient"] - after.ledger["patient"]).sum())
    bounds = what["patients"].min, what["patients"].max
    settings["patients"] = _entry(
        what["patients"], float(np.clip(patients / total, *bounds)) if total else 0.0
    )
    return settings


def _over_hospitals(found: Comparison, scheme: str, held: float) -> tuple[float, float]:
    """Low and high of the change when other hospitals of the kind had been there."""
    rows = found.bands()
    own = rows[
        (rows["band"] == "difference_sampling")
        & (rows["measure"] == "fund")
        & (rows["region"] == "all")
        & (rows["insurance"] == scheme)
        & (rows["scenario"] == found.scenarios[-1].id)
    ]
    low, high = (float(own[name].iloc[0]) * 100 / held for name in ("low", "high"))
    return low, high


def _over_months(gained: Floats, held: Floats, days: Any) -> tuple[float, float]:
    """Low and high of a ratio, from leaving out one month of stays at a time."""
    months = days.dt.month.fillna(0).to_numpy(np.int64)
    present = np.unique(months)
    sums = np.array([[gained[months == each].sum(), held[months == each].sum()] for each in present])
    whole = sums.sum(axis=0)
    value, n = whole[0] / whole[1], len(present)
    if n < 2:
        return float("nan"), float("nan")
    left = whole - sums
    each_time = np.divide(left[:, 0], left[:, 1], out=np.full(n, value), where=left[:, 1] > 0)
    error = float(np.sqrt((n - 1) / n * ((each_time - each_time.mean()) ** 2).sum()))
    reach = error * NORMAL * widening(float(n - 1), LEVEL)
    return value - reach, value + reach


def _gap(before: Outcome, after: Outcome) -> dict[str, dict[str, float]]:
    """Price against item money of the stays in other regions."""
    frame = before.payments.stays.frame
    away = (frame["insured_region"].astype(str) != frame["care_region"].astype(str)).to_numpy(bool)
    held = before.ledger["fund"][away].astype(np.float64)
    if not held.sum() > 0:
        raise FundError("the stays hold none of insured who were treated in another region")
    gained = (after.ledger["fund"] - before.ledger["fund"])[away].astype(np.float64)
    spread = _over_months(gained, held, frame["discharge_date"][away])
    what = lever("cross_region_drg").settings["gap"]
    return {"gap": _entry(what, float(gained.sum() / held.sum()), *spread)}


def _procured(cases: Any, procedures: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, str]]:
    """Share of the cost on stays that use what is procured, and of consumables in theirs."""
    frame = case_table(cases)
    if CONSUMABLE not in frame or "procedures" not in frame:
        raise FundError("the stays do not say what a procurement reaches", allowed=["procedures", CONSUMABLE])
    codes = frame["procedures"].astype(str)
    using = codes.map(lambda text: any(code.startswith(procedures) for code in text.split("|")))
    rows = using.to_numpy(bool)
    cost = frame["total_cost"].to_numpy(np.float64)
    items = np.nan_to_num(frame[CONSUMABLE].to_numpy(np.float64, na_value=np.nan))
    if not rows.any() or not cost[rows].sum() > 0:
        raise FundError("no stay has these procedures", got=list(procedures))
    found = {}
    for key, up, down in (("group_share", cost * rows, cost), ("item_share", items * rows, cost * rows)):
        value = float(up.sum() / down.sum())
        spread = _over_months(up, down, frame["discharge_date"])
        what = lever("procurement").settings[key]
        found[key] = {**_entry(what, value, *spread), "source": SOURCE, "state": "assumed"}
    words = ", ".join(procedures)
    return found, (
        f"所给{len(frame):,}例病例中 {int(rows.sum()):,} 例有手术 {words}；耗材费用代表该品种，为假定",
        f"{int(rows.sum()):,} of the {len(frame):,} stays given have a procedure {words}; "
        "all their consumables stand for the item, which is assumed",
    )


def _entry(
    what: Setting, value: float, low: float | None = None, high: float | None = None
) -> dict[str, float]:
    """A setting; its value lies in its interval within the setting's bounds; where none is known there is
    none."""
    if low is None or high is None or low != low or high != high:
        return {"value": value}
    return {"value": value, "low": max(min(low, value), what.min), "high": min(max(high, value), what.max)}
