"""The pots and the lines of their books, as `data/fund` names them, and what bureaus call them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from .._paths import data_path
from ..language import stated_language
from ..words import cells_in_words, in_words, pairs, word

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Pot:
    """A fund with a balance of its own; months of reserve below which it is red or amber, where there are."""

    id: str
    scheme: str
    zh: str
    en: str
    red: float | None
    amber: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pot's book. `counter` is the line of another pot that books the other side of a transfer.

    `index` and `growth` name what a spending line grows by; both empty for a line a rule of its own makes.
    """

    pot: str
    name: str
    side: str  # income or spending
    counter: str
    index: str
    growth: str
    zh: str
    en: str

    @property
    def id(self) -> str:
        return f"{self.pot}.{self.name}"


@cache
def pots() -> Mapping[str, Pot]:
    """Every pot by id, in the order of the file."""
    found = {}
    with data_path("fund", "pots.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            limits = [float(row[f"reserve_below_{name}"] or "nan") for name in ("red", "amber")]
            found[row["pot"]] = Pot(
                row["pot"], row["scheme"], row["zh"], row["en"],
                *(None if each != each else each for each in limits),
            )  # fmt: skip
    return MappingProxyType(found)


@cache
def lines() -> Mapping[str, Line]:
    """Every line by `pot.name`.

    >>> lines()["resident.to_catastrophic"].counter
    'catastrophic.from_resident'
    """
    with data_path("fund", "lines.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Line(*(row[name] for name in ("pot", "line", "side", "counter", "index", "growth", "zh", "en")))
            for row in csv.DictReader(file)
        ]
    return MappingProxyType({line.id: line for line in rows})


def fund_table(table: pd.DataFrame) -> pd.DataFrame:
    """A table of the valuation for a reader, its pots and lines by name: `words.in_words`."""
    return in_words(with_names(table), "valuation")


def fund_cells(table: pd.DataFrame) -> pd.DataFrame:
    """The same with its columns as they are named, for a workbook."""
    return cells_in_words(with_names(table), "valuation")


def with_names(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose pots and lines have their names in the language somebody asked for."""
    asked = stated_language()
    if asked is None:
        return table
    if "line" in table and "zh" in table:
        table = table.assign(line=table[asked]).drop(columns=["zh", "en"])
    if "pot" not in table:
        return table
    names = {id: pot.zh if asked == "zh" else pot.en for id, pot in pots().items()}
    return table.assign(pot=table["pot"].replace(names))


def spending_kinds(pot: str) -> tuple[str, ...]:
    """Ids of the lines on which a pot's published spending is split; no transfers, no lines of levers."""
    return tuple(
        line.id for line in lines().values() if line.pot == pot and line.side == "spending" and line.index
    )


COLUMNS = {
    "region": ("统筹区", "地区"),
    "year": ("年份", "年度"),
    "kind": ("人员类别",),
    "sex": ("性别",),
    "age_from": ("年龄起", "起始年龄"),
    "age_to": ("年龄止", "截止年龄"),
    "persons": ("人数", "参保人数"),
    "pot": ("基金",),
    "line": ("项目",),
    "amount": ("金额（元）", "金额(元)", "金额"),
    "insurance": ("险种",),
    "fund": ("基金支付（元）", "基金支付(元)", "基金支付"),
    "stays": ("出院人次", "住院人次"),
    "stands_for": ("全部出院人次", "代表人次"),
    "weight": ("权重", "抽样权重"),
    "parameter": ("参数", "假设"),
    "value": ("数值", "取值"),
    "low": ("下限",),
    "high": ("上限",),
    "source": ("来源",),
    "state": ("可信度",),
    "note": ("说明", "备注"),
}
KINDS = {
    "active": ("在职", "在职职工", "职工在职"),
    "retired": ("退休", "退休人员", "职工退休"),
    "adult": ("居民成人", "成年居民"),
    "pupil": ("学生儿童", "中小学生", "大学生"),
    "resident": ("居民", "城乡居民"),
}
SEXES = {"men": ("男", "男性"), "women": ("女", "女性")}
INSURANCES = {"employee": ("职工", "职工医保"), "resident": ("居民", "居民医保", "城乡居民")}
TOTALS = {
    "income": ("收入合计", "本年收入"),
    "spending": ("支出合计", "本年支出"),
    "balance": ("年末结余", "累计结余", "年末滚存结余"),
}

# who pays or keeps money outside the funds
OTHERS = {**pairs("other_payer"), "hospitals": word("borne_by_hospital")[1:3]}


def plain(text: object) -> str:
    """The text without spaces around, as a person would read it."""
    return str(text).strip()


def column(name: object) -> str:
    """The id of a column; the text itself when it is none that is known."""
    return _of(COLUMNS, name)


def member(name: object) -> str:
    return _of(KINDS, name)


def sex(name: object) -> str:
    return _of(SEXES, name)


def insurance(name: object) -> str:
    return _of(INSURANCES, name)


@cache
def pot_names() -> dict[str, str]:
    """Every accepted name of a pot to its id."""
    return {name: pot.id for pot in pots().values() for name in (pot.id, pot.zh, pot.en)} | {
        "生育保险": "maternity",
        "居民医保": "resident",
        "居民": "resident",
        "职工统筹": "employee_pool",
        "个人账户": "employee_accounts",
    }


@cache
def line_names(pot: str) -> dict[str, str]:
    """Every accepted name of a line or total of a pot to `pot.line`, `income`, `spending` or `balance`."""
    found = {
        name: line.id
        for line in lines().values()
        if line.pot == pot
        for name in (line.name, line.zh, line.en)
    }
    for total, names in TOTALS.items():
        found |= dict.fromkeys((total, *names), total)
    return found


def _of(table: Mapping[str, tuple[str, ...]], name: object) -> str:
    text = plain(name)
    for key, names in table.items():
        if text == key or text in names:
            return key
    return text
