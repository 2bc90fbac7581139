"""Facts that conditions may ask for: declared by name, with kind, labels and unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from ...errors import ArgumentError

FactKind = Literal["number", "text", "band", "date", "flag", "codes"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a condition may ask about a row.

    Attributes
    ----------
    name : as conditions write it: lower case, digits and underscores
    kind : number; text; band (a text whose `values` have an order, lowest first); date; flag; codes
        (several a row, the principal one first)
    zh, en : labels for people; the Chinese one may be written in a condition in place of the name
    unit : of a number
    values : the texts a text or band may be; empty when they are not known beforehand
    keyed : the fact is asked with a key, `name[key]`, and each key is a column of its own
    keys : the keys it may be asked with; empty for any
    blank_is_none : of codes: an empty cell says there are none; otherwise it says nothing
    key_words : a key for people, by language ("zh", "en"); None where a key is told as it is written
    """

    name: str
    kind: FactKind
    zh: str
    en: str
    unit: str = ""
    values: tuple[str, ...] = ()
    keyed: bool = False
    keys: tuple[str, ...] = ()
    blank_is_none: bool = False
    key_words: Callable[[str, str], str] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(FactKind):
            raise ArgumentError("no such kind of fact", got=self.kind, allowed=get_args(FactKind))
        if self.kind == "band" and not self.values:
            raise ArgumentError("a band needs its values, lowest first", got=self.name)


@dataclass(frozen=True)
class Facts(Mapping[str, Fact]):
    """Facts by name, and the named lists of codes or texts that `@name` stands for.

    >>> facts = Facts.of([Fact("los", "number", "住院天数", "length of stay", "days")])
    >>> facts.find("住院天数").name
    'los'
    """

    facts: Mapping[str, Fact]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[Fact], lists: Mapping[str, Iterable[str]] | None = None) -> Facts:
        """From facts, and lists of words: codes, prefixes of codes, ranges of prefixes, texts."""
        named = {name: tuple(words) for name, words in (lists or {}).items()}
        return cls(MappingProxyType({fact.name: fact for fact in facts}), MappingProxyType(named))

    def __getitem__(self, name: str) -> Fact:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def __repr__(self) -> str:
        return f"Facts({len(self.facts)} facts, {len(self.lists)} lists)"

    def __or__(self, other: Facts) -> Facts:
        """Both; where both have a name, the right one's."""
        return Facts.of([*{**self.facts, **other.facts}.values()], {**self.lists, **other.lists})

    def find(self, word: str) -> Fact | None:
        """The fact of this name or of this Chinese label, if there is just one."""
        if word in self.facts:
            return self.facts[word]
        labelled = [fact for fact in self.facts.values() if word == fact.zh or word == bare_label(fact.zh)]
        return labelled[0] if len(labelled) == 1 else None


def as_facts(facts: Facts | Mapping[str, Fact]) -> Facts:
    """Facts given as a plain mapping are facts without lists."""
    return facts if isinstance(facts, Facts) else Facts.of(facts.values())


def bare_label(label: str) -> str:
    """A label without what it says in brackets: `年龄(岁)` is `年龄`."""
    return label.partition("(")[0].partition("（")[0].strip()
