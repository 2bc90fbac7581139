"""A bureau's tables read, every problem in one list; and whether stays and accounts stand for one fund."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from .._paths import is_dir, is_file
from .._rows import rows_of
from ..cases.beside import table_beside, workbook_frames
from ..errors import FileFormatError, NotFoundError, nearest_name
from ..language import both
from ..words import pairs
from .assumptions import constants, parameters
from .fund_errors import FundError, ScaleError
from .words import column, insurance, line_names, member, plain, pot_names, sex


@dataclass(frozen=True, slots=True)
class Tied:
    """Money of stays carried to the fund they stand for: `money` = `factor` x money of the stays, yuan."""

    scheme: str
    money: float
    stays: float
    factor: float
    ratio: float

    @property
    def words(self) -> str:
        return f"{self.scheme}: stays x {self.factor:.6g}, {self.ratio:.3f} of what the accounts hold"


def tie(
    scheme: str,
    money: float,
    stays: float,
    *,
    stands_for: float | None,
    booked: float,
    spending: float,
) -> Tied:
    """Carry the fund money of stays (yuan, weights applied) to all stays of a scheme.

    Parameters
    ----------
    stays : number of the stays, weights applied.
    stands_for : how many stays the fund paid in the year; None when the stays are all of them.
    booked : inpatient money of the accounts, 0 where they do not split it; spending : of the scheme's pot.

    Raises ScaleError, with the ratio, when both do not stand for the same fund.

    >>> tie("employee", 1e7, 1000, stands_for=8.2e7, booked=7e11, spending=1.3e12).factor
    82000.0
    """
    if not stays > 0 or not money > 0:
        raise ScaleError(f"the stays of {scheme} hold no money", got=f"{stays:g} stays, {money:g} yuan")
    if stands_for is not None and not stands_for > 0:
        raise ScaleError(f"the count of stays of {scheme} must be above 0", got=stands_for)
    factor = 1.0 if stands_for is None else stands_for / stays
    whole = money * factor
    against, within, word = (
        (booked, "stays_to_inpatient", "inpatient money")
        if booked
        else (spending, "stays_to_spending", "spending")
    )
    low, high = (float(constants()[within][end]) for end in ("low", "high"))
    ratio = whole / against if against else float("inf")
    if not low <= ratio <= high:
        raise ScaleError(
            f"the stays and the accounts of {scheme} do not stand for the same fund",
            got=f"stays {whole:.4g} yuan, {word} of the accounts {against:.4g} yuan, ratio {ratio:.3g}",
            allowed=f"a ratio of {low:g} to {high:g}",
            do="state how many stays the fund paid (stands_for), weights of the sample, or check units (yuan)",  # noqa: E501
        )
    return Tied(scheme, whole, stays, factor, ratio)


SHEETS = pairs("fund_sheet")
NEEDED = ("heads", "accounts")
MEMBERS = ("active", "retired", "resident", "adult", "pupil")


@dataclass
class Problems:
    """What is wrong with tables: table, where, en, zh."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, table: str, where: str, en: str, zh: str) -> None:
        self.rows.append((table, where, en, zh))

    def __bool__(self) -> bool:
        return bool(self.rows)

    def raise_if_any(self) -> None:
        """Raise FundError that lists them; its `problems` is a DataFrame."""
        if not self.rows:
            return
        listed = "; ".join(f"{table} ({where}): {both(zh, en)}" for table, where, en, zh in self.rows[:12])
        more = f"; and {len(self.rows) - 12} more" if len(self.rows) > 12 else ""
        many = "1 problem" if len(self.rows) == 1 else f"{len(self.rows)} problems"
        error = FundError(f"{many} with the tables of a fund: {listed}{more}")
        error.problems = pd.DataFrame(self.rows, columns=["table", "where", "en", "zh"])  # type: ignore[attr-defined]
        raise error


def read_tables(path: Any) -> dict[str, pd.DataFrame]:
    """The tables of a workbook or folder by name; raises FileFormatError when heads or accounts are not
    there."""

    place = Path(path)
    if is_dir(place):
        found = {}
        for name, words in SHEETS.items():
            for word in words:
                for suffix in (".csv", ".xlsx"):
                    file = place / f"{word}{suffix}"
                    if file.is_file() and name not in found:
                        found[name] = table_beside(file, text=False)
    elif is_file(place):
        sheets = workbook_frames(place)
        found = {name: sheets[word] for name, words in SHEETS.items() for word in words if word in sheets}
    else:
        raise NotFoundError("no such workbook or folder of a fund's tables", got=place.name)
    missing = [f"{SHEETS[name][0]} ({name})" for name in NEEDED if name not in found]
    if missing:
        raise FileFormatError(
            "tables of the fund are missing", got=missing, where=place.name,
            allowed=[words[0] for words in SHEETS.values()],
            do="fill in data/templates/fund.xlsx, or name sheets and files like it",
        )  # fmt: skip
    return {name: table.dropna(how="all") for name, table in found.items() if len(table.dropna(how="all"))}


def _columns(
    table: Any, name: str, needed: tuple[str, ...], optional: tuple[str, ...], problems: Problems
) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise FundError(f"the table of {name} is not a DataFrame", got=type(table).__name__)
    own = table.rename(columns={each: column(each) for each in table.columns})
    if own.columns.duplicated().any():
        twice = sorted(set(own.columns[own.columns.duplicated()]))
        problems.add(name, "columns", f"columns that stand twice: {twice}", f"重复的列：{twice}")
        own = own.loc[:, ~own.columns.duplicated()]
    for each in needed:
        if each not in own.columns:
            near = nearest_name(each, map(str, table.columns))
            also = f", did you mean {near}?" if near else ""
            problems.add(name, "columns", f"no column {each}{also}", f"缺少列 {each}")
            own[each] = pd.NA
    unread = [str(each) for each in own.columns if each not in (*needed, *optional)]
    if unread:
        problems.add(name, "columns", f"columns that are not read: {unread}", f"无法识别的列：{unread}")
    for each in optional:
        if each not in own.columns:
            own[each] = pd.NA
    own["region"] = own["region"].astype(object).fillna("").map(plain) if "region" in own else ""
    return own.reset_index(drop=True)


def _numbers(
    own: pd.DataFrame, name: str, columns: tuple[str, ...], problems: Problems, least: float | None
) -> None:
    for each in columns:
        stated = own[each].notna()
        numbers = pd.to_numeric(own[each], errors="coerce").astype("float64")
        wrong = stated & (numbers.isna() | (numbers.abs() == float("inf")))
        if least is not None:
            wrong |= numbers < least
        if wrong.any():
            rows = [int(row) + 2 for row in own.index[wrong][:5]]
            word = "not numbers" if least is None else f"not numbers of {least:g} or more"
            problems.add(
                name, f"rows {rows}", f"{int(wrong.sum())} of {each} are {word}", f"{each}不是有效数字"
            )
        own[each] = numbers


def head_rows(table: Any, problems: Problems) -> pd.DataFrame:
    """region, year, kind (active, retired, resident), sex, age_from, age_to, persons."""
    own = _columns(
        table, "heads", ("year", "kind", "persons"), ("region", "sex", "age_from", "age_to"), problems
    )
    _numbers(own, "heads", ("year", "persons"), problems, 0)
    _numbers(own, "heads", ("age_from", "age_to"), problems, 0)
    own["kind"], own["sex"] = (
        own["kind"].map(member),
        own["sex"].map(lambda each: "" if pd.isna(each) else sex(each)),
    )
    for kind in sorted(set(own["kind"]) - set(MEMBERS)):
        problems.add("heads", "kind", f"no such kind of member: {kind}", f"无此人员类别：{kind}")
    own["age_to"] = own["age_to"].fillna(100).where(own["age_from"].notna())
    late = own["age_from"] > own["age_to"]
    if late.any():
        problems.add("heads", "age", f"{int(late.sum())} age bands end before they start", "年龄段起止颠倒")
    own = own[own["persons"].notna()].copy()
    own["kind"] = own["kind"].replace({"adult": "resident", "pupil": "resident"})
    return own


def account_rows(table: Any, problems: Problems) -> pd.DataFrame:
    """region, year, pot, line (income, spending, balance or pot.line), amount in yuan."""
    own = _columns(table, "accounts", ("year", "pot", "line", "amount"), ("region", "note"), problems)
    _numbers(own, "accounts", ("year",), problems, 0)
    _numbers(own, "accounts", ("amount",), problems, None)
    names = []
    for row in rows_of(own):
        pot = pot_names().get(plain(row.pot))
        line = line_names(pot).get(plain(row.line)) if pot else None
        if pot is None:
            near = nearest_name(plain(row.pot), pot_names())
            problems.add(
                "accounts",
                f"row {row.Index + 2}",
                f"no such pot: {row.pot}, nearest {near}",
                f"无此基金：{row.pot}",
            )
        elif line is None:
            near = nearest_name(plain(row.line), line_names(pot))
            problems.add(
                "accounts",
                f"row {row.Index + 2}",
                f"no such line of {pot}: {row.line}, nearest {near}",
                f"无此项目：{row.line}",
            )
        names.append((pot, line))
    own["pot"], own["line"] = [each[0] for each in names], [each[1] for each in names]
    blank = own[own["amount"].isna() & own["line"].notna()]
    own = own[own["amount"].notna()].copy()
    own.attrs["blank"] = list(dict.fromkeys(zip(blank["pot"], blank["line"], strict=True)))
    low = (own["amount"] < 0) & (own["line"] != "balance")
    if low.any():
        problems.add("accounts", "amount", f"{int(low.sum())} amounts below zero", "金额为负")
    twice = own.duplicated(["region", "year", "pot", "line"])
    if twice.any():
        problems.add("accounts", "rows", f"{int(twice.sum())} lines stand twice", "项目重复")
    return own


def stay_rows(table: Any, problems: Problems) -> pd.DataFrame:
    """region, insurance, fund, weight, stays, stands_for."""
    own = _columns(
        table,
        "stays",
        ("insurance", "fund"),
        ("region", "weight", "stays", "stands_for", "note", "year"),
        problems,
    )
    _numbers(own, "stays", ("fund",), problems, None)  # what is deducted may exceed a payment
    _numbers(own, "stays", ("weight", "stays", "stands_for"), problems, 0)
    own["weight"], own["stays"] = own["weight"].fillna(1.0), own["stays"].fillna(1.0)
    own["insurance"] = own["insurance"].map(insurance)
    for each in sorted(set(own["insurance"]) - {"employee", "resident"}):
        problems.add("stays", "insurance", f"no such insurance: {each}", f"无此险种：{each}")
    empty = own["fund"].isna()
    if empty.any() and not empty.all():
        problems.add("stays", "fund", f"{int(empty.sum())} stays without fund money", "基金支付为空")
    own = own[~empty].copy()
    for (region, scheme), stated in own.groupby(["region", "insurance"])["stands_for"]:
        if stated.dropna().nunique() > 1:
            problems.add("stays", f"{region} {scheme}", "two counts of stays it stands for", "代表人次不一致")
    return own


def assumption_rows(table: Any, problems: Problems) -> dict[str, Any]:
    """parameter to {value, low, high, source, state, note}, for `FundAssumptions.with_values`."""
    if table is None:
        return {}
    if isinstance(table, Mapping):
        return dict(table)
    optional = ("low", "high", "source", "state", "note", "region")
    own = _columns(table, "assumptions", ("parameter", "value"), optional, problems)
    _numbers(own, "assumptions", ("value", "low", "high"), problems, None)
    by_name = {name: name for name in parameters()} | {each.zh: name for name, each in parameters().items()}
    found = {}
    for row in rows_of(own):
        if row.value != row.value:  # left as it is
            continue
        name = by_name.get(plain(row.parameter))
        if name is None:
            near = nearest_name(plain(row.parameter), by_name)
            problems.add(
                "assumptions",
                f"row {row.Index + 2}",
                f"no such assumption: {row.parameter}, nearest {near}",
                f"无此参数：{row.parameter}",
            )
            continue
        entry = {key: getattr(row, key) for key in ("value", "low", "high", "source", "state", "note")}
        found[name] = {key: each for key, each in entry.items() if not pd.isna(each)}
        found[name].setdefault("source", "F92")
    return found
