"""`pay`: cases and a policy in, who pays what for each stay out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from ..policy.policy import Policy, policies_given
from .engine.bill import Bill, Part, Special, make_bill, with_recorded
from .engine.book import FUND, Book, Options
from .engine.jurisdiction import Jurisdiction, jurisdictions
from .engine.ledger import Findings, Ledger, Walk, close
from .engine.single import KeptBooks, read_book
from .engine.stays import Stays
from .engine.steps.fund_share import Gap, fund_share
from .engine.street import STEP_NAMES, walk_together
from .faces.payments import Payments

if TYPE_CHECKING:
    from pathlib import Path

    from ..weights.weights import Weights


def pay(
    cases: Any,
    policy: Policy | str | Path | Mapping[str, Policy | str | Path],
    *,
    weights: Weights | pd.DataFrame | Mapping[str, Weights] | None = None,
    bill: Literal["policy", "recorded"] = "policy",
    dates: Literal["policy", "discharge", "admission"] = "policy",
    decisions: Mapping[Any, bool | float] | pd.Series[Any] | None = None,
    seed: int = 0,
    without: Iterable[str] = (),
    year: int | None = None,
    kept: KeptBooks | None = None,
) -> Payments:
    """Pay each stay by a policy and say who bears what.

    Parameters
    ----------
    cases : DataFrame or Arrow table of cases (`drgsim.read_cases`), money in yuan. Needs `total_cost` and
        `insurance`; what else is used depends on the policy. Cases without a group (`drg`, or `dip_code`
        and `score`) are grouped by the policy's scheme first. `prepared(cases)` may be given instead, to pay
        the same cases by many policies.
    policy : a Policy, the id of a shipped one or its file, or a mapping of region code (or `"other"`) to
        such. Under a mapping a stay is priced by its care region's policy and billed by its insured region's.
    weights : a weight table; without it the one the policy names. A mapping goes by region too, or by the id
        of the scheme where that changes by date.
    bill : `"policy"` computes the patient's bill from the benefit parameters; `"recorded"` takes the
        settlement amounts of the case table where they are stated.
    dates : `"policy"` reads every value on the policy's own day; `"discharge"` on each stay's
        discharge day, `"admission"` on its admission day, and a scheme that changes by date groups each stay
        by the day the policy names. Quotas count over their whole period, however many dates fall inside it.
    decisions : case id → True, False or yuan granted: special reviews already decided.
    seed : keys the chances of special review; the same seed gives a case the same chance under any policy.
    without : names of steps to leave out (`drgsim.payment.engine.street.STEP_NAMES`): `special_review` …
    year : with `dates` of the stays, take their days in this year: what last year's stays come to under the
        rules of another year, some of which change inside it.
    kept : what was read of the policy for single stays before; for a service that prices them one by one.

    Returns
    -------
    Payments, one row a stay in the order and index of `cases`. Stays that cannot be paid are in it, with the
    reason.

    Raises
    ------
    ColumnError, ArgumentError, NotFoundError (a region without a policy), LedgerError (never expected).

    Examples
    --------
    >>> import pandas as pd
    >>> from drgsim import Policy, pay
    >>> cases = pd.DataFrame({"case_id": ["A1"], "drg": ["GZ13"], "hospital_level": [3],
    ...                       "insurance": ["employee"], "los": [6], "total_cost": [9000.0]})
    >>> weights = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})
    >>> result = pay(cases, Policy.load("national-drg-rate"), weights=weights)
    >>> result.frame[["standard", "payment"]].round(2).values.tolist()
    [[9365.6, 9365.6]]
    """
    policy = policies_given(policy)
    _known("bill", bill, ("policy", "recorded"))
    _known("dates", dates, ("policy", "discharge", "admission"))
    for name in without:
        _known("without", name, (*STEP_NAMES, *_rule_names(policy)))
    options = Options(seed, _decided(decisions), frozenset(without))
    stays = cases if isinstance(cases, Stays) else prepared(cases, policy, dates=dates)
    care, home = jurisdictions(stays, policy, weights, by=None if dates == "policy" else dates, year=year)
    books = {place: _book(stays, place, options, kept) for place in dict.fromkeys([*care, *home])}
    walks = _walks(stays, care, books)
    findings = Findings.gather(len(stays), walks)
    special = Special(findings.patient_due, findings.benefits)
    parts = [Part(place.rows, books[place]) for place in home]
    billed = make_bill(stays, findings.cost, findings.carved_out, parts, special)
    if bill == "recorded":
        billed = with_recorded(billed, stays, stays.money("total_cost").fen)
    problem = np.where(findings.problem == 0, billed.problem, findings.problem)
    findings = findings.with_problem(problem)
    ledger = _ledger(walks, findings, billed)
    rates_of: Any = "policy" if dates == "policy" else "stay" if year is None else year
    return Payments(stays, ledger, findings, billed, tuple(walks), tuple(books.values()), rates_of)


def example_payments() -> Payments:
    """One invented stay of employee insurance, paid by the national rules of mid-2025: to try things on.

    Returns
    -------
    Payments, of the case `A1` in hospital `H1`: 6 days, 9,000 yuan, group GZ13 of weight 0.8

    Examples
    --------
    >>> import drgsim
    >>> drgsim.example_payments().frame["case_id"].tolist()
    ['A1']
    """
    stay: dict[str, Any] = {
        "case_id": "A1", "hospital_id": "H1", "drg": "GZ13", "hospital_level": 3, "insurance": "employee",
        "los": 6, "total_cost": 9000.0, "insured_region": "310000", "care_region": "310000",
        "discharge_date": "2025-06-30",
    }  # fmt: skip
    weights = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})
    policy = Policy.load("national-drg-rate", on="2025-06-30")
    return pay(pd.DataFrame([stay]), policy, weights=weights)


def _walks(stays: Stays, care: Sequence[Jurisdiction], books: Mapping[Jurisdiction, Book]) -> list[Walk]:
    """The walks of all places; the stretches of days of one region's policy side by side."""
    regions: dict[Any, list[Jurisdiction]] = {}
    for place in care:
        regions.setdefault((place.region, id(place.policy.document)), []).append(place)
    found: dict[Jurisdiction, Walk] = {}
    for places in regions.values():
        parts = [(stays.take(place.rows), books[place], place.policy.rules) for place in places]
        for place, path in zip(places, walk_together(parts), strict=True):
            found[place] = Walk(place, *path)
    return [found[place] for place in care]


def prepared(
    cases: Any,
    policy: Policy | str | Path | Mapping[str, Policy | str | Path],
    *,
    dates: Literal["policy", "discharge", "admission"] = "policy",
) -> Stays:
    """Cases read once, to be paid by many policies of the same scheme; grouped first if they are not.

    `dates` as in `pay`: a policy whose scheme changes by date groups each stay by the scheme of its own day
    unless `dates` is `"policy"`, which groups all by that of the policy's day.
    """
    from .engine.grouped import grouped

    return Stays(*grouped(cases, policies_given(policy), by_stay=dates != "policy"))


def _book(stays: Stays, place: Jurisdiction, options: Options, kept: KeptBooks | None) -> Book:
    own = stays.take(place.rows)
    if kept is not None and len(own) == 1:
        return kept.book(own, place, options)
    return read_book(own, place, options)


def _decided(decisions: Any) -> dict[Any, bool | float]:
    """Decisions as plain bool or float, whatever a table held them in."""
    pairs = {} if decisions is None else dict(decisions)
    return {
        case: bool(each) if isinstance(each, bool | np.bool_) else float(each) for case, each in pairs.items()
    }


def _known(name: str, got: str, allowed: tuple[str, ...]) -> None:
    if got not in allowed:
        raise ArgumentError(f"{name} is not one of its choices", got=got, allowed=allowed, nearest=allowed)


def _rule_names(policy: Policy | Mapping[str, Policy]) -> list[str]:
    policies = policy.values() if isinstance(policy, Mapping) else [policy]
    return [rule.id for each in policies for rule in each.document.rules]


def _gap(book: Book) -> Gap | None:
    return book.once(Gap, lambda: Gap.read(book.chapter(FUND)))


def _ledger(walks: Sequence[Walk], findings: Findings, bill: Bill) -> Ledger:
    payment = findings.payment
    shares = [fund_share(walk.state.book) for walk in walks]
    substituted = bill.basic_if(payment) if any(share.substitutes for share in shares) else payment
    fund, care = np.empty_like(payment), np.broadcast_to(np.int64(0), len(payment))
    for each, share in zip(walks, shares, strict=True):
        rows, state = each.place.rows, each.state
        fund[rows] = share.paid(state, bill.basic[rows], substituted[rows])
        gap = _gap(state.book)
        if gap is not None and gap.theta != 1:
            care = care if care.flags.writeable else care.copy()
            care[rows] = gap.care_region_pays(state, fund[rows], bill.basic[rows])
    commercial = findings.carved_commercial
    return close(findings, bill, fund=fund, fund_care_region=care, commercial=commercial)
