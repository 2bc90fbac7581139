"""Tables of a comparison: outcomes side by side, bands, costs to standard, groups left and entered, special
rules, supervision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...audit.money import penalties
from ...payment.engine.state import Outlier, Review
from ...payment.engine.steps.special_review import SpecialReview
from ...words import pairs
from ..checks.left_out import unpaid_costs
from ..scenario.supervision import SHARES, Supervision, declared
from ..scenario_errors import SimulationError
from ..uncertainty.bands import sampling_bands
from ..world.outcome import MEASURES, Outcome
from ..world.sums import sums

if TYPE_CHECKING:
    from ...payment.engine.stays import Stays
    from ...payment.faces.payments import Payments
    from ..scenario.scenario import Scenario
    from ..world.world import World
    from .kept import ComparisonRecord


COLUMNS = ("scenario", "measure", "band", "year", "region", "insurance", "low", "middle", "high")


def bands(found: ComparisonRecord) -> pd.DataFrame:
    """`Comparison.bands` names the columns."""
    tables = []
    if found.drawn_hospitals is not None:
        sampled = sampling_bands(found.drawn_hospitals, baseline=found.baseline.id, year=found.world.year)
        tables.append(sampled[[*COLUMNS]])
    if found.drawn_assumptions is not None:
        for band, table in (
            ("parameters", found.drawn_assumptions.levels()),
            ("difference_parameters", found.drawn_assumptions.differences()),
        ):
            tables.append(table.assign(band=band)[[*COLUMNS]])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*COLUMNS])


WIDTH, LAST = 0.1, 5.0  # of a bin, and where the last, open one begins


def cost_to_standard(paid: Mapping[str, Payments]) -> pd.DataFrame:
    """scenario, low, high (cost ÷ standard, low inclusive; the last bin is open), cases: stays priced in the
    scheme."""
    edges = np.round(np.arange(0.0, LAST + WIDTH / 2, WIDTH), 10)
    tables = []
    for scenario, payments in paid.items():
        found = payments.findings
        inside = (found.route == 0) & (found.problem == 0) & (found.standard > 0)
        place = np.searchsorted(edges, found.cost[inside] / found.standard[inside], side="right") - 1
        cases = np.bincount(np.maximum(place, 0), minlength=len(edges))
        bins = {"scenario": scenario, "low": edges, "high": [*edges[1:], np.inf], "cases": cases}
        tables.append(pd.DataFrame(bins))
    return pd.concat(tables, ignore_index=True)


def migration(before: Stays, after: Stays) -> pd.DataFrame:
    """before, after (groups, "" for none), cases: the largest flows first, equal ones by name.

    Both hold the same stays in the same order.
    """
    groups = {
        "before": (before.groups().codes, np.array(before.groups().names, dtype=object)),
        "after": (after.groups().codes, np.array(after.groups().names, dtype=object)),
    }
    table = sums(groups, {"cases": np.ones(len(before), np.int64)})
    return table.sort_values("cases", ascending=False, kind="stable", ignore_index=True)


Mask = npt.NDArray[np.bool_]
# what a stay is paid because of each kind, beyond (or short of) its standard
_STEPS = {
    "low_outlier": ("low_outlier",),
    "high_outlier": ("high_outlier", "high_outlier_quota"),
    "extreme_outlier": ("extreme_outlier",),
    "special_review_eligible": (),
    "special_review_filed": (),
    "special_review_accepted": ("special_review",),
    "new_technology": ("new_technology",),
}


def special_load(paid: Mapping[str, Payments]) -> pd.DataFrame:
    """A row a scenario and kind: scenario, kind, cases, share (of all cases), adjustment (yuan against the
    standard)."""
    rows = [(scenario, *row) for scenario, payments in paid.items() for row in _rows(payments)]
    return pd.DataFrame(rows, columns=["scenario", "kind", "cases", "share", "adjustment"])


def _rows(payments: Payments) -> Iterator[tuple[str, int, float, float]]:
    ledger, n = payments.ledger, len(payments)
    for kind, mask in _masks(payments):
        moved = sum(
            int(ledger.adjustments[step][mask].sum()) for step in _STEPS[kind] if step in ledger.adjustments
        )
        cases = int(mask.sum())
        yield kind, cases, cases / n if n else 0.0, moved / 100


def _masks(payments: Payments) -> Iterator[tuple[str, Mask]]:
    outlier, review = payments.findings.outlier, payments.findings.review
    reviewed = _under_a_quota(payments)
    yield "low_outlier", outlier == Outlier.LOW
    yield "high_outlier", (outlier == Outlier.HIGH) | (outlier == Outlier.HIGH_OVER_QUOTA)
    yield "extreme_outlier", outlier == Outlier.EXTREME
    yield "special_review_eligible", review >= Review.ELIGIBLE
    yield "special_review_filed", reviewed & (review >= Review.OVER_QUOTA)
    yield "special_review_accepted", review == Review.ACCEPTED
    technology = payments.ledger.adjustments.get("new_technology")
    yield "new_technology", np.zeros(len(outlier), np.bool_) if technology is None else technology != 0


def _under_a_quota(payments: Payments) -> Mask:
    """Stays of places where reviews are held at all: with a quota of nothing, nothing is filed."""
    held = np.zeros(len(payments), np.bool_)
    for walk in payments.walks:
        held[walk.place.rows] = any(isinstance(step, SpecialReview) and step.quota > 0 for step in walk.steps)
    return held


MONEY = MEASURES[1:]
_TEXT = pd.Series([""]).dtype  # what pandas itself gives text
FEN = 100
HOSPITAL = ("care_region", "hospital_level", "hospital_id")
# a change -> the measure it is of, and whether more of that is more of the change
CHANGES = {
    "fund_change": ("fund", 1),
    "patient_change": ("patient", 1),
    "other_payers_change": ("other_payers", 1),
    "hospital_change": ("borne_by_hospital", -1),
}


def summary(scenarios: Sequence[Scenario], outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """A row a scenario, the baseline first; `Comparison.summary` names the columns."""
    start = outcomes[scenarios[0].id].total
    rows = []
    for scenario in scenarios:
        outcome = outcomes[scenario.id]
        total, unpaid = outcome.total, unpaid_costs(outcome)
        row: dict[str, Any] = {
            "title_zh": scenario.title.get("zh", scenario.id),
            "title_en": scenario.title.get("en", scenario.id),
            "cases": total["cases"],
            "not_payable": sum(cases for cases, _ in unpaid.values()),
            "not_payable_cost": sum(cost for _, cost in unpaid.values()) / FEN,
            "cmi": outcome.cmi,
        }
        row |= {name: total[name] / FEN for name in MONEY}
        for name, (measure, sign) in CHANGES.items():
            row[name] = sign * (total[measure] - start[measure]) / FEN
        row["fund_change_share"] = row["fund_change"] * FEN / start["fund"] if start["fund"] else np.nan
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index([each.id for each in scenarios], name="scenario"))


def by_column(ids: Sequence[str], outcomes: Mapping[str, Outcome], key: str) -> pd.DataFrame:
    """A row for each scenario and value of a column of the cases; the baseline is the first id."""
    sides = {id: outcomes[id].sums([key]).set_index(key) for id in ids}
    names, parts = [], []
    for own in sides.values():
        here, there = _aligned(own, sides[ids[0]])
        names.append(here.index)
        part = {"cases": here["cases"].to_numpy(), **{name: here[name].to_numpy() / FEN for name in MONEY}}
        for name, (measure, sign) in CHANGES.items():
            part[name] = sign * (here[measure].to_numpy() - there[measure].to_numpy()) / FEN
        parts.append(part)
    # put together once: a frame for each scenario takes longer than all its sums
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    scenario = np.repeat(np.array(ids, dtype=object), [len(each) for each in names])
    together = pd.DataFrame({"scenario": pd.Series(scenario).astype(_TEXT), **columns})
    together.insert(1, key, names[0].append(names[1:]))
    return together


def by_hospital(own: Outcome, baseline: Outcome) -> pd.DataFrame:
    """A row a hospital, the largest gain first; `Comparison.hospitals` names the columns."""
    here, there = _aligned(*(each.sums(HOSPITAL).set_index(list(HOSPITAL)) for each in (own, baseline)))
    columns = {"cases": here["cases"].to_numpy()}
    columns |= {name: here[name].to_numpy() / FEN for name in ("total_cost", "fund", "borne_by_hospital")}
    cost = columns["total_cost"]
    columns["margin"] = -columns["borne_by_hospital"] / np.where(cost > 0, cost, np.nan)
    for name in ("fund_change", "hospital_change"):
        measure, sign = CHANGES[name]
        columns[name] = sign * (here[measure].to_numpy() - there[measure].to_numpy()) / FEN
    ordered = (
        pd.DataFrame(columns, index=here.index)
        .reset_index()
        .sort_values("hospital_change", ascending=False, kind="stable")
    )
    return ordered.reset_index(drop=True)


def flow_matrix(outcome: Outcome, measure: str) -> pd.DataFrame:
    """Insured region × care region: cases, or yuan of a measure."""
    wide = outcome.sums(["insured_region", "care_region"]).pivot_table(
        index="insured_region", columns="care_region", values=measure, aggfunc="sum", fill_value=0
    )
    return wide if measure == "cases" else wide / FEN


def flow_changes(own: pd.DataFrame, start: pd.DataFrame) -> pd.DataFrame:
    """One flow matrix less another; a flow that only one of them has counts as nothing in the other."""
    rows, columns = own.index.union(start.index), own.columns.union(start.columns)
    here, there = (each.reindex(index=rows, columns=columns, fill_value=0) for each in (own, start))
    return here - there


def _aligned(own: pd.DataFrame, start: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    index = own.index.union(start.index, sort=True)
    return own.reindex(index, fill_value=0), start.reindex(index, fill_value=0)


Floats = npt.NDArray[np.float64]

DRAWS = 2_000
ARTICLE = "article_38"  # use of the fund against the rules, without intent to defraud
PARTS = pairs("supervised")
SUPERVISED = ("scenario", "lever", "part", "title_zh", "title_en", "value", "low", "high", "source", "state")


def audited(scenario: Scenario, world: World) -> Any:
    """The audit of the baseline's stays behind the first lever that supervises; SimulationError without."""
    for lever in scenario.levers:
        if lever.supervision is not None:
            return world.watched.result(lever.supervision.rules)
    raise SimulationError("no lever of this scenario supervises", got=scenario.id)


def supervised(scenarios: tuple[Scenario, ...], world: World, seed: int) -> pd.DataFrame:
    """A row a scenario, lever and part; yuan of the base year. `low` and `high` hold nine tenths of what the
    shares may be (triangular inside their intervals, independent); how sure the stays are, `bands()` says."""
    rows: list[dict[str, Any]] = []
    for scenario in scenarios:
        for lever in scenario.levers:
            if lever.supervision is None:
                continue
            stake = world.watched.at_stake(lever.supervision.rules)
            point = _parts(stake, lever.supervision.values())
            drawn = _parts(stake, _drawn(lever.supervision, seed))
            worst = max(
                (lever.supervision.shares[name] for name in SHARES),
                key=lambda share: ("read", "secondary", "assumed").index(share.state),
            )
            for part, (zh, en) in PARTS.items():
                low, high = np.quantile(drawn[part], [0.05, 0.95])
                rows.append(
                    {
                        "scenario": scenario.id, "lever": lever.id, "part": part,
                        "title_zh": zh, "title_en": en,
                        "value": round(float(point[part]), 2), "low": round(float(low), 2),
                        "high": round(float(high), 2), "source": worst.source, "state": worst.state,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(SUPERVISED))


def evidence(lang: str) -> dict[str, str]:
    """What is published of each share."""
    return {name: str(facts["evidence"][lang]) for name, facts in declared().items()}


def _drawn(supervision: Supervision, seed: int) -> tuple[Floats, Floats, Floats]:
    made = []
    for number, name in enumerate(SHARES):
        at = supervision.shares[name].interval
        generator = np.random.default_rng([seed, number])
        made.append(
            np.full(DRAWS, at.value)
            if at.low == at.high
            else generator.triangular(at.low, at.value, at.high, DRAWS)
        )
    coverage, detection, deterrence = made
    return coverage, detection, deterrence


def _parts(stake: float, shares: tuple[Any, Any, Any]) -> Mapping[str, Any]:
    coverage, detection, deterrence = (np.asarray(each) for each in shares)
    kept_away = stake * deterrence
    back = (stake - kept_away) * coverage * detection
    fines = penalties()["fines"][ARTICLE]
    return {
        "at_stake": np.full_like(back, stake), "deterred": kept_away, "recovered": back,
        "saved": kept_away + back, "fine_low": back * fines["low"], "fine_high": back * fines["high"],
    }  # fmt: skip
