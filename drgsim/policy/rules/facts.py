"""The facts rules of a policy may ask for: of case, hospital, member and price, and counts around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from ...cases.case_errors import ConditionError
from ...cases.columns import case_columns
from ...cases.conditions import Condition, Expression, Fact, Facts, case_facts
from ...words import chinese

LEVELS = ("0", "1", "2", "3")
HOSPITAL_KINDS = (
    "general",
    "specialist",
    "tcm",
    "maternity",
    "children",
    "psychiatric",
    "rehabilitation",
    "other",
)
STAY_KINDS = (
    "inpatient",
    "day_surgery",
    "day_ward",
    "tcm_day_ward",
    "per_diem",
    "package",
    "transfer",
    "home_bed",
)
DIMENSIONS = (
    "all",
    "hospital",
    "level",
    "kind",
    "payment_level",
    "group",
    "adrg",
    "insurance",
    "region",
    "person",
    "stay_kind",
    "year",
    "quarter",
    "month",
)
DYNAMIC = frozenset(
    {
        "cost",
        "weight",
        "coefficient",
        "unit_price",
        "standard",
        "standard_before_coefficient",
        "payment",
        "ratio",
        "route",
        "outlier",
        "review",
        "standard_of",
    }
)


def rule_facts(lists: Mapping[str, tuple[str, ...]] | None = None) -> Facts:
    """Every fact a rule may ask for; `lists` are the policy's own lists of codes, for `@name`."""
    return _facts() | Facts.of([], lists or {})


@cache
def _facts() -> Facts:
    own = [
        Fact("group", "text", "病组", "group"),
        Fact("adrg", "text", "核心病组", "ADRG"),
        Fact("mdc", "text", "主要诊断大类", "MDC"),
        Fact("severity", "text", "合并症等级", "severity digit of the group"),
        Fact("hospital_level", "band", "医院等级", "hospital level", values=LEVELS),
        Fact("hospital_kind", "text", "医院类别", "kind of hospital", values=HOSPITAL_KINDS),
        Fact("payment_level", "text", "付费等级", "the city's payment level"),
        Fact(
            "stay_kind",
            "text",
            "住院类型(未填为普通住院)",
            "kind of stay; one not stated is an ordinary inpatient stay",
            values=STAY_KINDS,
        ),
        Fact(
            "member",
            "text",
            "人员类别",
            "kind of insured person",
            values=("active", "retired", "adult", "minor"),
        ),
        Fact("distance", "text", "就医距离", "distance", values=("local", "in_province", "cross_province")),
        Fact("cost", "number", "病组覆盖的费用", "cost the case payment covers", "yuan"),
        Fact(
            "cost_share",
            "number",
            "费用占比",
            "share of the cost",
            "share",
            keyed=True,
            key_words=_column_words,
        ),
        Fact(
            "item_cost",
            "number",
            "单项费用",
            "cost of an item (a column of the table)",
            "yuan",
            keyed=True,
            key_words=_column_words,
        ),
        Fact("weight", "number", "权重或分值", "weight or score"),
        Fact("coefficient", "number", "系数", "coefficient"),
        Fact("unit_price", "number", "单位权重价格", "price of one weight or score", "yuan"),
        Fact("standard", "number", "支付标准", "payment standard", "yuan"),
        Fact(
            "standard_before_coefficient",
            "number",
            "未乘系数的标准",
            "standard before the coefficient",
            "yuan",
        ),
        Fact("payment", "number", "应付金额", "payment so far", "yuan"),
        Fact("ratio", "number", "费用倍率", "cost over its basis", "times"),
        Fact("route", "text", "付费途径", "route", values=tuple(ROUTES)),
        Fact(
            "outlier",
            "text",
            "倍率类别",
            "kind of outlier",
            values=("none", "low", "high", "high_over_quota", "extreme"),
        ),
        Fact(
            "review",
            "text",
            "特例单议结果",
            "review",
            values=("none", "eligible", "over_quota", "refused", "accepted"),
        ),
        Fact("group_mean", "number", "病组例均费用", "mean cost of the group in the weight table", "yuan"),
        Fact("group_cases", "number", "病组例数", "cases of the group in the weight table"),
        Fact("area_mean", "number", "全市例均费用", "mean cost of the area", "yuan"),
        Fact("weight_of", "number", "另一病组的权重", "weight of another group", keyed=True),
        Fact(
            "standard_of",
            "number",
            "另一病组的支付标准",
            "standard of another group for this stay",
            "yuan",
            keyed=True,
        ),
        Fact("stay_number", "number", "年内第几次住院", "which stay of the person's year"),
        Fact(
            "days_from_previous",
            "number",
            "距上次同组出院天数",
            "days since the person's last discharge from the same group",
            "days",
        ),
        Fact(
            "days_to_next",
            "number",
            "距下次同组入院天数",
            "days to the person's next admission to the same group",
            "days",
        ),
        Fact("stays", "number", "病例数", "number of stays", keyed=True, key_words=_around_words("stays")),
        Fact(
            "share",
            "number",
            "病例占比",
            "share of stays",
            "share",
            keyed=True,
            key_words=_around_words("share"),
        ),
        Fact("mean", "number", "均值", "mean", keyed=True, key_words=_around_words("mean")),
    ]
    return case_facts() | Facts.of(own)


ROUTES = (
    "scheme",
    "ungrouped",
    "no_weight",
    "excluded",
    "per_diem",
    "short_stay",
    "long_stay",
    "out_of_area",
    "not_insured",
    "fee_for_service",
    "zero_score",
    "blank_group",
    "not_payable",
    "by_item",
    "package",
)
AGGREGATES = frozenset({"stays", "share", "mean"})


@dataclass(frozen=True, slots=True)
class Around:
    """What a key such as `hospital+group: age > 60` asks for: whose stays, and which or what of them."""

    dimensions: tuple[str, ...]
    which: Condition | None = None
    what: Expression | None = None

    @property
    def names(self) -> frozenset[str]:
        part = self.which or self.what
        return frozenset() if part is None else part.names


@cache
def around(fact: str, key: str) -> Around:
    """The key of `stays[…]`, `share[…]` or `mean[…]`; raises ConditionError.

    >>> around("share", "hospital: age <= 6").dimensions
    ('hospital',)
    """
    head, colon, rest = key.partition(":")
    dimensions = tuple(word.strip() for word in head.split("+"))
    for word in dimensions:
        if word not in DIMENSIONS:
            raise ConditionError(
                f"{fact}[…] counts within",
                text=key,
                place=key.find(word),
                got=word,
                nearest=DIMENSIONS,
                allowed=DIMENSIONS,
            )
    if fact == "stays" and not colon:
        return Around(dimensions)
    if not rest.strip():
        need = "an expression" if fact == "mean" else "a condition"
        raise ConditionError(f"{fact}[…] needs {need} behind a colon", text=key, place=len(key), got=key)
    if fact == "mean":
        return Around(dimensions, what=Expression.parse(rest, _facts()))
    return Around(dimensions, which=Condition.parse(rest, _facts()))


def _column_words(key: str, language: str) -> str:
    """A column of cost by its header, `tcm` for `tcm_cost`."""
    columns = case_columns()
    found = next((columns[name] for name in (f"{key}_cost", key) if name in columns), None)
    return key if language == "en" or found is None else found.label_zh


def _around_words(fact: str) -> Callable[[str, str], str]:
    """Whose stays are counted, and which: `hospital+year: age >= 70` is 同医院同年: 年龄不小于70岁."""

    def words(key: str, language: str) -> str:
        asked = around(fact, key)
        part = asked.which or asked.what
        if language == "en":
            return key
        whose = "".join(chinese("within")[name] for name in asked.dimensions)
        return whose if part is None else f"{whose}: {part.in_words('zh')}"

    return words


def check_keys(names: frozenset[str]) -> None:
    """Whether every key asked for can be understood; raises ConditionError."""
    for name in names:
        fact, bracket, key = name.partition("[")
        if bracket and fact in AGGREGATES:
            check_keys(around(fact, key.removesuffix("]")).names)
