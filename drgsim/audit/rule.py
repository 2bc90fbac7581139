"""A supervision rule as a record in the national form, and the checks that make it one."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import nearest_name
from ..sources import STATES, load
from .audit_errors import AuditRuleError

LIBRARIES = ("policy", "management", "medical", "local")
RESULTS = ("suspicion", "violation", "data")
PERIODS = (
    "line", "hour", "6_hours", "day", "visit", "stay", "prescription", "episode", "month", "quarter",
    "year", "window",
)  # fmt: skip
STAGES = ("before", "during", "after")
TABLES = ("items", "prescriptions", "dispensings", "members", "stays", "checklist")
# how a rule looks at its table -> what else it must state
TESTS: dict[str, tuple[str, ...]] = {
    "line": (),
    "total": ("per",),
    "course": (),
    "cycle": (),
    "pair": (),
    "discount": (),
    "further_units": (),
    "same_kind": (),
    "alone": (),
    "companion": (),
    "prescription": (),
    "supply": (),
    "shared": (),
    "trace": (),
    "member": (),
    "stay": (),
    "next_stay": (),
    "hospital": (),
    "checklist": (),
}


LARGEST = 10**12  # of a lever


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Parameter:
    """A lever of a rule; conditions write it as `{name}`."""

    value: Any
    zh: str
    en: str
    unit: str
    source: str
    state: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """What takes a row out of a rule, as a condition."""

    when: str
    words: Words


@dataclass(frozen=True, slots=True)
class Example:
    """Rows that the rule must find (`hit`) or must not (`miss`), and what it must say of them."""

    kind: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    source: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule. `when` and the exemptions are conditions in the product's language over the facts of `table`.

    Attributes
    ----------
    id, gz : own name; code of the national frame of 2023 where it has one
    library, family : policy, management, medical or local; the family of tests it belongs to
    name, definition, logic, evidence, clears : texts in Chinese and English; `evidence` may name columns
    table, test, rows, per : what is looked at and how; kinds of published rows it takes its codes from
    when, exempt, parameters : the condition, what is exempt, the levers
    result : suspicion, violation, or data (a fault of the record)
    period, levels, scenes, fund, stage, insurance : as the national form has them
    source, state, valid_from, valid_to : where it is from, how far it is trusted, when it holds
    problems : rows of the national problem lists it answers
    examples : hits and near misses that run
    """

    id: str
    library: str
    family: str
    name: Words
    definition: Words
    logic: Words
    evidence: Words
    clears: Words
    table: str
    test: str
    result: str
    period: str
    source: str
    state: str
    gz: str = ""
    rows: tuple[str, ...] = ()
    per: str = ""
    when: str = ""
    flag: str = ""
    exempt: tuple[Exemption, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    levels: tuple[int, ...] = ()
    scenes: tuple[str, ...] = ()
    fund: str = "basic"
    stage: tuple[str, ...] = STAGES
    insurance: tuple[str, ...] = ()
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    problems: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    file: str = ""

    def text(self, condition: str) -> str:
        """A condition with the rule's levers written in."""
        for name, parameter in self.parameters.items():
            condition = condition.replace("{" + name + "}", str(parameter.value))
        return condition

    def value(self, name: str) -> Any:
        """The value of one lever. Raises AuditRuleError."""
        if name not in self.parameters:
            raise AuditRuleError(
                "the rule has no such lever", got=name, allowed=sorted(self.parameters), where=self.id
            )
        return self.parameters[name].value

    def in_force(self, day: datetime.date | None) -> bool:
        """Whether the rule holds on a day; without one, whether it has not ended."""
        if day is None:
            return self.valid_to is None
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    @property
    def assumed(self) -> list[str]:
        """The levers that rest on no publication."""
        return [name for name, each in self.parameters.items() if each.state == "assumed"]


_TEXT_KEYS = {"zh", "en", "when"}  # a comma in a text without quotes makes a key of what follows it
_FIELDS = {
    "id", "gz", "library", "family", "name", "definition", "logic", "evidence", "clears", "table", "test",
    "rows", "per", "when", "flag", "exempt", "parameters", "result", "period", "levels", "scenes", "fund",
    "stage", "insurance", "source", "state", "valid_from", "valid_to", "problems", "examples",
}  # fmt: skip
# what each may hold; the others are checked where they are read
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "gz"), (str, int)),
    **dict.fromkeys(("library", "family", "table", "test", "per", "when", "flag"), (str,)),
    **dict.fromkeys(("result", "period", "fund", "source", "state"), (str,)),
    **dict.fromkeys(("rows", "levels", "scenes", "stage", "insurance", "problems"), (list, tuple)),
    **dict.fromkeys(("exempt", "examples"), (list, tuple)),
    "parameters": (dict,),
}
_MUST = ("id", "library", "family", "name", "logic", "table", "test", "result", "period", "source", "state")


def rule_of(record: Mapping[str, Any], *, file: str = "") -> Rule:
    """A checked rule. Raises AuditRuleError that says what the record lacks or names wrongly."""
    if not isinstance(record, Mapping):
        raise AuditRuleError("a rule is a mapping of names to values", got=record, where=file)
    where = f"{file}: {record.get('id', 'a rule without id')}"
    strange = sorted(set(record) - _FIELDS)
    if strange:
        raise AuditRuleError(
            "a rule states what no rule has",
            got=strange[0],
            nearest=_FIELDS,
            allowed=sorted(_FIELDS),
            where=where,
        )
    missing = [name for name in _MUST if record.get(name) in (None, "", [])]
    if missing:
        raise AuditRuleError("a rule is not complete", got=missing, allowed=list(_MUST), where=where)
    for name, kinds in _KINDS.items():
        value = record.get(name)
        parts = value if isinstance(value, list | tuple) and name not in ("exempt", "examples") else ()
        fits = value is None or (isinstance(value, kinds) and not isinstance(value, bool))
        if not fits or not all(isinstance(each, str | int) for each in parts):
            called = {str: "a text", int: "a number", dict: "a mapping"}
            told = dict.fromkeys(called.get(kind, "a list") for kind in kinds)
            raise AuditRuleError(
                f"{name} is of another kind", got=value, allowed=" or ".join(told), where=where
            )
    for name, allowed in (
        ("library", LIBRARIES),
        ("result", RESULTS),
        ("period", PERIODS),
        ("table", TABLES),
        ("test", tuple(TESTS)),
        ("state", STATES),
    ):
        if record[name] not in allowed:
            raise AuditRuleError(
                f"{name} is none of its values",
                got=record[name],
                allowed=allowed,
                nearest=allowed,
                where=where,
            )
    for name in TESTS[record["test"]]:
        if not record.get(name):
            raise AuditRuleError(f"the test {record['test']} needs {name}", where=where)
    if record["source"] not in load():
        raise AuditRuleError(
            "a rule cites no source of the register", got=record["source"], nearest=load(), where=where,
            do="add it to data/sources.csv, or cite SV99 for an own rule",
        )  # fmt: skip
    parameters = {
        name: _parameter(name, each, record, where) for name, each in (record.get("parameters") or {}).items()
    }
    words = {
        name: _words(record.get(name), name, where) for name in ("definition", "logic", "evidence", "clears")
    }
    return Rule(
        id=str(record["id"]),
        gz=str(record.get("gz") or ""),
        library=record["library"],
        family=record["family"],
        name=_words(record["name"], "name", where),
        table=record["table"],
        test=record["test"],
        result=record["result"],
        period=record["period"],
        source=record["source"],
        state=record["state"],
        rows=tuple(record.get("rows") or ()),
        per=record.get("per") or "",
        when=record.get("when") or "",
        flag=record.get("flag") or "",
        exempt=tuple(_exemption(each, where) for each in record.get("exempt") or ()),
        parameters=parameters,
        levels=tuple(record.get("levels") or ()),
        scenes=tuple(record.get("scenes") or ()),
        fund=record.get("fund") or "basic",
        stage=tuple(record.get("stage") or STAGES),
        insurance=tuple(record.get("insurance") or ()),
        valid_from=_day(record.get("valid_from"), where),
        valid_to=_day(record.get("valid_to"), where),
        problems=tuple(str(each) for each in record.get("problems") or ()),
        examples=tuple(_example(each, where) for each in record.get("examples") or ()),
        file=file,
        **words,
    )


def _words(value: Any, name: str, where: str) -> Words:
    if value is None:
        return Words("", "")
    if isinstance(value, str):
        return Words(value, value)
    if isinstance(value, Mapping) and value.get("zh") and value.get("en") and set(value) <= _TEXT_KEYS:
        return Words(str(value["zh"]), str(value["en"]))
    raise AuditRuleError(
        f"{name} has no text in both languages", got=value, allowed="{zh: …, en: …}", where=where
    )


def _parameter(name: str, each: Any, record: Mapping[str, Any], where: str) -> Parameter:
    if not isinstance(each, Mapping) or "value" not in each:
        raise AuditRuleError(
            "a lever has no value",
            got=name,
            allowed="{value: …, zh: …, en: …, source: …, state: …}",
            where=where,
        )
    value = each["value"]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (isinstance(value, str | datetime.date) or (number and abs(value) <= LARGEST)):
        raise AuditRuleError(
            "a lever is a number, a text or a day", got=value, allowed=f"{-LARGEST:,} to {LARGEST:,}",
            where=f"{where}, {name}",
        )  # fmt: skip
    state, source = each.get("state", record["state"]), each.get("source", record["source"])
    if str(state) not in STATES or str(source) not in load():
        raise AuditRuleError(
            "a lever has no trust state or source", got=[state, source], where=f"{where}, {name}"
        )
    return Parameter(
        value, str(each.get("zh", name)), str(each.get("en", name)), str(each.get("unit", "")), source, state
    )


def _exemption(each: Any, where: str) -> Exemption:
    if not isinstance(each, Mapping) or not isinstance(each.get("when"), str):
        raise AuditRuleError("an exemption has no condition", got=each, allowed="{when: …}", where=where)
    return Exemption(each["when"], _words(each, "exempt", where))


def _day(value: Any, where: str) -> datetime.date | None:
    if value is None or isinstance(value, datetime.date):
        return value
    raise AuditRuleError("a day is written 2026-01-28", got=value, where=where)


def _example(record: Mapping[str, Any], where: str) -> Example:
    kinds = [kind for kind in ("hit", "miss") if isinstance(record, Mapping) and kind in record]
    if len(kinds) != 1 or not isinstance(record[kinds[0]], Mapping):
        raise AuditRuleError(
            "an example is a hit or a miss, with rows of tables",
            got=list(record) if isinstance(record, Mapping) else record,
            where=where,
        )
    expect = record.get("expect") or {}
    if not isinstance(expect, Mapping):
        raise AuditRuleError("what an example expects is a mapping", got=expect, where=where)
    return Example(kinds[0], record[kinds[0]], expect, str(record.get("source") or ""))


def nearest_rule(name: str, rules: Sequence[Rule]) -> str | None:
    """The id most like a name."""
    return nearest_name(name, [rule.id for rule in rules])
