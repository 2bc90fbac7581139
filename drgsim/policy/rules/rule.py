"""A rule as a document states it: read and checked, with every problem found in one pass."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...cases.conditions import Condition, Facts
from ...errors import nearest_name
from ...sources import STATES, Source
from ..entries import A_DAY, as_mapping, read_day
from ..policy_errors import Mistake, as_text, shown
from .effect_arguments import read_condition, read_effect
from .facts import rule_facts
from .menu import EffectKind, effects

FIELDS = {
    "id": "name of the rule: letters, digits, dots and hyphens",
    "title": "zh and en, or one text",
    "when": "a condition (docs/conditions.md)",
    "effect": "one effect of the menu and its arguments: {price: {multiply: 0.7}}",
    "valid": "from, to, and by: discharge or admission",
    "known": "the day it became known, where it holds backwards from before that",
    "instead_of": "steps or rules that do not touch the stays this one takes",
    "after": "the step or rule it follows, in place of its stage's own place",
    "source": "an id of data/sources.csv or of the document",
    "state": ", ".join(STATES),
    "note": "text",
}
BY = ("discharge", "admission")


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and an effect. `raw` are the effect's arguments as written, `arguments` as understood."""

    id: str
    title: Mapping[str, str]
    when: Condition
    effect: str
    raw: Mapping[str, Any]
    arguments: Mapping[str, Any]
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    by: str = ""  # "" takes the policy's day
    known: datetime.date | None = None  # None: by now
    instead_of: tuple[str, ...] = ()
    after: str = ""
    source: str = ""
    state: str = "assumed"
    note: str = ""
    origin: str = ""

    @property
    def kind(self) -> EffectKind:
        return effects()[self.effect]

    @property
    def stage(self) -> str:
        """Where on the street it works."""
        if self.effect == "price" and self.arguments.get("at") == "payment":
            return "payment"
        return self.kind.stage

    @property
    def names(self) -> frozenset[str]:
        """The columns its condition and amounts ask for."""
        found = set(self.when.names)
        for each in self.arguments.values():
            found |= getattr(each, "names", frozenset())
        return frozenset(found)

    def holds_on(self, day: datetime.date) -> bool:
        """Whether it is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def label(self, zh: bool) -> str:
        return self.title["zh" if zh else "en"]

    def plain(self) -> dict[str, Any]:
        """The rule as a document writes it, in one spelling."""
        valid: dict[str, Any] = {}
        if self.valid_from is not None:
            valid["from"] = self.valid_from
        if self.valid_to is not None:
            valid["to"] = self.valid_to
        if self.by:
            valid["by"] = self.by
        fields: dict[str, Any] = {
            "id": self.id,
            "title": dict(self.title),
            "when": str(self.when),
            "effect": {self.effect: dict(self.raw)},
            "valid": valid,
            "known": self.known,
            "instead_of": list(self.instead_of),
            "after": self.after,
            "source": self.source,
            "state": self.state,
            "note": self.note,
        }
        return {name: value for name, value in fields.items() if value or name == "effect"}

    def meaning(self) -> dict[str, Any]:
        """What makes it a different rule: everything but titles, notes and sources."""
        plain = self.plain()
        return {name: plain[name] for name in plain if name not in ("title", "note", "source", "state")}


def heard_by(rules: Iterable[Rule], day: datetime.date | None) -> tuple[Rule, ...]:
    """The rules that were known on a day (None: by now). What later ones would have replaced or gone behind
    stands as it did before them."""
    heard = tuple(rule for rule in rules if day is None or rule.known is None or rule.known <= day)
    lost = {rule.id for rule in rules} - {rule.id for rule in heard}
    return tuple(
        replace(
            rule,
            after="" if rule.after in lost else rule.after,
            instead_of=tuple(name for name in rule.instead_of if name not in lost),
        )
        for rule in heard
    )


def read_rules(
    raw: Any,
    lists: Mapping[str, tuple[str, ...]],
    known: Mapping[str, Source],
    origin: str,
    problems: list[Mistake],
) -> tuple[Rule, ...]:
    """The rules of a document in their order; problems are appended, never raised."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        problems.append(Mistake("rules", "not a list of rules", got=shown(raw)))
        return ()
    facts = rule_facts(lists)
    rules: dict[str, Rule] = {}
    for number, each in enumerate(raw, start=1):
        rule = _rule(each, f"rule {number}", facts, known, origin, problems)
        if rule is None:
            continue
        if rule.id in rules:
            problems.append(Mistake(f"rules.{rule.id}", "two rules of one id"))
        rules[rule.id] = rule
    return tuple(rules.values())


def read_lists(raw: Any, problems: list[Mistake]) -> dict[str, tuple[str, ...]]:
    """The document's own lists of codes or texts, for `@name`."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, words in as_mapping(raw, "lists", problems).items():
        found = words.split() if isinstance(words, str) else words
        fine = isinstance(found, list) and bool(found) and all(isinstance(word, str | int) for word in found)
        if not fine:
            problems.append(
                Mistake(
                    f"lists.{name}",
                    "not a list of codes or texts",
                    got=shown(words),
                    allowed='texts in quotation marks, such as ["36.1000"]',
                )
            )
        else:
            lists[str(name)] = tuple(str(word) for word in found)
    return lists


def _rule(
    raw: Any, where: str, facts: Facts, known: Mapping[str, Source], origin: str, problems: list[Mistake]
) -> Rule | None:
    before = len(problems)
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not a mapping", got=shown(raw), allowed=", ".join(FIELDS)))
        return None
    name = raw.get("id")
    if not (isinstance(name, str) and name.replace("-", "").replace(".", "").replace("_", "").isalnum()):
        problems.append(Mistake(f"{where}.id", "not a name", got=shown(name), allowed=FIELDS["id"]))
    else:
        where = f"rules.{name}"
    for key in (key for key in raw if key not in FIELDS):
        problems.append(Mistake(f"{where}.{key}", "unknown field", nearest=nearest_name(str(key), FIELDS)))
    when = read_condition(raw.get("when", "true"), f"{where}.when", facts, problems)
    effect, arguments = read_effect(raw.get("effect"), where, facts, problems)
    source, state = _trust(raw, where, known, problems)
    heard = read_day(raw.get("known"))
    if heard is None and raw.get("known") is not None:
        problems.append(Mistake(f"{where}.known", "not a day", shown(raw["known"]), A_DAY))
    valid_from, valid_to, by = _valid(raw.get("valid"), where, problems)
    instead_of = _names(raw.get("instead_of"), f"{where}.instead_of", problems)
    after = _names(raw.get("after"), f"{where}.after", problems)
    title = _title(raw.get("title"), where, str(name), problems)
    if len(problems) > before or when is None:
        return None
    written = raw["effect"][effect]
    return Rule(
        id=str(name),
        title=title,
        when=when,
        effect=effect,
        raw=written or {},
        arguments=arguments,
        valid_from=valid_from,
        valid_to=valid_to,
        by=by,
        known=heard,
        instead_of=instead_of,
        after=after[0] if after else "",
        source=source,
        state=state,
        note=as_text(raw.get("note"), f"{where}.note", problems),
        origin=origin,
    )


def _trust(
    raw: Mapping[Any, Any], where: str, known: Mapping[str, Source], problems: list[Mistake]
) -> tuple[str, str]:
    source, state = raw.get("source"), raw.get("state")
    if source is None:
        problems.append(Mistake(f"{where}.source", "a rule without a source", allowed=FIELDS["source"]))
    elif str(source) not in known:
        near = nearest_name(str(source), known)
        problems.append(Mistake(f"{where}.source", "no such source", shown(source), nearest=near))
    elif state in STATES and STATES.index(state) < STATES.index(known[str(source)].state):
        best = known[str(source)].state
        problems.append(
            Mistake(f"{where}.state", f"trusted more than its source {source}", state, f"{best} or less")
        )
    if state not in STATES:
        problems.append(Mistake(f"{where}.state", "not a state of trust", shown(state), ", ".join(STATES)))
    return str(source), str(state)


def _valid(
    raw: Any, where: str, problems: list[Mistake]
) -> tuple[datetime.date | None, datetime.date | None, str]:
    valid = as_mapping(raw, f"{where}.valid", problems)
    for key in (key for key in valid if key not in ("from", "to", "by")):
        allowed = "from, to, by; `known` stands beside `source`"
        problems.append(Mistake(f"{where}.valid.{key}", "unknown field", allowed=allowed))
    days: list[datetime.date | None] = []
    for key in ("from", "to"):
        day = read_day(valid.get(key))
        if day is None and valid.get(key) is not None:
            problems.append(Mistake(f"{where}.valid.{key}", "not a day", shown(valid[key]), A_DAY))
        days.append(day)
    if days[0] is not None and days[1] is not None and days[0] > days[1]:
        problems.append(Mistake(f"{where}.valid", "ends before it begins", got=[str(day) for day in days]))
    by = valid.get("by", "")
    if by not in ("", *BY):
        problems.append(Mistake(f"{where}.valid.by", "not a kind of day", shown(by), ", ".join(BY)))
    return days[0], days[1], str(by)


def _names(raw: Any, where: str, problems: list[Mistake]) -> tuple[str, ...]:
    names = (raw,) if isinstance(raw, str) else () if raw is None else raw
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        problems.append(Mistake(where, "not a name or a list of names", got=shown(raw)))
        return ()
    return tuple(names)


def _title(raw: Any, where: str, name: str, problems: list[Mistake]) -> dict[str, str]:
    """Both languages; one stands for the other, the id for both."""
    if isinstance(raw, str):
        return {"zh": raw, "en": raw}
    texts = {str(key): str(text) for key, text in as_mapping(raw, f"{where}.title", problems).items() if text}
    for key in (key for key in texts if key not in ("zh", "en")):
        problems.append(Mistake(f"{where}.title.{key}", "unknown language", allowed="zh, en"))
    one = texts.get("zh") or texts.get("en") or name
    return {"zh": texts.get("zh", one), "en": texts.get("en", one)}
