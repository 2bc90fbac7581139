"""How near synthetic cases come to the published totals, said figure by figure, and what they do not keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..words import word
from .data_tables import rows
from .measures import Measured, measured
from .targets import INSURANCES, LEVEL_NAMES, Target, targets

if TYPE_CHECKING:
    from .region import SyntheticRegion


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


def measure(region: SyntheticRegion, cases: pd.DataFrame | None, *, year: int, seed: int, n: int) -> Fidelity:
    """`SyntheticRegion.fidelity`."""
    if cases is None:
        from .generate import synthetic_cases

        cases = synthetic_cases(region, n=n, year=year, seed=seed)
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
    from .members import member_cells

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
