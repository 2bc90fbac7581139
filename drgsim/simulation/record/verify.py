"""Whether a record holds, and whether running it again gives the same: the check and its answer."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..._version import __version__
from ...errors import DrgsimError
from ...language import both, told
from ...payment.engine.grouped import as_frame
from ...synthetic.generate import synthetic_cases
from ...words import pairs
from ..scenario.scenario import Scenario
from ..scenario_errors import RecordError
from ..simulate import simulate
from ..world.ingredients import installed
from .fingerprint import fingerprint
from .record import (
    DIGEST,
    FIRST,
    FORMAT,
    TOLD,
    as_arguments,
    digest,
    in_first_format,
    only_moved,
    read_record,
    record,
)
from .recorded_tables import Table

if TYPE_CHECKING:
    from ..progress import Listener


State = Literal["same", "differs", "note"]
_SIGNS = {"same": "✓", "differs": "✗", "note": "·"}
_LONG = 60  # characters of a value before the rest is cut


@dataclass(frozen=True)
class Check:
    """One thing looked at: its names, what the record says, what was found, and whether they are the same.

    A `note` is a difference that need not change a result, or something that was not looked at.
    """

    check: str
    zh: str
    en: str
    expected: str
    got: str
    state: State

    @property
    def ok(self) -> bool:
        return self.state != "differs"


@dataclass(frozen=True, repr=False)
class Verification:
    """What `verify` found; `ok` when nothing differs."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a check: check, what_zh, what_en, expected, got, state (same, differs, note), ok."""
        names = ["check", "what_zh", "what_en", "expected", "got", "state", "ok"]
        rows = [(c.check, c.zh, c.en, c.expected, c.got, c.state, c.ok) for c in self.checks]
        return pd.DataFrame(rows, columns=names)

    def __repr__(self) -> str:
        lines = [self._headline()]
        for check in self.checks:
            lines.append(f"{_SIGNS[check.state]} {both(check.zh, check.en)}: {told(_told(check))}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{_SIGNS[check.state]}</td><td>{escape(both(check.zh, check.en))}</td>"
            f"<td>{escape(told(_told(check)))}</td></tr>"
            for check in self.checks
        )
        return f"<p><b>{escape(self._headline())}</b></p><table><tbody>{rows}</tbody></table>"

    def _headline(self) -> str:
        wrong = sum(not check.ok for check in self.checks)
        if wrong:
            return (
                f"The record does not hold: {wrong} of {len(self.checks)} checks differ. 记录与核对结果不符。"
            )
        return f"The record holds: {len(self.checks)} checks, none differs. 记录核对一致。"


def same(check: str, zh: str, en: str, expected: Any, got: Any) -> Check:
    """The check that two values are equal."""
    return Check(check, zh, en, str(expected), str(got), "same" if expected == got else "differs")


def _told(check: Check) -> str:
    """Hashes and lists short; differences with both sides."""
    expected, got = _short(check.expected), _short(check.got)
    if check.state == "same":
        return got or "same 一致"
    return f"{expected} → {got}" if check.expected else got


def _short(text: str) -> str:
    if len(text) == 64 and " " not in text:
        return text[:16]
    return text if len(text) <= _LONG else f"{text[:_LONG]} …"


_CLOSE = 1e-9  # relative, of numbers that are neither money nor counts
_KINDS = pairs("record_part")
_MISSING = "not here 缺"


def verify(
    source: str | PathLike[str] | Mapping[str, Any],
    cases: Any = None,
    *,
    rerun: bool = True,
    progress: Listener | None = None,
) -> Verification:
    """Check a run record.

    Parameters
    ----------
    source : a record, or the file of one.
    cases : the cases of the run. Without them they are made again where the record has a recipe; where it
        has none, only what needs no case is checked.
    rerun : False leaves out the run: cases, if given, are only compared with the fingerprint.
    progress : called as by `simulate`.

    Returns
    -------
    Verification. Checked are: the digest; that the scenarios' documents give their hashes here, and so do
    the policies, schemes, weights, catalogues and assumptions they name; that the results close. With cases
    also their fingerprint, what is learned from them, and every stated result, money to the fen. Other
    versions of Python, NumPy, pandas or drgsim are noted, and nothing more.

    Raises
    ------
    RecordError : it is no record, is incomplete, or is of a newer format.
    """
    stated = read_record(source)
    try:
        return Verification(tuple(_checks(stated, cases, rerun, progress)))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise RecordError("a part of the record cannot be read", got=f"{type(error).__name__}") from error


def _checks(stated: Mapping[str, Any], cases: Any, rerun: bool, progress: Listener | None) -> Iterator[Check]:
    yield same("digest", "记录校验值", "digest of the record", stated.get(DIGEST), digest(stated))
    scenarios: list[Scenario] = []
    for entry in stated["scenarios"]:
        check, scenario = _scenario(entry)
        yield check
        scenarios += [] if scenario is None else [scenario]
    whole = len(scenarios) == len(stated["scenarios"])
    yield from _ingredients(stated, scenarios if whole else None)
    yield from _closed(stated["results"])
    recipe = stated["input"]["recipe"]
    if cases is None and rerun and recipe is not None:
        cases = _made(recipe, births=stated[FORMAT] != FIRST)
    if cases is None:
        yield Check("input", "病例", "cases", "", "not given, not checked 未提供", "note")
        yield from _versions(stated["versions"])
        return
    frame = as_frame(cases)
    seen = fingerprint(frame)
    yield same("input", "病例指纹", "fingerprint of the cases", stated["input"]["fingerprint"], seen.digest)
    yield same("input.cases", "病例数", "number of cases", stated["input"]["cases"], seen.rows)
    yield same("input.columns", "列", "columns", stated["input"]["columns"], list(seen.columns))
    if rerun and whole:
        yield from _run_again(stated, frame, scenarios, progress)
    yield from _versions(stated["versions"])


def _scenario(entry: Mapping[str, Any]) -> tuple[Check, Scenario | None]:
    name = f"scenarios.{entry['id']}"
    zh, en = (f"{word} {entry['id']}" for word in ("情景", "scenario"))
    try:
        scenario = Scenario.load(entry["document"])
    except DrgsimError as error:
        return Check(name, zh, en, entry["hash"], f"cannot be used here: {error.message}", "differs"), None
    return same(name, zh, en, entry["hash"], scenario.hash), scenario


def _ingredients(stated: Mapping[str, Any], scenarios: list[Scenario] | None) -> Iterator[Check]:
    here: Mapping[str, Mapping[str, str]] = {}
    try:
        here = {} if scenarios is None else installed(scenarios, stated["input"]["base_year"])
    except DrgsimError as error:
        yield Check("installed", "所用规则", "what the scenarios name", "", error.message, "differs")
    for kind, named in stated["installed"].items():
        zh, en = _KINDS.get(kind, (kind, kind))
        for name, hash in named.items():
            got = here.get(kind, {}).get(name, _MISSING)
            yield same(f"installed.{kind}.{name}", f"{zh} {name}", f"{en} {name}", hash, got)
        for name in sorted({*here.get(kind, {})} - {*named}):
            told = f"{zh} {name}", f"{en} {name}"
            yield Check(f"installed.{kind}.{name}", *told, _MISSING, here[kind][name], "differs")


def _closed(results: Mapping[str, Table]) -> Iterator[Check]:
    """The identities the stated results must meet whoever wrote them."""
    table = results["summary"]
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    payers = ("fund", "patient", "other_payers", "borne_by_hospital")
    residual = [row["total_cost"] - sum(row[payer] for payer in payers) for row in rows]
    yield same(
        "results.closed", "费用由各方分担合计", "payers bear the whole cost (fen)", 0, _worst(residual)
    )
    if "by_region" in results:
        view = results["by_region"]
        place = view["columns"].index("fund"), view["columns"].index("scenario")
        sums: dict[str, int] = {}
        for row in view["rows"]:
            sums[row[place[1]]] = sums.get(row[place[1]], 0) + row[place[0]]
        apart = [row["fund"] - sums.get(row["scenario"], 0) for row in rows]
        yield same("results.regions", "各地区基金合计", "regions sum to the fund (fen)", 0, _worst(apart))


def _run_again(
    stated: Mapping[str, Any],
    cases: pd.DataFrame,
    scenarios: list[Scenario],
    progress: Listener | None,
) -> Iterator[Check]:
    try:
        found = record(simulate(cases, scenarios, progress=progress, **as_arguments(stated["run"])))
    except DrgsimError as error:
        yield Check("run", "重新运行", "running again", "", error.message, "differs")
        return
    year = found["input"]["base_year"]
    yield same("input.base_year", "基年", "base year", stated["input"]["base_year"], year)
    for name in sorted({*stated["learned"], *found["learned"]}):
        sides = (each["learned"].get(name, _MISSING) for each in (stated, found))
        yield same(f"learned.{name}", f"由病例测算 {name}", f"learned: {name}", *sides)
    for name in sorted({*stated["results"], *found["results"]}):
        sides = (each["results"].get(name) for each in (stated, found))
        yield _compared(name, *sides, first=stated[FORMAT] == FIRST)


def _compared(name: str, stated: Table | None, found: Table | None, *, first: bool = False) -> Check:
    where, zh, en = f"results.{name}", f"结果 {name}", f"result {name}"
    if stated is None or found is None:
        here, there = ("a table" if each else _MISSING for each in (stated, found))
        return Check(where, zh, en, here, there, "differs")
    if first:
        found = in_first_format(found, stated["columns"])
    shapes = [f"{len(table['rows'])} rows: {', '.join(table['columns'])}" for table in (stated, found)]
    if stated["columns"] != found["columns"] or len(stated["rows"]) != len(found["rows"]):
        return Check(where, zh, en, shapes[0], shapes[1], "differs")
    apart = [
        (" ".join(str(key) for key in mine[:2]), column, one, other)
        for mine, theirs in zip(stated["rows"], found["rows"], strict=True)
        for column, one, other in zip(stated["columns"], mine, theirs, strict=True)
        if not _equal(one, other)
    ]
    count = len(stated["rows"]) * len(stated["columns"])
    if not apart:
        return Check(where, zh, en, f"{count} values", f"{count} values", "same")
    if first and only_moved(stated, found, {column for _, column, _, _ in apart}):
        return Check(where, zh, en, "", TOLD, "note")
    row, column, one, other = apart[0]
    told = f"{column} of {row}: {other} ({len(apart)} of {count} values differ)"
    return Check(where, zh, en, str(one), told, "differs")


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, rel_tol=_CLOSE)
    return type(one) is type(other) and bool(one == other)


def _versions(stated: Mapping[str, str]) -> Iterator[Check]:
    here = {
        "drgsim": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
    }
    for name, version in here.items():
        then = str(stated.get(name, _MISSING))
        state: State = "same" if then == version else "note"
        yield Check(f"versions.{name}", f"{name} 版本", "version", then, version, state)


def _made(recipe: Mapping[str, Any], *, births: bool) -> Any:
    """The cases a recipe describes; `births` as of `synthetic_cases`."""
    if set(recipe) != {"synthetic"} or not isinstance(recipe["synthetic"], Mapping):
        raise RecordError(
            "the record's recipe for its cases is not known here",
            got=sorted(map(str, recipe)),
            allowed="synthetic",
            do="give the cases",
        )
    return synthetic_cases(**{"births": births, **recipe["synthetic"]})


def _worst(values: list[int]) -> int:
    return max(values, key=abs, default=0)
