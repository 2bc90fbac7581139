"""One stay in plain words, as a hospital reads it: group, standard, cost, who pays, what is open."""

from __future__ import annotations

from typing import Literal

from ...words import named, pairs
from ..engine.problems import Unpaid
from ..engine.state import Outlier, Route
from ..engine.steps.routes import ROUTE_WORDS
from .estimated_stays import EstimatedStays
from .other_dates import of_one

OUTLIER_WORDS = pairs("outlier")
_PAYERS = named("fund", "catastrophic", "medical_aid", "other_funds", "commercial", "patient", room="payer")


def in_words(estimate: EstimatedStays, row: int, lang: Literal["zh", "en"]) -> str:
    """A few sentences on the stay at position `row`."""
    zh = lang == "zh"
    case = estimate.frame.iloc[row]
    found = estimate.payments.findings
    name = f"({case['group_name']})" if isinstance(case["group_name"], str) else ""
    group = case["group"] if isinstance(case["group"], str) else ("无" if zh else "none")
    lines = [f"病组 {group}{name}。" if zh else f"Group {group} {name}".strip() + "."]
    if case["status"] != "paid":
        problem = Unpaid(int(found.problem[row]))
        return lines[0] + (f"无法测算:{problem.zh}。" if zh else f" It cannot be estimated: {problem.en}.")
    lines += [_price(estimate, row, zh), _margin(estimate, row, zh), _review(estimate, row, zh)]
    paid = estimate.payments
    for told in of_one(paid.stays, paid.walks, paid.rates_of, row):
        lines.append(f"{told[0]}。" if zh else f"{told[1][0].upper()}{told[1][1:]}.")
    return ("" if zh else " ").join([*lines, estimate.payments.trust_in(lang)])


def _price(estimate: EstimatedStays, row: int, zh: bool) -> str:
    case, found = estimate.frame.iloc[row], estimate.payments.findings
    route = Route(int(found.route[row]))
    cost = f"{case['total_cost']:,.2f}"
    if route != Route.SCHEME:
        words = ROUTE_WORDS[route]
        return (
            f"{words[0]},不按病组标准付费;实际费用 {cost} 元,应付 {case['payment']:,.2f} 元。"
            if zh
            else f"Outside the scheme ({words[1]}): cost {cost} yuan, payment {case['payment']:,.2f} yuan."
        )
    kind = OUTLIER_WORDS[Outlier(int(found.outlier[row])).name.lower()]
    times, standard = f"{case['ratio_to_standard']:.2f}", f"{case['standard']:,.2f}"
    return (
        f"权重 {case['weight']:g},支付标准 {standard} 元;实际费用 {cost} 元,为标准的 {times} 倍,"
        f"{kind[0]},应付总额 {case['payment']:,.2f} 元。"
        if zh
        else f"Weight {case['weight']:g}, standard {standard} yuan; the cost of {cost} yuan is {times} times "
        f"the standard: {kind[1]}, payment {case['payment']:,.2f} yuan."
    )


def _margin(estimate: EstimatedStays, row: int, zh: bool) -> str:
    case = estimate.frame.iloc[row]
    if isinstance(case["patient_unknown"], str):
        gain = f"{'结余' if case['margin'] >= 0 else '亏损'} {abs(case['margin']):,.2f} 元"
        if zh:
            return f"患者负担无法计算({case['patient_unknown']});医院{gain}。"
        return f"What the patient bears is not known; the hospital's margin is {case['margin']:,.2f} yuan."
    shares = [(words, case[name]) for name, words in _PAYERS.items() if case[name]]
    payers = (", " if not zh else "、").join(f"{words[not zh]} {yuan:,.2f}" for words, yuan in shares)
    margin = case["margin"]
    if zh:
        return f"由{payers} 元支付;医院{'结余' if margin >= 0 else '亏损'} {abs(margin):,.2f} 元。"
    return (
        f"Paid by {payers} yuan; the hospital {'gains' if margin >= 0 else 'loses'} {abs(margin):,.2f} yuan."
    )


def _review(estimate: EstimatedStays, row: int, zh: bool) -> str:
    case = estimate.frame.iloc[row]
    if not case["review_open"]:
        return (
            "不具备申请特例单议的条件或无增益。"
            if zh
            else "Special review is not open, or would gain nothing."
        )
    reasons = case[f"reasons_{'zh' if zh else 'en'}"]
    gain = f"{case['review_gain']:,.2f}"
    if zh:
        return f"可申请特例单议({reasons or '本地政策未设条件'}),若通过可多得 {gain} 元,名额有限。"
    why = reasons or "no criterion set"
    return f"Special review is open ({why}): {gain} yuan more if accepted, within a quota."
