"""The chain of one stay in words: group, price, adjustments, bill, payers; each with its rule and source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from ...cases.personal import is_asked_for
from ...errors import ArgumentError, NotFoundError
from ...language import in_language, speaking
from ...language import told as translated
from ...policy.display import STATE_ZH, value_text
from ...policy.parameters import catalogue
from ...sources import load as load_sources
from ...words import headers, unit_text
from ..engine.bill import BILL
from ..engine.book import FUND, Book
from ..engine.ledger import Walk
from ..engine.problems import Unpaid
from ..engine.rules.step import AsItWas
from ..engine.state import State
from .other_dates import of_one
from .paid_stays import PAYERS, PaidStays

if TYPE_CHECKING:
    from ...policy.entries import Dated

Language = Literal["zh", "en"]

_NUMBERS = ("case_id", "stay_id", "settlement_id", "record_number")
_ALWAYS = ("fund", "patient", "borne_by_hospital")
PAYER_ZH = headers(
    "fund",
    "catastrophic",
    "medical_aid",
    "other_funds",
    "commercial",
    "patient",
    "borne_by_hospital",
    room="payer",
)


@dataclass(frozen=True)
class Line:
    """One step of the chain: its name, what it did, what it added to the payment (fen), what it rests on."""

    title: str
    said: str
    change: int = 0
    rules: tuple[str, ...] = ()
    book: Book | None = None


def explain(payments: PaidStays, case_id: Any, lang: Language) -> str:
    """The chain as text. Raises NotFoundError for a case that is not there."""
    if lang not in ("zh", "en"):
        raise ArgumentError("no such language", got=lang, allowed=("zh", "en"))
    row = find_row(payments, case_id)
    with speaking(lang):
        lines = list(chain(payments, row, lang))
        walk, _ = _found([(walk.place.rows, walk) for walk in payments.walks], row)
        return "\n".join([*(_text(line, lang) for line in lines), *_sources(lines, walk, lang)])


def find_row(payments: PaidStays, case_id: Any) -> int:
    """The position of a case, by its case_id, another number of the stay that is its alone (settlement,
    serial or record number), or its index label where the table has no ids."""
    frame = payments.stays.frame
    columns = [frame[name] for name in _NUMBERS if name in frame.columns] or [frame.index.to_series()]
    for labels in columns:
        rows = np.flatnonzero(is_asked_for(labels, case_id))
        if len(rows) == 1 or (len(rows) and labels is columns[0]):
            return int(rows[0])
        if len(rows):
            raise ArgumentError(
                "several stays bear this number", got=f"{len(rows)} stays", do="ask with 住院流水号 or 结算ID"
            )
    raise NotFoundError("no such case in this result", do="ask with a value of the column case_id")


def chain(payments: PaidStays, row: int, lang: Language) -> Iterator[Line]:
    """The steps that concern one stay, in order."""
    zh = lang == "zh"
    walk, i = _found([(walk.place.rows, walk) for walk in payments.walks], row)
    state = walk.state
    group = state.groups.names[state.groups.of[i]] if state.groups.of[i] >= 0 else ("无" if zh else "none")
    policy, weights = walk.place.policy, walk.place.weights
    yield Line("病组" if zh else "group", f"{group}; {policy.title[lang]} ({policy.id}, {policy.on})")
    if weights is not None:
        named = weights.facts.get(f"title_{lang}") or weights.facts.get("title", "")
        example = ""
        if weights.facts.get("example") == "yes":
            example = "；示例，不是任何地区的规则" if zh else "; an example, not a place's rule"
        facts = (named + example, *(weights.facts.get(name, "") for name in ("source", "state")))
        yield Line("权重表" if zh else "weight table", ", ".join(translated(text) for text in facts if text))
    for told in of_one(payments.stays, payments.walks, payments.rates_of, row):
        yield Line("日期" if zh else "dates", told[not zh])
    problem = Unpaid(int(payments.findings.problem[row]))
    if problem != Unpaid.NONE:
        yield Line("无法付费" if zh else "not payable", problem.zh if zh else problem.en)
        return
    for place, step in enumerate(walk.steps):
        told = step.tell(cast(State, AsItWas(state, step, walk.steps[place + 1 :], i)), i)
        if told is not None:
            change = int(state.adjustments[step.name][i]) if step.name in state.adjustments else 0
            yield Line(
                step.zh if zh else step.en, told[not zh], change, state.book.used(step.name), state.book
            )
    yield from _shares(payments, row, walk, zh)


def _shares(payments: PaidStays, row: int, walk: Walk, zh: bool) -> Iterator[Line]:
    bill, ledger, book = payments.bill, payments.ledger, walk.state.book
    part, i = _found([(part.rows, part) for part in bill.parts], row)
    cost, outside, deductible, basic = (
        f"{int(column[row]) / 100:,.2f}"
        for column in (bill.cost, bill.outside_scope, bill.deductible, bill.basic)
    )
    yield Line(
        "患者账单" if zh else "patient's bill",
        f"费用 {cost},范围外 {outside},起付线 {deductible},统筹按项目应支 {basic} 元"
        if zh
        else f"cost {cost}, outside the scope {outside}, deductible {deductible}, "
        f"basic fund by item {basic} yuan",
        rules=tuple(path for path in part.book.used(BILL) if _concerns(path, part.book, i)),
        book=part.book,
    )
    convention = catalogue()["fund.convention"].choices[book.chapter(FUND).word("fund.convention")]
    payment, fund = f"{int(ledger.payment[row]) / 100:,.2f}", f"{int(ledger.fund[row]) / 100:,.2f}"
    yield Line(
        "统筹基金" if zh else "basic fund",
        f"应付总额 {payment} 元,{convention['zh']},基金支付 {fund} 元"
        if zh
        else f"payment {payment} yuan; {convention['en']}: the fund pays {fund} yuan",
        rules=book.used(FUND),
        book=book,
    )
    amounts = [(name, int(getattr(ledger, name)[row]) / 100) for name in (*PAYERS, "borne_by_hospital")]
    names = PAYER_ZH if zh else {name: name.replace("_", " ") for name, _ in amounts}
    said = " + ".join(f"{names[name]} {yuan:,.2f}" for name, yuan in amounts if yuan or name in _ALWAYS)
    yield Line("合计" if zh else "total", f"{int(ledger.total_cost[row]) / 100:,.2f} = {said}")


def _concerns(path: str, book: Book, i: int) -> bool:
    """Whether a benefit rule is of the stay's insurance, or of out-of-area care and the stay is."""
    profile = book.profiles.of[i]
    if path.startswith("cross_region."):
        return bool(book.profiles.outside[profile])
    insurance = book.profiles.labels["insurance"][profile]
    return not path.startswith("benefit.") or path.split(".")[1] == insurance


def _found(places: Iterable[tuple[Any, Any]], row: int) -> tuple[Any, int]:
    """What holds for a row, and the row's position in it."""
    for rows, what in places:
        if isinstance(rows, slice):
            return what, row
        found = np.flatnonzero(rows == row)
        if len(found):
            return what, int(found[0])
    raise AssertionError("every stay is somewhere")


def _text(line: Line, lang: Language) -> str:
    change = f" ({line.change / 100:+,.2f})" if line.change else ""
    head = f"{line.title}: {line.said}{change}"
    return "\n".join([head, *(f"    {rule}" for rule in _rules(line, lang))])


def _declared(line: Line) -> Iterator[tuple[str, Dated]]:
    """The parameters a line rests on that some document sets; neutral defaults say nothing."""
    in_force = {} if line.book is None else line.book.reading.in_force
    return ((path, in_force[path]) for path in line.rules if path in in_force)


def _sources(lines: Iterable[Line], walk: Walk, lang: Language) -> Iterator[str]:
    """What the cited sources are."""
    cited = {dated.source for line in lines for _, dated in _declared(line)}
    known = {**load_sources(), **walk.place.policy.document.sources}
    yield "来源" if lang == "zh" else "sources"
    for source in sorted(cited & known.keys()):
        facts = known[source]
        yield f"    {source} " + ", ".join(
            filter(None, (in_language(facts.title, lang), in_language(facts.issuer, lang), facts.date))
        )


def _rules(line: Line, lang: Language) -> Iterator[str]:
    """The parameters of a line with value, source and trust."""
    for path, dated in _declared(line):
        parameter = catalogue()[path]
        label = parameter.zh if lang == "zh" else parameter.en
        trust = STATE_ZH[dated.state] if lang == "zh" else dated.state
        unit = f" {unit_text(parameter.unit, lang)}" if parameter.unit else ""
        value = value_text(dated.value, parameter, plain=lang)
        yield f"[{path}] {label} = {value}{unit} ({dated.source}, {trust})"
