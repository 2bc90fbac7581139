"""A valuation kept as a document, and the way from the last one to the new one.

The record holds every input (accounts, members, assumptions, scenario documents) and the point results, so
that the same program gives the same fen, and a later one can say what moved: method, data, experience,
assumptions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .._atomic import replacing
from .._damaged import read_json
from .._version import __version__
from ..errors import ArgumentError, FileFormatError
from .fund import Fund
from .run import run
from .scenario import FundScenario
from .words import fund_table, pots

if TYPE_CHECKING:
    from .valued import Valued

FORMAT = 1


def record(valuation: Valued) -> dict[str, Any]:
    """Inputs and point results of a valuation as plain values."""
    results = {}
    for course in valuation.courses:
        money = course.money
        results[course.scenario.id] = {
            pot: {
                side: getattr(money, side)[0, ..., place].tolist()
                for side in ("income", "spending", "reserve")
            }
            for place, pot in enumerate(pots())
            if pot in valuation.used_pots
        }
    inputs = {
        "fund": valuation.fund.to_document(),
        "scenarios": [course.scenario.to_document() for course in valuation.courses],
        "years": valuation.years,
    }
    return {
        "drgsim_fund_valuation": FORMAT,
        "version": __version__,
        "inputs": inputs,
        "inputs_hash": _hash(inputs),
        "draws": valuation.draws,
        "seed": valuation.seed,
        "results_fen": results,
    }


def write_record(valuation: Valued, path: str | Path) -> None:
    """Write the record as JSON."""
    with replacing(path) as part:
        part.write_text(json.dumps(record(valuation), ensure_ascii=False) + "\n", encoding="utf-8")


def read_record(path: str | Path) -> dict[str, Any]:
    """Read a record; raises FileFormatError when it is none or was changed."""
    return checked_record(read_json(path), Path(path).name)


def checked_record(document: Any, where: str = "record") -> dict[str, Any]:
    """The record, if it is one and its inputs are those it was made of."""
    if not isinstance(document, Mapping) or document.get("drgsim_fund_valuation") != FORMAT:
        raise FileFormatError("not a record of a valuation", where=where)
    if document["inputs_hash"] != _hash(document["inputs"]):
        raise FileFormatError("the inputs of a record are not those it was made of", where=where)
    return dict(document)


def verify_record(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a new run of a record's inputs gives otherwise, to the fen; empty when nothing."""
    document = checked_record(document)
    fund, years = Fund.from_document(document["inputs"]["fund"]), document["inputs"]["years"]
    differing = []
    for stated in document["inputs"]["scenarios"]:
        scenario = FundScenario.of(stated)
        books = run(fund, scenario, years).books
        for place, pot in enumerate(pots()):
            kept = document["results_fen"][scenario.id].get(pot)
            if kept is not None and books.balance[0, ..., place].tolist() != kept["reserve"]:
                differing.append(f"{scenario.id}: {pot}")
    return tuple(differing)


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation:
    """From the last valuation's reserve to the new one's. `frame`: pot, step, zh, en, value (yuan); the
    steps of a pot sum exactly to the new value. `changed` are the assumptions that differ."""

    frame: pd.DataFrame
    year: int
    changed: tuple[str, ...]

    def __repr__(self) -> str:
        return (
            f"Reconciliation of the reserve at the end of {self.year}\n{fund_table(self.frame).to_string()}"
        )

    def _repr_html_(self) -> str:
        return str(fund_table(self.frame).to_html())


STEPS = (
    ("last", "上次测算", "last valuation"),
    ("method", "方法（程序）变化", "method: the program changed"),
    ("data", "起始年数据修订", "data: accounts of the old start year restated"),
    ("experience", "实际与预期之差", "experience: what came instead of what was expected"),
    ("assumptions", "假设变化", "assumptions changed"),
    ("new", "本次测算", "new valuation"),
)


def reconcile(
    last: Mapping[str, Any] | str | Path, new: Valued, *, year: int | None = None
) -> Reconciliation:
    """Why the new baseline differs from the last one, step by step.

    The last inputs are run by this program (method), with the old start year's accounts as the new fund
    restates them (data; `Region.history`), from the new accounts under the old assumptions (experience),
    and under the new assumptions. `year` is the last that both value.

    Raises FileFormatError, ArgumentError (other regions, no year in common, the new accounts are older).
    """
    document = read_record(last) if isinstance(last, str | Path) else checked_record(last)
    old = Fund.from_document(document["inputs"]["fund"])
    years = int(document["inputs"]["years"])
    ids = [[region.id for region in fund.regions] for fund in (old, new.fund)]
    if ids[0] != ids[1]:
        raise ArgumentError("the last valuation was of other regions", got=ids[1], allowed=ids[0])
    if new.fund.year < old.year:
        raise ArgumentError("the new accounts are older than the last", got=new.fund.year, allowed=old.year)
    end = min(old.year + years, new.first_year + new.years - 1) if year is None else year
    if not new.first_year <= end <= min(old.year + years, new.first_year + new.years - 1):
        raise ArgumentError("a year that both do not value", got=end)
    baseline = FundScenario.baseline()
    stored = document["results_fen"]["baseline"]
    restated = restate(old, new.fund)
    carried = replace(
        new.fund,
        regions=tuple(
            replace(region, assumptions=_carried(before.assumptions, region))
            for region, before in zip(new.fund.regions, old.regions, strict=True)
        ),
    )
    runs = [
        (run(fund, baseline, end - fund.year).books.balance[0, :, -1].sum(0))
        for fund in (old, restated, carried)
    ]
    final = new.courses[0].point.books.balance[0, :, end - new.fund.year].sum(0)
    rows = []
    for place, pot in enumerate(pots()):
        kept = stored.get(pot)
        if kept is None and pot not in new.used_pots:
            continue
        was = sum(region[end - old.year] for region in kept["reserve"]) if kept else 0
        path = [was, *(int(each[place]) for each in runs), int(final[place])]
        values = [was, *(after - before for before, after in pairwise(path)), int(final[place])]
        for (step, zh, en), value in zip(STEPS, values, strict=True):
            rows.append([pot, step, zh, en, value / 100])
    frame = pd.DataFrame(rows, columns=["pot", "step", "zh", "en", "value"])
    return Reconciliation(frame, end, new.fund.assumptions.changed(old.assumptions))


def _carried(before: Any, region: Any) -> Any:
    """The old assumptions for a later start: levels that have a date of their own are where they were
    expected to be, which is what the new accounts say of them."""
    dated = {name: region.assumptions[name] for name in ("premium", "subsidy")}
    return before.with_values(dated)


def restate(old: Fund, new: Fund) -> Fund:
    """The old fund with its accounts as the new one restates them; the same where it says nothing of them."""
    regions = []
    for before, after in zip(old.regions, new.regions, strict=True):
        books = after.history.get(before.accounts.year)
        if after.accounts.year == before.accounts.year:
            books = after.accounts
        regions.append(replace(before, accounts=books) if books is not None else before)
    return replace(old, regions=tuple(regions))


def _hash(inputs: Mapping[str, Any]) -> str:
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
