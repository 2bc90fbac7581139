"""What a policy says that is allowed but contradicts itself, or hardly can be meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import DrgsimError

if TYPE_CHECKING:
    from .policy import Policy


def remarks(policy: Policy) -> list[tuple[str, str]]:
    """Pairs of texts (zh, en), in no way errors: what `drgsim policy check` tells beside them.

    >>> from drgsim import Policy
    >>> remarks(Policy.load("national-drg-rate"))
    []
    """
    return [*_routes(policy), *_outliers(policy), *_reviews(policy), *_rules(policy), *_scheme(policy)]


def _routes(policy: Policy) -> Iterator[tuple[str, str]]:
    short, long = policy["routes.short_stay.max_days"], policy["routes.long_stay.min_days"]
    on = {name: policy[f"routes.{name}_stay.method"] != "none" for name in ("short", "long")}
    if on["short"] and on["long"] and short is not None and long is not None and short >= long:
        yield (
            f"短住院(至多 {short} 天)与长住院(至少 {long} 天)重叠,短住院优先",
            f"short stays (up to {short} days) overlap long ones (from {long}): short comes first",
        )
    by_day = policy["routes.per_diem.method"] != "none" or any(
        rule.effect == "per_diem" for rule in policy.rules
    )
    if by_day and policy["routes.long_stay.method"] == "by_item":
        yield (
            "床日付费病例同时符合长住院:按床日付费,不转按项目",
            "stays paid by the day may also be long: they are paid by the day, not by item",
        )


def _outliers(policy: Policy) -> Iterator[tuple[str, str]]:
    for level in ("3", "2", "1", "0"):
        low, high = (
            policy.number(f"outlier.{kind}.threshold", level=level, weight=1.0) for kind in ("low", "high")
        )
        both = policy["outlier.low.method"] != "none" and policy["outlier.high.method"] != "none"
        if both and low is not None and high is not None and low >= high:
            yield (
                f"{level} 级医院低倍率界限 {low:g} 不低于高倍率界限 {high:g}",
                f"at level {level} the low threshold {low:g} is not below the high one {high:g}",
            )
        if high is None or policy["outlier.high.method"] == "none":
            continue
        if policy["outlier.high.method"] == "by_item":
            part = policy["outlier.high.approved_share"] * high  # in multiples of the basis
            if policy["outlier.high.approved_share"] < 1 and part < 1 - 1e-9:
                yield (
                    f"{level} 级医院倍率 {high:g} 的高倍率病例按核定比例付标准的 {part:.2f} 倍,低于标准",
                    f"at level {level} a high outlier at a ratio of {high:g} is paid its approved share, "
                    f"{part:.2f} times the standard: less than a stay that is no outlier",
                )
            continue
        multiple = _paid(policy, level, high)  # no formula falls with the ratio: at the threshold it is least
        if multiple < 1 - 1e-9:
            less = "负数" if multiple < 0 else f"标准的 {multiple:.2f} 倍"
            yield (
                f"{level} 级医院倍率 {high:g} 的高倍率公式得{less},按标准付费",
                f"at level {level} the high-outlier formula gives {multiple:.2f} times the standard at a "
                f"ratio of {high:g}: the standard is paid",
            )


def _paid(policy: Policy, level: str, ratio: float) -> float:
    """What the formula gives at the threshold `ratio` in multiples of the standard, coefficient 1 and the
    standard as basis."""
    method, factor = policy["outlier.high.method"], policy["outlier.high.factor"]
    start = policy.number("outlier.high.from", level=level, weight=1.0)
    start = ratio if start is None else start
    cap = policy["outlier.high.ratio_cap"]
    over = (ratio if cap is None else min(ratio, cap)) - start
    if method == "excess":
        return float(policy["outlier.high.start"] + factor * over)
    if method == "excess_on_weight":
        return float(1 + factor * over)
    if method == "share":
        return float(1 + factor * (ratio - start))
    return float(ratio - (start - 1))  # the cost less so many standards


def _reviews(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy["special_review.method"] != "none" and policy["special_review.quota"] == 0:
        yield "特例单议名额为 0,没有病例会被评审", "special review has a quota of 0: no stay is reviewed"


def _rules(policy: Policy) -> Iterator[tuple[str, str]]:
    document = policy.document
    for rule in document.rules:
        after = rule.valid_from is not None and rule.valid_from > document.valid_to
        before = rule.valid_to is not None and rule.valid_to < document.valid_from
        if after or before:
            yield (
                f"规则 {rule.id} 在文件有效期内从不生效",
                f"rule {rule.id} is never in force while the document is",
            )
        if rule.kind.outside:
            yield f"规则 {rule.id} 使用外部效果", f"rule {rule.id} has an effect from outside drgsim"
    routed: dict[Any, str] = {}
    for rule in (rule for rule in document.rules if rule.stage == "route"):
        if str(rule.when) in routed:
            first = routed[str(rule.when)]
            yield (
                f"规则 {rule.id} 与 {first} 条件相同,先列者优先",
                f"rules {first} and {rule.id} have the same condition: the first takes all of its stays",
            )
        routed.setdefault(str(rule.when), rule.id)


def _scheme(policy: Policy) -> Iterator[tuple[str, str]]:
    from ..schemes.registry import chain

    if policy.scheme is None:
        return
    try:
        chain(policy.scheme)
    except DrgsimError as error:
        near = f", nearest {error.nearest}" if error.nearest else ""
        yield f"分组方案 {policy.scheme} 未附带", f"the scheme {policy.scheme} does not ship{near}"
