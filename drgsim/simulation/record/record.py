"""The record of a run: what went in and came out, written, and read in today's form or the first one's."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..._atomic import replacing
from ..._damaged import read_json
from ..._paths import is_file
from ..._version import __version__
from ...settlement.budgets import FUND
from ..comparison.kept import ask
from ..projection.funds import COLUMNS
from ..projection.growth import band_names
from ..scenario_errors import RecordError
from ..world.case_table import AGE_BAND
from ..world.ingredients import installed, learned
from .recorded_tables import Table, tables

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison
    from ..projection.projection import Projection


Rows = list[dict[str, Any]]
_GIVEN = "read"  # what a projection calls a table of the caller's


def run_inputs(results: Comparison) -> dict[str, Any]:
    """seed, years, draws, and the tables of budgets, funds and insured that were given.

    Budgets are yuan as they were given, which need not be whole fen; the money of funds is whole fen. A table
    that was not given, and is derived again from the cases, is None.
    """
    projected = results.projected
    return {
        "seed": results.seed,
        "years": results.years,
        "draws": results.draws,
        "budgets": _budgets(results.world.given_budgets),
        "funds": _funds(projected) if projected and projected.opening.state == _GIVEN else None,
        "insured": _insured(projected) if projected and projected.insured.state == _GIVEN else None,
    }


def as_arguments(run: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of `simulate` that repeat a run."""
    return {
        "seed": run["seed"],
        "years": run["years"],
        "draws": run["draws"],
        "budgets": _frame(run["budgets"], ()),
        "funds": _frame(run["funds"], COLUMNS),
        "insured": _frame(run["insured"], ()),
    }


def _budgets(table: pd.DataFrame | None) -> Rows | None:
    if table is None:
        return None
    columns = (table[name] for name in (*FUND, "budget"))
    return [
        {"region": str(region), "insurance": str(insurance), "budget": float(budget)}
        for region, insurance, budget in zip(*columns, strict=True)
    ]


def _funds(projected: Projection) -> Rows:
    money = [getattr(projected.opening, name) for name in COLUMNS]
    return [
        dict(zip(FUND, fund, strict=True))
        | {name: int(fen[row]) for name, fen in zip(COLUMNS, money, strict=True)}
        for row, fund in enumerate(projected.funds)
    ]


def _insured(projected: Projection) -> Rows:
    return [
        dict(zip(FUND, fund, strict=True)) | {AGE_BAND: band, "insured": float(persons)}
        for fund, row in zip(projected.funds, projected.insured.persons, strict=True)
        for band, persons in zip(band_names(), row, strict=True)
    ]


def _frame(rows: Rows | None, money: tuple[str, ...]) -> pd.DataFrame | None:
    if rows is None:
        return None
    frame = pd.DataFrame(rows)
    return frame.assign(**{name: frame[name] / 100 for name in money})


FIRST = 1
TOLD = "counts catastrophic insurance among the fund since format 2 自第2版大病保险计入基金"
_TOGETHER = ("fund", "other_payers")
_FOLLOWS = (
    "fund", "other_payers", "fund_change", "fund_change_share", "value", "cumulative", "digest",
    "inpatient_fund", "other_spending", "balance", "reserve", "reserve_months", "warning",
    *(f"{name}_{edge}" for name in ("inpatient_fund", "balance", "reserve") for edge in ("low", "high")),
    "low", "middle", "high",
)  # fmt: skip


def in_first_format(table: Table, columns: Iterable[str]) -> Table:
    """A table of today with the columns it had."""
    kept = [name for name in columns if name in table["columns"]]
    places = [table["columns"].index(name) for name in kept]
    return {"columns": kept, "rows": [[row[place] for place in places] for row in table["rows"]]}


def only_moved(stated: Table, found: Table, differing: set[str]) -> bool:
    """Whether the differing columns are those that moved, and fund and other payers together did not."""
    if not differing <= set(_FOLLOWS):
        return False
    if not set(_TOGETHER) <= set(stated["columns"]):
        return True
    places = [stated["columns"].index(name) for name in _TOGETHER]
    together = ([sum(row[place] for place in places) for row in table["rows"]] for table in (stated, found))
    return next(together) == next(together)


FORMAT, VERSION = "drgsim_record", 2  # 2: the fund pays catastrophic insurance
DIGEST = "digest"
SECTIONS = ("versions", "run", "input", "scenarios", "installed", "learned", "results")


def record(results: Comparison, *, recipe: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All it takes to check a run again, as plain data for JSON.

    `recipe` says how the cases can be made again: `{"synthetic": {"region": "province", "n": 300_000,
    "year": 2025, "seed": 1}}`, the keywords of `drgsim.synthetic_cases`. Without it `verify` needs the cases.

    The cases enter as a fingerprint, a count and the names of columns. Money is in whole fen. `digest` is
    SHA-256 over everything else.
    """
    world = results.world
    seen = results.fingerprint
    content: dict[str, Any] = {
        FORMAT: VERSION,
        "versions": {
            "drgsim": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "run": run_inputs(results),
        "input": {
            "fingerprint": seen.digest,
            "cases": seen.rows,
            "columns": list(seen.columns),
            "base_year": world.year,
            "groups_given": world.groupings.given is not None,
            "recipe": None if recipe is None else dict(recipe),
        },
        "scenarios": [
            {"id": each.id, "hash": each.hash, "document": each.document} for each in results.scenarios
        ],
        "installed": ask(results, "installed", {}, lambda: installed(results.scenarios, world.year)),
        "learned": learned(world, results.scenarios),
        "states": dict(sorted(results.states.items())),
        "notes": {id: dict(outcome.payments.notes) for id, outcome in results.outcomes.items()},
        "results": tables(results),
    }
    plain: dict[str, Any] = json.loads(_text(content))
    return plain | {DIGEST: digest(plain)}


def write_record(
    results: Comparison, path: str | PathLike[str], *, recipe: Mapping[str, Any] | None = None
) -> Path:
    """Write the record of a run as JSON; returns the path."""
    text = json.dumps(record(results, recipe=recipe), ensure_ascii=False, indent=1, allow_nan=False)
    with replacing(path) as part:
        part.write_text(text + "\n", encoding="utf-8")
    return Path(path)


def read_record(source: str | PathLike[str] | Mapping[str, Any]) -> dict[str, Any]:
    """A record from a file or a mapping.

    Raises RecordError when it is no record, is incomplete, or was written by a newer format.
    """
    name = "the record" if isinstance(source, Mapping) else Path(source).name
    found = dict(source) if isinstance(source, Mapping) else _read(Path(source), name)
    version = found.get(FORMAT)
    if not isinstance(version, int) or version < 1:
        raise RecordError("not a run record", where=name, do="give the run record a simulation wrote")
    if version > VERSION:
        raise RecordError(
            "the record is of a newer format than this drgsim knows",
            got=version,
            allowed=f"up to {VERSION}",
            where=name,
            do="install the drgsim that wrote it, or a later one",
        )
    lacking = [section for section in SECTIONS if not isinstance(found.get(section), Mapping | list)]
    if lacking:
        raise RecordError("the record is not complete", got=f"without {', '.join(lacking)}", where=name)
    return found


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a record's content, its own digest left out."""
    rest = {key: value for key, value in content.items() if key != DIGEST}
    return hashlib.sha256(_text(rest).encode()).hexdigest()


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _read(path: Path, name: str) -> dict[str, Any]:
    if not is_file(path):
        raise RecordError(
            "the record cannot be read", got="no such file", where=name, do="give a run record (JSON)"
        )
    found = read_json(path, RecordError)
    if not isinstance(found, dict):
        raise RecordError("not a run record", got=type(found).__name__, where=name)
    return found
