"""Rule sets: which stages, in which order, a region matches cases by. Each is a file of `data/dip/rules/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from .._damaged import read_toml
from .._paths import data_path, is_file
from ..cases.case_errors import ConditionError
from ..errors import NotFoundError, nearest_name
from .dip_errors import DipRulesError, DipSyntaxError
from .expressions import parse_conditions
from .model import Trust
from .stages import (
    STAGES,
    TIE_BREAKS,
    Choose,
    Classify,
    ClassOrder,
    Codes,
    Entries,
    Fallback,
    Severity,
    Stage,
    TieBreak,
)
from .words import Pool, TreatmentClass

S = TypeVar("S")

_ENTRY_POOLS = (Pool.EARLY, Pool.COMBINED, Pool.SUBDIVIDED, Pool.BASIC, Pool.CORE, Pool.PRIMARY_CARE)
_HIGHEST = 1_000_000  # of a number in a rule file: signs of a code, a severity


@dataclass(frozen=True, slots=True)
class Step:
    """A stage at its place in a rule set, with a name of its own and what it is there for."""

    name: str
    stage: Stage
    en: str
    zh: str

    def note(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class RuleSet:
    """How a region matches cases to disease types."""

    id: str
    title: str
    title_zh: str
    trust: Trust
    source: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def every(self, kind: type[S]) -> tuple[S, ...]:
        """Its stages of one kind, in order."""
        return tuple(step.stage for step in self.steps if isinstance(step.stage, kind))

    def one(self, kind: type[S]) -> S | None:
        """Its stage of a kind that occurs at most once."""
        return next(iter(self.every(kind)), None)

    def step(self, kind: type[Any]) -> Step | None:
        """The first step that carries a stage of `kind`."""
        return next((step for step in self.steps if isinstance(step.stage, kind)), None)

    @property
    def codes(self) -> Codes:
        return self.one(Codes) or Codes()

    @property
    def classify(self) -> Classify:
        return self.one(Classify) or Classify()

    @property
    def choices(self) -> tuple[Choose, ...]:
        return self.every(Choose)

    @property
    def entry_pools(self) -> tuple[Pool, ...]:
        return tuple(stage.pool for stage in self.every(Entries))

    @classmethod
    def load(cls, name: str | Path) -> RuleSet:
        """A shipped rule set by its name, or a rule file by its path.

        Raises NotFoundError for a name that does not exist, DipRulesError for a file that cannot be used.

        >>> RuleSet.load("base").entry_pools
        (<Pool.CORE: 'core'>, <Pool.PRIMARY_CARE: 'primary_care'>)
        """
        return _load(name)

    @classmethod
    def published(cls) -> tuple[str, ...]:
        """Names of the shipped rule sets."""
        return tuple(sorted(path.stem for path in data_path("dip", "rules").glob("*.toml")))


def _load(name: str | Path) -> RuleSet:
    path = Path(name)
    if path.suffix == ".toml" and is_file(path):
        return _read(path)
    names = RuleSet.published()
    if str(name) not in names:
        raise NotFoundError("no such DIP rule set", got=str(name), allowed=names, nearest=names)
    return _shipped(str(name))


@cache
def _shipped(name: str) -> RuleSet:
    return _read(data_path("dip", "rules", f"{name}.toml"))


def _read(path: Path) -> RuleSet:
    try:
        return read_rules(read_toml(path, DipRulesError))
    except (DipSyntaxError, ConditionError) as error:
        raise DipRulesError(f"the rule file cannot be read: {error}", where=path.name) from error
    except DipRulesError as error:
        error.where = f"{path.name}, {error.where}" if error.where else path.name
        raise


def read_rules(document: Mapping[str, Any]) -> RuleSet:
    """The rule set that a parsed rule file states; DipRulesError says what it may not, or must, state."""
    meta = dict(document)
    rows = meta.pop("steps", [])
    known = {field.name for field in fields(RuleSet)} - {"steps"}
    _known(meta, known, where="the head")
    if not {"id", "title", "title_zh", "trust", "source"} <= set(meta):
        raise DipRulesError("a rule set states id, title, title_zh, trust and source", got=sorted(meta))
    for name, value in meta.items():
        if not _is_of(value, "texts" if name == "notes" else "text"):
            raise DipRulesError("not what the head of a rule set states", got=value, where=name)
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise DipRulesError("steps are tables, each under [[steps]]", got=rows, where="steps")
    steps = tuple(_step(dict(row)) for row in rows)
    _check(steps)
    meta["notes"] = tuple(meta.get("notes", ()))
    return RuleSet(**meta, steps=steps)


def _step(row: dict[str, Any]) -> Step:
    name = str(row.pop("name", ""))
    use = row.pop("stage", None)
    if not isinstance(use, str) or use not in STAGES:
        raise DipRulesError("no such stage", got=use, allowed=list(STAGES), nearest=STAGES, where=name)
    zh, en = str(row.pop("zh", "")), str(row.pop("en", ""))
    if not (name and zh and en):
        raise DipRulesError("a step has a name and says what it does in `zh` and `en`", got=name or use)
    kind = STAGES[use]
    types = {field.name: str(field.type) for field in fields(kind)}
    _known(row, set(types), where=name)
    for key, value in row.items():
        if not _is_of(value, types[key]):
            raise DipRulesError(f"the option {key!r} cannot be this", got=value, where=name)
    try:
        stage = kind(**{key: _value(key, value) for key, value in row.items()})
    except (TypeError, ValueError, LookupError, AttributeError) as error:  # parts of another form
        raise DipRulesError(f"an option of the stage {use!r} cannot be used: {error}", where=name) from error
    _check_choices(stage, name)
    return Step(name, stage, en, zh)


def _is_of(value: Any, kind: str) -> bool:
    """Whether a value of a document has the form that an option's type asks for."""
    if kind in ("bool", "int"):
        return type(value).__name__ == kind and abs(value) <= _HIGHEST
    if kind.startswith("tuple[str") or kind == "texts":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, list if kind.startswith("tuple") else str)


def _value(key: str, value: Any) -> Any:
    """An option as its stage holds it."""
    if key == "pool":
        return Pool(value)
    if key == "conservative_as":
        return TreatmentClass(value)
    if key == "pools":
        return tuple(map(Pool, value))
    if key == "by" and isinstance(value, list):
        return tuple(_tie_break(item) for item in value)
    if key == "order":
        return tuple(_place(item) for item in value)
    if key == "lines":
        return tuple((_severity(line["value"]), parse_conditions(line["when"])) for line in value)
    return tuple(value) if isinstance(value, list) else value


def _severity(value: Any) -> int:
    if not _is_of(value, "int"):
        raise ValueError("a severity is a whole number")
    return int(value)


def _tie_break(item: str | dict[str, Any]) -> TieBreak:
    tie_break = TieBreak(item) if isinstance(item, str) else TieBreak(**item)
    if not all(_is_of(each, "int") for each in (tie_break.short_below, tie_break.long_from)):
        raise ValueError("short_below and long_from are whole numbers")
    if tie_break.name not in TIE_BREAKS:
        near = nearest_name(tie_break.name, TIE_BREAKS)
        raise ValueError(f"no tie-break {tie_break.name!r}" + (f", did you mean {near!r}?" if near else ""))
    return tie_break


def _place(text: str) -> tuple[Pool, TreatmentClass | None]:
    """`core surgical`, or `blank` for any class."""
    pool, _, treatment = text.partition(" ")
    return Pool(pool), TreatmentClass(treatment) if treatment else None


_CHOICES = {
    "procedures": ("drop", "by_note"),
    "interventional": ("surgical", "therapeutic"),
    "match": ("exact", "prefix", "extension"),
    "position": ("any", "principal"),
    "conservative": ("first", "all"),
    "range_code": ("range", "category"),
    "leave": ("one", "all"),
    "class_from": ("highest", "first_procedure"),
}


def _check_choices(stage: Stage, name: str) -> None:
    for option, allowed in _CHOICES.items():
        value = getattr(stage, option, MISSING)
        if value is not MISSING and value not in allowed:
            raise DipRulesError(
                f"the option {option!r} cannot be this", got=value, allowed=allowed, where=name
            )


def _check(steps: tuple[Step, ...]) -> None:
    phases = [step.stage.phase for step in steps]
    if phases != sorted(phases):
        raise DipRulesError(
            "stages come in the order clean, candidates, ties, class order, fallback, auxiliary",
            got=[step.name for step in steps],
        )
    names = [step.name for step in steps]
    if len(set(names)) < len(names):
        raise DipRulesError("two steps have one name", got=sorted({n for n in names if names.count(n) > 1}))
    pools = [step.stage.pool for step in steps if isinstance(step.stage, Entries)]
    if len(set(pools)) < len(pools) or not set(pools) <= set(_ENTRY_POOLS):
        raise DipRulesError("entries are sought once in each pool", got=pools, allowed=_ENTRY_POOLS)
    for kind in set(STAGES.values()) - {Entries, Choose}:
        if sum(isinstance(step.stage, kind) for step in steps) > 1:
            raise DipRulesError(f"the stage {kind.__name__} occurs at most once")
    for leave in ("one", "all"):
        chosen = [
            pool
            for step in steps
            if isinstance(step.stage, Choose) and step.stage.leave == leave
            for pool in step.stage.pools
        ]
        if len(set(chosen)) < len(chosen):
            raise DipRulesError("a pool is chosen from at most once", got=chosen)
    for step in steps:
        if isinstance(step.stage, Fallback) and not set(step.stage.pools) <= {Pool.LETTER, Pool.BLANK}:
            raise DipRulesError("what is left is looked up in these", allowed=[Pool.LETTER, Pool.BLANK])
        if isinstance(step.stage, Severity):
            _check_severity(step.stage)
    if not any(isinstance(step.stage, ClassOrder) for step in steps):
        raise DipRulesError("a rule set needs a class order")


def _check_severity(stage: Severity) -> None:
    for value, conditions in stage.lines:
        facts = {fact for condition in conditions for fact in condition.fact_names}
        if value < 1 or "severity" in facts or "cost_ratio" in facts:
            raise DipRulesError(
                "a severity is 1 or more, and follows from facts known before a type is",
                got=f"{value}: {', '.join(map(str, conditions))}",
            )


def _known(row: Mapping[str, Any], known: set[str], *, where: str) -> None:
    unknown = sorted(set(row) - known)
    if unknown:
        raise DipRulesError("no such option", got=unknown[0], allowed=known, nearest=known, where=where)
