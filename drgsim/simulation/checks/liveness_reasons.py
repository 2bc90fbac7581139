"""Why a parameter moved nothing here: the first reason that holds, in both languages.

Reasons come from what was read, which rules were on and how many stays they reached; none names a rule by
hand but the table of reach below.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...payment.engine.state import Outlier, Review, Route
from ...payment.engine.street import STEP_NAMES
from ...policy.entries import read_day
from ...policy.parameter_values import to_plain
from ...policy.parameters import catalogue

if TYPE_CHECKING:
    from ...payment.faces.payments import Payments
    from ...policy.policy import Policy
    from ..world.outcome import Outcome

Mask = npt.NDArray[np.bool_]
# what the settlement reads of itself, or what only says on which day money moves
_SETTLED = "settlement."
_DATED = ("settlement.cash.", "cross_region.prepayment.", "settlement.prepayment_gate.")
_FFS = "ffs"


@dataclass(frozen=True)
class Reason:
    zh: str
    en: str


MOVED = Reason("", "")
ONLY_WHEN = Reason(
    "只改变年内何时拨付，不改变由谁负担",
    "it moves when money is paid inside the year, and not who bears it",
)
SAME = Reason("与原值相同", "the value it had before")


def set_anew(lever: str) -> Reason:
    """A later lever sets the same parameter."""
    return Reason(f"后一项改革 {lever} 重新设定了它", f"a later lever, {lever}, sets it anew")


def needed_by(paths: tuple[str, ...]) -> Reason:
    """It was taken out together with the choices that cannot stand without it."""
    listed = ", ".join(paths)
    return Reason(f"与依赖它的 {listed} 一并取消后比较", f"taken out together with {listed}, which needs it")


def not_yet(value: Any, day: datetime.date) -> Reason | None:
    """A value by date all of whose days lie after the day the cases are paid on."""
    stated = value.get("values", value) if isinstance(value, Mapping) else None
    days = [read_day(key) for key in stated] if isinstance(stated, Mapping) and stated else []
    known = [each for each in days if each is not None]
    if not known or len(known) < len(days) or min(known) <= day:
        return None
    return Reason(f"{min(known)} 起施行，晚于 {day}", f"in force from {min(known)}, after {day}")


def why_nothing(path: str, policies: tuple[Policy, ...], outcomes: tuple[Outcome, ...]) -> Reason:
    """Why a value that was changed moved nothing: `outcomes` with and without it, `policies` with it."""
    name, *cell = path.split("/")
    if name.startswith(_DATED):
        return ONLY_WHEN
    read = {each for outcome in outcomes for each in outcome.payments.used}
    if name not in read and not name.startswith(_SETTLED):
        return _not_read(name, policies, outcomes)
    return _out_of_reach(name, cell, outcomes)


def _not_read(name: str, policies: tuple[Policy, ...], outcomes: tuple[Outcome, ...]) -> Reason:
    methods = sorted({str(policy.method) for policy in policies})
    if methods == [_FFS]:
        return Reason("按项目付费时没有规则读取它", "no rule reads it where stays are paid by item")
    switch = _switch(name, outcomes[0].payments)
    if switch is not None:
        value = _shown(policies[0][switch])
        return Reason(f"该规则未启用：{switch} 为 {value}", f"the rule is switched off: {switch} is {value}")
    for chooser, parameter in catalogue().items():
        options = [option for option, needs in parameter.needs.items() if name in needs]
        if options:
            value, listed = _shown(policies[0][chooser]), ", ".join(options)
            return Reason(
                f"{chooser} 为 {value}，取 {listed} 时才用到它",
                f"{chooser} is {value}; it counts where that is {listed}",
            )
    for prefix, (zh, en, find) in _REACH.items():
        if name.startswith(prefix) and not any(find(outcome).any() for outcome in outcomes):
            return Reason(f"没有{zh}，因此不读取", f"there is no {en} here, so nothing reads it")
    method = ", ".join(methods)
    return Reason(f"{method} 下没有规则读取它", f"no rule reads it under {method}")


def _switch(name: str, payments: Payments) -> str | None:
    """The parameter by which a rule that is off was left out, where `name` belongs to that rule."""
    on = {step.name for walk in payments.walks for step in walk.steps}
    found: list[str] = []
    for book in payments.books:
        for chapter in book.trail:
            if chapter in STEP_NAMES and chapter not in on:
                found += [path for path in book.used(chapter) if _belongs(name, path)]
    return max(found, key=lambda path: path.count("."), default=None)


def _belongs(name: str, switch: str) -> bool:
    parent = switch.rpartition(".")[0]
    return bool(parent) and name != switch and name.startswith(f"{parent}.")


def _shown(value: Any) -> str:
    plain = to_plain(value)
    return "?" if isinstance(plain, dict | list | tuple) else str(plain)


def _out_of_reach(name: str, cell: list[str], outcomes: tuple[Outcome, ...]) -> Reason:
    """Read, but no stay is in its reach; or those that are come to the same."""
    for label, dimension in zip(cell, catalogue()[name].by, strict=False):
        count = max(_of_label(outcome.payments, dimension, label) for outcome in outcomes)
        if not count:
            return Reason(f"没有属于 {label} 的病例", f"it is read, but no stay here is of {label}")
    for prefix, (zh, en, find) in _REACH.items():
        if name.startswith(prefix):
            count = max(int(np.count_nonzero(find(outcome))) for outcome in outcomes)
            if not count:
                return Reason(f"已读取，但没有{zh}", f"it is read, but there is no {en} here")
            return Reason(
                f"已读取，{zh} {count} 例，付费结果相同",
                f"it is read; stays in its reach ({en}): {count}, all paid the same",
            )
    return Reason("已读取，但没有病例的结果因此不同", "it is read, but no stay here comes out differently")


def _of_label(payments: Payments, dimension: str, label: str) -> int:
    """How many stays have a label; all where it is not known which have."""
    count = 0
    for book in payments.books:
        labels = book.profiles.labels.get(dimension)
        if labels is None:
            return len(payments)
        own = np.array([str(each) == label for each in labels], np.bool_)
        count += int(np.count_nonzero(own[book.profiles.of]))
    return count


def _route(route: Route) -> Callable[[Outcome], Mask]:
    return lambda outcome: np.asarray(outcome.payments.findings.route == route)


def _outlier(*kinds: Outlier) -> Callable[[Outcome], Mask]:
    return lambda outcome: np.isin(outcome.payments.findings.outlier, kinds)


def _adjusted(step: str) -> Callable[[Outcome], Mask]:
    def find(outcome: Outcome) -> Mask:
        moved = outcome.payments.ledger.adjustments.get(step)
        return np.zeros(len(outcome.payments), np.bool_) if moved is None else np.asarray(moved != 0)

    return find


def _insured(insurance: str) -> Callable[[Outcome], Mask]:
    def find(outcome: Outcome) -> Mask:
        labels = outcome.payments.stays.labels("insurance")
        return np.asarray([str(each) == insurance for each in (*labels.names, None)], np.bool_)[labels.codes]

    return find


def _away(outcome: Outcome) -> Mask:
    found = np.zeros(len(outcome.payments), np.bool_)
    for walk in outcome.payments.walks:
        profiles = walk.state.book.profiles
        found[walk.place.rows] = profiles.outside[profiles.of]
    return found


# parameters by the beginning of their path: which stays they can reach
_REACH: Mapping[str, tuple[str, str, Callable[[Outcome], Mask]]] = {
    "cross_region.": ("异地就医病例", "out-of-area stay", _away),
    "outlier.low.": ("低倍率病例", "low outlier", _outlier(Outlier.LOW)),
    "outlier.high.": ("高倍率病例", "high outlier", _outlier(Outlier.HIGH, Outlier.HIGH_OVER_QUOTA)),
    "outlier.extreme.": ("极端异常病例", "extreme outlier", _outlier(Outlier.EXTREME)),
    "special_review.": (
        "特例单议通过病例",
        "stay accepted in special review",
        lambda outcome: np.asarray(outcome.payments.findings.review == Review.ACCEPTED),
    ),
    "new_technology.": ("除外支付病例", "stay with new technology paid", _adjusted("new_technology")),
    "routes.short_stay.": ("短住院病例", "short stay", _route(Route.SHORT_STAY)),
    "routes.long_stay.": ("长住院病例", "long stay", _route(Route.LONG_STAY)),
    "routes.per_diem.": ("按床日付费病例", "stay paid by the day", _route(Route.PER_DIEM)),
    "routes.excluded.": ("除外病例", "excluded stay", _route(Route.EXCLUDED)),
    "routes.ungrouped.": ("未入组病例", "ungrouped stay", _route(Route.UNGROUPED)),
    "routes.unweighted.": ("无权重病例", "stay in a group without a weight", _route(Route.NO_WEIGHT)),
    "incomplete.": ("未完整治疗病例", "incomplete stay", _adjusted("incomplete")),
    "readmission.": ("短期再入院病例", "readmission", _adjusted("readmission")),
    "tcm.": ("中医支持病例", "stay supported for Chinese medicine", _adjusted("tcm_support")),
    "benefit.employee.": ("职工医保病例", "stay of an employee", _insured("employee")),
    "benefit.resident.": ("居民医保病例", "stay of a resident", _insured("resident")),
}
