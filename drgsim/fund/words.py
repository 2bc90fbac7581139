"""Names as bureaus write them, to the ids of the fund's tables: pots, lines, members, columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ..words import pairs, word
from .pots import lines, pots

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
