"""How near synthetic cases come to the published totals, and what a year is expected to be before a case is
drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..published import figures
from ..words import word
from .members import member_cells
from .mix import group_shares
from .region_record import RegionRecord
from .targets import INSURANCES, LEVEL_NAMES, LEVELS, Target, rows, targets
from .world import build_world, grouper_of

if TYPE_CHECKING:
    from ..grouping import DrgGrouper
    from ..schemes.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of the cases and one standard error of its sampling."""

    amount: float
    error: float


def measured(region: RegionRecord, cases: pd.DataFrame) -> Mapping[str, Measured]:
    """Figures of the cases of the region's own insured by the id of their target."""
    own = cases[cases["insured_region"].isin([city.id for city in region.cities])]
    return dict(_figures(region, own))


def _figures(region: RegionRecord, own: pd.DataFrame) -> Iterator[tuple[str, Measured]]:
    for insurance in INSURANCES:
        of = own[own["insurance"] == insurance]
        yield f"share.{insurance}", _share(own["insurance"] == insurance)
        yield from _means(insurance, of)
        for level in LEVELS:
            at = of[of["hospital_level"] == level]
            yield f"level.{insurance}.{level}", _share(of["hospital_level"] == level)
            yield from _means(f"{insurance}.{level}", at)
    employees = own[own["insurance"] == "employee"]
    yield "retired", _share(employees["retired"])
    outside = own["care_region"] == region.outside.id
    elsewhere = ~outside & (own["care_region"] != own["insured_region"])
    yield "cross_province.cases", _share(outside)
    yield "cross_province.cost", _cost_share(own, outside)
    yield "in_province.cost", _cost_share(own, elsewhere)
    yield "readmission", _share(_returns(own))


def _means(name: str, cases: pd.DataFrame) -> Iterator[tuple[str, Measured]]:
    for measure, column in (("cost", "total_cost"), ("stay", "los")):
        values = cases[column].to_numpy(dtype="float64")
        error = values.std() / math.sqrt(max(len(values), 1))
        yield f"{measure}.{name}", Measured(float(values.mean()), float(error))


def _share(holds: pd.Series[bool]) -> Measured:
    share = float(holds.astype("float64").mean())
    return Measured(share, math.sqrt(share * (1.0 - share) / max(len(holds), 1)))


def _cost_share(cases: pd.DataFrame, holds: pd.Series[bool]) -> Measured:
    cost = cases["total_cost"]
    share = float(cost[holds].sum() / cost.sum())
    residual = cost * (holds.astype("float64") - share)
    return Measured(share, float((residual**2).sum() ** 0.5 / cost.sum()))


def _returns(cases: pd.DataFrame) -> pd.Series[bool]:
    """Whether a discharge is followed by an admission of the same person within 15 days."""
    ordered = cases[["patient_id", "admission_date", "discharge_date"]].sort_values(
        ["patient_id", "admission_date"]
    )
    following = ordered.groupby("patient_id", observed=True)["admission_date"].shift(-1)
    days = (following - ordered["discharge_date"]).dt.days
    return (days >= 0) & (days <= 15)


def mix_table(region: RegionRecord, year: int, scheme: str | Scheme | DrgGrouper) -> pd.DataFrame:
    """`SyntheticRegion.mix`."""
    world = build_world(region, year, grouper_of(scheme))
    members = member_cells(year)
    share = np.bincount(members.insurance, weights=members.discharges) @ group_shares(world.mix, members)
    anchors = [world.mix.anchors[code] for code in world.pools.drgs]
    table = pd.DataFrame(
        {
            "drg": world.pools.drgs,
            "name": [drg.name for drg in world.pools.scheme.drgs],
            "share": share / members.discharges.sum(),
            "relative_cost": [anchor.weight for anchor in anchors],
            "basis": [anchor.basis for anchor in anchors],
            "source": [anchor.source for anchor in anchors],
            "state": [anchor.state for anchor in anchors],
        }
    )
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def flow_table(region: RegionRecord, year: int, scheme: str | Scheme | DrgGrouper) -> pd.DataFrame:
    """`SyntheticRegion.flows`."""
    calibration = build_world(region, year, grouper_of(scheme)).calibration
    names = (INSURANCES, [city.id for city in region.cities], [place.id for place in region.places])
    index = pd.MultiIndex.from_product(names, names=["insurance", "insured_region", "care_region"])
    flows = {"discharges": calibration.flow_cases, "cost": calibration.flow_cost}
    return pd.DataFrame(
        {name: flow.ravel() * region.insured_share for name, flow in flows.items()}, index=index
    ).reset_index()


def rate_table(region: RegionRecord, year: int, scheme: str | Scheme | DrgGrouper) -> pd.DataFrame:
    """`SyntheticRegion.rates`."""
    rate = build_world(region, year, grouper_of(scheme)).calibration.rate
    rows = []
    for insurance, of_levels in zip(INSURANCES, rate, strict=True):
        known = [each for each in figures() if each.measure == "base_rate" and each.insurance == insurance]
        nearest = min(known, key=lambda there: abs(there.year - year))
        beside = nearest.amount, nearest.area
        rows += [(insurance, level, value, *beside) for level, value in zip(LEVELS, of_levels, strict=True)]
    return pd.DataFrame(rows, columns=["insurance", "hospital_level", "rate", "published", "area"])


@dataclass(frozen=True, eq=False)
class Fidelity:
    """Calibrated figures beside what the cases have.

    Attributes
    ----------
    region : id of the region
    year : whose totals are met
    cases : number of cases measured
    frame : one row a figure, indexed by its id, such as `cost.employee.3`: zh, en, unit, target (what
        was aimed at), achieved, gap (relative), noise (one standard error of sampling, relative),
        published (the figure as printed, in base units), published_year, source, state, note
    not_preserved : what the cases do not keep of reality; zh, en
    """

    region: str
    year: int
    cases: int
    frame: pd.DataFrame
    not_preserved: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """The figures for a reader: label, target, achieved, gap, source and state."""
        return self.frame[["en", "unit", "target", "achieved", "gap", "source", "state"]]

    def __repr__(self) -> str:
        worst = self.frame["gap"].abs().max()
        return (
            f"Fidelity({self.region!r}, {self.year}: {len(self.frame)} figures over {self.cases} cases, "
            f"greatest gap {worst:.1%}; {len(self.not_preserved)} things not preserved, see .not_preserved)"
        )

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th>{name}</th>"
            for name in (
                "指标",
                "figure",
                "单位 unit",
                "目标 target",
                "实得 achieved",
                "差距 gap",
                "来源 source",
                "状态 state",
            )
        )
        body = "".join(
            f"<tr><td>{escape(str(row.zh))}</td><td>{escape(str(row.en))}</td><td>{row.unit}</td><td>{row.target:,.4g}</td>"
            f"<td>{row.achieved:,.4g}</td><td>{row.gap:+.1%}</td><td>{row.source}</td><td>{row.state}</td></tr>"
            for row in self.frame.itertuples()
        )
        lost = "".join(
            f"<li>{escape(str(row.zh))}<br>{escape(str(row.en))}</li>"
            for row in self.not_preserved.itertuples()
        )
        return (
            f"<p>合成区域 Synthetic region {escape(self.region)}, {self.year}, {self.cases:,} 病例 cases</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>未保留的内容 Not preserved</p><ul>{lost}</ul>"
        )


def measure(region: RegionRecord, cases: pd.DataFrame, *, year: int) -> Fidelity:
    """`SyntheticRegion.fidelity`."""
    found = measured(region, cases)
    table = [_row(target, found[target.id]) for target in _measurable(year) if target.id in found]
    frame = pd.DataFrame(table).set_index("id")
    return Fidelity(
        region.id, year, len(cases), frame, pd.DataFrame(rows("not_preserved.csv")).set_index("id")
    )


def _measurable(year: int) -> Iterator[Target]:
    """The targets that cases alone can be measured by: numbers of people become shares."""
    aims = dict(targets(year))
    discharges = {name: aims[f"discharges.{name}"] for name in INSURANCES}
    whole = sum(target.amount for target in discharges.values())
    for name, target in discharges.items():
        yield _as_share(
            target, f"share.{name}", target.amount / whole, "分险种出院占比", "share of the discharges"
        )
    yield _retired(year, aims)
    for id, target in aims.items():
        if not id.startswith(("discharges.", "insured.", "use.", "retired")):
            yield target


def _as_share(target: Target, id: str, amount: float, zh: str, en: str) -> Target:
    return replace(target, id=id, amount=amount, zh=zh, en=en, unit="share")


def _retired(year: int, aims: dict[str, Target]) -> Target:
    """The share of the retired among discharges of employees, by the ratio of published rates."""
    cells = member_cells(year)
    employee = cells.insurance == INSURANCES.index("employee")
    share = float(cells.discharges[cells.retired].sum() / cells.discharges[employee].sum())
    return _as_share(
        replace(aims["use.retired"], note="from the ratio of the rates of active and retired"),
        "retired",
        share,
        "退休人员出院占比",
        "share of the retired among employees' discharges",
    )


def _row(target: Target, found: Measured) -> dict[str, Any]:
    words = target.id.split(".")
    whom = [word for word in words[1:] if word in INSURANCES]
    whom += [LEVEL_NAMES[int(word)] for word in words[1:] if word.isdigit()]
    return {
        "id": target.id,
        "zh": target.zh + "".join(f" {_ZH[word]}" for word in whom),
        "en": target.en + "".join(f", {word}" for word in whom),
        "unit": target.unit,
        "target": target.amount,
        "achieved": found.amount,
        "gap": found.amount / target.amount - 1.0,
        "noise": found.error / target.amount,
        "published": target.figure.amount,
        "published_year": target.figure.year,
        "source": target.figure.source,
        "state": target.state,
        "note": target.note,
    }


_ZH = {
    "employee": word("employee").zh,
    "resident": word("resident").zh,
    "tertiary": word("level_3").zh,
    "secondary": word("level_2").zh,
    "primary": word("primary_and_below").zh,
}
