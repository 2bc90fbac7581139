"""What no sum of a simulation holds, and what the cases do not say: never silent, always counted.

A stay that cannot be paid carries no money, not even its cost. Its number, its cost and the reason stand
here, and from here in the summary, on the page and in the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...cases.arrays import read_labels
from ...language import both
from ...payment.engine.problems import Unpaid
from ...payment.faces.enough import FEWEST_SHARE, FEWEST_STAYS, asked_facts
from ...payment.faces.other_dates import other_dates
from ...settlement.budgets import INSURANCES
from ...words import named
from ..comparison.kept import ComparisonRecord
from ..scenario_errors import SimulationError
from ..world.groupings import categories_of, is_dip
from ..world.outcome import PLACES, Outcome

Told = tuple[str, str]  # the same in Chinese and English
COLUMNS = ("scenario", "problem", "zh", "en", "cases", "total_cost")
_PLACE_WORDS = named("insured_region", "care_region", "hospital_id", "hospital_level")


def unpaid_costs(outcome: Outcome) -> dict[Unpaid, tuple[int, int]]:
    """Why stays cannot be paid, and of each reason how many, and what they cost (fen, as far as stated)."""
    found = outcome.payments.findings.problem
    cost = outcome.payments.stays.money("total_cost").fen
    return {
        Unpaid(int(code)): (int((found == code).sum()), int(np.maximum(cost[found == code], 0).sum()))
        for code in np.unique(found[found != Unpaid.NONE])
    }


def unpaid(results: ComparisonRecord) -> pd.DataFrame:
    """A row a scenario and reason: scenario, problem, zh, en, cases, total_cost (yuan)."""
    rows = [
        (each.id, problem.name.lower(), problem.zh, problem.en, cases, cost / 100)
        for each in results.scenarios
        for problem, (cases, cost) in unpaid_costs(results.outcomes[each.id]).items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def refuse_nothing_paid(outcome: Outcome, scenario: str) -> None:
    """Raise SimulationError when not one stay, or of many hardly any, could be paid: every table would be of
    zeros. It asks for the fact that is missing."""
    reasons = unpaid_costs(outcome)
    n = len(outcome.payments)
    paid = n - sum(cases for cases, _ in reasons.values())
    if paid > 0 and (n < FEWEST_STAYS or paid >= FEWEST_SHARE * n):
        return
    asked = asked_facts({problem: cases for problem, (cases, _) in reasons.items()}, outcome.payments)
    stays = outcome.payments.stays
    empty = [name for name in (*PLACES, "insurance") if (stays.labels(name).codes < 0).all()]
    names = ", ".join(empty)
    lacking = (
        both(f"病例需有 {names}: 无一例写明", f"give the cases {names}: no stay states it") if empty else ""
    )
    look = both("或看 `drgsim check FILE` 的结果", "see what `drgsim check FILE` finds, or change the policy")
    raise SimulationError(
        "not one of the stays can be paid" if not paid else f"only {paid:,} of {n:,} stays can be paid",
        got="; ".join(f"{both(each.zh, each.en)}: {cases:,}" for each, (cases, _) in reasons.items()),
        where=both(f"情景 {scenario}", f"scenario {scenario!r}"),
        do="; ".join(filter(None, [*asked, lacking, look])),
    )


def cautions(results: ComparisonRecord) -> list[Told]:
    """What a reader must know of the cases before any number, in both languages."""
    found = (_unpaid, _doubled, _years, _policy_days, _places, _groups, _insurances)
    return [told for find in found for told in find(results)]


def _unpaid(results: ComparisonRecord) -> Iterator[Told]:
    start = results.outcomes[results.baseline.id].payments.findings.problem
    for each in results.scenarios:
        outcome = results.outcomes[each.id]
        problem = outcome.payments.findings.problem
        same = len(problem) == len(start) and bool(np.array_equal(problem != 0, start != 0))
        if not problem.any() or (each.id != results.baseline.id and same):
            continue
        reasons = unpaid_costs(outcome)
        stays = sum(cases for cases, _ in reasons.values())
        cost = sum(cost for _, cost in reasons.values()) / 100
        zh = "；".join(f"{reason.zh} {cases:,}" for reason, (cases, _) in reasons.items())
        en = "; ".join(f"{reason.en} {cases:,}" for reason, (cases, _) in reasons.items())
        share = f"{stays / len(problem):.2%}"
        yield (
            f"{each.id}：{stays:,} 例（{share}）无法付费，其总费用 {cost:,.2f} 元不在任何金额之内（{zh}）。",
            f"{each.id}: {stays:,} stays ({share}) cannot be paid; their cost of {cost:,.2f} yuan is in no "
            f"amount ({en}).",
        )
        if not same:
            yield (
                f"{each.id}：可付费病例与基线不同，变化额含此差异。",
                f"{each.id}: not the same stays can be paid as in the baseline; changes include that.",
            )


def _doubled(results: ComparisonRecord) -> Iterator[Told]:
    given = results.world.given_cases
    if "case_id" not in given.columns:
        return
    ids = given["case_id"].dropna()
    doubled = int(ids.duplicated().sum())
    if doubled:
        yield (
            f"{doubled:,} 例的病案号已出现过，费用重复计入；如为重复上传请先去重。",
            f"{doubled:,} stays bear a case id that was there before, and their money counts again; if they "
            "are the same stays, drop them first.",
        )


def _years(results: ComparisonRecord) -> Iterator[Told]:
    days = results.outcomes[results.baseline.id].payments.stays.days("discharge_date")
    known = np.isfinite(days)
    years = days[known].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    base = results.world.year
    other, none = int((years != base).sum()), int((~known).sum())
    if other or none:
        yield (
            f"{other:,} 例不在 {base} 年出院、{none:,} 例无出院日期，均按 {base} 年计入。",
            f"{other:,} stays were not discharged in {base} and {none:,} have no discharge date; all are "
            f"counted as of {base}.",
        )


def _policy_days(results: ComparisonRecord) -> Iterator[Told]:
    """Stays outside the days of a policy, and rates of another year than the one that is counted (`_years`
    tells of stays of other years than that)."""
    told: dict[str, Told] = {}
    for each in results.scenarios:
        outcome = results.outcomes[each.id]
        years = {policy.on.year for policy in outcome.rules.each} != {results.world.year}
        paid = outcome.payments
        for line in other_dates(paid.stays, paid.walks, paid.rates_of, years=years):
            said = line[0]
            for policy in outcome.rules.each:  # the same of several policies is told once
                said = said.replace(f"政策 {policy.id} ", "")
            told.setdefault(said, line)
    yield from told.values()


def _places(results: ComparisonRecord) -> Iterator[Told]:
    given, stays = results.world.given_cases, results.outcomes[results.baseline.id].payments.stays
    care, home = (read_labels(given, name).codes < 0 for name in ("care_region", "insured_region"))
    one = int((care != home).sum())
    if one:
        yield (
            f"{one:,} 例只注明就医地或参保地之一，按本地就医计。",
            f"{one:,} stays state only one of care region and insured region; they count as treated at home.",
        )
    for name in PLACES:
        lacking = int((stays.labels(name).codes < 0).sum())
        if lacking:
            zh, en = _PLACE_WORDS[name]
            yield (
                f"{lacking:,} 例未注明{zh}，合为一处统计。",
                f"{lacking:,} stays do not state the {en}; they count as of one.",
            )


def _groups(results: ComparisonRecord) -> Iterator[Told]:
    """Groups that came with the cases and are none of the scheme's: a file of another scheme, most often."""
    scheme = results.world.groupings.given
    if scheme is None or is_dip(scheme):
        return
    labels = results.world.stays(scheme).groups()
    known = categories_of(scheme)
    others = [code for code, name in enumerate(labels.names) if name and name not in known]
    count = int(np.isin(labels.codes, others).sum())
    if count:
        yield (
            f"{count:,} 例自带的分组不是 {scheme} 的组。",
            f"{count:,} stays bear groups that are none of {scheme}'s.",
        )


def _insurances(results: ComparisonRecord) -> Iterator[Told]:
    payments = results.outcomes[results.baseline.id].payments
    labels = payments.stays.labels("insurance")
    others = [code for code, name in enumerate(labels.names) if name not in INSURANCES]
    count = int((np.isin(labels.codes, others) & (payments.findings.problem == 0)).sum())
    if count:
        yield (
            f"{count:,} 例为职工、居民以外的保险，不由两项基金支付、不入预测。",
            f"{count:,} stays are of other insurance than employee and resident: neither fund pays them, and "
            "no projection holds them.",
        )


def not_projected(results: ComparisonRecord) -> Iterator[Told]:
    """Funds whose year the cases do not hold, such as those of other provinces."""
    if results.projected is None:
        return
    table = results.outcomes[results.baseline.id].sums(["insured_region", "insurance"])
    projected = set(results.projected.funds)
    pairs = zip(table["insured_region"].astype(str), table["insurance"], strict=True)
    out = [pair[1] in INSURANCES and pair not in projected for pair in pairs]
    cases, fund = int(table.loc[out, "cases"].sum()), float(table.loc[out, "fund"].sum()) / 100
    if cases:
        yield (
            f"{sum(out)} 项基金未作预测（如外省，病例不含其参保人在本地就医）：涉及 {cases:,} 例、"
            f"基金支付 {fund:,.2f} 元，预测合计不含。",
            f"{sum(out)} funds are not projected, such as other provinces' (no stay of their insured at "
            f"home, or no row among the funds given): {cases:,} stays and {fund:,.2f} yuan are in no "
            "projected total.",
        )
