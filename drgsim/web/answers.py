"""What the service answers: cases that were read in, plain rows and facts out; codes to a search. No HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from ..cases.check import check_rows
from ..codes import Catalogue
from ..codes.search import places
from ..errors import ArgumentError
from ..grouping.result import GroupResult, told_as_result
from ..grouping.what_if import what_if
from ..payment.faces.estimate import estimate
from ..payment.faces.estimate_summary import notes
from ..policy.policy import Policy
from ..transition.transition import find_transition
from ..weights.weights import Weights
from .kept import NATIONAL, NATIONAL_DIP, Kept
from .plain import plain, plain_value
from .settings import Settings
from .taking import Read

__all__ = ["NATIONAL", "Answer", "Answers", "Options", "language", "policies", "schemes"]


KINDS = ("diagnosis", "procedure")
MOST_FOUND = 50
OPTIONS = ("text", "kind", "most")


def find_codes(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """code, name, gray of the codes found, best first; none for no text.

    >>> find_codes({"text": "dnjs", "most": 1})
    [{'code': 'K80.200x003', 'name': '胆囊结石', 'gray': False}]
    """
    for name in options:
        if name not in OPTIONS:
            raise ArgumentError("no such option", got=str(name)[:60], allowed=OPTIONS, nearest=OPTIONS)
    kind, text = options.get("kind", "diagnosis"), options.get("text", "")
    if kind not in KINDS:
        raise ArgumentError("no such catalogue", got=str(kind)[:60], allowed=KINDS, nearest=KINDS)
    if not isinstance(text, str):
        raise ArgumentError("text is a text", got=type(text).__name__)
    catalogue = Catalogue.load(kind)
    return [
        {"code": catalogue.codes[row], "name": catalogue.names[row], "gray": bool(catalogue.gray[row])}
        for row in places(catalogue, text, _number(options.get("most", 20)))
    ]


def _number(given: Any) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        number = given
    elif isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 9:
        number = int(given)
    else:
        number = 0
    if number < 1:
        raise ArgumentError("most is a whole number", got=str(given)[:20], allowed=f"1 to {MOST_FOUND}")
    return min(number, MOST_FOUND)


Options = Mapping[str, str]
_JOINED = ("mdc", "adrg", "drg", "severity", "status", "reason")
_GROUP = (
    "mdc", "adrg", "drg", "mdc_name", "adrg_name", "drg_name", "severity", "status", "reason",
)  # fmt: skip


@dataclass
class Answer:
    """Rows, and facts on all of them.

    Attributes
    ----------
    rows : a plain mapping a case (or a problem, or a flow)
    facts : by which scheme and policy, with their hashes; what was told of reading
    under : where the rows stand in a JSON answer that also has facts; None where a batch is a bare list
    """

    rows: list[dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)
    under: str | None = None


class Answers:
    """The answers of one service; threads share it."""

    def __init__(self, settings: Settings, kept: Kept | None = None) -> None:
        self.settings = settings
        self.kept = kept or Kept(settings)

    def group(self, read: Read, options: Options) -> Answer:
        """MDC, ADRG, DRG, names, severity, status and reason of each case."""
        grouper = self.kept.grouper(options.get("scheme"))
        scheme = grouper.compiled.id
        if read.plain is not None:
            return Answer([_named(read, 0, _grouped(grouper.group(read.plain)))], scheme_facts(grouper))
        rows = plain(grouper.group(_with_procedures(read.table()), names=True))
        shown = [{name: row[name] for name in _GROUP} | {"scheme": scheme} for row in rows]
        return Answer(_all_named(read, shown), scheme_facts(grouper))

    def explain(self, read: Read, options: Options) -> Answer:
        """The account of each case: its text, and the tree as plain values."""
        grouper, lang = self.kept.grouper(options.get("scheme")), language(options)

        def one(case: Mapping[str, Any]) -> dict[str, Any]:
            found = grouper.explain(case)
            return {"text": found.text(lang), **found.to_dict()}

        rows = [_named(read, place, one(read.one(place))) for place in range(len(read))]
        return Answer(rows, scheme_facts(grouper))

    def what_if(self, read: Read, options: Options) -> Answer:
        """The group for each other choice that the codes of a case leave open, priced where it has a cost."""
        grouper, lang = self.kept.grouper(options.get("scheme")), language(options)

        def one(case: Mapping[str, Any]) -> dict[str, Any]:
            table = what_if(grouper, case, lang=lang)
            return {"note": table.attrs.get("note", ""), "choices": plain(table)}

        rows = [_named(read, place, one(read.one(place))) for place in range(len(read))]
        return Answer(rows, scheme_facts(grouper))

    def estimate(self, read: Read, options: Options) -> Answer:
        """What each case will be paid, with what the numbers rest on."""
        rules = self.kept.policy(options.get("policy"))
        scheme = options.get("scheme") or rules.scheme or self.settings.scheme
        if read.plain is not None and rules.method != "dip":
            return self._estimate_one(read, options, rules, scheme)
        cases = read.table()
        if rules.method == "dip" and "dip_code" not in cases:
            found = self.kept.dip(options.get("catalogue")).group(cases, columns=("dip_code", "score"))
            cases = cases.join(found.drop(columns=[name for name in found if name in cases]))
        table = self.kept.weights_for(options.get("weights"), rules, scheme)
        if rules.method != "dip" and "drg" not in cases:
            cases = cases.join(self.kept.grouper(scheme).group(_with_procedures(cases)))
        answer = estimate(cases, rules, weights=table, scheme=scheme, hospital=self.settings.hospital)
        told = [*answer.told, *(f"{zh} {en}" for zh, en in notes(answer)), *read.notes]
        facts = _money_facts(rules, scheme, table, told, answer.payments)
        return Answer(_all_named(read, plain(answer.frame)), facts, "cases")

    def _estimate_one(self, read: Read, options: Options, rules: Policy, scheme: str) -> Answer:
        """The same for one case of plain values, by what was prepared for its policy."""
        case = dict(read.plain or {})
        grouper = self.kept.grouper(scheme)
        table = self.kept.weights_for(options.get("weights"), rules, scheme)
        if "drg" not in case and rules.method != "ffs":
            found = grouper.group(case)
            case |= {name: getattr(found, name) for name in _JOINED}
        row, told, payments = self.kept.prepared(rules, table, grouper).row(case)
        dates = [f"{zh} {en}" for zh, en in payments.other_dates]
        facts = _money_facts(rules, scheme, table, [*told, *dates, *read.notes], payments)
        return Answer([_named(read, 0, plain_value(row))], facts, "cases")

    def check(self, read: Read, options: Options) -> Answer:
        """What the rules find wrong in the cases, a row each."""
        rows, lacking = check_rows(read.table())
        facts = {"count": len(rows), "not_checked": lacking, "told": list(read.notes)}
        return Answer(rows, facts, "problems")

    def dip(self, read: Read, options: Options) -> Answer:
        """Disease type, score and status of each case."""
        grouper = self.kept.dip(options.get("catalogue"))
        facts = {"catalogue": options.get("catalogue") or NATIONAL_DIP}
        if read.plain is not None:
            return Answer([_named(read, 0, plain_value(grouper.group(read.plain)))], facts)
        return Answer(_all_named(read, plain(grouper.group(read.table()))), facts)

    def transition(self, read: Read, options: Options) -> Answer:
        """What another scheme changes for these cases, for weights and for money; the rows are the flows."""
        schemes = [options.get(name) or default for name, default in _SIDES]
        for name in schemes:
            if not name.startswith("dip"):
                self.kept.grouper(name)  # an id, never a path
            else:
                self.kept.dip(name)
        policy = self.kept.policy(options.get("policy"))
        weights = options.get("weights")
        table = None if weights is None else self.kept.weights(weights)
        found = find_transition(
            _with_procedures(read.table()), *schemes, policy=policy, weights=table, draws=0
        )
        zh, en = found.headline()
        facts = {
            "a": schemes[0],
            "b": schemes[1],
            "cases": found.cases,
            "policy": found.policy,
            "policy_hash": policy.hash,
            "headline": {"zh": zh, "en": en},
            "summary": plain(found.summary())[0],
            "shares": {name: plain(each.reset_index()) for name, each in found.shares.items()},
            "money": {name: plain(each.reset_index()) for name, each in found.money.items()},
            "reasons": plain(found.reasons),
            "look_at": plain(found.look_at.reset_index()),
            "told": [f"{zh} {en}" for zh, en in found.notes] + read.notes,
        }
        return Answer(plain(found.flows), facts, "flows")

    def case(self, read: Read, options: Options) -> Answer:
        """One case grouped, explained and estimated at once."""
        grouped, why = self._explained(read, options)
        if read.plain is not None and "drg" not in read.plain and not options.get("scheme"):
            rules = self.kept.policy(options.get("policy"))
            if rules.method != "dip" and (rules.scheme or self.settings.scheme) == grouped.facts["scheme"]:
                found = {name: grouped.rows[0][name] for name in _JOINED}  # grouped already
                read = Read(plain={**read.plain, **found}, told=read.told, notes=read.notes)
        priced = self.estimate(read, options)
        rows = [
            {"group": group, "explain": account, "estimate": money}
            for group, account, money in zip(grouped.rows, why.rows, priced.rows, strict=True)
        ]
        return Answer(rows, {**grouped.facts, **priced.facts}, "cases")

    def _explained(self, read: Read, options: Options) -> tuple[Answer, Answer]:
        """The groups and the accounts; the account of a single case says its group."""
        if read.plain is None:
            return self.group(read, options), self.explain(read, options)
        grouper, lang = self.kept.grouper(options.get("scheme")), language(options)
        account = grouper.explain(read.plain)
        facts = scheme_facts(grouper)
        group = _grouped(told_as_result(account.answer, grouper.compiled))
        text = {"text": account.text(lang), **account.to_dict()}
        return Answer([_named(read, 0, group)], facts), Answer([_named(read, 0, text)], facts)


_SIDES = (("from", "chs-drg-2.0"), ("to", "chs-drg-3.0"))


def schemes() -> list[dict[str, Any]]:
    """The schemes that are installed."""
    return _shared().schemes()


def policies() -> list[dict[str, Any]]:
    """The policies that ship."""
    return _shared().policies()


@cache
def _shared() -> Kept:
    return Kept(Settings())


def language(options: Options) -> Literal["zh", "en"]:
    """The language asked for, Chinese where none is."""
    lang = options.get("lang", "zh")
    if lang not in ("zh", "en"):
        raise ArgumentError("no such language", got=lang[:20], allowed=("zh", "en"))
    return lang  # type: ignore[return-value]


def _money_facts(
    rules: Policy, scheme: str, table: Weights | None, told: Any, payments: Any
) -> dict[str, Any]:
    return {
        "policy": rules.id,
        "policy_hash": rules.hash,
        "scheme": scheme,
        "weights": {} if table is None else dict(table.facts),
        "told": told,
        "trust": {lang: payments.trust_in(lang) for lang in ("zh", "en")},
    }


def scheme_facts(grouper: Any) -> dict[str, Any]:
    """By which scheme, and its hash."""
    return {"scheme": grouper.compiled.id, "scheme_hash": grouper.compiled.hash}


def _grouped(found: GroupResult) -> dict[str, Any]:
    return {name: getattr(found, name) for name in (*_GROUP, "scheme")}


def _with_procedures(cases: Any) -> Any:
    """A case without procedures had none."""
    return cases if "procedures" in cases else cases.assign(procedures="")


def _named(read: Read, place: int, row: dict[str, Any]) -> dict[str, Any]:
    """The answer of a case under its id, with what reading it found."""
    case = read.plain if read.plain is not None else None
    name = case.get("case_id") if case is not None else _id(read, place)
    found = {"case_id": name, **row} if name is not None else row
    if place in read.told:
        found["read"] = read.told[place]
    if read.notes:
        found["told"] = list(read.notes)
    return found


def _all_named(read: Read, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_named(read, place, row) for place, row in enumerate(rows)]


def _id(read: Read, place: int) -> str | None:
    frame = read.table()
    if "case_id" not in frame:
        return None
    cell = frame["case_id"].iloc[place]
    return str(cell) if cell is not None and cell == cell else None
